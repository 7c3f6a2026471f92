package leads

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const bureau = `zone: Asia/Shanghai
hours: 08:30-11:30,13:30-17:30
off: [2026-10-01, 2026-10-02]
on: [2026-10-10]
`

func workTime(t *testing.T, text string) (*WorkTime, error) {
	t.Helper()
	p := filepath.Join(t.TempDir(), "work.yaml")
	if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return ReadWorkTime(p)
}

func TestDueTimesRunInWorkingTime(t *testing.T) {
	w, err := workTime(t, bureau)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		from string
		d    time.Duration
		want string
	}{
		{"2026-09-29 09:00", time.Hour, "2026-09-29 10:00"},
		{"2026-09-29 11:00", time.Hour, "2026-09-29 14:00"},        // over noon
		{"2026-09-29 03:00", time.Hour, "2026-09-29 09:30"},        // before work
		{"2026-09-29 17:00", time.Hour, "2026-09-30 09:00"},        // over night
		{"2026-09-30 17:00", time.Hour, "2026-10-05 09:00"},        // over the holidays and a weekend
		{"2026-10-09 17:00", time.Hour, "2026-10-10 09:00"},        // to a Saturday that is worked on
		{"2026-09-28 08:30", 7 * time.Hour, "2026-09-28 17:30"},    // a whole day
		{"2026-09-28 08:30", 0, "2026-09-28 08:30"},                // none
		{"2026-09-26 12:00", 30 * time.Minute, "2026-09-28 09:00"}, // from a weekend
	} {
		from, _ := time.ParseInLocation("2006-01-02 15:04", c.from, w.zone)
		if got := w.Add(from, c.d).In(w.zone).Format("2006-01-02 15:04"); got != c.want {
			t.Errorf("%s and %s: %s, wanted %s", c.from, c.d, got, c.want)
		}
	}
	if got := (*WorkTime)(nil).Add(time.Unix(0, 0), time.Hour); got.Unix() != 3600 {
		t.Errorf("without a calendar: %s", got)
	}
}

// Working time adds up: first a part and then the rest is the whole, and later is never earlier.
func TestWorkingTimeAddsUp(t *testing.T) {
	w, err := workTime(t, bureau)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		from := time.Date(2026, 9, 1, 0, r.IntN(60*24*60), 0, 0, time.UTC)
		a, b := time.Duration(1+r.IntN(2000))*time.Minute, time.Duration(1+r.IntN(2000))*time.Minute
		if x, y := w.Add(w.Add(from, a), b), w.Add(from, a+b); !x.Equal(y) {
			t.Fatalf("from %s, %s and then %s is %s, not %s", from, a, b, x, y)
		}
		if w.Add(from.Add(time.Hour), a).Before(w.Add(from, a)) {
			t.Fatalf("from %s: who begins later ends earlier", from)
		}
	}
}

func TestWrongWorkingTimes(t *testing.T) {
	for text, want := range map[string]string{
		"hours: 8-12":                    `"8-12" is not like`,
		"hours: 12:00-08:00":             "is not like",
		"hours: 08:00-12:00,11:00-13:00": "overlap",
		"days: [someday]":                `"someday" is none of`,
		"days: []":                       "no day of the week",
		"off: [1.10.2026]":               "no day like",
		"zone: Nowhere/City":             "zone",
		"hour: 08:00-12:00":              "hour",
	} {
		if _, err := workTime(t, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, wanted %q", text, err, want)
		}
	}
}

func FuzzWorkTime(f *testing.F) {
	f.Add([]byte(bureau))
	f.Fuzz(func(t *testing.T, b []byte) {
		if w, err := parseWorkTime(b); err == nil {
			at := time.Date(2026, 9, 29, 12, 0, 0, 0, time.UTC)
			if w.Add(at, time.Hour).Before(at) {
				t.Error("it is due before it began")
			}
		}
	})
}
