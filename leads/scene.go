package leads

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/harrier-patrol/harrier/vision"
)

// Scene is the part of a scene that leads need.
type Scene struct {
	Event  string            `yaml:"event"`
	Events map[string]string `yaml:"events"` // by attribute or class, where it differs
	// Settled is how long after its last step a lead still takes in new sightings; what is seen later is a new lead. 0: settledDefault.
	Settled time.Duration `yaml:"settled"`
	// Suppress is how long a rejected lead stays rejected when it is seen again; 0: as long as settled.
	Suppress  time.Duration `yaml:"suppress"`
	Review    Reviewing     `yaml:"review"`
	Due       Dues          `yaml:"due"`
	Priority  Priority      `yaml:"priority"`
	Retention Retention     `yaml:"retention"`
	// Order is what the scene weighs in the street order index (leads/report).
	Order struct {
		HalfPerKM2 float64 `yaml:"half_per_km2"` // confirmed things a square kilometre that make the index 50; 0: it is not in it
	} `yaml:"order"`
	JoinM   float64 `yaml:"-"`
	Version string  `yaml:"-"` // beginning of the SHA-256 of the scene
}

// Reviewing is how leads are decided on.
type Reviewing struct {
	Steps   int  `yaml:"steps"`   // 2: a technical check, then a legal one; else one step
	Another bool `yaml:"another"` // the legal check is another person's
	// Blind is the share of the decided leads that a second person decides on without knowing the decision; of rejected ones it is Rejected, where that is more.
	Blind    float64 `yaml:"blind"`
	Rejected float64 `yaml:"rejected"`
}

// Dues are how long the next step may take, in working time; 0: as long as it takes.
type Dues struct {
	Candidate time.Duration `yaml:"candidate"` // until it is decided on
	Confirmed time.Duration `yaml:"confirmed"` // until a case system has accepted it
	Accepted  time.Duration `yaml:"accepted"`  // until the case is closed
	Remind    time.Duration `yaml:"remind"`    // so long before it is due the squad and its centre are reminded
}

// Priority is what makes a lead urgent: the points of all that holds are added up.
type Priority struct {
	Severity int            `yaml:"severity"` // of the scene
	Classes  map[string]int `yaml:"classes"`
	Because  map[string]int `yaml:"because"` // by the reason of the finding (new, unregistered, on-roof, …)
	Relapse  int            `yaml:"relapse"` // it had been confirmed before
	Again    int            `yaml:"again"`   // for each further flight that saw it, ten at most
	Sure     int            `yaml:"sure"`    // times the score
	Permit   int            `yaml:"permit"`  // it may lie where a permit allows it; below 0
}

// maxAgain sightings count.
const maxAgain = 10

func (p Priority) of(l Lead) int {
	n := p.Severity + p.Classes[l.Class] + p.Because[l.Attributes[vision.Because]] + p.Again*min(maxAgain, max(0, l.Seen-1)) + int(math.Round(float64(p.Sure)*l.Score))
	if l.Relapse {
		n += p.Relapse
	}
	if l.Permit != "" {
		n += p.Permit
	}
	return n
}

// settledDefault is the time after which a thing that was decided on is decided on anew.
const settledDefault = 30 * 24 * time.Hour

func (s Scene) suppress() time.Duration { return cmp.Or(s.Suppress, s.Settled, settledDefault) }

// ReadScenes reads the leads sections of scene files, by the names of the scenes.
func ReadScenes(files []vision.SceneFile) (map[string]Scene, error) {
	out := map[string]Scene{}
	for _, f := range files {
		var err error
		if out[f.Scene], err = readScene(f); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// readScene reads one; what it does not know is an error.
func readScene(f vision.SceneFile) (Scene, error) {
	var s Scene
	if f.Leads.IsZero() {
		return s, fmt.Errorf("scene %s: section leads is missing", f.Scene)
	}
	b, err := yaml.Marshal(&f.Leads)
	if err == nil {
		d := yaml.NewDecoder(bytes.NewReader(b))
		d.KnownFields(true)
		if err = d.Decode(&s); errors.Is(err, io.EOF) {
			err = nil
		}
	}
	if err == nil {
		err = s.check()
	}
	if err != nil {
		return s, fmt.Errorf("scene %s: leads: %w", f.Scene, err)
	}
	whole, err := yaml.Marshal(f)
	if err != nil {
		return s, fmt.Errorf("scene %s: %w", f.Scene, err)
	}
	s.JoinM, s.Version = f.Vision.JoinM, fmt.Sprintf("%x", sha256.Sum256(whole))[:12]
	return s, nil
}

func (s Scene) check() error {
	for _, d := range []struct {
		key string
		v   time.Duration
	}{{"settled", s.Settled}, {"suppress", s.Suppress}, {"due.candidate", s.Due.Candidate}, {"due.confirmed", s.Due.Confirmed}, {"due.accepted", s.Due.Accepted}, {"due.remind", s.Due.Remind},
		{"retention.rejected", s.Retention.Rejected}, {"retention.gone", s.Retention.Gone}, {"retention.permit", s.Retention.Permit}, {"retention.closed", s.Retention.Closed}} {
		if d.v < 0 {
			return fmt.Errorf("%s must not be negative, is %s", d.key, d.v)
		}
	}
	if s.Review.Steps < 0 || s.Review.Steps > 2 {
		return fmt.Errorf("review.steps is 1 or 2, not %d", s.Review.Steps)
	}
	if s.Review.Another && s.Review.Steps != 2 {
		return errors.New("review.another needs review.steps: 2")
	}
	for key, share := range map[string]float64{"blind": s.Review.Blind, "rejected": s.Review.Rejected} {
		if !(share >= 0 && share <= 1) {
			return fmt.Errorf("review.%s is a share from 0 to 1, not %g", key, share)
		}
	}
	if !(s.Order.HalfPerKM2 >= 0) {
		return fmt.Errorf("order.half_per_km2 must not be negative, is %g", s.Order.HalfPerKM2)
	}
	return nil
}

// EventOf is the event code of a class with its attributes (GB/T 30428.2).
func (s Scene) EventOf(class string, attributes map[string]string) string {
	for _, a := range slices.Sorted(maps.Keys(attributes)) {
		if e, ok := s.Events[a]; ok {
			return e
		}
	}
	if e, ok := s.Events[class]; ok {
		return e
	}
	return s.Event
}

// due is by when the next step is to be done, counted from the last one; zero where there is no hurry.
func (r *Rules) due(l Lead, sc Scene, from time.Time) time.Time {
	d := map[string]time.Duration{Candidate: sc.Due.Candidate, Checked: sc.Due.Candidate, Returned: sc.Due.Candidate, Confirmed: sc.Due.Confirmed, HandedOver: sc.Due.Confirmed, Accepted: sc.Due.Accepted}[l.State]
	if d == 0 {
		return time.Time{}
	}
	if l.State == Checked && !l.Due.IsZero() { // both checks share the time
		return l.Due
	}
	return r.Work.Add(from, d)
}
