package geo_test

import (
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
)

// Every fault of a file of permits is named, with its feature, and the others are taken.
func TestFaultsInPermits(t *testing.T) {
	area := orb.Polygon{square(0, 0, 100)}
	of := func(n int, fields ...string) geo.Feature {
		f := geo.Feature{N: n, Line: n + 1, Geometry: area}
		for i := 0; i < len(fields); i += 2 {
			f.Fields = append(f.Fields, geo.Field{Name: fields[i], Value: fields[i+1]})
		}
		return f
	}
	p, problems := geo.ReadPermits(&geo.Layer{Datum: wgs84(), Features: []geo.Feature{
		of(1, "number", "A", "scenes", "street-stall"),
		of(2, "number", "A", "scenes", "street-stall"),
		of(3, "scenes", "street-stall"),
		of(4, "number", "B"),
		of(5, "number", "C", "scenes", "street-stall", "hours", "always"),
		of(6, "number", "D", "scenes", "street-stall", "valid_from", "2026-12-31", "valid_until", "2026-01-01"),
		of(7, "编号", "E", "场景", "muck-truck", "车牌", "沪A1", "有效期至", "2026-12-31"),
	}})
	want := []string{"A is there twice", "number: it is missing", "scenes: name those", "hours", "ends (2026-01-01"}
	if len(problems) != len(want) || p.Len() != 2 {
		t.Fatalf("%d permits, %v", p.Len(), problems)
	}
	for i, w := range want {
		if problems[i].N != i+2 || !strings.Contains(problems[i].Text, w) {
			t.Errorf("feature %d: %v, wanted %q", i+2, problems[i], w)
		}
	}
	middle := area.Bound().Center()
	if x, whole, ok := p.At("muck-truck", "沪A1", middle, geo.Cov{EE: 1, NN: 1}, time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)); !ok || !whole || x.Number != "E" {
		t.Errorf("%+v %v %v", x, whole, ok)
	}
	if (*geo.Permits)(nil).Len() != 0 || new(geo.Permits).Len() != 0 {
		t.Error("no permits are some")
	}
}
