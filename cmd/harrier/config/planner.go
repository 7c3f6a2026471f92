package config

import (
	"fmt"
	"strings"
	"time"
)

// Planner is how each day's plan is made of what is asked for.
type Planner struct {
	At      string        `yaml:"at"`      // when, as 06:00; "" when somebody asks for it
	Hours   string        `yaml:"hours"`   // between which flights are in the air
	WindMS  float64       `yaml:"wind_ms"` // that is expected, where docks measure less
	Approve bool          `yaml:"approve"` // what it makes is flown without anybody's leave
	Lost    time.Duration `yaml:"lost"`    // after which a dock that cannot fly loses its flights to neighbours
}

// Zone is that of days and hours: China has one.
var Zone = time.FixedZone("UTC+8", 8*3600)

// Day is when a day's flights are in the air; date is like 2026-12-01.
func (p Planner) Day(date string) (begin, end time.Time, err error) {
	day, err := time.ParseInLocation(time.DateOnly, date, Zone)
	if err != nil {
		return begin, end, fmt.Errorf("%q is no date like 2026-12-01", date)
	}
	from, until, _ := strings.Cut(p.Hours, "-")
	if begin, err = Clock(day, from); err == nil {
		end, err = Clock(day, until)
	}
	switch {
	case err != nil:
		return begin, end, fmt.Errorf("hours: %w", err)
	case !end.After(begin):
		return begin, end, fmt.Errorf("hours: %q end before they begin", p.Hours)
	}
	return begin, end, nil
}

// Clock is a time of a day, as 12:30.
func Clock(day time.Time, s string) (time.Time, error) {
	t, err := time.ParseInLocation("15:04", s, Zone)
	if err != nil {
		return t, fmt.Errorf("%q is no time like 12:30", s)
	}
	y, m, d := day.In(Zone).Date()
	return time.Date(y, m, d, t.Hour(), t.Minute(), 0, 0, Zone), nil
}

func (p Planner) check() error {
	if _, _, err := p.Day("2026-12-01"); err != nil {
		return fmt.Errorf("planner.%w", err)
	}
	if p.At != "" {
		if _, err := Clock(time.Time{}, p.At); err != nil {
			return fmt.Errorf("planner.at: %w", err)
		}
	}
	if !(p.WindMS >= 0 && p.WindMS <= 30) || p.Lost < 10*time.Second {
		return fmt.Errorf("planner: wind_ms is 0 to 30, lost at least 10s; they are %g and %s", p.WindMS, p.Lost)
	}
	return nil
}
