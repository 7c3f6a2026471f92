package footage

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/google/renameio/v2"

	"github.com/harrier-patrol/harrier/console/live"
	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/vision"
)

// An MP4 that Harrier writes has room for 4 GiB; a flight is kept up to maxFlight.
const maxFlight = 3 << 30

// How long an end is waited for in vain before a stream that broke off is asked for again, and how old a live picture usually is when it comes.
const (
	againAfter = time.Second
	usualDelay = 950 * time.Millisecond
)

// Of a flight that is being kept there are three files: what is known of it (endingPart + .json), its pictures as they came (endingPart), each behind a head, and
// where the aircraft was and what was seen (.jsonl). At its end the first two become an MP4 and what is known of it; where this process dies, when it begins again.
const endingPart = ".part"

// head stands before a picture: when it is shown, ticks since the first; 1 where a decoder can begin with it; bytes.
type head struct {
	Ticks int64
	Key   uint8
	Size  uint32
}

var headSize = int64(binary.Size(head{}))

// recording is a flight that is being kept.
type recording struct {
	k  *Keeper
	of Flight
	id string

	mu      sync.Mutex
	video   *bufio.Writer
	track   *bufio.Writer
	written int64
	failed  error
	begun   bool   // a picture has come over this connection
	zero    uint32 // its time stamp
	start   int64  // when it is shown, ticks
	last    int64  // of the last picture, over any connection
}

// keep keeps a dock's flight until it is over.
func (k *Keeper) keep(ctx context.Context, d dock.Status) (err error) {
	id := d.Flight
	for n := 2; ; n++ { // a process that began again amid a flight keeps the rest beside what there is
		name, err := k.file(id, "")
		if err != nil {
			return fmt.Errorf("its name %q is none of a file", d.Flight)
		}
		_, err1 := os.Stat(name + ".json")
		_, err2 := os.Stat(name + endingPart)
		if errors.Is(err1, fs.ErrNotExist) && errors.Is(err2, fs.ErrNotExist) {
			break
		}
		id = fmt.Sprintf("%s.%d", d.Flight, n)
	}
	k.begin(id)
	defer k.end(id)
	r := &recording{k: k, id: id, of: Flight{ID: id, Flight: d.Flight, Dock: d.SN, DockName: d.Name, Model: d.Model, Began: time.Now().UTC(), Simulated: dock.Simulated(d.SN), Route: d.Route}}
	video, err := os.OpenFile(filepath.Join(k.Dir, id+endingPart), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	track, err := os.OpenFile(filepath.Join(k.Dir, id+".jsonl"), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		video.Close()
		return err
	}
	r.video, r.track = bufio.NewWriterSize(video, 1<<16), bufio.NewWriter(track)
	if err = r.know(); err == nil {
		err = r.run(ctx, d)
	}
	// who tells of poses may still be telling: nothing is written from here on
	r.mu.Lock()
	err = errors.Join(err, r.failed, r.video.Flush(), r.track.Flush(), video.Close(), track.Close())
	r.failed = os.ErrClosed
	r.mu.Unlock()
	if err = errors.Join(err, r.know()); err != nil {
		k.Log.Warn("video of a flight is kept in part only", "flight", d.Flight, "error", err)
	}
	return k.finish(id)
}

// know keeps what is known of the flight so far.
func (r *recording) know() error {
	b, err := json.Marshal(r.of)
	if err != nil {
		return err
	}
	return renameio.WriteFile(filepath.Join(r.k.Dir, r.id+endingPart+".json"), b, 0o600)
}

// run takes in what comes of a flight.
func (r *recording) run(ctx context.Context, d dock.Status) error {
	for subject, take := range map[string]func([]byte){dock.SubjectPose + d.SN: r.pose, vision.SubjectBoxes + d.SN: r.boxes} {
		stop, err := r.k.Hear(subject, take)
		if err != nil {
			return err
		}
		defer stop()
	}
	again := time.NewTicker(againAfter)
	defer again.Stop()
	for ctx.Err() == nil && !r.k.over(d.SN, d.Flight) && r.trouble() == nil {
		c, play, err := live.Read(ctx, d.Stream, r.k.Login, r.unit)
		if err == nil && play() == nil {
			ended := make(chan error, 1)
			go func() { ended <- c.Wait() }()
			for on := true; on; {
				select {
				case <-ended:
					on = false
				case <-again.C:
					if ctx.Err() != nil || r.k.over(d.SN, d.Flight) || r.trouble() != nil {
						c.Close()
						<-ended
						on = false
					}
				}
			}
		}
		if c != nil {
			c.Close()
		}
		r.mu.Lock()
		r.begun = false
		r.mu.Unlock()
		select {
		case <-ctx.Done():
		case <-again.C:
		}
	}
	return nil
}

// trouble is why no more can be kept.
func (r *recording) trouble() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed == nil && r.written > maxFlight {
		r.failed = fmt.Errorf("it has more than %d GiB", maxFlight>>30)
	}
	if r.failed == nil {
		r.failed = r.k.Full()
	}
	return r.failed
}

// unit takes in a picture.
func (r *recording) unit(u live.Unit) {
	data, err := h264.AVCC(u.NALUs).Marshal()
	if err != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed != nil || !r.begun && !u.Key {
		return
	}
	fresh := !r.begun
	if fresh {
		r.begun, r.zero = true, u.Stamp
		if r.written > 0 { // a gap is as long as it was
			r.start = max(r.last+live.TicksPerS/25, int64(time.Since(r.of.Began).Seconds()*live.TicksPerS))
		} else {
			r.of.Began = time.Now().UTC()
			if err := r.know(); err != nil {
				r.k.Log.Warn("when the video of a flight began is not kept", "flight", r.of.Flight, "error", err)
			}
		}
	}
	h := head{Ticks: r.at(u.Stamp), Size: uint32(len(data))}
	if u.Key {
		h.Key = 1
	}
	if step := h.Ticks - r.last; !fresh && (step < -live.MaxStep || step > live.MaxStep) { // the dock's clock has jumped: from the next picture that can be shown by itself it is gone on
		r.begun = false
		return
	} else if step < 0 {
		return // one that comes late
	}
	r.last = h.Ticks
	if r.failed = binary.Write(r.video, binary.LittleEndian, h); r.failed == nil {
		_, r.failed = r.video.Write(data)
	}
	r.written += headSize + int64(len(data))
}

// at is when the picture with a time stamp is shown, ticks.
func (r *recording) at(stamp uint32) int64 { return r.start + int64(int32(stamp-r.zero)) }

func (r *recording) pose(b []byte) {
	var t dock.Telemetry
	if json.Unmarshal(b, &t) != nil || t.Pose == nil || t.Flight != r.of.Flight {
		return
	}
	p := t.Pose.Upright()
	r.write(line{Pose: &Pose{p.Time, p.Lon, p.Lat, p.HeightM, p.YawDeg, p.PitchDeg}})
}

func (r *recording) boxes(b []byte) {
	var x vision.FrameBoxes
	if json.Unmarshal(b, &x) != nil || x.Flight != r.of.Flight {
		return
	}
	r.mu.Lock()
	begun, t := r.begun, float64(r.at(x.Stamp))/live.TicksPerS
	r.mu.Unlock()
	if begun && t >= 0 {
		r.write(line{T: t, Boxes: &x})
	}
}

func (r *recording) write(l line) {
	b, err := json.Marshal(l)
	if err != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed == nil {
		_, r.failed = r.track.Write(append(b, '\n'))
	}
}
