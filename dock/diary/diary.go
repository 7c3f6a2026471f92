// Package diary writes what happened in a shift, for the operator who signs it.
package diary

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/dock/calendar"
	"github.com/harrier-patrol/harrier/dock/media"
	"github.com/harrier-patrol/harrier/journal"
)

// Of is the diary of a shift as Markdown: what flew, what did not and why, what people did, and what is open.
func Of(ctx context.Context, js jetstream.JetStream, from, until time.Time) (string, error) {
	in := func(t time.Time) bool { return !t.Before(from) && t.Before(until) }
	evs, err := dock.ReadFlights(ctx, js)
	if err != nil {
		return "", err
	}
	of := map[string]bool{}
	for _, ev := range evs {
		of[ev.Flight] = of[ev.Flight] || in(ev.At)
	}
	evs = slices.DeleteFunc(evs, func(ev dock.FlightEvent) bool { return !of[ev.Flight] })
	var actions []dock.Entry
	err = journal.Replay(ctx, js, "AUDIT", dock.SubjectAudit+">", journal.From{}, func(msg journal.Msg) error {
		var e dock.Entry
		if err := json.Unmarshal(msg.Data, &e); err != nil {
			return err
		}
		actions = append(actions, e)
		return nil
	})
	if err != nil {
		return "", err
	}
	actions = outcomes(actions, in)
	media, err := dock.ReadMedia(ctx, js)
	if err != nil {
		return "", err
	}
	decided := map[string]calendar.Decided{}
	err = journal.Replay(ctx, js, "CALENDAR", calendar.Subject+">", journal.From{}, func(msg journal.Msg) error {
		var d calendar.Decided
		if err := json.Unmarshal(msg.Data, &d); err != nil {
			return err
		}
		if in(d.At) {
			decided[d.Flight] = d
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	return write(evs, actions, media, decided), nil
}

// outcomes are what became of the commands that were asked for at a time: one entry each, also where the outcome was not recorded.
func outcomes(all []dock.Entry, in func(time.Time) bool) (out []dock.Entry) {
	asked := map[string]int{} // places in out, of those whose outcome has not come yet
	for _, e := range all {
		id := e.Dock + "/" + e.Key
		if n, is := asked[id]; is && !e.Asked {
			out[n] = e
			delete(asked, id)
		} else if in(e.At) {
			if e.Asked {
				e.Error = "asked; the outcome was not recorded"
				asked[id] = len(out)
			}
			out = append(out, e)
		}
	}
	return out
}

func write(evs []dock.FlightEvent, actions []dock.Entry, accounts map[string]media.Account, decided map[string]calendar.Decided) string {
	var b strings.Builder
	if len(evs) == 0 {
		return "# Diary\n\nNo flights.\n"
	}
	type flight struct {
		id, dock     string
		listed, took time.Time
		end          dock.FlightEvent
		waited       string
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
		line := strings.TrimSpace(fmt.Sprintf("- %s, dock %s, flight %s: %s. %s", at(cmpTime(f.end.At, f.listed)), f.dock, f.id, what, f.end.Reason))
		switch d := decided[f.id]; {
		case d.Next != "":
			line += "; tried again as " + d.Next
		case d.What != "":
			line += "; " + d.What + ", as " + d.Reason
		}
		fmt.Fprintln(&b, line)
	}
	for _, d := range slices.SortedFunc(maps.Values(decided), func(a, b calendar.Decided) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Flight, b.Flight)) }) {
		if flights[d.Flight] == nil { // never on a dock's list
			quiet = false
			fmt.Fprintf(&b, "- %s, dock %s, flight %s: %s by the calendar. %s\n", at(d.At), d.Dock, d.Flight, d.What, d.Reason)
		}
	}
	for _, f := range order {
		if m := accounts[f.id]; m.State == media.Incomplete {
			quiet = false
			fmt.Fprintf(&b, "- %s, dock %s, flight %s: %d of its photos and files arrived; missing: %s.\n", at(m.At), f.dock, f.id, len(m.Files), strings.Join(m.Missing, ", "))
		}
	}
	if quiet {
		b.WriteString("None.\n")
	}
	b.WriteString("\n## Actions\n\n| time | dock | who | what | why | outcome |\n|---|---|---|---|---|---|\n")
	for _, a := range actions {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", at(a.At), a.Dock, a.Operator, a.Action, column(a.Reason), column(cmp.Or(a.Error, "done")))
	}
	b.WriteString("\n## Flights\n\n| dock | flight | took off | ended | end | photos | remark |\n|---|---|---|---|---|---|---|\n")
	for _, f := range order {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", f.dock, f.id, at(f.took), at(f.end.At), cmp.Or(string(f.end.State), "open"), photos(accounts[f.id]), column(cmp.Or(f.end.Reason, f.waited)))
	}
	b.WriteString("\nRead and found right:\n\n\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_ (operator on duty)\n")
	return b.String()
}

// photos says how many of a flight's files came.
func photos(m media.Account) string {
	switch m.State {
	case media.Complete:
		return fmt.Sprintf("%d", len(m.Files))
	case media.Incomplete:
		return fmt.Sprintf("%d, %d missing", len(m.Files), len(m.Missing))
	}
	return "–"
}

func cmpTime(a, b time.Time) time.Time {
	if a.IsZero() {
		return b
	}
	return a
}

// column is a text as it stands in a table.
func column(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, "|", "/"), "\n", " ") }
