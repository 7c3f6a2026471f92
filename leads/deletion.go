package leads

import (
	"fmt"
	"time"
)

// Retention is how long the pictures of a lead are kept once it has ended, by its outcome; 0: for good.
type Retention struct {
	Rejected time.Duration `yaml:"rejected"`
	Gone     time.Duration `yaml:"gone"`   // closed because it was gone before anybody confirmed it
	Permit   time.Duration `yaml:"permit"` // closed because a permit answers it
	Closed   time.Duration `yaml:"closed"` // closed otherwise: by a case system, or gone after it was confirmed
}

// Shortest is the shortest of them; 0 where all are kept for good.
func (r Retention) Shortest() (least time.Duration) {
	for _, d := range []time.Duration{r.Rejected, r.Gone, r.Permit, r.Closed} {
		if d > 0 && (least == 0 || d < least) {
			least = d
		}
	}
	return least
}

// Deletion says when a lead's pictures were deleted, why, and which: all that it ever named and no other lead did.
type Deletion struct {
	At       time.Time `json:"at"`
	Reason   string    `json:"reason"`
	Pictures []string  `json:"pictures"` // SHA-256
}

// outcome is how a lead ended, and how long its pictures are kept then; false while it may still go on.
func (sc Scene) outcome(l Lead) (what string, keep time.Duration, ended bool) {
	last := l.lastStep()
	switch {
	case l.State == Rejected:
		return Rejected, sc.Retention.Rejected, true
	case l.State != Closed || l.MergedIn != "":
		return "", 0, false
	case last.Reason == ReasonPermit && last.By == Machine:
		return ReasonPermit, sc.Retention.Permit, true
	case last.Reason == ReasonGone && last.By == Machine && !l.WasConfirmed():
		return ReasonGone, sc.Retention.Gone, true
	}
	return Closed, sc.Retention.Closed, true
}

// Forget says that pictures of a lead are deleted, where its time is over.
func (r *Rules) Forget(x Lead, now time.Time, pictures []string) Next {
	what, keep, ended := r.Scenes[x.Scene].outcome(x)
	since := x.lastStep().At
	if x.LastSeen.After(since) {
		since = x.LastSeen
	}
	if !ended || keep == 0 || x.Deleted != nil || now.Sub(since) < keep || x.Second.Waits() || x.Suppressed.After(now) {
		return Next{Lead: x}
	}
	x.Revision++
	x.Deleted = &Deletion{At: now.UTC(), Reason: fmt.Sprintf("retention of scene %s, %s: %s", x.Scene, what, keep), Pictures: pictures}
	return Next{x, true}
}

// Shown are the SHA-256 of the pictures that whoever sees the lead may see: those in which nobody can be recognised.
func (l Lead) Shown() (out []string) {
	out = []string{l.Frame, l.Crop}
	if l.Since != nil && l.Since.Before != "" {
		out = append(out, l.Since.Before, l.Since.After)
	}
	for _, s := range l.Shots {
		out = append(out, s.Frame, s.Crop)
	}
	return out
}

// Pictures are the SHA-256 of all pictures that a revision names, sealed ones, too.
func (l Lead) Pictures() (out []string) {
	out = []string{l.Original, l.Frame, l.Crop}
	if l.Since != nil && l.Since.Before != "" {
		out = append(out, l.Since.Before, l.Since.After)
	}
	for _, s := range l.Shots {
		out = append(out, s.Original, s.Frame, s.Crop, s.Clip)
	}
	return out
}
