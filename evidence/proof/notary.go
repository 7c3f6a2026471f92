package proof

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/google/renameio/v2"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/transparency-dev/tessera/api/layout"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/sync/errgroup"

	"github.com/harrier-patrol/harrier/evidence"
	"github.com/harrier-patrol/harrier/journal"
)

// SubjectAccess is where it is recorded that somebody opened sealed pictures: + lead.
const SubjectAccess = "harrier.access."

// Access is that fact.
type Access struct {
	Lead   string    `json:"lead"`
	By     string    `json:"by"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// Streams are the facts of this room.
var Streams = []journal.Stream{{Name: "ACCESS", Subjects: []string{SubjectAccess + ">"}, MaxBytes: 256 << 20, Audit: true}}

// Notary makes a leaf of every message of some streams, in their order, each once.
type Notary struct {
	Log     *Log
	Streams []string
	Store   *evidence.Store // takes what is too long for a leaf
	Stamps  *Authority      // stamps the last head of each day; nil for none
	Out     *slog.Logger
}

// What is taken in at a time: messages that wait, or what came within gather.
const (
	waiting = 4096
	gather  = 20 * time.Millisecond
)

// Run goes on where the log ends, until ctx ends.
func (n *Notary) Run(ctx context.Context, js jetstream.JetStream) error {
	for ctx.Err() == nil {
		err := n.follow(ctx, js)
		if ctx.Err() != nil {
			return nil
		}
		n.Out.Error("the transparency log falls behind; trying again", "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(2 * time.Second):
		}
	}
	return nil
}

func (n *Notary) follow(ctx context.Context, js jetstream.JetStream) error {
	last, err := n.Log.Last(ctx, n.Streams)
	if err != nil {
		return err
	}
	in := make(chan Leaf, waiting)
	g, gctx := errgroup.WithContext(ctx)
	for _, s := range n.Streams {
		g.Go(func() error {
			err := journal.Follow(gctx, js, s, ">", journal.From{Seq: last[s] + 1}, func() {}, func(m journal.Msg) error {
				if m.Seq <= last[s] {
					return nil
				}
				x, err := n.leaf(gctx, s, m)
				if err != nil {
					return err
				}
				select {
				case in <- x:
					return nil
				case <-gctx.Done():
					return gctx.Err()
				}
			})
			if err == nil && gctx.Err() == nil {
				err = fmt.Errorf("stream %s ended", s)
			}
			return err
		})
	}
	g.Go(func() error { return n.takeIn(gctx, in) })
	g.Go(func() error { return n.keepDays(gctx) })
	return g.Wait()
}

func (n *Notary) takeIn(ctx context.Context, in chan Leaf) error {
	for {
		var batch []Leaf
		select {
		case <-ctx.Done():
			return nil
		case x := <-in:
			batch = append(batch, x)
		}
		t := time.NewTimer(gather)
	more:
		for len(batch) < waiting {
			select {
			case x := <-in:
				batch = append(batch, x)
			case <-t.C:
				break more
			}
		}
		t.Stop()
		if err := n.Log.Append(ctx, batch); err != nil {
			return err
		}
	}
}

func (n *Notary) leaf(ctx context.Context, stream string, m journal.Msg) (Leaf, error) {
	x := Leaf{Stream: stream, Seq: m.Seq, Subject: m.Subject, At: m.At.UTC()}
	var compact bytes.Buffer
	// marshalling leaves such a fact as it is, byte for byte; other text is written in base64
	plain := json.Compact(&compact, m.Data) == nil && bytes.Equal(compact.Bytes(), m.Data) && !bytes.ContainsAny(m.Data, "<>&\u2028\u2029")
	switch {
	case plain && len(m.Data) <= maxLeaf:
		x.Fact = m.Data
	case !plain && base64.StdEncoding.EncodedLen(len(m.Data)) <= maxLeaf:
		x.Text = m.Data
	default:
		var err error
		if x.SHA256, err = n.Store.Seal(ctx, m.Data); err != nil {
			return x, err
		}
	}
	return x, nil
}

// Bytes is the message that a leaf stands for; nil where it lies in the evidence.
func (x Leaf) Bytes() []byte {
	if x.Fact != nil {
		return x.Fact
	}
	return x.Text
}

// dayLook is how often it is looked whether a day has ended.
const dayLook = time.Minute

// keepDays keeps the last head of each day, in universal time, and has it stamped.
func (n *Notary) keepDays(ctx context.Context) error {
	t := time.NewTicker(dayLook)
	defer t.Stop()
	for {
		if err := n.keepDay(ctx, time.Now().UTC()); err != nil && ctx.Err() == nil {
			n.Out.Error("the head of the day is not kept or not stamped; trying again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
	}
}

// closed says whether a day has its last head: it has one, and that of another day was kept later. So it is where the clock was set back.
func (n *Notary) closed(entries []os.DirEntry, day string) bool {
	size := func(name string) int64 {
		h, err := readHead(filepath.Join(n.Log.dir, daysDir, name), []note.Verifier{n.Log.verifier})
		if err != nil {
			return -1
		}
		return int64(h.Size)
	}
	has := size(day)
	if has < 0 {
		return false
	}
	for _, e := range entries {
		if _, err := time.Parse(time.DateOnly, e.Name()); err == nil && e.Name() > day && size(e.Name()) >= has {
			return true
		}
	}
	return false
}

// keepDay keeps the head as that of the day so far, and stamps the last one of days before.
func (n *Notary) keepDay(ctx context.Context, now time.Time) error {
	raw, err := os.ReadFile(filepath.Join(n.Log.dir, layout.CheckpointPath))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	today := now.Format(time.DateOnly)
	entries, err := os.ReadDir(filepath.Join(n.Log.dir, daysDir))
	if err != nil {
		return err
	}
	if !n.closed(entries, today) {
		if err := renameio.WriteFile(filepath.Join(n.Log.dir, daysDir, today), raw, 0o644); err != nil {
			return err
		}
	}
	if n.Stamps == nil {
		return nil
	}
	for _, e := range entries {
		day := e.Name()
		if _, err := time.Parse(time.DateOnly, day); err != nil || day >= today {
			continue
		}
		stamp := filepath.Join(n.Log.dir, daysDir, day+stampEnd)
		if _, err := os.Stat(stamp); err == nil {
			continue
		}
		head, err := os.ReadFile(filepath.Join(n.Log.dir, daysDir, day))
		if err != nil {
			return err
		}
		token, err := n.Stamps.Stamp(ctx, head)
		if err != nil {
			return fmt.Errorf("head of %s: %w", day, err)
		}
		if err := renameio.WriteFile(stamp, token, 0o644); err != nil {
			return err
		}
	}
	return nil
}
