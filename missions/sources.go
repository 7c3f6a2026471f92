package missions

import (
	"errors"
	"fmt"
	"time"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"

	"github.com/harrier-patrol/harrier/geo"
)

// What holds for requests of a source where its file does not say.
var sourceDefaults = map[string]Request{
	MapSpot:    {Scenes: []string{"illegal-structure"}, Priority: 10},
	Complaint:  {Scenes: []string{"street-stall"}, WidthM: 80, Priority: 60},
	Site:       {Scenes: []string{"muck-truck"}, EveryDays: 7},
	Demolition: {Scenes: []string{"illegal-structure"}, Priority: 20},
	Risk:       {Scenes: []string{"illegal-structure", "street-stall"}},
	CloseUp:    {GSDCM: 2, View: Orbit, WidthM: 20, Priority: 40},
}

// OfSource is what holds for the requests of a file of a source where it does not say; scenes and department are the caller's where he gives them.
func OfSource(source, department string, scenes []string) Request {
	r := sourceDefaults[source]
	r.Source, r.Department = source, department
	if len(scenes) > 0 {
		r.Scenes = scenes
	}
	return r
}

// CloseUpOf asks for stills of a place from all sides; text says what lies there.
func CloseUpOf(id, department, text string, at orb.Point, scene string) Request {
	r := OfSource(CloseUp, department, []string{scene})
	r.ID, r.Geometry, r.Text = id, at, text
	return r
}

// AgainOf asks for the view of an earlier frame again.
func AgainOf(id, department, text string, at orb.Point, scene string, from geo.Pose) Request {
	r := CloseUpOf(id, department, text, at, scene)
	r.View, r.GSDCM = Again, 0
	r.FromLon, r.FromLat, r.FromHeightM, r.BearingDeg, r.PitchDeg = from.Lon, from.Lat, from.HeightM, from.YawDeg, from.PitchDeg
	return r
}

// maxSpotM2 bounds a map spot: what is larger is no spot, but a plan, or drawn wrongly.
const maxSpotM2 = 5e6

// complaintAnswer is how soon a complaint is to be looked at where it does not say: within the hour (12345's urgent orders).
const complaintAnswer = time.Hour

// checkSource says what is wrong with a request of its source.
func checkSource(f *geo.Feature, r *Request, now time.Time) error {
	switch r.Source {
	case MapSpot:
		m2, ok := areaOf(r.Geometry)
		switch {
		case !ok:
			return errors.New("a map spot is a polygon")
		case m2 > maxSpotM2:
			return fmt.Errorf("a map spot of %.1f km² is none: is it drawn wrongly, or in another datum?", m2/1e6)
		case r.Asked.IsZero():
			return errors.New("date: the day of the image is missing")
		case r.Asked.After(now):
			return fmt.Errorf("date %s: it lies in the future", r.Asked.Format(time.DateOnly))
		case r.Text == "":
			return errors.New("suspected_use: it is missing")
		}
	case Complaint:
		if r.Geometry == nil {
			if a := f.Get("address", "地址", "事发地址"); a != "" {
				return fmt.Errorf("address %q: only its coordinates (lon, lat) can be flown to; have it located first", a)
			}
			return errors.New("a complaint has a place: lon and lat are missing")
		}
		if _, ok := r.Geometry.(orb.Point); !ok {
			return errors.New("a complaint is a point")
		}
		if r.Text == "" {
			return errors.New("text: what is complained of is missing")
		}
		if r.By.IsZero() {
			from := r.Asked
			if from.IsZero() {
				from = now
			}
			r.By = from.Add(complaintAnswer)
		}
	case Site:
		if _, area := areaOf(r.Geometry); !area && !isLine(r.Geometry) {
			return errors.New("a site is a polygon, a haul route a line")
		}
		if isLine(r.Geometry) && r.WidthM == 0 {
			r.WidthM = 40
		}
	case Demolition:
		if _, ok := areaOf(r.Geometry); !ok {
			return errors.New("what is to be demolished is a polygon")
		}
		if r.By.IsZero() {
			return errors.New("by: until when it is to be demolished is missing")
		}
		if r.EveryDays == 0 {
			r.EveryDays = 7
		}
	case Risk:
		if r.Risk == "" {
			return errors.New("risk: the class (A, B, C or D) is missing")
		}
	case CloseUp:
		if r.Geometry == nil {
			return errors.New("a close-up has a place")
		}
	}
	return nil
}

// areaOf is the area of a polygon or several, square metres; ok is false for other geometries.
func areaOf(g orb.Geometry) (m2 float64, ok bool) {
	switch g.(type) {
	case orb.Polygon, orb.MultiPolygon:
		return orbgeo.Area(g), true
	}
	return 0, false
}
