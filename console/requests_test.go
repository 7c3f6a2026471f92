package console

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/missions"
	"github.com/harrier-patrol/harrier/missions/book"
)

// A lead asks to be looked at again: from all sides, or exactly as it was seen; twice of the same revision is once.
func TestALeadAsksForAnotherLook(t *testing.T) {
	seen := geo.Pose{Lon: 121.5005, Lat: 31.2, HeightM: 80, YawDeg: -90, PitchDeg: -60}
	l := leads.Lead{Lead: "A", Revision: 3, State: leads.Candidate, Scene: "street-stall", Lon: 121.5, Lat: 31.2, Frame: "f", Shots: []leads.Shot{{Frame: "e"}, {Frame: "f", Pose: &seen}}}
	long := strings.Repeat("b", 100)
	blind := leads.Lead{Lead: long, Revision: 1, State: leads.Candidate, Scene: "street-stall", Lon: 121.6, Lat: 31.2, Frame: "g"}
	var asked []book.Message
	h := New(Options{Machine: "secret", Hosts: []string{"harrier:8080"}, Ledger: ledgerOf(t, l, blind), Docks: func() []dock.Status { return nil }, Files: http.NotFoundHandler(), Buildings: geo.NewBuildings(nil), Fences: geo.NewFences(nil),
		Coverage: &Coverage{}, Counts: func() map[string]int64 { return nil },
		Requests: Requests{Ask: func(_ context.Context, m book.Message) error { asked = append(asked, m); return m.Check() }}})
	post := func(lead, view string) (int, string) {
		r := httptest.NewRequest(http.MethodPost, "/api/leads/"+lead+"/look", strings.NewReader(`{"view": "`+view+`", "department": "城管"}`))
		r.Host = "harrier:8080"
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer secret")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		var a LookAsked
		_ = json.Unmarshal(w.Body.Bytes(), &a)
		return w.Code, a.Request
	}
	type look struct {
		lead, view string
		code       int
	}
	ids := map[string]bool{}
	for _, c := range []look{{"A", "close-up", 200}, {"A", "close-up", 200}, {"A", "again", 200}, {long, "close-up", 200}, {long, "again", 409}, {"C", "close-up", 404}, {"A", "nicely", 422}} {
		code, id := post(c.lead, c.view)
		if code != c.code || (code == 200) != strings.HasPrefix(id, c.view+"-") {
			t.Errorf("%s of %s: %d, request %q", c.view, c.lead, code, id)
		}
		if code == 200 {
			ids[id] = true
		}
	}
	if len(asked) != 4 || len(ids) != 3 {
		t.Fatalf("%d messages, of requests %v", len(asked), ids)
	}
	near, again := asked[0], asked[2]
	if near.View != missions.Orbit || near.Source != missions.CloseUp || near.Geometry != (orb.Point{121.5, 31.2}) || near.Department != "城管" || near.By != "system" || near.Scenes[0] != "street-stall" {
		t.Errorf("%+v", near)
	}
	if again.View != missions.Again || again.FromLon != seen.Lon || again.FromLat != seen.Lat || again.FromHeightM != 80 || again.BearingDeg != -90 || again.PitchDeg != -60 {
		t.Errorf("%+v", again)
	}
}
