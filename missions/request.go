package missions

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"
	"github.com/paulmach/orb/geojson"

	"github.com/harrier-patrol/harrier/geo"
)

// Request is what a department asks to be looked at.
type Request struct {
	ID         string   `json:"id"` // makes it happen once
	Department string   `json:"department"`
	Source     string   `json:"source,omitempty"` // how it came: one of Sources; "" for a request of its own
	Scenes     []string `json:"scenes,omitempty"`
	// Where: a geometry (WGS-84), or one of Cell (15 digits), Community (12) or Subdistrict (9) by Code, or the surroundings of a Dock.
	Geometry orb.Geometry `json:"-"`
	Code     string       `json:"code,omitempty"`
	Dock     string       `json:"dock,omitempty"`
	RadiusM  float64      `json:"radius_m,omitempty"` // round the dock
	WidthM   float64      `json:"width_m,omitempty"`  // of a line, or the side of the square round a point that is to be seen
	// Kind asks for the entries of this kind in the register instead, within the area of Code.
	Kind string `json:"kind,omitempty"`

	GSDCM float64 `json:"gsd_cm,omitempty"` // ground resolution, centimetres a pixel; 0 is the scenes' own
	View  View    `json:"view,omitempty"`   // "" is nadir
	// BearingDeg is where a view from the side looks to, degrees from north.
	BearingDeg float64 `json:"bearing,omitempty"`
	// From where an earlier frame was taken, for its view again: WGS-84, metres above the take-off point, degrees below level (-90 is straight down).
	FromLon     float64 `json:"from_lon,omitempty"`
	FromLat     float64 `json:"from_lat,omitempty"`
	FromHeightM float64 `json:"from_height_m,omitempty"`
	PitchDeg    float64 `json:"pitch,omitempty"`

	By         time.Time `json:"by,omitzero"`           // once, by then
	EveryDays  float64   `json:"every_days,omitempty"`  // again and again
	Hours      string    `json:"hours,omitempty"`       // in which it is looked at, as geo.ParseHours has them
	ApartHours float64   `json:"apart_hours,omitempty"` // between two visits at least
	Priority   int       `json:"priority,omitempty"`    // -100 to 99
	Risk       string    `json:"risk,omitempty"`        // class of its places, A (highest) to D
	Asked      time.Time `json:"asked,omitzero"`
	Text       string    `json:"text,omitempty"` // what whoever asks says of it

	LastSeen time.Time `json:"last_seen,omitzero"`
}

// Fields are a request without its geometry, for whoever describes its form.
type Fields Request

// MarshalJSON writes the geometry as GeoJSON has it.
func (r Request) MarshalJSON() ([]byte, error) {
	w := struct {
		Fields
		Geometry *geojson.Geometry `json:"geometry,omitempty"`
	}{Fields: Fields(r)}
	if r.Geometry != nil {
		w.Geometry = geojson.NewGeometry(r.Geometry)
	}
	return json.Marshal(w)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (r *Request) UnmarshalJSON(b []byte) error {
	w := struct {
		*Fields
		Geometry *geojson.Geometry `json:"geometry"`
	}{Fields: (*Fields)(r)}
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	if w.Geometry != nil {
		r.Geometry = w.Geometry.Geometry()
	}
	return nil
}

// View is how a place is looked at.
type View string

// Views.
const (
	Nadir   View = ""        // straight down
	Oblique View = "oblique" // one look from the side
	Orbit   View = "orbit"   // from all sides
	Facade  View = "facade"  // along a line, at what stands on it
	Again   View = "again"   // from where an earlier frame was taken, and as it was turned
)

// Sources are the ways a request comes.
const (
	MapSpot    = "map-spot"
	Complaint  = "complaint"
	Site       = "site"
	Demolition = "demolition"
	Risk       = "risk"
	CloseUp    = "close-up"
)

// Sources that an import knows.
var Sources = []string{MapSpot, Complaint, Site, Demolition, Risk, CloseUp}

// RiskEvery is after how many days places of a class are due again, where a request does not say.
var RiskEvery = map[string]float64{"A": 1, "B": 3, "C": 7, "D": 30}

// Resolutions that are asked for, centimetres a pixel.
const finestCM, coarsestCM, usualCM = 0.5, 30, 8

// maxDeg bounds the ground of one request, degrees: a district of Pudong's size has half of it.
const maxDeg = 1.5

// maxWidthM bounds the width of a line, and the square round a point.
const maxWidthM = 2000

// Check says what is wrong with a request.
func (r *Request) Check() error {
	if err := r.checkWhere(); err != nil {
		return err
	}
	switch {
	case r.ID == "":
		return errors.New("id: it is missing; it makes a request happen once")
	case len(r.ID) > 100 || strings.ContainsAny(r.ID, " \t\n*>"):
		return fmt.Errorf("id %q: at most 100 characters, without spaces, * and >", r.ID)
	case r.Department == "":
		return errors.New("department: it is missing")
	case r.Source != "" && !slices.Contains(Sources, r.Source):
		return fmt.Errorf("source %q is none of %s", r.Source, strings.Join(Sources, ", "))
	case r.GSDCM != 0 && !(r.GSDCM >= finestCM && r.GSDCM <= coarsestCM):
		return fmt.Errorf("gsd_cm must be %g to %g, is %g", finestCM, float64(coarsestCM), r.GSDCM)
	case r.Priority < -100 || r.Priority > 99:
		return fmt.Errorf("priority must be -100 to 99, is %d", r.Priority)
	case r.EveryDays < 0 || r.EveryDays > 3660:
		return fmt.Errorf("every_days must be up to 3660, is %g", r.EveryDays)
	case !(r.BearingDeg >= -360 && r.BearingDeg <= 360):
		return fmt.Errorf("bearing must be degrees from north, is %g", r.BearingDeg)
	case !(r.ApartHours >= 0 && r.ApartHours <= 24*3660):
		return fmt.Errorf("apart_hours must be 0 to ten years, is %g", r.ApartHours)
	case r.Risk != "" && RiskEvery[r.Risk] == 0:
		return fmt.Errorf("risk %q is none of A, B, C, D", r.Risk)
	}
	if _, err := geo.ParseHours(r.Hours); err != nil {
		return fmt.Errorf("hours: %w", err)
	}
	switch r.View {
	case Nadir, Oblique, Orbit:
	case Facade:
		if r.Geometry != nil && !isLine(r.Geometry) {
			return errors.New("view facade: it is asked for along a line, with the front to its left; its geometry is none")
		}
	case Again:
		return r.checkFrom()
	default:
		return fmt.Errorf("view %q is none of oblique, orbit, facade, again; without one it is looked at straight down", r.View)
	}
	return nil
}

// againM is how far from its place an earlier frame may have been taken: further off the place is not told from others.
const againM = 1000

// checkFrom says what is wrong with where an earlier frame was taken.
func (r *Request) checkFrom() error {
	switch {
	case r.Geometry == nil:
		return errors.New("view again: it wants the place that the earlier frame shows")
	case !(r.FromHeightM >= lowestM && r.FromHeightM <= highestM):
		return fmt.Errorf("from_height_m must be %g to %g, is %g", lowestM, highestM, r.FromHeightM)
	case !(r.PitchDeg >= -90 && r.PitchDeg <= 0):
		return fmt.Errorf("pitch must be -90 (straight down) to 0, is %g", r.PitchDeg)
	}
	place := r.Geometry.Bound().Center()
	if d := orbgeo.Distance(place, orb.Point{r.FromLon, r.FromLat}); !(d <= againM) {
		return fmt.Errorf("from_lon, from_lat: %.5f, %.5f is not within %d m of the place that the frame shows", r.FromLon, r.FromLat, againM)
	}
	return nil
}

// fits says whether its geometry is ground of at most a district's size.
func (r *Request) fits() bool {
	switch g := r.Geometry.(type) {
	case orb.Point, orb.MultiPoint, orb.LineString, orb.MultiLineString:
	case orb.Polygon:
		if !whole(g) {
			return false
		}
	case orb.MultiPolygon:
		if slices.ContainsFunc(g, func(x orb.Polygon) bool { return !whole(x) }) {
			return false
		}
	default:
		return false
	}
	b := r.Geometry.Bound()
	if b.IsEmpty() || math.IsNaN(b.Min[0]+b.Min[1]+b.Max[0]+b.Max[1]) {
		return false
	}
	return b.Min[0] >= -180 && b.Max[0] <= 180 && b.Min[1] >= -85 && b.Max[1] <= 85 && b.Max[0]-b.Min[0] <= maxDeg && b.Max[1]-b.Min[1] <= maxDeg
}

// whole says whether a polygon has rings, and each of them corners.
func whole(x orb.Polygon) bool {
	return len(x) > 0 && !slices.ContainsFunc(x, func(r orb.Ring) bool { return len(r) < 4 })
}

func (r *Request) checkWhere() error {
	switch {
	case r.Geometry == nil && r.Code == "" && r.Dock == "":
		return errors.New("where: it has no geometry, no code and no dock")
	case r.Geometry != nil && !r.fits():
		return errors.New("where: its geometry is empty, no place on earth, or larger than a district")
	case r.Dock != "" && !(r.RadiusM > 0 && r.RadiusM <= 10000):
		return fmt.Errorf("radius_m round dock %s must be up to 10000, is %g", r.Dock, r.RadiusM)
	case r.WidthM < 0 || r.WidthM > maxWidthM:
		return fmt.Errorf("width_m must be 0 to %d, is %g", maxWidthM, r.WidthM)
	case r.Code != "" && strings.Trim(r.Code, "0123456789") != "" || !slices.Contains([]int{0, 9, 12, 15}, len(r.Code)):
		return fmt.Errorf("code %q: a subdistrict has 9 digits, a community 12, a grid cell 15", r.Code)
	case r.Kind != "" && r.Code == "":
		return errors.New("kind: entries of a kind are asked for within an area; give its code")
	}
	return nil
}

// WantsCM is the resolution that it wants, centimetres a pixel: its own, or the finest that its scenes want.
func (r *Request) WantsCM(scenes map[string]float64) float64 {
	if r.GSDCM > 0 {
		return r.GSDCM
	}
	finest := 0.0
	for _, s := range r.Scenes {
		if g := scenes[s]; g > 0 && (finest == 0 || g < finest) {
			finest = g
		}
	}
	return cmp.Or(finest, usualCM)
}

// Every is after how many days it is due again; 0 where it is looked at once.
func (r *Request) Every() float64 {
	if r.EveryDays == 0 && r.By.IsZero() {
		return RiskEvery[r.Risk]
	}
	return r.EveryDays
}

// Due says whether a request wants a look on the day from begin to end, and if not why.
func (r *Request) Due(begin, end time.Time) (why string, due bool) {
	every := r.Every()
	switch {
	case !r.By.IsZero() && r.By.Before(begin):
		return "its time was over at " + r.By.Format("2006-01-02 15:04"), false
	case r.LastSeen.IsZero():
		return "", true
	case r.ApartHours > 0 && r.LastSeen.Add(time.Duration(r.ApartHours*float64(time.Hour))).After(end):
		return "it was seen " + r.LastSeen.Format("2006-01-02 15:04") + ", and is not to be again so soon", false
	case every > 0 && r.LastSeen.Add(time.Duration(every*24*float64(time.Hour))).After(end):
		return fmt.Sprintf("it was seen %s, and is due every %g days", r.LastSeen.Format("2006-01-02"), every), false
	case every == 0:
		return "it was seen " + r.LastSeen.Format("2006-01-02 15:04"), false
	}
	return "", true
}

// Overdue is by how many of its intervals a request that comes again is late at a moment: what is most late goes first. 0 where it is not.
func (r *Request) Overdue(now time.Time) float64 {
	every := r.Every()
	if every == 0 || r.LastSeen.IsZero() {
		return 0
	}
	return max(0, now.Sub(r.LastSeen).Hours()/24/every-1)
}
