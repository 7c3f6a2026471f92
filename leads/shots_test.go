package leads_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/vision"
)

// A lead says by what it was seen, and in which fences it lay then.
func TestALeadNamesEquipmentAndFences(t *testing.T) {
	l := newLife(t, leads.Scene{})
	square := func(d float64) orb.Polygon {
		return orb.Polygon{{{121.5 - d, 31.2 - d}, {121.5 + d, 31.2 - d}, {121.5 + d, 31.2 + d}, {121.5 - d, 31.2 + d}, {121.5 - d, 31.2 - d}}}
	}
	l.rules.Fences = geo.NewFences([]geo.Fence{{ID: "A1", Kind: "announced-area", Name: "陆家嘴", Source: "公告 2026-3", Polygon: square(0.01)}, {ID: "R", Kind: "road", Polygon: square(0.01), Until: day.AddDate(0, 0, -1)}})
	l.rules.Equipment = func(dock string) *leads.Equipment {
		return &leads.Equipment{Dock: dock, Firmware: "10.01.16.10", Certificate: "SIMT-2026-8"}
	}
	f := finding("1", 0, day)
	f.Dock = "D1"
	x := l.see(f)
	if len(x.Fences) != 1 || x.Fences[0] != (leads.Fence{Kind: "announced-area", ID: "A1", Name: "陆家嘴", Source: "公告 2026-3"}) {
		t.Errorf("fences %+v", x.Fences)
	}
	if x.Equipment == nil || *x.Equipment != (leads.Equipment{Dock: "D1", Firmware: "10.01.16.10", Certificate: "SIMT-2026-8"}) {
		t.Errorf("equipment %+v", x.Equipment)
	}
	if far := l.see(finding("2", 5000, day)); far.Fences != nil {
		t.Errorf("far off it lies in %+v", far.Fences)
	}
}

// The clip of a finding comes some seconds after it, as a revision of the lead that it made or belongs to; told again it changes nothing.
func TestClipsComeLater(t *testing.T) {
	l := newLife(t, leads.Scene{})
	first, second := finding("1", 0, day), finding("2", 0.5, day.Add(time.Minute))
	l.see(first)
	l.see(second)
	for i, f := range []vision.Finding{first, second} {
		f.Revision, f.Clip = 1, "clip "+f.ID
		x := l.see(f)
		if x.Revision != 3+i || !slices.ContainsFunc(x.Shots, func(s leads.Shot) bool { return s.Finding == f.ID && s.Clip == f.Clip }) || !slices.Contains(x.Pictures(), f.Clip) {
			t.Errorf("after the clip of %s: revision %d, %+v", f.ID, x.Revision, x.Shots)
		}
		l.keep(x)
		if next, err := l.rules.Take(l.known, f); err != nil || next.Changed {
			t.Errorf("told again it makes a revision: %v", err)
		}
	}
}

// Sharp and large frames come before blurred and small ones, and one of another side before a better one of a side that is shown.
func TestTheBestFrames(t *testing.T) {
	l := newLife(t, leads.Scene{})
	for i, x := range []struct {
		sharp, size, yaw float64
	}{{0.1, 80, 0}, {0.6, 80, 10}, {0.6, 10, 20}, {0.55, 80, 350}, {0.5, 60, 180}} {
		f := finding(fmt.Sprint(i), 0, day.Add(time.Duration(i)*time.Minute))
		f.Sharpness, f.Box, f.Pose = x.sharp, vision.Box{W: x.size, H: x.size}, &geo.Pose{YawDeg: x.yaw}
		l.see(f)
	}
	x, _, err := l.known.Lead(leads.IDOf("0"))
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, s := range x.Shots {
		order = append(order, s.Finding)
	}
	if want := []string{"1", "4", "3", "0", "2"}; !slices.Equal(order, want) {
		t.Errorf("the frames are in the order %v, want %v", order, want)
	}
}
