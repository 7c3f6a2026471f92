package dock

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/uploads"
	"github.com/harrier-patrol/harrier/evidence"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/missions"
)

// Subjects of media.
const (
	SubjectMedia  = "harrier.media."   // + dock: what became of a flight's media
	SubjectPhotos = "harrier.photos"   // photos to be looked at: a work queue
	bucketMedia   = "media"            // accounts of flights' media, by dock and flight
	mediaKept     = 7 * 24 * time.Hour // how long a file may be late and still find its flight's account
)

// Depot is where docks upload to, and where what came of it is kept.
type Depot struct {
	Uploads *uploads.Bucket
	Store   *evidence.Store
}

// MediaState says how far a flight's media are.
type MediaState string

// A flight's media are awaited, and then complete or incomplete; a file that comes late makes them complete after all.
const (
	MediaAwaited    MediaState = "awaited"
	MediaComplete   MediaState = "complete"
	MediaIncomplete MediaState = "incomplete"
)

// Media is the account of a flight's media: what was to come, what came, and what is missing, by file.
type Media struct {
	Flight    string      `json:"flight"`
	Dock      string      `json:"dock"`
	State     MediaState  `json:"state"`
	Counted   int         `json:"counted"` // files that the dock says the flight made; 0 where it has not said
	Shots     []Shot      `json:"shots,omitempty"`
	Files     []MediaFile `json:"files,omitempty"`
	Missing   []string    `json:"missing,omitempty"`
	Scenes    []string    `json:"scenes,omitempty"`
	Ended     time.Time   `json:"ended,omitzero"` // the flight
	Due       time.Time   `json:"due,omitzero"`   // what has not come by then is missing
	At        time.Time   `json:"at"`
	Simulated bool        `json:"simulated"`

	revision uint64 // of it in the bucket of accounts; 0 where none is kept yet
}

// Shot is a photo that the route asked for at a waypoint that the flight came to.
type Shot struct {
	Waypoint int     `json:"waypoint"` // from 1
	Lon      float64 `json:"lon"`
	Lat      float64 `json:"lat"`
	File     string  `json:"file,omitempty"` // that it became
}

// MediaFile is a file that arrived.
type MediaFile struct {
	Name string `json:"name"`
	// Original is its SHA-256, under which it lies sealed in the evidence; empty where it is too large and stays in the bucket under Key.
	Original string    `json:"original,omitempty"`
	Key      string    `json:"key"`
	Lon      float64   `json:"lon,omitempty"` // where it was taken, as the dock says
	Lat      float64   `json:"lat,omitempty"`
	At       time.Time `json:"at"`
}

// PhotoJob is a photo to be looked at: a message of the work queue.
type PhotoJob struct {
	Flight    string   `json:"flight"`
	Dock      string   `json:"dock"`
	Name      string   `json:"name"`
	Original  string   `json:"original"` // SHA-256 of the file, sealed in the evidence
	Scenes    []string `json:"scenes"`
	Lon       float64  `json:"lon"` // of the dock, where the aircraft took off, WGS-84; 0 where not known
	Lat       float64  `json:"lat"`
	Simulated bool     `json:"simulated"`
}

// How long files may take: docks upload after landing, one after the other, over whatever link they have.
const (
	mediaWait  = 30 * time.Minute // after the landing, and after each file
	mediaLook  = 10 * time.Second // how often it is looked whether something is overdue
	fetchPause = 2 * time.Second
	nearShotM  = 25 // a photo without a waypoint in its name is that of the nearest one within
	maxUploads = 64 // files of a dock that wait to be fetched
)

// uploadedFile is what a dock says of a file that it has uploaded.
type uploadedFile struct {
	cloudapi.FileUploadCallback
	answer func() // without it the dock says so again
}

// book keeps the accounts of a dock's flights.
type book struct {
	s  *session
	in chan uploadedFile

	mu   sync.Mutex
	open map[string]*Media // by flight
}

func newBook(s *session) *book {
	return &book{s: s, in: make(chan uploadedFile, maxUploads), open: map[string]*Media{}}
}

func (b *book) key(flight string) string { return b.s.d.SN + "." + digest(flight) }

// account is a flight's account: the open one, the one that was settled, or a new one. The caller holds b.mu.
func (b *book) account(ctx context.Context, flight string) *Media {
	if m := b.open[flight]; m != nil {
		return m
	}
	m := &Media{Flight: flight, Dock: b.s.d.SN, Simulated: Simulated(b.s.d.SN)}
	if e, err := b.s.c.media.Get(ctx, b.key(flight)); err == nil {
		_ = json.Unmarshal(e.Value(), m)
		m.revision = e.Revision()
	} else if f, ok := b.s.c.kept(ctx, flight); ok {
		m.Scenes = f.Scenes
	}
	m.State = MediaAwaited
	b.open[flight] = m
	return m
}

// keep writes an account down, unless another controller did since it was read. The caller holds b.mu.
func (b *book) keep(ctx context.Context, m *Media) error {
	m.At = b.s.c.o.Clock.Now().UTC()
	v, err := json.Marshal(m)
	var rev uint64
	if err == nil && m.revision == 0 {
		rev, err = b.s.c.media.Create(ctx, b.key(m.Flight), v)
	} else if err == nil {
		rev, err = b.s.c.media.Update(ctx, b.key(m.Flight), v, m.revision)
	}
	if err != nil {
		return fmt.Errorf("account of the media of flight %s not kept: %w", m.Flight, err)
	}
	m.revision = rev
	return nil
}

// keptElsewhere says that an account was not kept because another controller kept it meanwhile.
func keptElsewhere(err error) bool {
	return errors.Is(err, jetstream.ErrKeyExists) || errors.Is(err, jetstream.ErrKeyRevisionMismatch)
}

// enter changes an account and writes it down: anew on what another controller wrote meanwhile, from whom the dock came or to whom it went.
// The caller holds b.mu.
func (b *book) enter(ctx context.Context, flight string, change func(*Media)) (err error) {
	for range tries {
		m := b.account(ctx, flight)
		change(m)
		if err = b.keep(ctx, m); !keptElsewhere(err) {
			return err
		}
		delete(b.open, flight)
	}
	return err
}

// resume takes the dock's open accounts up where an earlier controller left them.
func (b *book) resume(ctx context.Context) error {
	if b.s.c.o.Depot == nil {
		return nil
	}
	keys, err := b.s.c.media.ListKeysFiltered(ctx, b.s.d.SN+".*")
	if err != nil {
		return fmt.Errorf("media of dock %s: %w", b.s.d.SN, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for k := range keys.Keys() {
		e, err := b.s.c.media.Get(ctx, k)
		if err != nil {
			continue // forgotten meanwhile
		}
		var m Media
		if json.Unmarshal(e.Value(), &m) == nil && m.State == MediaAwaited && b.open[m.Flight] == nil {
			m.revision = e.Revision()
			b.open[m.Flight] = &m
		}
	}
	return nil
}

// forget lets the accounts go: another controller goes on with them.
func (b *book) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	clear(b.open)
}

// landed opens the account of a flight that has ended: what its route asked for up to where it came, and what the dock counted.
func (b *book) landed(ctx context.Context, f missions.Flight, shots []Shot, counted int) {
	if b.s.c.o.Depot == nil || len(shots) == 0 && counted == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	err := b.enter(ctx, f.ID, func(m *Media) {
		m.Scenes, m.Shots, m.Counted, m.Ended = f.Scenes, shots, max(m.Counted, counted), b.s.c.o.Clock.Now().UTC()
		m.Due = m.Ended.Add(mediaWait)
		m.match()
	})
	if err != nil && ctx.Err() == nil {
		b.s.c.o.Log.Error("media", "dock", b.s.d.SN, "error", err)
	}
}

// shotsOf are the photos of a flight's route between where it began and where it came: reached is how many waypoints that is.
func shotsOf(f missions.Flight, reached int) []Shot {
	var out []Shot
	for i, w := range f.Route.Waypoints {
		if w.Photo && i < reached && (f.Break == nil || i > f.Break.Waypoint) {
			out = append(out, Shot{Waypoint: i + 1, Lon: w.Lon, Lat: w.Lat})
		}
	}
	return out
}

// run fetches what docks uploaded, and settles the accounts that are due.
func (b *book) run(ctx context.Context) {
	tick := b.s.c.o.Clock.NewTicker(mediaLook)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case u := <-b.in:
			if !b.s.held.Load() {
				continue // the dock says it again to whoever holds it now, or it is found in the bucket
			}
			if err := b.arrived(ctx, u.FileUploadCallback, true); err != nil {
				if ctx.Err() == nil {
					b.s.c.o.Log.Warn("uploaded file not taken in", "dock", b.s.d.SN, "flight", u.File.Ext.FlightID, "file", u.File.Name, "error", err)
				}
				continue
			}
			u.answer()
		case <-tick.C:
			if b.s.held.Load() {
				b.settle(ctx)
			}
		}
	}
}

// arrived takes a file in: into the evidence, onto the work queue, into the account, in this order, so that nothing is lost in between. told
// says that the dock is still at it: then more may come.
func (b *book) arrived(ctx context.Context, u cloudapi.FileUploadCallback, told bool) error {
	flight, name, key := u.File.Ext.FlightID, u.File.Name, u.File.ObjectKey
	switch {
	case flight == "" || key == "":
		return errors.New("file_upload_callback without flight_id or object_key")
	case !strings.HasPrefix(key, uploads.Prefix(b.s.d.SN)+"/") || path.Clean(key) != key:
		return fmt.Errorf("object_key %q is not in the part of the bucket that is this dock's (%s/)", key, uploads.Prefix(b.s.d.SN))
	}
	if name == "" {
		name = path.Base(key)
	}
	b.mu.Lock()
	m := b.account(ctx, flight)
	known := slices.ContainsFunc(m.Files, func(f MediaFile) bool { return f.Key == key })
	scenes := m.Scenes
	b.mu.Unlock()
	if known {
		return nil
	}
	where := u.File.Metadata.ShootPosition
	file := MediaFile{Name: name, Key: key, Lon: where.Lng, Lat: where.Lat, At: b.s.c.o.Clock.Now().UTC()}
	data, err := b.fetch(ctx, key)
	switch {
	case errors.Is(err, uploads.ErrTooLarge):
		b.s.c.o.Log.Warn("a file is too large to be kept as evidence; it stays in the bucket", "dock", b.s.d.SN, "flight", flight, "file", name)
	case err != nil:
		return err
	default:
		if file.Original, err = b.s.c.o.Depot.Store.Seal(ctx, data); err != nil {
			return err
		}
	}
	if ext := strings.ToLower(path.Ext(name)); file.Original != "" && (ext == ".jpg" || ext == ".jpeg") {
		job, err := json.Marshal(PhotoJob{Flight: flight, Dock: b.s.d.SN, Name: name, Original: file.Original, Scenes: scenes, Lon: b.s.d.Lon, Lat: b.s.d.Lat, Simulated: Simulated(b.s.d.SN)})
		if err == nil {
			_, err = b.s.c.js.Publish(ctx, SubjectPhotos, job, jetstream.WithMsgID("photo "+flight+" "+name))
		}
		if err != nil {
			return fmt.Errorf("queue the photo for a look: %w", err)
		}
	}
	b.mu.Lock()
	err = b.enter(ctx, flight, func(m *Media) {
		if !slices.ContainsFunc(m.Files, func(f MediaFile) bool { return f.Key == key }) {
			m.Files = append(m.Files, file)
		}
		m.match()
		if t := u.FlightTask; t != nil {
			m.Counted = max(m.Counted, t.ExpectedFileCount)
		}
		if told {
			m.Due = file.At.Add(mediaWait)
		}
	})
	if !b.s.held.Load() {
		delete(b.open, flight)
	}
	b.mu.Unlock()
	if err != nil {
		return err
	}
	if file.Original != "" {
		if err := b.s.c.o.Depot.Uploads.Remove(ctx, key); err != nil && ctx.Err() == nil {
			b.s.c.o.Log.Warn("a file that is kept as evidence is still in the bucket too", "dock", b.s.d.SN, "error", err)
		}
	}
	b.settle(ctx)
	return nil
}

// fetch reads a file out of the bucket; what is not there is not there a moment later either, other troubles may pass.
func (b *book) fetch(ctx context.Context, key string) (data []byte, err error) {
	for n := range tries {
		if n > 0 {
			if e := b.s.sleep(ctx, fetchPause); e != nil {
				return nil, e
			}
		}
		if data, err = b.s.c.o.Depot.Uploads.Get(ctx, key); err == nil || errors.Is(err, uploads.ErrNotThere) || errors.Is(err, uploads.ErrTooLarge) {
			return data, err
		}
	}
	return nil, err
}

// match says of each of the route's photos which file it became: by the mark in its name, else by where it was taken.
func (m *Media) match() {
	for i := range m.Shots {
		m.Shots[i].File = ""
	}
	for _, f := range m.Files {
		w, marked := missions.PhotoWaypoint(f.Name)
		best, far := -1, float64(nearShotM)
		for i, s := range m.Shots {
			d := geo.DistanceM([2]float64{s.Lon, s.Lat}, [2]float64{f.Lon, f.Lat})
			if marked && s.Waypoint == w+1 || !marked && s.File == "" && d < far {
				best, far = i, d
			}
		}
		if best >= 0 {
			m.Shots[best].File = f.Name
		}
	}
}

// missing names what was to come and has not: photos of the route by their waypoints, further files that the dock counted by the gaps in
// the numbers that docks give their files (DJI_<time>_<number>_…), else by how many they are.
func (m *Media) missing() (out []string) {
	for _, s := range m.Shots {
		if s.File == "" {
			out = append(out, fmt.Sprintf("photo at waypoint %d (%.6f, %.6f)", s.Waypoint, s.Lon, s.Lat))
		}
	}
	more := m.Counted - len(m.Files) - len(out)
	if more <= 0 {
		return out
	}
	if gaps := m.gaps(); len(gaps) == m.Counted-len(m.Files) && len(out) == 0 {
		return gaps
	}
	return append(out, fmt.Sprintf("%d of the %d files that the dock counted", more, m.Counted))
}

// gaps are the numbers that no file has, between the first and the last one.
func (m *Media) gaps() (out []string) {
	has := map[int]bool{}
	least, most := 1<<30, 0
	for _, f := range m.Files {
		if p := strings.Split(f.Name, "_"); len(p) > 2 {
			if n, err := strconv.Atoi(strings.TrimSuffix(p[2], path.Ext(p[2]))); err == nil {
				has[n], least, most = true, min(least, n), max(most, n)
			}
		}
	}
	if most-least > 10000 {
		return nil
	}
	for n := least; n < most; n++ {
		if !has[n] {
			out = append(out, fmt.Sprintf("file number %04d", n))
		}
	}
	return out
}

// settle closes accounts: those that are complete, and those that are due. Before it says that a file is missing it looks whether it lies
// in the bucket all the same.
func (b *book) settle(ctx context.Context) {
	now := b.s.c.o.Clock.Now()
	b.mu.Lock()
	var due []string
	for flight, m := range b.open {
		full := !m.Ended.IsZero() && len(m.missing()) == 0 && len(m.Files) >= m.Counted
		if full || !m.Due.IsZero() && now.After(m.Due) {
			due = append(due, flight)
		}
	}
	b.mu.Unlock()
	changed := false // by another controller
	for _, flight := range due {
		b.mu.Lock()
		m := b.open[flight]
		short := m != nil && (len(m.missing()) > 0 || len(m.Files) < m.Counted)
		b.mu.Unlock()
		if m == nil {
			continue
		}
		if short && b.untold(ctx, flight) {
			continue
		}
		b.mu.Lock()
		m.Missing, m.State = m.missing(), MediaComplete
		if len(m.Missing) > 0 {
			m.State = MediaIncomplete
		}
		err := b.keep(ctx, m)
		if err == nil {
			err = b.tell(ctx, m)
		}
		switch {
		case err == nil:
			delete(b.open, flight)
		case keptElsewhere(err):
			delete(b.open, flight)
			changed = true
		default:
			m.State = MediaAwaited
			if ctx.Err() == nil {
				b.s.c.o.Log.Error("media", "dock", b.s.d.SN, "flight", flight, "error", err)
			}
		}
		b.mu.Unlock()
	}
	if changed && b.s.held.Load() {
		if err := b.resume(ctx); err != nil && ctx.Err() == nil {
			b.s.c.o.Log.Error("media", "dock", b.s.d.SN, "error", err)
		}
	}
}

// untold takes in what lies in the bucket for a flight without the dock's having said so; true where something was found.
func (b *book) untold(ctx context.Context, flight string) (found bool) {
	keys, err := b.s.c.o.Depot.Uploads.List(ctx, uploads.Prefix(b.s.d.SN)+"/")
	if err != nil {
		b.s.c.o.Log.Warn("what docks uploaded cannot be listed", "dock", b.s.d.SN, "error", err)
		return false
	}
	for _, k := range keys {
		if !slices.Contains(strings.Split(k, "/"), flight) {
			continue
		}
		u := cloudapi.FileUploadCallback{File: cloudapi.MediaFile{ObjectKey: k, Name: path.Base(k), Ext: cloudapi.MediaExt{FlightID: flight}}}
		b.mu.Lock()
		known := slices.ContainsFunc(b.account(ctx, flight).Files, func(f MediaFile) bool { return f.Key == k })
		b.mu.Unlock()
		if known {
			continue
		}
		if err := b.arrived(ctx, u, false); err != nil {
			b.s.c.o.Log.Warn("uploaded file not taken in", "dock", b.s.d.SN, "flight", flight, "file", k, "error", err)
			continue
		}
		found = true
	}
	return found
}

// tell publishes what became of a flight's media as a fact.
func (b *book) tell(ctx context.Context, m *Media) error {
	v, err := json.Marshal(m)
	if err == nil {
		_, err = b.s.c.js.Publish(ctx, SubjectMedia+b.s.d.SN, v)
	}
	if err != nil {
		return fmt.Errorf("media of flight %s not told: %w", m.Flight, err)
	}
	if m.State == MediaIncomplete {
		b.s.c.o.Log.Warn("media of a flight are missing", "dock", b.s.d.SN, "flight", m.Flight, "arrived", len(m.Files), "missing", strings.Join(m.Missing, "; "))
	}
	return nil
}

// uploaded queues a file that the dock says it has uploaded; the dock is answered once the file is taken in.
func (s *session) uploaded(u *cloudapi.FileUploadCallback, e *cloudapi.Message) error {
	answer := func() {
		if !e.WantsReply() {
			return
		}
		if err := s.answer(cloudapi.KindEventsReply, e, &cloudapi.Result{}); err != nil {
			s.c.o.Log.Error("answer", "dock", s.d.SN, "method", e.Name(), "error", err)
		}
	}
	select {
	case s.book.in <- uploadedFile{*u, answer}:
		return nil
	default:
		return fmt.Errorf("%d uploaded files wait already; the dock says this one again, else it is looked for in the bucket", maxUploads)
	}
}

// grant answers a dock that asks where to upload to.
func (s *session) grant(ctx context.Context, q *cloudapi.StorageConfigGetRequest) any {
	if s.c.o.Depot == nil || q.Module != cloudapi.StorageModuleMedia {
		return &cloudapi.Result{Result: refusedStorage}
	}
	g, err := s.c.o.Depot.Uploads.Grant(ctx, s.d.SN)
	if err != nil {
		s.c.o.Log.Error("a dock asks where to upload its media, and gets no credential", "dock", s.d.SN, "error", err)
		return &cloudapi.Result{Result: refusedStorage}
	}
	return &cloudapi.StorageConfigGetRequestReply{Output: g}
}
