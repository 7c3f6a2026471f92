package planning

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/harrier-patrol/harrier/console"
	"github.com/harrier-patrol/harrier/missions"
	"github.com/harrier-patrol/harrier/missions/book"
	"github.com/harrier-patrol/harrier/missions/plans"
)

// make makes a version of a day's plan: anew from what is in force where the day has begun, or from what was kept by hand.
func (d *Daily) make(ctx context.Context, date string, wish console.PlanWish, lost map[string]string, failed []string, now time.Time) (*console.PlanMade, error) {
	for !d.making.TryLock() {
		select {
		case <-ctx.Done(): // given up while another was made
			return nil, ctx.Err()
		case <-time.After(lockLook):
		}
	}
	defer d.making.Unlock()
	answers, err := d.Answers(ctx)
	if err != nil {
		return nil, err
	}
	w, err := d.world(date, wish, lost)
	if err != nil {
		return nil, err
	}
	all, err := d.Keeper.Versions(ctx, date)
	if err != nil {
		return nil, err
	}
	requests, _ := knownScenes(asked(answers), w.day.Scenes) // of others it was said when they came
	last, has := plans.Last(all)
	c := &plans.Content{}
	if has {
		c, err = d.anew(ctx, all, answers, requests, failed, &w, wish.Hours == "", now)
	} else {
		if now.After(w.day.Begin) {
			w.day.Begin = now.Truncate(time.Second).Add(soonest)
		}
		if len(requests) == 0 {
			return nil, errors.New("all that was asked for has been seen, or its time is over: there is nothing to plan")
		}
		c.Requests = requests
		c.Plan, err = missions.Make(ctx, requests, w.docks, w.day)
	}
	if err != nil {
		return nil, err
	}
	v := plans.Version{Date: date, State: plans.Draft, By: wish.By, Why: wish.Why, At: now, Begin: w.day.Begin, End: w.day.End, WindMS: w.day.WindMS, Cause: wish.Cause, Without: wish.Without}
	for _, k := range w.docks {
		if lost[k.SN] != "" {
			v.Lost = append(v.Lost, k.SN)
		}
	}
	return d.keep(ctx, v, c, last.Number, wish.Try)
}

// lockLook is how often it is looked whether the plan before is made.
const lockLook = 100 * time.Millisecond

// soonest is how long from now on a plan that is made amid its day begins: somebody is to look at it.
const soonest = 20 * time.Second

// anew plans a day anew from the version in force, or from the last one where nothing of it was to be flown.
func (d *Daily) anew(ctx context.Context, all []plans.Version, answers []book.Answer, asked []missions.Request, failed []string, w *world, sameHours bool, now time.Time) (*plans.Content, error) {
	before, approved := plans.InForce(all)
	if !approved || now.Before(w.day.Begin) {
		before, _ = plans.Last(all)
	}
	c, err := d.Keeper.Content(ctx, before)
	if err != nil {
		return nil, err
	}
	was := *c.Plan
	was.Flights = slices.DeleteFunc(slices.Clone(was.Flights), func(f missions.Planned) bool {
		// a draft's flights were not flown, whatever their time
		return slices.Contains(failed, f.ID) || !approved && !f.Held && !f.Struck && !f.At.After(now)
	})
	if last, _ := plans.Last(all); last.Number != before.Number {
		if err := d.carry(ctx, last, c.Plan, &was, now); err != nil {
			return nil, err
		}
	}
	w.day.Begin = before.Begin
	if sameHours {
		w.day.End = before.End
	}
	from := now
	if approved { // what is due until it can be approved stays as it is
		from = now.Add(untilApproved)
	}
	if from.Before(w.day.Begin) {
		from = w.day.Begin.Add(-time.Second)
	}
	out := &plans.Content{Requests: stillOf(c.Requests, asked, answers)}
	out.Plan, err = missions.Anew(ctx, &was, out.Requests, w.docks, w.day, from)
	return out, err
}

// untilApproved is how long from now on flights in force stay when the day is planned anew.
const untilApproved = 90 * time.Second

// carry takes over what somebody changed by hand in a draft that nobody has approved yet.
func (d *Daily) carry(ctx context.Context, draft plans.Version, force, into *missions.Plan, now time.Time) error {
	c, err := d.Keeper.Content(ctx, draft)
	if err != nil {
		return err
	}
	for _, f := range c.Plan.Flights {
		same := func(g missions.Planned) bool { return g.ID == f.ID && g.Held == f.Held && g.Struck == f.Struck }
		if !f.Held && !f.Struck || !f.At.After(now) || slices.ContainsFunc(into.Flights, same) {
			continue
		}
		if c.Plan.Cut != force.Cut || f.Earlier {
			return fmt.Errorf("draft %d holds changes that were made by hand (flight %s): approve it first, or make them again", draft.Number, f.ID)
		}
		into.Flights = slices.DeleteFunc(into.Flights, func(g missions.Planned) bool {
			return slices.ContainsFunc(g.Jobs, func(j int) bool { return slices.Contains(f.Jobs, j) })
		})
		into.Flights = append(into.Flights, f)
	}
	return nil
}

// keep keeps a version, unless it is only tried.
func (d *Daily) keep(ctx context.Context, v plans.Version, c *plans.Content, after int, try bool) (out *console.PlanMade, err error) {
	v.Count(c)
	if !try {
		if v, err = d.Keeper.Keep(ctx, v, c, after); err != nil {
			return nil, err
		}
	}
	return &console.PlanMade{Version: v, Content: c}, nil
}

// stillOf are the requests of a plan that are still asked for or were seen meanwhile, and what is asked for besides.
func stillOf(of, now []missions.Request, answers []book.Answer) (out []missions.Request) {
	for _, r := range of {
		if slices.ContainsFunc(answers, func(a book.Answer) bool { return a.ID == r.ID }) {
			out = append(out, r)
		}
	}
	for _, r := range now {
		if !slices.ContainsFunc(of, func(o missions.Request) bool { return o.ID == r.ID }) {
			out = append(out, r)
		}
	}
	return out
}

// world is what a day is planned with: hours and wind of the configuration where the wish does not say, and the wind that docks measure today.
func (d *Daily) world(date string, wish console.PlanWish, lost map[string]string) (w world, err error) {
	if w, err = worldOf(d.Config, d.City, nil, 0); err != nil {
		return w, err
	}
	p := d.Config.Planner
	if wish.Hours != "" {
		p.Hours = wish.Hours
	}
	if w.day.Begin, w.day.End, err = p.Day(date); err != nil {
		return w, err
	}
	w.day.WindMS, w.day.Seed, w.day.Progress = p.WindMS, 1, wish.Progress
	if wish.WindMS != nil {
		w.day.WindMS = *wish.WindMS
	} else if date == today(d.Now()) {
		w.day.WindMS = max(w.day.WindMS, d.wind())
	}
	for i := range w.docks {
		k := &w.docks[i]
		switch why := lost[k.SN]; {
		case slices.Contains(wish.Without, k.SN):
			k.Blocked = "left out"
		case why != "":
			k.Blocked = why
		}
	}
	for _, sn := range wish.Without {
		if !slices.ContainsFunc(w.docks, func(k missions.Dock) bool { return k.SN == sn }) {
			return w, fmt.Errorf("there is no dock %s to leave out", sn)
		}
	}
	return w, nil
}

// wind is the median of what docks measure, 0 where none does.
func (d *Daily) wind() float64 {
	var all []float64
	for _, s := range d.Docks() {
		if s.Online && s.Weather != nil {
			all = append(all, s.Weather.WindMS)
		}
	}
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// Make makes a draft of a day's plan, as somebody wishes it.
func (d *Daily) Make(ctx context.Context, date string, wish console.PlanWish) (*console.PlanMade, error) {
	now := d.Now()
	if _, end, err := d.Config.Planner.Day(date); err != nil {
		return nil, err
	} else if now.After(end) {
		return nil, fmt.Errorf("the day's flights end at %s: it is over", end.Format("15:04"))
	}
	return d.make(ctx, date, wish, d.lost(now), nil, now)
}

// Approve lets the newest version of a day's plan be flown.
func (d *Daily) Approve(ctx context.Context, date string, number int, by, why string) (plans.Version, error) {
	if err := d.stillGood(ctx, date, number); err != nil {
		return plans.Version{}, err
	}
	v, err := d.Keeper.Approve(ctx, date, number, by, why, d.Now())
	if err != nil {
		return v, err
	}
	if err := d.follow(ctx, d.Now()); err != nil { // it is approved all the same, and looked after every few seconds
		d.Log.Warn("plan approved", "date", date, "version", number, "error", err)
	}
	return v, nil
}

// stillGood says whether a draft still fits what has begun since it was made: its work must not be flown twice.
func (d *Daily) stillGood(ctx context.Context, date string, number int) error {
	all, err := d.Keeper.Versions(ctx, date)
	if err != nil {
		return err
	}
	v, ok := plans.Find(all, number)
	force, has := plans.InForce(all)
	if !ok || !has || force.Number == number {
		return nil
	}
	draft, err := d.Keeper.Content(ctx, v)
	if err != nil {
		return err
	}
	old, err := d.Keeper.Content(ctx, force)
	if err != nil {
		return err
	}
	for _, f := range old.Plan.Flights {
		if begun := f.At.After(v.At) && !f.At.After(d.Now()); begun && !f.Struck && !slices.ContainsFunc(draft.Plan.Flights, func(g missions.Planned) bool { return g.ID == f.ID }) {
			return fmt.Errorf("since this draft was made flight %s has begun, which is not in it: plan the day anew", f.ID)
		}
	}
	return nil
}

// Change moves a flight, or strikes it, in a new version of a day's plan.
func (d *Daily) Change(ctx context.Context, date string, x console.PlanChange) (*console.PlanMade, error) {
	d.making.Lock()
	defer d.making.Unlock()
	all, err := d.Keeper.Versions(ctx, date)
	if err != nil {
		return nil, err
	}
	v, ok := plans.Last(all)
	switch {
	case !ok:
		return nil, plans.ErrNone
	case v.Number != x.Version:
		return nil, plans.ErrMoved
	}
	c, err := d.Keeper.Content(ctx, v)
	if err != nil {
		return nil, err
	}
	now := d.Now()
	if i := slices.IndexFunc(c.Plan.Flights, func(f missions.Planned) bool { return f.ID == x.Flight }); i >= 0 && !c.Plan.Flights[i].At.After(now) {
		return nil, fmt.Errorf("flight %s has begun, or its time is over: bring it home on the page of the fleet", x.Flight)
	}
	if !x.Strike && x.At.Before(now) {
		return nil, errors.New("that time is over")
	}
	w, err := d.world(date, console.PlanWish{WindMS: &v.WindMS, Without: v.Without}, d.lost(now))
	if err != nil {
		return nil, err
	}
	w.day.Begin, w.day.End = v.Begin, v.End
	if x.Strike {
		if c.Plan, err = missions.Strike(c.Plan, x.Flight); err == nil {
			c.Plan, err = missions.Anew(ctx, c.Plan, c.Requests, w.docks, w.day, now)
		}
	} else {
		c.Plan, err = missions.Move(c.Plan, x.Flight, x.At, c.Requests, w.docks, w.day)
	}
	if err != nil {
		return nil, err
	}
	v.State, v.By, v.Why, v.At = plans.Draft, x.By, x.Why, now
	return d.keep(ctx, v, c, v.Number, x.Try)
}

// Look is a version of a day's plan, the last one for 0, with all that was told of the day; nil where there is none.
func (d *Daily) Look(ctx context.Context, date string, number int) ([]plans.Version, *console.PlanMade, error) {
	all, err := d.Keeper.Versions(ctx, date)
	if err != nil {
		return nil, nil, err
	}
	v, ok := plans.Find(all, number)
	if !ok {
		return all, nil, nil
	}
	c, err := d.Keeper.Content(ctx, v)
	if err != nil {
		return nil, nil, err
	}
	return all, &console.PlanMade{Version: v, Content: c}, nil
}
