// Package proof keeps a transparency log of facts, so that nobody, Harrier's own operator included, can alter, remove or add one without its being found:
// every revision of a lead and every decision is a leaf of a Merkle tree, whose head is signed. The log is files as c2sp.org/tlog-tiles has them, and
// heads as c2sp.org/tlog-checkpoint; tools that nobody here wrote can check them.
package proof

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/api/layout"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
	"k8s.io/klog/v2"
)

// Leaf is a fact as the log has it: a message of a stream, byte for byte.
type Leaf struct {
	Stream  string          `json:"stream"`
	Seq     uint64          `json:"seq"`
	Subject string          `json:"subject"`
	At      time.Time       `json:"at"` // when the stream kept it
	Fact    json.RawMessage `json:"fact,omitempty"`
	Text    []byte          `json:"text,omitempty"` // in place of a fact that is not JSON
	// SHA256 is in place of a fact that is too long for a leaf: it lies in the evidence.
	SHA256 string `json:"sha256,omitempty"`
}

// maxLeaf is how long a leaf may be, bytes: tlog-tiles allows 65,535.
const maxLeaf = 60_000

// Log is open to one process at a time.
type Log struct {
	dir       string
	add       tessera.AddFn
	reader    tessera.LogReader
	await     *tessera.PublicationAwaiter
	stop      context.CancelFunc
	shutdown  func(context.Context) error
	verifier  note.Verifier
	witnesses []Witness
}

// How leaves are taken in: so many, or after so long, at a time; and how often a head is signed.
const (
	batchLeaves = 512
	batchAge    = 100 * time.Millisecond
	headEvery   = 200 * time.Millisecond
	outstanding = 8192
	witnessWait = time.Second // for the signatures of witnesses on a head
)

// Open opens the log in a folder, and makes it where there is none. Its heads are signed with a key, and by witnesses.
func Open(ctx context.Context, dir string, key Key, witnesses []Witness, log *slog.Logger) (*Log, error) {
	once.Do(func() { klog.SetSlogLogger(slog.New(warnings{log.Handler()})) })
	if err := os.MkdirAll(filepath.Join(dir, daysDir), 0o700); err != nil {
		return nil, fmt.Errorf("transparency log: %w", err)
	}
	if err := key.remember(dir); err != nil {
		return nil, err
	}
	if err := rememberWitnesses(dir, witnesses); err != nil {
		return nil, err
	}
	group, err := groupOf(witnesses)
	if err != nil {
		return nil, err
	}
	driver, err := posix.New(ctx, posix.Config{Path: dir})
	if err != nil {
		return nil, fmt.Errorf("transparency log %s: %w", dir, err)
	}
	lctx, stop := context.WithCancel(context.WithoutCancel(ctx)) // what was taken in is written before it closes
	opts := tessera.NewAppendOptions().WithCheckpointSigner(key.signer).WithBatching(batchLeaves, batchAge).WithCheckpointInterval(headEvery).WithPushback(outstanding).WithWitnesses(group, &tessera.WitnessOptions{Timeout: witnessWait, FailOpen: true})
	a, shutdown, reader, err := tessera.NewAppender(lctx, driver, opts)
	if err != nil {
		stop()
		return nil, fmt.Errorf("transparency log %s: %w", dir, err)
	}
	return &Log{dir: dir, add: a.Add, reader: reader, await: tessera.NewPublicationAwaiter(lctx, reader.ReadCheckpoint, headEvery/2), stop: stop, shutdown: shutdown, verifier: key.verifier, witnesses: witnesses}, nil
}

// once sets where goes what tessera has to say: it has one logger for all of a process.
var once sync.Once

// warnings passes over what is no warning.
type warnings struct{ slog.Handler }

func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}

// Close writes what was taken in, and closes.
func (l *Log) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	err := l.shutdown(ctx)
	l.stop()
	if err != nil {
		return fmt.Errorf("transparency log %s: %w", l.dir, err)
	}
	return nil
}

// Size is how many leaves the last signed head has.
func (l *Log) Size(ctx context.Context) (uint64, error) {
	h, err := readHead(filepath.Join(l.dir, layout.CheckpointPath), []note.Verifier{l.verifier})
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	return h.Size, err
}

// Append takes leaves in, in this order, and returns once they are on disk under a signed head.
func (l *Log) Append(ctx context.Context, leaves []Leaf) error {
	entries := make([]*tessera.Entry, len(leaves))
	for i, x := range leaves {
		b, err := json.Marshal(x)
		if err != nil {
			return err
		}
		if len(b) > tessera.DefaultEntrySizeLimit {
			return fmt.Errorf("%s %d: a leaf of %d bytes is too long", x.Stream, x.Seq, len(b))
		}
		entries[i] = tessera.NewEntry(b)
	}
	var all []tessera.IndexFuture
	for _, e := range entries {
		all = append(all, l.add(ctx, e))
	}
	// all are waited for, also after an error: none is under way when the log is asked for its last one
	var err error
	for _, f := range all {
		if _, e := f(); err == nil {
			err = e
		}
	}
	if err == nil && len(all) > 0 {
		_, _, err = l.await.Await(ctx, all[len(all)-1])
	}
	if err != nil {
		return fmt.Errorf("transparency log %s: %w", l.dir, err)
	}
	return nil
}

// Last is the number of the last message of each stream that is a leaf. It reads backwards, until it has found all of them.
func (l *Log) Last(ctx context.Context, streams []string) (map[string]uint64, error) {
	size, err := l.reader.IntegratedSize(ctx)
	if err != nil {
		return nil, fmt.Errorf("transparency log %s: %w", l.dir, err)
	}
	out := map[string]uint64{}
	for b := int64(size-1) / layout.EntryBundleWidth; size > 0 && b >= 0 && len(out) < len(streams); b-- {
		bundle, err := client.GetEntryBundle(ctx, l.reader.ReadEntryBundle, uint64(b), size)
		if err != nil {
			return nil, fmt.Errorf("transparency log %s: %w", l.dir, err)
		}
		for i := len(bundle.Entries) - 1; i >= 0; i-- {
			var x Leaf
			if err := json.Unmarshal(bundle.Entries[i], &x); err != nil {
				return nil, fmt.Errorf("transparency log %s: leaf %d: %w; harrier evidence verify says more", l.dir, uint64(b)*layout.EntryBundleWidth+uint64(i), err)
			}
			if _, has := out[x.Stream]; !has {
				out[x.Stream] = x.Seq
			}
		}
	}
	return out, nil
}
