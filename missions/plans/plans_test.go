package plans

import (
	"errors"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/embedded/natstest"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/missions"
)

func TestTheLastApprovedVersionIsInForce(t *testing.T) {
	_, _, js := natstest.Start(t)
	if err := journal.Declare(t.Context(), js, Streams, nil, 1); err != nil {
		t.Fatal(err)
	}
	k, err := Open(t.Context(), js)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 12, 1, 6, 0, 0, 0, time.UTC)
	content := func(id string, struck bool) *Content {
		return &Content{Plan: &missions.Plan{Flights: []missions.Planned{{Flight: missions.Flight{ID: id}, Struck: struck}}, Minutes: 7, Promises: []missions.Promise{{Request: "r", Share: 1}}}, Requests: []missions.Request{{ID: "r"}}}
	}
	keep := func(c *Content, after int) (Version, error) {
		return k.Keep(t.Context(), Version{Date: "2026-12-01", State: Draft, By: "a", Why: "w", At: now}, c, after)
	}
	force := func() (Version, bool) {
		all, err := k.Versions(t.Context(), "2026-12-01")
		if err != nil {
			t.Fatal(err)
		}
		return InForce(all)
	}
	v, err := keep(content("one", false), 0)
	if err != nil || v.Number != 1 || v.Flights != 1 || v.Whole != 1 || v.Requests != 1 || v.Minutes != 7 {
		t.Fatalf("%+v, %v", v, err)
	}
	if _, ok := force(); ok {
		t.Error("a draft is in force")
	}
	if _, err := keep(content("again", false), 0); !errors.Is(err, ErrMoved) {
		t.Errorf("a version is kept that did not know the one before: %v", err)
	}
	for number, want := range map[int]error{0: ErrNone, 2: ErrNone} {
		if _, err := k.Approve(t.Context(), "2026-12-01", number, "b", "", now); !errors.Is(err, want) {
			t.Errorf("version %d is approved: %v", number, err)
		}
	}
	if _, err := k.Approve(t.Context(), "2026-12-01", 1, "b", "looked at", now); err != nil {
		t.Fatal(err)
	}
	if _, err := keep(content("two", true), 1); err != nil {
		t.Fatal(err)
	}
	v, ok := force()
	if !ok || v.Number != 1 || v.By != "b" {
		t.Errorf("in force is %+v", v)
	}
	c, err := k.Content(t.Context(), v)
	if err != nil || c.Plan.Flights[0].ID != "one" || c.Requests[0].ID != "r" {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := k.Approve(t.Context(), "2026-12-01", 1, "b", "", now); !errors.Is(err, ErrMoved) {
		t.Errorf("an old version is approved: %v", err)
	}
	if v, err = k.Approve(t.Context(), "2026-12-01", 2, "c", "", now); err != nil || v.Flights != 0 {
		t.Errorf("%+v, %v", v, err)
	}
	if v, _ := force(); v.Number != 2 {
		t.Errorf("in force is %+v", v)
	}
	if all, err := k.Versions(t.Context(), "2026-12-02"); err != nil || len(all) != 0 {
		t.Errorf("another day has %v, %v", all, err)
	}
}
