package report

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/journal"
)

// SubjectReports is where reports of periods that ended are kept: + report, length of its period, and subdistrict, or all.
const SubjectReports = "harrier.reports."

// Streams are the facts of this room.
var Streams = []journal.Stream{{Name: "REPORTS", Subjects: []string{SubjectReports + ">"}, Viewed: []string{SubjectReports + ">"}, MaxBytes: 1 << 30}}

// series are the reports that are made by themselves.
var series = []struct{ report, length string }{{Order, Day}, {Order, Week}, {Order, Month}, {Register, Month}, {Completion, Month}, {Agreement, Month}}

// Series keeps the reports of each period once it has ended.
type Series struct {
	Reader *Reader
	// After is how long after its end a period is reported: what flew at its end is decided on by then.
	After time.Duration
	Log   *slog.Logger
}

// seriesLook is how often it is looked whether a period has ended.
const seriesLook = 10 * time.Minute

// seriesStart is how often it is looked whether the leads so far are read.
const seriesStart = 2 * time.Second

// Run keeps reports until ctx ends.
func (s *Series) Run(ctx context.Context) error {
	t := time.NewTicker(seriesLook)
	defer t.Stop()
	for {
		switch _, err := s.Reader.Index(); {
		case err != nil: // at a start the leads so far are read first
			t.Reset(seriesStart)
		default:
			t.Reset(seriesLook)
			if err := s.keep(ctx, time.Now()); err != nil && ctx.Err() == nil {
				s.Log.Warn("reports are not kept; trying again", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
	}
}

// keep keeps the reports of the periods that ended last, where they are not kept yet.
func (s *Series) keep(ctx context.Context, now time.Time) error {
	var failed error // of one report, which does not keep the others back
	for _, x := range series {
		running, err := PeriodOf(x.length, now.Add(-s.After), s.Reader.Zone)
		if err != nil {
			return err
		}
		p, err := PeriodOf(x.length, running.From.Add(-time.Hour), s.Reader.Zone)
		if err != nil {
			return err
		}
		kept, err := s.kept(ctx, x.report, x.length)
		if err != nil {
			return err
		}
		if !kept.Before(p.Until) {
			continue
		}
		if err := s.publish(ctx, x.report, x.length, p); err != nil {
			failed = errors.Join(failed, fmt.Errorf("report %s of %s: %w", x.report, p.Name, err))
		}
	}
	return failed
}

// whole is the subject's end of what is of no subdistrict; it is published last, and so says that all of a period is there.
const whole = "all"

// kept is the end of the last period of which a report is kept.
func (s *Series) kept(ctx context.Context, report, length string) (until time.Time, err error) {
	st, err := s.Reader.JS.Stream(ctx, "REPORTS")
	if err != nil {
		return until, err
	}
	m, err := st.GetLastMsgForSubject(ctx, SubjectReports+report+"."+length+"."+whole)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return until, nil
	}
	var r Report
	if err == nil {
		err = json.Unmarshal(m.Data, &r)
	}
	if r.More { // this process died between its parts
		return time.Time{}, err
	}
	return r.Until, err
}

// partRows is how many rows of cells and streets one message has: it must stay below the megabyte that NATS takes.
const partRows = 1500

func (s *Series) publish(ctx context.Context, report, length string, p Period) error {
	by := map[string]*Report{whole: {}}
	of := func(subdistrict string) *Report {
		name := cmp.Or(subdistrict, whole)
		if by[name] == nil {
			by[name] = &Report{}
		}
		return by[name]
	}
	ways := []string{""}
	if report == Order {
		ways = []string{BySubdistrict, ByCell, ByStreet}
	}
	var head Report
	for _, way := range ways {
		r, err := s.Reader.Read(ctx, Asked{Report: report, By: way, Length: length, From: p.From, Until: p.Until})
		if err != nil {
			return err
		}
		head = r
		for _, row := range r.Order {
			x := of(row.Subdistrict)
			x.Order = append(x.Order, row)
		}
		for _, row := range r.Register {
			x := of(row.Subdistrict)
			x.Register = append(x.Register, row)
		}
		for _, row := range r.Completion {
			x := of(row.Subdistrict)
			x.Completion = append(x.Completion, row)
		}
		for _, row := range r.Agreement {
			x := of("")
			x.Agreement = append(x.Agreement, row)
		}
	}
	names := slices.Sorted(maps.Keys(by))
	names = append(slices.DeleteFunc(names, func(n string) bool { return n == whole }), whole)
	for _, name := range names {
		x := by[name]
		x.Report, x.Length, x.From, x.Until, x.Made, x.Subdistrict = head.Report, head.Length, head.From, head.Until, head.Made, name
		rows := x.Order
		for x.Part = 1; x.Part == 1 || len(rows) > 0; x.Part++ {
			x.Order = rows[:min(len(rows), partRows)]
			rows = rows[len(x.Order):]
			x.More = len(rows) > 0
			if err := journal.Publish(ctx, s.Reader.JS, SubjectReports+report+"."+length+"."+name, fmt.Sprintf("%s/%s/%s/%d", report, p.Name, name, x.Part), x); err != nil {
				return err
			}
		}
	}
	return nil
}
