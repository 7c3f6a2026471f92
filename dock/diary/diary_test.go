package diary

import (
	"flag"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/dock/calendar"
	"github.com/harrier-patrol/harrier/dock/media"
)

var writeGolden = flag.Bool("golden", false, "write the golden files anew")

func TestTheDiaryOfAShift(t *testing.T) {
	old := time.Local
	time.Local = time.FixedZone("CST", 8*3600)
	defer func() { time.Local = old }()
	at := func(h, m int) time.Time { return time.Date(2026, 5, 1, h-8, m, 0, 0, time.UTC) }
	evs := []dock.FlightEvent{
		{Flight: "a", Dock: "D1", State: dock.Waiting, Reason: "on the dock's list", At: at(9, 0)},
		{Flight: "a", Dock: "D1", State: dock.Waiting, Reason: "wind: 13.2 m/s (at most 12 m/s)", At: at(9, 1)},
		{Flight: "a", Dock: "D1", State: dock.Flying, At: at(9, 20)},
		{Flight: "b", Dock: "D2", State: dock.Waiting, Reason: "on the dock's list", At: at(9, 5)},
		{Flight: "b", Dock: "D2", State: dock.Flying, At: at(9, 6)},
		{Flight: "a", Dock: "D1", State: dock.Done, At: at(9, 40)},
		{Flight: "b", Dock: "D2", State: dock.Continued, ContinuedAs: "b-part2", Reason: "321773: battery low", At: at(9, 30)},
		{Flight: "c", Dock: "D1", State: dock.Waiting, Reason: "on the dock's list", At: at(10, 0)},
		{Flight: "c", Dock: "D1", State: dock.Failed, NotStarted: true, Reason: "did not start between 10:00:00 and 10:30:00; last: heavy rain | hail", At: at(10, 30)},
		{Flight: "d", Dock: "D1", State: dock.Waiting, Reason: "on the dock's list", At: at(11, 0)},
	}
	got := write(evs, []dock.Entry{
		{Command: dock.Command{Action: dock.Pause, Operator: "Li", Reason: "crane in the way"}, Dock: "D1", Flight: "a", At: at(9, 25)},
		{Command: dock.Command{Action: dock.Resume, Operator: "Wang", Reason: "crane gone"}, Dock: "D1", Flight: "a", At: at(9, 27), Error: "Li has the aircraft of dock D1"},
	}, map[string]media.Account{
		"a": {Flight: "a", State: media.Complete, Files: make([]media.File, 14), At: at(9, 50)},
		"b": {Flight: "b", State: media.Incomplete, Files: make([]media.File, 2), Missing: []string{"photo at waypoint 3 (121.530000, 31.225000)"}, At: at(10, 2)},
	}, map[string]calendar.Decided{
		"c": {Flight: "c", Dock: "D1", What: "put off", Next: "c-again1", Reason: "to 10:40", At: at(10, 30)},
		"e": {Flight: "e", Dock: "D2", What: "dropped", Reason: "flight b goes before it, and would miss its window", At: at(9, 10)},
	})
	const golden = "testdata/diary.md"
	if *writeGolden {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the diary is\n%s", got)
	}
	if write(nil, nil, nil, nil) == "" {
		t.Error("an empty shift has no diary")
	}
}

// A command is recorded when it is asked for and when it is over; the diary has it once.
func TestACommandIsInTheDiaryOnce(t *testing.T) {
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	entry := func(key, failed string, asked bool, after time.Duration) dock.Entry {
		return dock.Entry{Command: dock.Command{Key: key}, Dock: "D1", At: at.Add(after), Error: failed, Asked: asked}
	}
	got := outcomes([]dock.Entry{entry("done", "", true, 0), entry("refused", "", true, 1), entry("refused", "wind", false, 2), entry("done", "", false, 3), entry("lost", "", true, 4), entry("", "", false, 5), entry("", "", false, 6),
		entry("late", "", true, time.Hour-1), entry("late", "battery", false, time.Hour+1), entry("next", "", true, time.Hour+2)}, func(x time.Time) bool { return x.Before(at.Add(time.Hour)) })
	var said []string
	for _, e := range got {
		said = append(said, e.Key+":"+e.Error)
	}
	if want := []string{"done:", "refused:wind", "lost:asked; the outcome was not recorded", ":", ":", "late:battery"}; !slices.Equal(said, want) {
		t.Errorf("%q", said)
	}
}
