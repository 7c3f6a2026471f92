package ledger

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
)

// Last are all leads as they are now, the newest first: for commands that read them without a ledger.
func Last(ctx context.Context, js jetstream.JetStream) ([]leads.Lead, error) {
	last := map[string]leads.Lead{}
	for _, stream := range Revisions {
		err := journal.Replay(ctx, js, stream, ">", journal.From{}, func(m journal.Msg) error {
			x, remind, err := leads.ReadMessage(m.Data)
			if err != nil {
				return fmt.Errorf("message %d of stream %s: %w", m.Seq, stream, err)
			}
			if old, had := last[x.Lead]; remind == nil && (!had || x.Revision > old.Revision) {
				last[x.Lead] = x
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	out := make([]leads.Lead, 0, len(last))
	for _, l := range last {
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b leads.Lead) int {
		return cmp.Or(b.FirstSeen.Compare(a.FirstSeen), cmp.Compare(a.Lead, b.Lead))
	})
	return out, nil
}
