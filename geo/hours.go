package geo

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// zone is the time zone of hours and dates: China has one, and no summer time.
var zone = time.FixedZone("UTC+8", 8*3600)

// Hours are times of the week, in the syntax of OpenStreetMap's opening_hours that rules use: "Mo-Fr 06:00-09:00,17:00-20:00; Sa,Su 06:00-22:00",
// "22:00-06:00" (over midnight), "24/7". The zero value is always.
type Hours struct {
	text  string
	spans []span
}

// span is minutes of the day on some weekdays (bit 0 is Monday); end may reach into the next day.
type span struct {
	days       uint8
	begin, end int
}

var weekdays = []string{"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"}

// ParseHours reads hours; empty is always.
func ParseHours(s string) (Hours, error) {
	h := Hours{text: strings.TrimSpace(s)}
	if h.text == "" || h.text == "24/7" {
		return Hours{}, nil
	}
	for _, rule := range strings.Split(h.text, ";") {
		rule = strings.TrimSpace(rule)
		days, times := uint8(0x7f), rule
		if a, b, ok := strings.Cut(rule, " "); ok {
			var err error
			if days, err = parseDays(a); err != nil {
				return Hours{}, err
			}
			times = b
		}
		for _, t := range strings.Split(times, ",") {
			a, b, ok := strings.Cut(strings.TrimSpace(t), "-")
			begin, err1 := parseClock(a)
			end, err2 := parseClock(b)
			if !ok || err1 != nil || err2 != nil || begin == end {
				return Hours{}, fmt.Errorf("%q is not like 06:00-22:00 (with Mo-Fr before it, and ; between rules)", t)
			}
			if end < begin {
				end += 24 * 60
			}
			h.spans = append(h.spans, span{days, begin, end})
		}
	}
	return h, nil
}

func parseDays(s string) (uint8, error) {
	var out uint8
	day := func(s string) int {
		for i, d := range weekdays {
			if strings.EqualFold(d, s) {
				return i
			}
		}
		return -1
	}
	for _, part := range strings.Split(s, ",") {
		a, b, ok := strings.Cut(part, "-")
		if !ok {
			b = a
		}
		i, j := day(a), day(b)
		if i < 0 || j < 0 {
			return 0, fmt.Errorf("%q is no weekday; they are %s", part, strings.Join(weekdays, " "))
		}
		for k := i; ; k = (k + 1) % 7 {
			out |= 1 << k
			if k == j {
				break
			}
		}
	}
	return out, nil
}

func parseClock(s string) (minutes int, err error) {
	h, m, ok := strings.Cut(s, ":")
	a, err1 := strconv.Atoi(h)
	b, err2 := strconv.Atoi(m)
	if !ok || err1 != nil || err2 != nil || a < 0 || a > 24 || b < 0 || b > 59 || a == 24 && b > 0 {
		return 0, fmt.Errorf("%q is no time of day", s)
	}
	return a*60 + b, nil
}

// Holds says whether t lies within the hours.
func (h Hours) Holds(t time.Time) bool {
	if len(h.spans) == 0 {
		return true
	}
	t = t.In(zone)
	day := (int(t.Weekday()) + 6) % 7
	at := t.Hour()*60 + t.Minute()
	for _, s := range h.spans {
		if s.days&(1<<day) != 0 && at >= s.begin && at < s.end || s.days&(1<<((day+6)%7)) != 0 && at+24*60 < s.end {
			return true
		}
	}
	return false
}

func (h Hours) String() string { return h.text }
