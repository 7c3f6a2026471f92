package geo

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/planar"
)

// FenceKinds are the meanings a fence may have.
var FenceKinds = []string{"no-fly", "privacy", "road", "vending-zone", "construction-site", "unloading-site", "jurisdiction", "task-area", "controlled-airspace", "announced-area"}

// Fence is a polygon (WGS-84) with a meaning, and when it holds.
type Fence struct {
	ID      string
	Kind    string
	Name    string
	Source  string // who says so
	Polygon orb.Polygon
	MadeUp  bool
	// Hours of the week in which it holds; the zero value is always.
	Hours Hours
	// From and Until are the first and the last moment at which it holds; zero is no limit.
	From, Until time.Time
}

// Holds says whether the fence holds at a time.
func (f *Fence) Holds(t time.Time) bool {
	return (f.From.IsZero() || !t.Before(f.From)) && (f.Until.IsZero() || !t.After(f.Until)) && f.Hours.Holds(t)
}

// Always says whether the fence holds at all times.
func (f *Fence) Always() bool {
	return f.From.IsZero() && f.Until.IsZero() && len(f.Hours.spans) == 0
}

// Fences is an index of fences.
type Fences struct {
	all   []*Fence
	areas *areas
}

// NewFences indexes fences.
func NewFences(all []Fence) *Fences {
	fs := &Fences{}
	polygons := make([][]orb.Polygon, len(all))
	for i := range all {
		polygons[i] = []orb.Polygon{all[i].Polygon}
		fs.all = append(fs.all, &all[i])
	}
	fs.areas = newAreas(polygons)
	return fs
}

// ReadFences makes fences of a layer of polygons with the properties kind (one of FenceKinds), id, name, source, hours, valid_from,
// valid_until (dates, or RFC 3339) and made_up. Every problem is named; a feature with an error is left out.
func ReadFences(l *Layer) (*Fences, []Problem) {
	polygons, problems := l.polygons(nil)
	var all []Fence
	for i, polys := range polygons {
		f := &l.Features[i]
		if polys == nil {
			continue
		}
		x := Fence{ID: f.Get("id"), Kind: f.Get("kind", "种类", "类型"), Name: f.Get("name", "名称"), Source: f.Get("source", "来源"), MadeUp: f.Get("made_up") == "true" || f.Get("made_up") == "1"}
		var err error
		if !slices.Contains(FenceKinds, x.Kind) {
			err = fmt.Errorf("kind: %q is not one of %s", x.Kind, strings.Join(FenceKinds, ", "))
		}
		if e := x.readTimes(f); err == nil {
			err = e
		}
		if err != nil {
			problems = append(problems, Problem{N: f.N, Line: f.Line, Text: err.Error()})
			continue
		}
		for _, p := range polys {
			x.Polygon = p
			all = append(all, x)
		}
	}
	return NewFences(all), problems
}

// readTimes reads when a fence holds: hours, valid_from and valid_until.
func (x *Fence) readTimes(f *Feature) (err error) {
	if x.Hours, err = ParseHours(f.Get("hours", "时段")); err != nil {
		return fmt.Errorf("hours: %w", err)
	}
	if x.From, err = ParseDay(f.Get("valid_from", "开始日期", "生效日期", "有效期起"), false); err != nil {
		return fmt.Errorf("valid_from: %w", err)
	}
	if x.Until, err = ParseDay(f.Get("valid_until", "valid_to", "结束日期", "截止日期", "失效日期", "有效期止", "有效期至"), true); err != nil {
		return fmt.Errorf("valid_until: %w", err)
	}
	if !x.Until.IsZero() && x.Until.Before(x.From) {
		return fmt.Errorf("it ends (%s) before it begins (%s)", x.Until.Format(time.DateOnly), x.From.Format(time.DateOnly))
	}
	return nil
}

// ParseDay reads a date (its first or last moment in the fences' time zone) or an RFC 3339 time; empty is none.
func ParseDay(s string, last bool) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	if strings.Trim(s, "0-/ ") == "" || slices.Contains(noDay, strings.ToUpper(s)) { // as dBASE, MySQL and people write that there is none
		return time.Time{}, nil
	}
	for _, form := range dayForms {
		if t, err := time.ParseInLocation(form, s, zone); err == nil {
			// a midnight that nobody gave a zone is a date that some program wrote as a time
			if last && t.Equal(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, zone)) {
				t = t.AddDate(0, 0, 1).Add(-time.Nanosecond)
			}
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no date like 2026-12-31", s)
}

// noDay is how people write that there is no end.
var noDay = []string{"NULL", "NONE", "无", "长期", "永久", "长期有效"}

// dayForms are those in which files have dates, with the year first.
var dayForms = []string{time.DateOnly, "20060102", "2006/1/2", "2006-1-2", "2006.1.2", "2006年1月2日", "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006/1/2 15:04:05", "2006/1/2 15:04", "2006-1-2 15:04", "20060102150405"}

// Append appends to dst the fences that contain p, or come within marginM metres of containing it. Without a margin nothing is
// allocated but what dst needs.
func (fs *Fences) Append(dst []*Fence, p orb.Point, marginM float64) []*Fence {
	if fs == nil || fs.areas == nil {
		return dst
	}
	if marginM <= 0 {
		var few [16]int32
		for _, i := range fs.areas.all(p[0], p[1], few[:0]) {
			dst = append(dst, fs.all[i])
		}
		return dst
	}
	fr := NewFrame(p, 0)
	fs.areas.search(orb.Bound{Min: fr.From(-marginM, -marginM), Max: fr.From(marginM, marginM)}, func(i int) bool {
		f := fs.all[i]
		if planar.PolygonContains(f.Polygon, p) || planar.DistanceFrom(orb.LineString(fr.Ring(f.Polygon[0])), orb.Point{}) <= marginM {
			dst = append(dst, f)
		}
		return true
	})
	return dst
}

// alongStepM is how closely Along follows a line.
const alongStepM = 10.0

// Along is a fence of a kind that holds at t and that a line (WGS-84) comes within marginM metres of, nil for none.
func (fs *Fences) Along(line orb.LineString, kind string, t time.Time, marginM float64) *Fence {
	var near []*Fence
	at := func(p orb.Point) *Fence {
		near = fs.Append(near[:0], p, marginM+alongStepM/2)
		for _, f := range near {
			if f.Kind == kind && f.Holds(t) {
				return f
			}
		}
		return nil
	}
	for _, p := range Steps(line, alongStepM) {
		if f := at(p); f != nil {
			return f
		}
	}
	return nil
}

// Steps are points along a line (WGS-84), its own and others between them, no more than stepM metres apart.
func Steps(line orb.LineString, stepM float64) []orb.Point {
	var out []orb.Point
	for i, p := range line {
		out = append(out, p)
		if i+1 == len(line) {
			break
		}
		fr := NewFrame(p, 0)
		d := fr.To(line[i+1], 0)
		far := math.Hypot(d.E, d.N)
		for s := stepM; s < far; s += stepM {
			out = append(out, fr.From(d.E*s/far, d.N*s/far))
		}
	}
	return out
}

// Len is the number of fences.
func (fs *Fences) Len() int {
	if fs == nil {
		return 0
	}
	return len(fs.all)
}

// All fences, which must not be changed.
func (fs *Fences) All() []*Fence {
	if fs == nil {
		return nil
	}
	return fs.all
}

// GeoJSON writes the fences for a map.
func (fs *Fences) GeoJSON() ([]byte, error) {
	fc := geojson.NewFeatureCollection()
	fc.ExtraMembers = map[string]any{"datum": WGS84}
	for _, f := range fs.All() {
		g := geojson.NewFeature(f.Polygon)
		g.Properties["kind"], g.Properties["name"], g.Properties["made_up"] = f.Kind, f.Name, f.MadeUp
		fc.Append(g)
	}
	return json.Marshal(fc)
}
