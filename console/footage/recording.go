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
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/mp4"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/pmp4"
	"github.com/google/renameio/v2"

	"github.com/harrier-patrol/harrier/console/live"
	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/vision"
)

// ticksPerS is the time scale of video: that of RTP.
const ticksPerS = 90_000

// An MP4 that Harrier writes has room for 4 GiB; a flight is kept up to maxFlight.
const maxFlight = 3 << 30

// maxStep is how far two pictures of one connection may be apart, ticks.
const maxStep = 10 * ticksPerS

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

// line is one of a flight's jsonl.
type line struct {
	Pose  *Pose              `json:"pose,omitempty"`
	T     float64            `json:"t,omitempty"` // of the boxes' frame, seconds of video
	Boxes *vision.FrameBoxes `json:"boxes,omitempty"`
}

// Pose is where the aircraft was and where its camera looked.
type Pose struct {
	Time     time.Time `json:"time"`
	Lon      float64   `json:"lon"`
	Lat      float64   `json:"lat"`
	HeightM  float64   `json:"height_m"`
	YawDeg   float64   `json:"yaw"`
	PitchDeg float64   `json:"pitch"`
}

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
	if !r.begun {
		r.begun, r.zero = true, u.Stamp
		if r.written > 0 { // a gap is as long as it was
			r.start = max(r.last+ticksPerS/25, int64(time.Since(r.of.Began).Seconds()*ticksPerS))
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
	if step := h.Ticks - r.last; step < -maxStep || step > maxStep { // the dock's clock has jumped: from the next picture that can be shown by itself it is gone on
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
	begun, t := r.begun, float64(r.at(x.Stamp))/ticksPerS
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

// finishLeft finishes what an earlier process was keeping when it ended.
func (k *Keeper) finishLeft() {
	names, err := filepath.Glob(filepath.Join(k.Dir, "*"+endingPart+".json"))
	if err != nil {
		return
	}
	for _, n := range names {
		id := strings.TrimSuffix(filepath.Base(n), endingPart+".json")
		if err := k.finish(id); err != nil {
			k.Log.Warn("video that was being kept when Harrier ended is lost", "flight", id, "error", err)
		}
	}
}

// finish makes the MP4 of what was kept.
func (k *Keeper) finish(id string) error {
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
	f.Seconds = float64(ticks) / ticksPerS
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
	t := &pmp4.Track{ID: 1, TimeScale: ticksPerS, Codec: codec}
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
			for _, n := range au {
				switch h264.NALUType(n[0] & 0x1f) {
				case h264.NALUTypeSPS:
					codec.SPS = n
				case h264.NALUTypePPS:
					codec.PPS = n
				}
			}
		}
		if n := len(t.Samples); n > 0 {
			t.Samples[n-1].Duration = uint32(max(1, h.Ticks-last))
		}
		last = h.Ticks
		t.Samples = append(t.Samples, &pmp4.Sample{Duration: ticksPerS / 25, IsNonSyncSample: h.Key == 0, PayloadSize: h.Size, GetPayload: payload})
	}
	if len(t.Samples) < 2 || codec.SPS == nil || codec.PPS == nil {
		return nil, errNoVideo
	}
	return t, nil
}

// lines are what was kept of where the aircraft was and what was seen; a last one that was being written is left out.
func (k *Keeper) lines(id string) ([]line, error) {
	f, err := k.open(id, ".jsonl")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []line
	for in := json.NewDecoder(bufio.NewReader(f)); ; {
		var l line
		if in.Decode(&l) != nil {
			return out, nil
		}
		out = append(out, l)
	}
}

// Track is where the aircraft of a flight was and what was seen, by seconds of its video.
type Track struct {
	Poses []PoseAt  `json:"poses"`
	Boxes []BoxesAt `json:"boxes"`
}

// PoseAt is a pose at a time of the video.
type PoseAt struct {
	T float64 `json:"t" doc:"Seconds of the video"`
	Pose
}

// BoxesAt is what was seen in a frame of the video.
type BoxesAt struct {
	T      float64 `json:"t" doc:"Seconds of the video"`
	Width  int     `json:"width"`
	Height int     `json:"height"`
	Boxes  []Seen  `json:"boxes"`
}

// Seen is one of its boxes.
type Seen struct {
	Class string     `json:"class"`
	Score float64    `json:"score"`
	Box   [4]float64 `json:"box" doc:"x, y, width, height, pixels"`
	Scene string     `json:"scene,omitempty" doc:"That looks for the class"`
	Moves [2]float64 `json:"moves" doc:"How the camera shifts it, pixels a second"`
}

// Track reads that of a flight.
func (k *Keeper) Track(id string) (Track, error) {
	out := Track{Poses: []PoseAt{}, Boxes: []BoxesAt{}}
	f, err := k.Flight(id)
	if err != nil {
		return out, err
	}
	lines, err := k.lines(id)
	if err != nil {
		return out, err
	}
	for _, l := range lines {
		switch {
		case l.Pose != nil:
			out.Poses = append(out.Poses, PoseAt{l.Pose.Time.Sub(f.Zero).Seconds(), *l.Pose})
		case l.Boxes != nil:
			b := BoxesAt{l.T, l.Boxes.Width, l.Boxes.Height, []Seen{}}
			for _, s := range l.Boxes.Boxes {
				b.Boxes = append(b.Boxes, Seen{s.Class, s.Score, [4]float64{s.Box.X, s.Box.Y, s.Box.W, s.Box.H}, s.Scene, s.Moves})
			}
			out.Boxes = append(out.Boxes, b)
		}
	}
	return out, nil
}
