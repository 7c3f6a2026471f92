package leads

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// WorkTime is when a bureau works: due times run then.
type WorkTime struct {
	shifts [][2]time.Duration // of a working day, from midnight on, in their order
	days   [7]bool            // working days of a week, Sunday first
	off    map[string]bool    // days off besides, as 2026-10-01
	on     map[string]bool    // and working days in their place
	zone   *time.Location
}

// workFile is how a bureau writes it.
type workFile struct {
	Zone  string   `yaml:"zone"`  // Asia/Shanghai; empty: that of this machine
	Hours string   `yaml:"hours"` // 08:30-11:30,13:30-17:30
	Days  []string `yaml:"days"`  // mon, tue, …
	Off   []string `yaml:"off"`   // 2026-10-01: holidays
	On    []string `yaml:"on"`    // 2026-10-10: a Saturday that is worked on in their place
}

// ReadWorkTime reads a bureau's calendar.
func ReadWorkTime(path string) (*WorkTime, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("working time: %w", err)
	}
	w, err := parseWorkTime(b)
	if err != nil {
		return nil, fmt.Errorf("working time %s: %w", path, err)
	}
	return w, nil
}

func parseWorkTime(b []byte) (*WorkTime, error) {
	f := workFile{Hours: "08:30-11:30,13:30-17:30", Days: []string{"mon", "tue", "wed", "thu", "fri"}}
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	if err := d.Decode(&f); err != nil {
		return nil, err
	}
	w := &WorkTime{off: map[string]bool{}, on: map[string]bool{}, zone: time.Local}
	if f.Zone != "" {
		var err error
		if w.zone, err = time.LoadLocation(f.Zone); err != nil {
			return nil, fmt.Errorf("zone: %w", err)
		}
	}
	for s := range strings.SplitSeq(f.Hours, ",") {
		from, to, _ := strings.Cut(strings.TrimSpace(s), "-")
		a, errA := time.Parse("15:04", from)
		b, errB := time.Parse("15:04", to)
		if errA != nil || errB != nil || !b.After(a) {
			return nil, fmt.Errorf("hours: %q is not like 08:30-11:30", s)
		}
		midnight := time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)
		w.shifts = append(w.shifts, [2]time.Duration{a.Sub(midnight), b.Sub(midnight)})
	}
	slices.SortFunc(w.shifts, func(a, b [2]time.Duration) int { return int(a[0] - b[0]) })
	for i := 1; i < len(w.shifts); i++ {
		if w.shifts[i][0] < w.shifts[i-1][1] {
			return nil, errors.New("hours: two of them overlap")
		}
	}
	names := []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	for _, d := range f.Days {
		i := slices.Index(names, strings.ToLower(d))
		if i < 0 {
			return nil, fmt.Errorf("days: %q is none of %s", d, strings.Join(names, ", "))
		}
		w.days[i] = true
	}
	for _, l := range []struct {
		key  string
		from []string
		to   map[string]bool
	}{{"off", f.Off, w.off}, {"on", f.On, w.on}} {
		for _, day := range l.from {
			if _, err := time.Parse(time.DateOnly, day); err != nil {
				return nil, fmt.Errorf("%s: %q is no day like 2026-10-01", l.key, day)
			}
			l.to[day] = true
		}
	}
	if !slices.Contains(w.days[:], true) {
		return nil, errors.New("days: no day of the week is worked on")
	}
	return w, nil
}

// maxDaysAhead bounds how far ahead a due time may lie.
const maxDaysAhead = 3660

// Add is the moment when so much working time has passed since another. A nil WorkTime works always.
func (w *WorkTime) Add(t time.Time, d time.Duration) time.Time {
	if w == nil {
		return t.Add(d)
	}
	local := t.In(w.zone)
	for n := range maxDaysAhead {
		midnight := time.Date(local.Year(), local.Month(), local.Day()+n, 0, 0, 0, 0, w.zone)
		if !w.worked(midnight) {
			continue
		}
		for _, s := range w.shifts {
			// by the clock on the wall, also where summer time begins or ends
			at := func(d time.Duration) time.Time {
				return time.Date(midnight.Year(), midnight.Month(), midnight.Day(), int(d.Hours()), int(d.Minutes())%60, 0, 0, w.zone)
			}
			from, to := at(s[0]), at(s[1])
			if from.Before(t) {
				from = t
			}
			if !to.After(from) {
				continue
			}
			if left := to.Sub(from); d > left {
				d -= left
				continue
			}
			return from.Add(d).UTC()
		}
	}
	return t.Add(maxDaysAhead * 24 * time.Hour).UTC()
}

func (w *WorkTime) worked(day time.Time) bool {
	key := day.Format(time.DateOnly)
	return w.on[key] || w.days[day.Weekday()] && !w.off[key]
}
