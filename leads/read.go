package leads

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/journal"
)

// Last are all leads as they are now, the newest first: for commands that read them without a ledger.
func Last(ctx context.Context, js jetstream.JetStream) ([]Lead, error) {
	last := map[string]Lead{}
	for _, stream := range Revisions {
		err := journal.Replay(ctx, js, stream, ">", journal.From{}, func(m journal.Msg) error {
			var e Event
			if err := json.Unmarshal(m.Data, &e); err != nil {
				return fmt.Errorf("message %d of stream %s is no lead: %w", m.Seq, stream, err)
			}
			if old, had := last[e.Data.Lead]; !had || e.Data.Revision > old.Revision {
				last[e.Data.Lead] = e.Data
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	out := make([]Lead, 0, len(last))
	for _, l := range last {
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b Lead) int { return cmp.Or(b.FirstSeen.Compare(a.FirstSeen), cmp.Compare(a.Lead, b.Lead)) })
	return out, nil
}
