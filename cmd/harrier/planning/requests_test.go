package planning

import (
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/missions"
	"github.com/harrier-patrol/harrier/missions/book"
)

// What was seen in part is planned again, also where it comes every day.
func TestWhatWasSeenInPartIsStillAsked(t *testing.T) {
	now := time.Date(2026, 12, 1, 9, 0, 0, 0, config.Zone)
	for share, due := range map[float64]bool{0.2: true, 1: false} {
		r := stillAsked(book.Answer{Request: missions.Request{EveryDays: 1}, State: book.Late, Share: share, Last: now.Add(-time.Hour)})
		if _, got := r.Due(now, now.Add(8*time.Hour)); got != due {
			t.Errorf("seen to %.0f %%: due %v", 100*share, got)
		}
	}
}
