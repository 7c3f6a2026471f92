package footage

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/mp4"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/pmp4"
	"github.com/google/renameio/v2"
	"github.com/harrier-patrol/harrier/console/live"
)

// finishLeft finishes what an earlier process was keeping when it ended.
func (k *Keeper) finishLeft() {
	names, err := filepath.Glob(filepath.Join(k.Dir, "*"+endingPart+".json"))
	if err != nil {
		return
	}
	for _, n := range names {
		id := strings.TrimSuffix(filepath.Base(n), endingPart+".json")
		if err := k.finish(id); err != nil && !errors.Is(err, errWaits) {
			k.Log.Warn("video that was being kept when Harrier ended is lost", "flight", id, "error", err)
		}
	}
}

// errWaits says that a flight is finished once the disk has room: what was kept of it stays.
var errWaits = errors.New("finished once the disk has room")

// finishWaiting finishes what waits for room on the disk.
func (k *Keeper) finishWaiting(ctx context.Context) {
	k.mu.Lock()
	all := slices.Sorted(maps.Keys(k.waits))
	k.mu.Unlock()
	for _, id := range all {
		if ctx.Err() != nil {
			return
		}
		k.mu.Lock()
		delete(k.waits, id)
		k.mu.Unlock()
		if err := k.finish(id); err != nil && !errors.Is(err, errWaits) {
			k.Log.Warn("video of a flight is lost", "flight", id, "error", err)
		}
	}
}

// finish makes the MP4 of what was kept. For a moment it is there twice.
func (k *Keeper) finish(id string) error {
	if err := k.NoRoom(); err != nil {
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.waits == nil {
			k.waits = map[string]bool{}
		}
		k.waits[id] = true
		k.Log.Debug("video of a flight waits for room on the disk", "flight", id, "why", err)
		return fmt.Errorf("%w: %w", errWaits, err)
	}
	part := filepath.Join(k.Dir, id+endingPart)
	b, err := os.ReadFile(part + ".json")
	if err != nil {
		return err
	}
	var f Flight
	if err := json.Unmarshal(b, &f); err != nil {
		return err
	}
	in, err := os.Open(part)
	if err != nil {
		return err
	}
	defer in.Close()
	track, err := trackOf(in)
	if errors.Is(err, errNoVideo) {
		return errors.Join(err, remove(part, part+".json", filepath.Join(k.Dir, id+".jsonl")))
	}
	if err != nil {
		return err
	}
	whole := filepath.Join(k.Dir, id+".mp4")
	out, err := os.OpenFile(whole+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer os.Remove(whole + ".new")
	w := bufio.NewWriterSize(out, 1<<18)
	err = pmp4.Presentation{Tracks: []*pmp4.Track{track}}.Marshal(w)
	if err = errors.Join(err, w.Flush(), out.Sync(), out.Close()); err != nil {
		return err
	}
	if err := os.Rename(whole+".new", whole); err != nil {
		return err
	}
	var ticks int64
	for _, s := range track.Samples {
		ticks += int64(s.Duration)
	}
	f.Seconds = float64(ticks) / live.TicksPerS
	if info, err := os.Stat(whole); err == nil {
		f.Bytes = info.Size()
	}
	f.Zero = f.Began.Add(-usualDelay)
	if lines, err := k.lines(id); err == nil {
		for _, l := range lines {
			if l.Boxes != nil { // the last one knows best when pictures were taken
				f.Zero = l.Boxes.Captured.Add(-time.Duration(l.T * float64(time.Second)))
			}
		}
	}
	if b, err = json.Marshal(f); err != nil {
		return err
	}
	if err := renameio.WriteFile(filepath.Join(k.Dir, id+".json"), b, 0o600); err != nil {
		return err
	}
	return remove(part, part+".json")
}

// remove removes files that are there.
func remove(files ...string) (err error) {
	for _, f := range files {
		if e := os.Remove(f); e != nil && !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return err
}

var errNoVideo = errors.New("no video has come")

// trackOf reads the heads of the pictures that were kept; one that was being written when this process died is left out.
func trackOf(in *os.File) (*pmp4.Track, error) {
	info, err := in.Stat()
	if err != nil {
		return nil, err
	}
	codec := &mp4.CodecH264{}
	t := &pmp4.Track{ID: 1, TimeScale: live.TicksPerS, Codec: codec}
	var last int64
	for at := int64(0); at+headSize <= info.Size(); {
		var h head
		if err := binary.Read(io.NewSectionReader(in, at, headSize), binary.LittleEndian, &h); err != nil {
			return nil, err
		}
		from := at + headSize
		if at = from + int64(h.Size); at > info.Size() {
			break
		}
		payload := func() ([]byte, error) {
			b := make([]byte, h.Size)
			_, err := in.ReadAt(b, from)
			return b, err
		}
		if codec.SPS == nil {
			b, err := payload()
			if err != nil {
				return nil, err
			}
			var au h264.AVCC
			if err := au.Unmarshal(b); err != nil {
				return nil, err
			}
			codec.SPS, codec.PPS = live.ParameterSets(au)
		}
		if n := len(t.Samples); n > 0 {
			t.Samples[n-1].Duration = uint32(max(1, h.Ticks-last))
		}
		last = h.Ticks
		t.Samples = append(t.Samples, &pmp4.Sample{Duration: live.TicksPerS / 25, IsNonSyncSample: h.Key == 0, PayloadSize: h.Size, GetPayload: payload})
	}
	if len(t.Samples) < 2 || codec.SPS == nil || codec.PPS == nil {
		return nil, errNoVideo
	}
	return t, nil
}
