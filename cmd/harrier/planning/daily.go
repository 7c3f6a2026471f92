package planning

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/console"
	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/dock/gate"
	"github.com/harrier-patrol/harrier/geo/city"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/missions"
	"github.com/harrier-patrol/harrier/missions/book"
	"github.com/harrier-patrol/harrier/missions/plans"
)

// Daily makes the plan of each day in a Harrier that runs, and makes it anew when a dock is lost, a flight fails or something new is to be seen the
// same day.
type Daily struct {
	*Force
	Config  config.Config
	City    city.City
	JS      jetstream.JetStream
	Answers func(context.Context) ([]book.Answer, error)
	Now     func() time.Time

	making   sync.Mutex                  // one plan is made at a time
	told     map[string]dock.FlightEvent // what was told last of flights
	readFrom journal.From                // the next of what is told
	heard    uint64                      // message of the requests up to which nothing is to be planned anew
	downMu   sync.Mutex
	down     map[string]time.Time // docks that cannot fly, since when
}

// look is how often it is looked whether the day is to be planned, or anew; anewEvery the shortest time between two plans that it makes by itself.
const (
	look      = 10 * time.Second
	anewEvery = time.Minute
	own       = "harrier"
)

// Plan makes plans by itself until ctx ends.
func (d *Daily) Plan(ctx context.Context) error {
	tick := time.NewTicker(look)
	defer tick.Stop()
	var last time.Time // when it made a plan by itself
	for {
		if now := d.Now(); now.Sub(last) >= anewEvery {
			made, err := d.byItself(ctx, now)
			if made || err != nil {
				last = now
			}
			if err != nil && ctx.Err() == nil {
				d.Log.Warn("the day is not planned; it is tried again", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func today(now time.Time) string { return now.In(config.Zone).Format(time.DateOnly) }

// byItself makes the plan of today when it is time for it, or anew where something happened; made says that it did.
func (d *Daily) byItself(ctx context.Context, now time.Time) (made bool, err error) {
	date := today(now)
	lost := d.lost(now)
	begin, end, err := d.Config.Planner.Day(date)
	if err != nil || now.After(end) {
		return false, err
	}
	all, err := d.Keeper.Versions(ctx, date)
	if err != nil {
		return false, err
	}
	last, planned := plans.Last(all)
	if !planned {
		if d.Config.Planner.At == "" {
			return false, nil
		}
		if at, err := config.Clock(begin, d.Config.Planner.At); err != nil || now.Before(at) {
			return false, err
		}
		return true, d.makeOwn(ctx, date, console.PlanWish{By: own, Why: "each day at " + d.Config.Planner.At}, lost, nil, now)
	}
	switch {
	case last.State == plans.Draft && last.By == own && d.Config.Planner.Approve: // it was kept, and then something broke
		_, err := d.Approve(ctx, date, last.Number, own, "planner.approve: "+last.Why)
		return true, err
	case last.State == plans.Draft && last.By != own && now.Sub(last.At) < draftRests: // somebody is at it
		return false, nil
	}
	v, ok := plans.InForce(all)
	if !ok {
		return false, nil
	}
	c, err := d.Keeper.Content(ctx, v)
	if err != nil {
		return false, err
	}
	failed, err := d.failed(ctx, c.Plan, lost, now)
	if err != nil {
		return false, err
	}
	h, err := d.happened(ctx, v, c, lost, failed, begin, end)
	if cause := h.cause(); err != nil || cause == "" || last.Cause == cause { // of the same things there is a draft already
		return false, err
	}
	return true, d.makeOwn(ctx, date, console.PlanWish{By: own, Why: strings.Join(h.why, "; "), Cause: h.cause(), Without: v.Without}, lost, h.failed, now)
}

// draftRests is how long a draft that somebody made holds the planner up.
const draftRests = 10 * time.Minute

// happening is what a day is planned anew for.
type happening struct {
	why    []string // in words
	what   []string // that stay the same for the same
	failed []string // flights
}

func (h *happening) add(what, why string) {
	if !slices.Contains(h.what, what) {
		h.what, h.why = append(h.what, what), append(h.why, why)
	}
}

// cause is the same for the same happening; "" for none.
func (h *happening) cause() string {
	return strings.Join(slices.Sorted(slices.Values(h.what)), " ")
}

// happened says why the day is to be planned anew: docks that are lost or are back, flights that failed, and what is newly asked for. Flights that wait on
// a lost dock are among those that failed then.
func (d *Daily) happened(ctx context.Context, v plans.Version, c *plans.Content, lost map[string]string, failed []string, begin, end time.Time) (h happening, err error) {
	now := d.Now()
	flying := 0
	for _, s := range d.Docks() {
		if lost[s.SN] == "" {
			flying++
		}
	}
	h.failed = failed
	for _, id := range failed {
		h.add("failed "+id, "flight "+id+" failed")
	}
	for _, f := range c.Plan.Flights {
		reason := lost[f.Dock]
		if reason == "" || f.Struck || flying == 0 || !now.Before(f.Until) || slices.Contains(failed, f.ID) {
			continue
		}
		if f.At.After(now) || d.waits(f.ID) {
			h.add("lost "+f.Dock, f.Dock+" does not fly: "+reason)
			if !f.At.After(now) {
				h.failed = append(h.failed, f.ID)
			}
		}
	}
	for _, sn := range v.Lost {
		if lost[sn] == "" && slices.ContainsFunc(c.Plan.Promises, func(m missions.Promise) bool { return m.Share < missions.Whole }) {
			h.add("back "+sn, sn+" flies again")
		}
	}
	fresh, err := d.fresh(ctx, c, begin, end)
	for _, id := range fresh {
		h.add("asked "+id, id+" is asked for, to be seen today")
	}
	return h, err
}

// fresh are the requests that came since the plan that is in force was made and are to be seen the same day.
func (d *Daily) fresh(ctx context.Context, c *plans.Content, begin, end time.Time) (ids []string, err error) {
	last, err := journal.End(ctx, d.JS, book.Stream)
	if err != nil || last == d.heard { // to read all that was seen takes time
		return nil, err
	}
	answers, err := d.Answers(ctx)
	if err != nil {
		return nil, err
	}
	scenes, err := resolutions(d.Config)
	if err != nil {
		return nil, err
	}
	known, _ := knownScenes(asked(answers), scenes)
	for _, r := range known {
		if _, due := r.Due(begin, end); due && !slices.ContainsFunc(c.Requests, func(o missions.Request) bool { return o.ID == r.ID }) && !r.By.IsZero() && r.By.Before(end) {
			ids = append(ids, r.ID)
		}
	}
	if len(ids) == 0 {
		d.heard = last
	}
	return ids, nil
}

// waits says whether a flight waits on its dock's list.
func (d *Daily) waits(flight string) bool {
	return slices.ContainsFunc(d.Docks(), func(s dock.Status) bool { return s.Flight == flight && s.State == dock.Waiting })
}

// lost are the docks that have not been able to fly for so long that they lose their flights, and why.
func (d *Daily) lost(now time.Time) map[string]string {
	d.downMu.Lock()
	defer d.downMu.Unlock()
	if d.down == nil {
		d.down = map[string]time.Time{}
	}
	out := map[string]string{}
	for _, s := range d.Docks() {
		why := ""
		switch {
		case len(s.Holds) > 0:
			why = "held by " + s.Holds[0].Operator + ": " + s.Holds[0].Reason
		case s.Life == gate.Offline, s.Life == gate.Maintenance:
			why = string(s.Life)
		case s.Life == gate.Blocked:
			why = cmp.Or(gate.Said(s.Blocked), s.Reason, "blocked")
		}
		if why == "" {
			delete(d.down, s.SN)
			continue
		}
		if d.down[s.SN].IsZero() {
			d.down[s.SN] = now
		}
		if now.Sub(d.down[s.SN]) >= d.Config.Planner.Lost {
			out[s.SN] = why
		}
	}
	return out
}

// flightsBack is how far back flight events are read: farther than the day of a plan.
const flightsBack = 48 * time.Hour

// tooOften is after how many flights of a day that failed a dock gets no more.
const tooOften = 3

// failed are flights of a plan that did not do what they were to do: they failed, or nobody began them in their time.
//
// A dock whose flights fail again and again is lost, too: somebody is to look at it.
func (d *Daily) failed(ctx context.Context, p *missions.Plan, lost map[string]string, now time.Time) (out []string, err error) {
	if d.told == nil {
		d.told, d.readFrom = map[string]dock.FlightEvent{}, journal.From{Time: now.Add(-flightsBack)}
	}
	d.readFrom, err = dock.ReadFlightsFrom(ctx, d.JS, d.readFrom, func(ev dock.FlightEvent) { d.told[ev.Flight] = ev })
	if err != nil {
		return nil, err
	}
	often := map[string]int{}
	for id, ev := range d.told {
		if !ev.At.IsZero() && now.Sub(ev.At) > flightsBack {
			delete(d.told, id)
			continue
		}
		if ev.State == dock.Failed && today(ev.At) == today(now) {
			often[ev.Dock]++
		}
	}
	for sn, n := range often {
		if n >= tooOften && lost[sn] == "" {
			lost[sn] = fmt.Sprintf("%d of its flights failed today: look at it", n)
		}
	}
	for _, f := range p.Flights {
		ev, told := d.told[f.ID]
		if !f.Struck && (told && ev.State == dock.Failed || !told && now.After(f.Until.Add(look))) {
			out = append(out, f.ID)
		}
	}
	return out, nil
}

// makeOwn makes the plan of today by itself.
func (d *Daily) makeOwn(ctx context.Context, date string, wish console.PlanWish, lost map[string]string, failed []string, now time.Time) error {
	made, err := d.make(ctx, date, wish, lost, failed, now)
	if err != nil {
		return err
	}
	d.Log.Info("day planned", "date", date, "version", made.Version.Number, "why", wish.Why, "flights", made.Version.Flights, "minutes", made.Version.Minutes)
	if !d.Config.Planner.Approve {
		return nil
	}
	_, err = d.Approve(ctx, date, made.Version.Number, own, "planner.approve: "+wish.Why)
	return err
}

// asked are the requests that are still to be seen.
func asked(answers []book.Answer) (out []missions.Request) {
	for _, a := range answers {
		if a.State != book.Seen && a.State != book.Over && a.Geometry != nil { // of what stands for no place it was said why
			out = append(out, stillAsked(a))
		}
	}
	return out
}
