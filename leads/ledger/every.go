package ledger

import (
	"context"
	"time"
)

// every does something at once and then so often, until ctx ends; what goes wrong is said, and tried again.
func (l *Ledger) every(ctx context.Context, d time.Duration, wrong string, do func() error) error {
	t := time.NewTicker(d)
	defer t.Stop()
	for {
		if err := do(); err != nil && ctx.Err() == nil {
			l.Log.Warn(wrong+"; trying again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
	}
}
