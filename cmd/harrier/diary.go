package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/dock"
)

// writeDiary writes a shift's diary as Markdown: what flew, what did not and why, what people did, and what is open.
func writeDiary(ctx context.Context, js jetstream.JetStream, path string, evs []dock.FlightEvent) error {
	var actions []dock.Entry
	err := eachMessage(ctx, js, "AUDIT", func(b []byte) error {
		var e dock.Entry
		if err := json.Unmarshal(b, &e); err != nil {
			return err
		}
		actions = append(actions, e)
		return nil
	})
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(diary(evs, actions)), 0o644)
}

func diary(evs []dock.FlightEvent, actions []dock.Entry) string {
	var b strings.Builder
	if len(evs) == 0 {
		return "# Diary\n\nNo flights.\n"
	}
	type flight struct {
		id, dock       string
		listed, took   time.Time
		end            dock.FlightEvent
		waited, parted string
	}
	flights := map[string]*flight{}
	var order []*flight
	for _, ev := range evs {
		f := flights[ev.Flight]
		if f == nil {
			f = &flight{id: ev.Flight, dock: ev.Dock, listed: ev.At}
			flights[ev.Flight], order = f, append(order, f)
		}
		switch {
		case ev.State == dock.Waiting && ev.Reason != "on the dock's list":
			f.waited = ev.Reason
		case ev.State == dock.Flying && f.took.IsZero():
			f.took = ev.At
		case ev.State.Ended():
			f.end = ev
		}
	}
	slices.SortStableFunc(order, func(a, b *flight) int { return cmp.Or(a.listed.Compare(b.listed), cmp.Compare(a.id, b.id)) })
	at := func(t time.Time) string {
		if t.IsZero() {
			return "–"
		}
		return t.Local().Format("15:04")
	}
	first, last := evs[0].At, evs[len(evs)-1].At
	ends := map[dock.State]int{}
	flown := 0
	for _, f := range order {
		ends[f.end.State]++
		if !f.took.IsZero() {
			flown++
		}
	}
	fmt.Fprintf(&b, "# Diary, %s to %s\n\n", first.Local().Format("2006-01-02 15:04"), last.Local().Format("2006-01-02 15:04"))
	fmt.Fprintf(&b, "%d flights on the list, %d flown: %d done, %d continued as another, %d cancelled, %d failed or not flown.\n\n", len(order), flown, ends[dock.Done], ends[dock.Continued], ends[dock.Cancelled], ends[dock.Failed])
	b.WriteString("## Troubles\n\n")
	quiet := true
	for _, f := range order {
		if f.end.State == dock.Done {
			continue
		}
		quiet = false
		what := string(f.end.State)
		switch {
		case f.end.State == "":
			what = "still open"
		case f.end.NotStarted:
			what = "not flown"
		case f.end.State == dock.Continued:
			what = "broken off, continued as " + f.end.ContinuedAs
		}
		fmt.Fprintf(&b, "- %s, dock %s, flight %s: %s. %s\n", at(cmpTime(f.end.At, f.listed)), f.dock, f.id, what, f.end.Reason)
	}
	if quiet {
		b.WriteString("None.\n")
	}
	b.WriteString("\n## Actions\n\n| time | dock | who | what | why | outcome |\n|---|---|---|---|---|---|\n")
	for _, a := range actions {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", at(a.At), a.Dock, a.Operator, a.Action, column(a.Reason), column(cmp.Or(a.Error, "done")))
	}
	b.WriteString("\n## Flights\n\n| dock | flight | took off | ended | end | remark |\n|---|---|---|---|---|---|\n")
	for _, f := range order {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", f.dock, f.id, at(f.took), at(f.end.At), cmp.Or(string(f.end.State), "open"), column(cmp.Or(f.end.Reason, f.waited)))
	}
	b.WriteString("\nRead and found right:\n\n\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_ (operator on duty)\n")
	return b.String()
}

func cmpTime(a, b time.Time) time.Time {
	if a.IsZero() {
		return b
	}
	return a
}

// column is a text as it stands in a table.
func column(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, "|", "/"), "\n", " ") }
