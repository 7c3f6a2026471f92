package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/embedded/natstest"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads/index"
	"github.com/harrier-patrol/harrier/vision"
)

// house is a NATS server with what reports read and write, an index, and the series that they make.
func house(t *testing.T, grid *geo.Grid) (*Series, *index.Index, jetstream.JetStream) {
	t.Helper()
	_, _, js := natstest.Start(t)
	streams := append([]journal.Stream{{Name: "COVERAGE", Subjects: []string{"harrier.coverage.>"}, MaxBytes: 64 << 20, Last: true}, {Name: "CHANGES", Subjects: []string{"harrier.changes.>"}, MaxBytes: 64 << 20}}, Streams...)
	if err := journal.Declare(t.Context(), js, streams, nil, 1); err != nil {
		t.Fatal(err)
	}
	x, err := index.Open(filepath.Join(t.TempDir(), "leads.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	g := NewGround(grid, nil)
	g.Register, g.Fences = geo.NewRegister(nil), geo.NewFences(nil)
	r := &Reader{Ground: func() *Ground { return g }, Scenes: stalls, Zone: zone, Index: func() (*index.Index, error) { return x, nil }, JS: js}
	return &Series{Reader: r, Log: slog.New(slog.DiscardHandler)}, x, js
}

// Each period that ended is reported once, also by one that starts anew; what flew later revisions of a flight showed counts.
func TestASeriesOnNATS(t *testing.T) {
	grid, c, at := district(t)
	s, x, js := house(t, grid)
	now := time.Now().In(zone)
	yesterday := now.AddDate(0, 0, -1)
	l := confirmed("street-stall", c, at)
	l.FirstSeen, l.LastSeen = yesterday, yesterday
	if err := x.Apply([]index.Kept{{Lead: l}}); err != nil {
		t.Fatal(err)
	}
	for revision, share := range []float64{0.2, 0.9} {
		look := looked(c, "street-stall", share)
		look.Last = yesterday
		if err := journal.Publish(t.Context(), js, "harrier.coverage.f", "", vision.Covered{Flight: "f", Revision: revision, Scenes: look.Scenes, Cells: []geo.CellSeen{look.CellSeen}}); err != nil {
			t.Fatal(err)
		}
	}
	if r, err := s.Reader.Read(t.Context(), Asked{Report: "weather", Length: Day, From: yesterday, Until: now}); !errors.Is(err, ErrAsked) {
		t.Errorf("a report that there is not: %+v, %v", r, err)
	}
	for range 3 {
		if err := s.keep(t.Context(), now); err != nil {
			t.Fatal(err)
		}
	}
	of := map[string][]Report{}
	err := journal.Replay(t.Context(), js, "REPORTS", ">", journal.From{}, func(m journal.Msg) error {
		var r Report
		of[m.Subject] = append(of[m.Subject], r)
		return json.Unmarshal(m.Data, &of[m.Subject][len(of[m.Subject])-1])
	})
	if err != nil {
		t.Fatal(err)
	}
	for subject, all := range of {
		if len(all) != 1 {
			t.Errorf("%s was published %d times", subject, len(all))
		}
	}
	for _, want := range []string{"order.day.all", "order.week.all", "order.month.all", "register.month.all", "completion.month.all", "agreement.month.all"} {
		if of[SubjectReports+want] == nil {
			t.Errorf("there is no %s", want)
		}
	}
	day := of[SubjectReports+"order.day."+c.Subdistrict]
	if len(day) != 1 {
		t.Fatalf("%d reports of the subdistrict", len(day))
	}
	cells := 0
	for _, row := range day[0].Order {
		if row.By == ByCell && row.Scene == "street-stall" {
			cells++
			if row.Area != c.Code || row.Confirmed != 1 || row.Looked != 0.9 {
				t.Errorf("row %+v", row)
			}
		}
	}
	if cells != 1 {
		t.Errorf("%d rows of cells, and one was looked at", cells)
	}
	if err := s.keep(t.Context(), now.AddDate(0, 0, 1)); err != nil {
		t.Fatal(err)
	}
	end, err := s.kept(t.Context(), Order, Day)
	if want, _ := PeriodOf(Day, now, zone); err != nil || !end.Equal(want.Until) {
		t.Errorf("a day later the last report ends at %s, want %s: %v", end, want.Until, err)
	}
}

// The rows of a large subdistrict are spread over messages that NATS takes, none lost and none twice.
func TestLargeReportsComeInParts(t *testing.T) {
	grid, _, at := district(t)
	s, _, js := house(t, grid)
	home, _ := grid.At(at)
	covered := vision.Covered{Flight: "f", Scenes: []string{"street-stall"}}
	grid.Each(func(c *geo.Cell, _ []orb.Polygon) {
		if c.Subdistrict == home.Subdistrict {
			covered.Cells = append(covered.Cells, geo.CellSeen{Cell: c.Code, Share: 1, GSDM: 0.03, Last: time.Now()})
		}
	})
	// several flights, as one alone would not fit into a message
	for n := 0; len(covered.Cells) > 0; n++ {
		part := covered
		part.Cells = covered.Cells[:min(500, len(covered.Cells))]
		covered.Cells = covered.Cells[len(part.Cells):]
		if err := journal.Publish(t.Context(), js, fmt.Sprint("harrier.coverage.f", n), "", part); err != nil {
			t.Fatal(err)
		}
	}
	p, err := PeriodOf(Day, time.Now(), zone)
	if err == nil {
		err = s.publish(t.Context(), Order, Day, p)
	}
	if err != nil {
		t.Fatal(err)
	}
	cells, parts, more := map[string]int{}, 0, true
	err = journal.Replay(t.Context(), js, "REPORTS", SubjectReports+"order.day."+home.Subdistrict, journal.From{}, func(m journal.Msg) error {
		var r Report
		err := json.Unmarshal(m.Data, &r)
		parts++
		if r.Part != parts || !more {
			t.Errorf("part %d is number %d, after one that says more: %v", parts, r.Part, more)
		}
		more = r.More
		for _, row := range r.Order {
			if row.By == ByCell && row.Scene != "" {
				cells[row.Area]++
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if parts < 2 || more || len(cells) < partRows/2 {
		t.Errorf("%d parts with %d cells, more: %v", parts, len(cells), more)
	}
	for c, n := range cells {
		if n != 1 {
			t.Errorf("cell %s is there %d times", c, n)
		}
	}
}
