package journal

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Fill says how full a stream is.
type Fill struct {
	Stream string `json:"stream"`
	Bytes  uint64 `json:"bytes"`
	Max    int64  `json:"max"` // -1: as much as the disk holds
}

// Share is how full it is, 0 to 1.
func (f Fill) Share() float64 {
	if f.Max <= 0 {
		return 0
	}
	return float64(f.Bytes) / float64(f.Max)
}

func (f Fill) String() string {
	return fmt.Sprintf("stream %s is %.0f %% full (%.2f of %.2f GiB)", f.Stream, 100*f.Share(), float64(f.Bytes)/(1<<30), float64(f.Max)/(1<<30))
}

// fullFrom is the share from which a stream is told to be filling up.
const fullFrom = 0.8

// Full asks which streams are filling up.
func Full(ctx context.Context, js jetstream.JetStream, streams []Stream) (out []Fill, err error) {
	for _, s := range streams {
		st, err := js.Stream(ctx, s.Name)
		if err != nil {
			return out, fmt.Errorf("stream %s: %w", s.Name, err)
		}
		i := st.CachedInfo()
		if f := (Fill{s.Name, i.State.Bytes, i.Config.MaxBytes}); f.Share() >= fullFrom {
			out = append(out, f)
		}
	}
	return out, nil
}

// Gauge watches how full streams are, and says so when one fills up.
type Gauge struct {
	JS      jetstream.JetStream
	Streams []Stream
	Every   time.Duration
	Log     *slog.Logger

	mu   sync.Mutex
	full []Fill
}

// Now is what was full when it was looked at last.
func (g *Gauge) Now() []Fill {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.full
}

// Run watches until ctx ends.
func (g *Gauge) Run(ctx context.Context) error {
	told := map[string]int{} // tenths that were told
	for {
		if full, err := Full(ctx, g.JS, g.Streams); err == nil {
			g.mu.Lock()
			g.full = full
			g.mu.Unlock()
			now := map[string]int{}
			for _, f := range full {
				now[f.Stream] = int(f.Share() * 20)
				if now[f.Stream] != told[f.Stream] {
					g.Log.Warn(f.String() + "; when it is full, what is new is refused: raise it under retention, or archive and purge it as administrator")
				}
			}
			told = now
		}
		sleep(ctx, g.Every)
		if ctx.Err() != nil {
			return nil
		}
	}
}
