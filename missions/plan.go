package missions

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/missions/tour"
	"github.com/harrier-patrol/harrier/missions/transit"
)

// Dock is a dock as the plan sees it.
type Dock struct {
	SN    string    `json:"sn"`
	Name  string    `json:"name,omitempty"`
	Model string    `json:"model"`
	At    orb.Point `json:"at"` // WGS-84
	// Reserve is what is left of the battery at the end, percent.
	Reserve float64 `json:"reserve,omitempty"`
	// WindMS is the wind up to which it takes off; 0 is the aircraft's limit.
	WindMS float64 `json:"wind_ms,omitempty"`
	// Blocked says why it does not fly this day; "" where it does.
	Blocked string `json:"blocked,omitempty"`
}

// usualReserve is what is left of a battery at the end of a flight where a dock does not say, percent.
const usualReserve = 25

// Day is when and in what is flown.
type Day struct {
	Begin, End time.Time // between which flights are in the air
	WindMS     float64   // that is expected
	Airspace   Airspace
	Buildings  *geo.Buildings
	Terrain    Terrain // nil: flat
	// Scenes are the resolutions that scenes want, centimetres a pixel.
	Scenes map[string]float64
	// Width and Height are the pixels of the pictures that are looked at.
	Width, Height int
	Seed          uint64
	// Steps bound the search; 0 is so many that more bring little.
	Steps int
	// Progress is told which share of the work on a plan is done, 0 to 1; nil for nobody.
	Progress func(share float64)
}

// Planned is a flight of a plan, and whom it serves.
type Planned struct {
	Flight
	Takes   time.Duration `json:"takes"`
	LengthM float64       `json:"length_m"`
	Serves  []Service     `json:"serves"`
	// Legs says what each waypoint's way there is for: the requests that are looked at on it; none on the way between.
	Legs [][]string `json:"legs"`
	// Held says that somebody changed it by hand: it stays as it is when the day is planned anew.
	Held bool `json:"held,omitempty"`
	// Struck says that somebody took it off the day: it is not flown, and what it was to show is not planned again this day.
	Struck bool `json:"struck,omitempty"`
	// Earlier says that it was kept when the day was cut anew, so that its jobs are not those of its own plan.
	Earlier bool `json:"earlier,omitempty"`
	// Jobs are the pieces of work that it does, by their numbers in the plan's day.
	Jobs []int `json:"jobs"`
}

// Service is which part of a request a flight serves.
type Service struct {
	Request string  `json:"request"`
	Share   float64 `json:"share"` // of its ground
}

// Promise is what a plan promises of a request.
type Promise struct {
	Request    string    `json:"request"`
	Department string    `json:"department"`
	Share      float64   `json:"share"`  // of its ground that will have been seen
	GSDCM      float64   `json:"gsd_cm"` // at this resolution or a finer one
	Done       time.Time `json:"done,omitzero"`
	Flights    []string  `json:"flights,omitempty"`
	Why        string    `json:"why,omitempty"` // why not all of it, or not today
}

// Plan is a day's flights.
type Plan struct {
	Flights  []Planned `json:"flights"`
	Promises []Promise `json:"promises"` // in the order of the requests
	// Minutes are those of all flights, Alone those of one flight a request; 0 where that was not asked for.
	Minutes float64 `json:"minutes"`
	Alone   float64 `json:"alone_minutes,omitempty"`

	// Cut tells the pieces of work into which the day was cut: of the same requests it is cut the same.
	Cut string `json:"cut"`
}

// Make makes the plan of a day: what is asked for of the same ground is flown once for all who asked. Requests are right (Request.Check), and
// have geometries. The same input gives the same plan.
func Make(ctx context.Context, requests []Request, docks []Dock, day Day) (*Plan, error) {
	p, err := newPlanner(ctx, requests, docks, day)
	if err != nil {
		return nil, err
	}
	p.cut()
	out := p.fly(nil, nil)
	return out, ctx.Err()
}

// Alone is how many minutes the requests take with a flight of its own for each, or several where one does not hold it.
func Alone(ctx context.Context, requests []Request, docks []Dock, day Day) (minutes float64, err error) {
	for i := range requests {
		p, err := newPlanner(ctx, requests[i:i+1], docks, day)
		if err != nil {
			return 0, err
		}
		p.cut()
		if len(p.jobs) == 0 {
			continue
		}
		problem := p.problem(nil)
		for _, t := range problem.Solve(ctx, tour.Options{Seed: day.Seed, Steps: 200}).Tours {
			minutes += t.TakesS / 60
		}
	}
	return minutes, ctx.Err()
}

// planner makes one plan.
type planner struct {
	ctx      context.Context
	requests []Request
	docks    []Dock
	day      Day
	frame    geo.Frame
	focalMin float64 // pixels, of the docks' cameras
	focalMax float64
	stillMin float64 // of their stills
	spaces   map[air]*transit.Space
	closed   []*geo.Fence  // all day
	timed    []orb.Polygon // fences that hold at times, in metres: open between
	from     float64       // seconds of the day,
	until    float64       // and then
	sides    map[int]side  // of requests that are looked at from the side

	kept   []Planned // flights whose ground is not planned again
	jobs   []job
	left   map[int]string // requests that are not planned, and why
	starts []orb.Point    // of docks, in metres
	depots []int          // docks of the depots of the search for tours
	now    float64        // before it nothing begins, in seconds of the day
}

func newPlanner(ctx context.Context, requests []Request, docks []Dock, day Day) (*planner, error) {
	if len(docks) == 0 {
		return nil, fmt.Errorf("plan: there are no docks")
	}
	if !day.End.After(day.Begin) {
		return nil, fmt.Errorf("plan: the day ends (%s) before it begins (%s)", day.End.Format(time.RFC3339), day.Begin.Format(time.RFC3339))
	}
	if !(day.WindMS >= 0 && day.WindMS <= 60) {
		return nil, fmt.Errorf("plan: a wind of %g m/s is none; it is 0 to 60", day.WindMS)
	}
	if day.Airspace.Fences == nil {
		day.Airspace.Fences = geo.NewFences(nil)
	}
	day.Width, day.Height = cmp.Or(day.Width, 1280), cmp.Or(day.Height, 720)
	p := &planner{ctx: ctx, requests: requests, docks: docks, day: day, spaces: map[air]*transit.Space{}, sides: map[int]side{}, left: map[int]string{}, focalMin: math.Inf(1), stillMin: math.Inf(1)}
	b := orb.Bound{Min: docks[0].At, Max: docks[0].At}
	for _, d := range docks {
		b = b.Extend(d.At)
		c, err := geo.CameraOf(d.Model, "wide", 0, day.Width, day.Height)
		if err != nil {
			return nil, fmt.Errorf("plan: dock %s: %w", d.SN, err)
		}
		p.focalMin, p.focalMax = math.Min(p.focalMin, c.FocalPx), math.Max(p.focalMax, c.FocalPx)
		still := c.Scaled(stillWidth, stillWidth*day.Height/day.Width)
		p.stillMin = math.Min(p.stillMin, still.FocalPx)
	}
	for i := range requests {
		if requests[i].Geometry == nil {
			return nil, fmt.Errorf("plan: request %s has no geometry", requests[i].ID)
		}
		b = b.Union(requests[i].Geometry.Bound())
	}
	p.frame = geo.NewFrame(b.Center(), 0)
	p.docks = slices.Clone(docks)
	var from, until time.Time
	var timed []*geo.Fence
	p.closed, timed, from, until = day.Airspace.times(day.Begin, day.End)
	p.timed = p.fenced(timed)
	p.from, p.until = from.Sub(day.Begin).Seconds(), until.Sub(day.Begin).Seconds()
	fenced := transit.New(append(p.fenced(p.closed), p.timed...), KeepM, nil, 0)
	for i := range p.docks {
		d := &p.docks[i]
		if !dockName.MatchString(d.SN) {
			return nil, fmt.Errorf("plan: serial number %.40q of a dock: letters, digits, - and _ only", d.SN)
		}
		p.starts = append(p.starts, p.metres(d.At))
		if most := cmp.Or(d.WindMS, WindLimitMS(d.Model)); d.Blocked == "" && day.WindMS > most {
			d.Blocked = fmt.Sprintf("the wind of %g m/s is beyond its limit of %g", day.WindMS, most)
		}
		if d.Blocked == "" && !fenced.Free(p.starts[i]) {
			d.Blocked = "it stands in or beside a fence that is closed"
		}
	}
	return p, nil
}

// dockName is what a dock's serial number may be: it names files.
var dockName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// WindLimitMS is the wind up to which an aircraft takes off and lands (DJI's specifications of Dock 1 to 3).
func WindLimitMS(model string) float64 {
	if strings.HasPrefix(model, "M30") || strings.HasPrefix(model, "M4") {
		return 12
	}
	return 8
}

func (p *planner) metres(q orb.Point) orb.Point {
	v := p.frame.To(q, 0)
	return orb.Point{v.E, v.N}
}

func (p *planner) degrees(q orb.Point) orb.Point { return p.frame.From(q[0], q[1]) }

// gsdCM is the resolution that a request wants.
func (p *planner) gsdCM(r *Request) float64 { return r.WantsCM(p.day.Scenes) }

// Heights at which is flown: the law's limit is 120 m (Interim Regulation on unmanned aircraft, in force since 2024-01-01).
const lowestM, highestM, heightStepM = 20.0, 120.0, 5.0

// stillWidth are the pixels across a still of the docks' wide cameras at their usual setting (12 megapixels).
const stillWidth = 4032

// heightM is how high is flown for a resolution, straight down; steps of 5 m bring requests together that differ little. 0 where it would be too low.
func (p *planner) heightM(gsdCM float64) float64 {
	h := math.Floor(gsdCM/100*p.focalMin/heightStepM) * heightStepM
	if h < lowestM {
		return 0
	}
	return math.Min(h, highestM)
}

// gsdAtM is the resolution of the coarsest camera at a height, centimetres.
func (p *planner) gsdAtM(heightM float64) float64 { return heightM / p.focalMin * 100 }

// overlap of the strips and of pictures: so that what the wind and an error of position of a metre or two shift is seen all the same.
const overlapShare, overlapM = 0.06, 4

// across and ahead are how wide is seen from a height, and how far ahead.
func (p *planner) across(heightM float64) float64 {
	w := float64(p.day.Width) * heightM / p.focalMax
	return w*(1-overlapShare) - overlapM
}

func (p *planner) ahead(heightM float64) float64 {
	return float64(p.day.Height)*heightM/p.focalMax/2*(1-overlapShare) - overlapM
}

// window is when a request may be looked at on the day, in seconds from its beginning; shut is 0 where only the day's end bounds it.
func (p *planner) window(r *Request) (open, shut float64, why string) {
	end := p.day.End.Sub(p.day.Begin).Seconds()
	shut = end
	if !r.By.IsZero() {
		shut = math.Min(shut, r.By.Sub(p.day.Begin).Seconds())
	}
	h, err := geo.ParseHours(r.Hours)
	if err != nil {
		return 0, 0, err.Error()
	}
	// of several stretches the longest: it leaves the most room
	const step = 300.0
	from, until := 0.0, -1.0
	for begin, at := -1.0, 0.0; at <= shut; at += step {
		if !h.Holds(p.day.Begin.Add(time.Duration(at * float64(time.Second)))) {
			begin = -1
			continue
		}
		if begin < 0 {
			begin = at
		}
		if at-begin > until-from {
			from, until = begin, at
		}
	}
	switch {
	case until <= from:
		return 0, 0, fmt.Sprintf("its hours (%s) hold at no time between %s and %s, when flights are in the air", r.Hours, p.day.Begin.Format("15:04"), p.day.End.Format("15:04"))
	case until+step < shut:
		shut = until
	}
	if shut >= end {
		shut = 0
	}
	return from, shut, ""
}

// between narrows a window to when fences that hold at times are open, where ground lies in or beside one of them.
func (p *planner) between(ground []orb.Polygon, open, shut float64) (from, until float64, timed bool, why string) {
	if len(p.timed) == 0 || !p.inTimed(ground) {
		return open, shut, false, ""
	}
	end := p.day.End.Sub(p.day.Begin).Seconds()
	if shut == 0 {
		shut = end
	}
	from, until = open, shut
	if p.from > 0 { // the way there and back is flown while they are open, too
		from = math.Max(open, p.from+timedWayS)
	}
	if p.until+closedStep.Seconds() < end {
		until = math.Min(shut, p.until-timedWayS)
	}
	if until <= from {
		at := func(s float64) string {
			return p.day.Begin.Add(time.Duration(s * float64(time.Second))).Format("15:04")
		}
		return 0, 0, true, fmt.Sprintf("a fence that holds at times is open from %s to %s only, which leaves no time in its hours", at(p.from), at(p.until))
	}
	if until >= end-closedStep.Seconds() {
		until = 0
	}
	return from, until, true, ""
}

// timedWayS is what is left for the way to and from ground that may be flown over at times only, seconds: some two kilometres.
const timedWayS = 200.0

// worth is how many seconds of flight a request is worth: whatever its priority more than any detour, so that only what nobody can fly is left
// out, and of that what has the least priority.
func (p *planner) worth(r *Request) float64 {
	w := 20000 * math.Exp2(float64(r.Priority)/25)
	return w * (1 + math.Min(r.Overdue(p.day.Begin), 10))
}

// fingerprint is a hash of the pieces of work: where they are flown, and for whom.
func (p *planner) fingerprint() string {
	h := sha256.New()
	for i := range p.jobs {
		j := &p.jobs[i]
		for _, r := range j.requests {
			fmt.Fprint(h, p.requests[r].ID, " ")
		}
		for _, s := range j.stops {
			q := p.degrees(s.at)
			fmt.Fprintf(h, "%.6f %.6f %.1f ", q[0], q[1], s.heightM)
		}
		fmt.Fprintln(h, j.open, j.shut)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// Shares of the work on a plan that are done after its ground is cut into jobs, and after tours are searched for: as measured of 1,000 and 10,000 requests.
const cutShare, searchedShare = 0.1, 0.9

func (p *planner) progress(share float64) {
	if p.day.Progress != nil {
		p.day.Progress(share)
	}
}

// fly puts jobs together into flights, besides those that are kept. Given are tours to begin with.
func (p *planner) fly(kept []Planned, given []tour.Tour) *Plan {
	out := &Plan{Cut: p.fingerprint(), Flights: append([]Planned{}, kept...)}
	for _, f := range kept {
		if !f.Struck {
			out.Minutes += f.Takes.Minutes()
		}
	}
	problem := p.problem(kept)
	given = p.ofDepots(given)
	s := problem.Solve(p.ctx, tour.Options{Seed: p.day.Seed, Steps: p.day.Steps, Given: given, Progress: func(share float64) { p.progress(cutShare + (searchedShare-cutShare)*share) }})
	p.progress(searchedShare)
	left := map[int]bool{}
	for _, j := range s.Left {
		left[j] = true
	}
	for _, f := range kept {
		for _, j := range f.Jobs {
			delete(left, j)
		}
	}
	for _, t := range s.Tours {
		t.Depot = p.depots[t.Depot]
		f, why := p.assemble(t)
		if why != "" {
			for _, j := range t.Jobs {
				left[j] = true
				for _, r := range p.jobs[j].requests {
					p.left[r] = why
				}
			}
			continue
		}
		f.ID = out.unused(f.ID)
		out.Flights = append(out.Flights, f)
		out.Minutes += f.Takes.Minutes()
	}
	slices.SortStableFunc(out.Flights, func(a, b Planned) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	p.promise(out, left)
	return out
}
