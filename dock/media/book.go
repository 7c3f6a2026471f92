package media

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/pace"
	"github.com/harrier-patrol/harrier/dock/uploads"
	"github.com/harrier-patrol/harrier/evidence"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/missions"
)

// Subjects of media.
const (
	Subject       = "harrier.media."   // + dock: what became of a flight's media
	SubjectPhotos = "harrier.photos"   // photos to be looked at: a work queue
	Bucket        = "media"            // accounts of flights' media, by dock and flight
	Kept          = 7 * 24 * time.Hour // how long a file may be late and still find its flight's account
)

// Depot is where docks upload to, and where what came of it is kept.
type Depot struct {
	Uploads *uploads.Bucket
	Store   *evidence.Store
}

// Options of the book of a dock.
type Options struct {
	SN        string
	Lon, Lat  float64 // of the dock, WGS-84; 0 where not known
	Simulated bool

	Depot  *Depot                    // nil: docks have no place to upload to, and no account is kept
	KV     func() jetstream.KeyValue // of the accounts
	JS     jetstream.JetStream
	Held   func() bool // says whether this process keeps the accounts now
	Flight func(ctx context.Context, id string) (missions.Flight, bool)
	Clock  pace.Clock
	Log    *slog.Logger
}

// tries of what may fail at first.
const tries = 3

// How long files may take: docks upload after landing, one after the other, over whatever link they have.
const (
	mediaWait  = 30 * time.Minute // after the landing, and after each file
	mediaLook  = 10 * time.Second // how often it is looked whether something is overdue
	fetchPause = 2 * time.Second
	nearShotM  = 25 // a photo without a waypoint in its name is that of the nearest one within
	maxUploads = 64 // files of a dock that wait to be fetched
)

// uploaded is what a dock says of a file that it has uploaded.
type uploaded struct {
	cloudapi.FileUploadCallback
	answer func() // without it the dock says so again
}

// Book keeps the accounts of a dock's flights.
type Book struct {
	o  Options
	in chan uploaded

	mu   sync.Mutex
	open map[string]*Account // by flight
}

// NewBook opens the book of a dock. Run it.
func NewBook(o Options) *Book {
	return &Book{o: o, in: make(chan uploaded, maxUploads), open: map[string]*Account{}}
}

func (b *Book) key(flight string) string { return b.o.SN + "." + journal.Key(flight) }

// account is a flight's account: the open one, the one that was settled, or a new one. The caller holds b.mu.
func (b *Book) account(ctx context.Context, flight string) *Account {
	if m := b.open[flight]; m != nil {
		return m
	}
	m := &Account{Flight: flight, Dock: b.o.SN, Simulated: b.o.Simulated}
	if e, err := b.o.KV().Get(ctx, b.key(flight)); err == nil {
		_ = json.Unmarshal(e.Value(), m)
		m.revision = e.Revision()
	} else if f, ok := b.o.Flight(ctx, flight); ok {
		m.Scenes = f.Scenes
	}
	m.State = Awaited
	b.open[flight] = m
	return m
}

// keep writes an account down, unless another controller did since it was read. The caller holds b.mu.
func (b *Book) keep(ctx context.Context, m *Account) error {
	m.At = b.o.Clock.Now().UTC()
	v, err := json.Marshal(m)
	var rev uint64
	if err == nil && m.revision == 0 {
		rev, err = b.o.KV().Create(ctx, b.key(m.Flight), v)
	} else if err == nil {
		rev, err = b.o.KV().Update(ctx, b.key(m.Flight), v, m.revision)
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
func (b *Book) enter(ctx context.Context, flight string, change func(*Account)) (err error) {
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

// Resume takes the dock's open accounts up where an earlier controller left them.
func (b *Book) Resume(ctx context.Context) error {
	if b.o.Depot == nil {
		return nil
	}
	keys, err := b.o.KV().ListKeysFiltered(ctx, b.o.SN+".*")
	if err != nil {
		return fmt.Errorf("media of dock %s: %w", b.o.SN, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for k := range keys.Keys() {
		e, err := b.o.KV().Get(ctx, k)
		if err != nil {
			continue // forgotten meanwhile
		}
		var m Account
		if json.Unmarshal(e.Value(), &m) == nil && m.State == Awaited && b.open[m.Flight] == nil {
			m.revision = e.Revision()
			b.open[m.Flight] = &m
		}
	}
	return nil
}

// Forget lets the accounts go: another controller goes on with them.
func (b *Book) Forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	clear(b.open)
}

// Landed opens the account of a flight that has ended: what its route asked for up to where it came, and what the dock counted.
func (b *Book) Landed(ctx context.Context, f missions.Flight, shots []Shot, counted int) {
	if b.o.Depot == nil || len(shots) == 0 && counted == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	err := b.enter(ctx, f.ID, func(m *Account) {
		m.Scenes, m.Shots, m.Counted, m.Ended = f.Scenes, shots, max(m.Counted, counted), b.o.Clock.Now().UTC()
		m.Due = m.Ended.Add(mediaWait)
		m.match()
	})
	if err != nil && ctx.Err() == nil {
		b.o.Log.Error("media", "dock", b.o.SN, "error", err)
	}
}

// Run fetches what docks uploaded, and settles the accounts that are due.
func (b *Book) Run(ctx context.Context) {
	tick := b.o.Clock.NewTicker(mediaLook)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case u := <-b.in:
			if !b.o.Held() {
				continue // the dock says it again to whoever holds it now, or it is found in the bucket
			}
			if err := b.arrived(ctx, u.FileUploadCallback, true); err != nil {
				if ctx.Err() == nil {
					b.o.Log.Warn("uploaded file not taken in", "dock", b.o.SN, "flight", u.File.Ext.FlightID, "file", u.File.Name, "error", err)
				}
				continue
			}
			u.answer()
		case <-tick.C:
			if b.o.Held() {
				b.settle(ctx)
			}
		}
	}
}

// arrived takes a file in: into the evidence, onto the work queue, into the account, in this order, so that nothing is lost in between. told
// says that the dock is still at it: then more may come.
func (b *Book) arrived(ctx context.Context, u cloudapi.FileUploadCallback, told bool) error {
	flight, name, key := u.File.Ext.FlightID, u.File.Name, u.File.ObjectKey
	switch {
	case flight == "" || key == "":
		return errors.New("file_upload_callback without flight_id or object_key")
	case !strings.HasPrefix(key, uploads.Prefix(b.o.SN)+"/") || path.Clean(key) != key:
		return fmt.Errorf("object_key %q is not in the part of the bucket that is this dock's (%s/)", key, uploads.Prefix(b.o.SN))
	}
	if name == "" {
		name = path.Base(key)
	}
	b.mu.Lock()
	m := b.account(ctx, flight)
	known := slices.ContainsFunc(m.Files, func(f File) bool { return f.Key == key })
	scenes := m.Scenes
	b.mu.Unlock()
	if known {
		return nil
	}
	where := u.File.Metadata.ShootPosition
	file := File{Name: name, Key: key, Lon: where.Lng, Lat: where.Lat, At: b.o.Clock.Now().UTC()}
	data, err := b.fetch(ctx, key)
	switch {
	case errors.Is(err, uploads.ErrTooLarge):
		b.o.Log.Warn("a file is too large to be kept as evidence; it stays in the bucket", "dock", b.o.SN, "flight", flight, "file", name)
	case err != nil:
		return err
	default:
		if file.Original, err = b.o.Depot.Store.Seal(ctx, data); err != nil {
			return err
		}
	}
	if ext := strings.ToLower(path.Ext(name)); file.Original != "" && (ext == ".jpg" || ext == ".jpeg") {
		job, err := json.Marshal(PhotoJob{Flight: flight, Dock: b.o.SN, Name: name, Original: file.Original, Scenes: scenes, Lon: b.o.Lon, Lat: b.o.Lat, Simulated: b.o.Simulated})
		if err == nil {
			_, err = b.o.JS.Publish(ctx, SubjectPhotos, job, jetstream.WithMsgID("photo "+flight+" "+name))
		}
		if err != nil {
			return fmt.Errorf("queue the photo for a look: %w", err)
		}
	}
	b.mu.Lock()
	err = b.enter(ctx, flight, func(m *Account) {
		if !slices.ContainsFunc(m.Files, func(f File) bool { return f.Key == key }) {
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
	if !b.o.Held() {
		delete(b.open, flight)
	}
	b.mu.Unlock()
	if err != nil {
		return err
	}
	if file.Original != "" {
		if err := b.o.Depot.Uploads.Remove(ctx, key); err != nil && ctx.Err() == nil {
			b.o.Log.Warn("a file that is kept as evidence is still in the bucket too", "dock", b.o.SN, "error", err)
		}
	}
	b.settle(ctx)
	return nil
}

// fetch reads a file out of the bucket; what is not there is not there a moment later either, other troubles may pass.
func (b *Book) fetch(ctx context.Context, key string) (data []byte, err error) {
	for n := range tries {
		if n > 0 {
			if e := b.o.Clock.Sleep(ctx, fetchPause); e != nil {
				return nil, e
			}
		}
		if data, err = b.o.Depot.Uploads.Get(ctx, key); err == nil || errors.Is(err, uploads.ErrNotThere) || errors.Is(err, uploads.ErrTooLarge) {
			return data, err
		}
	}
	return nil, err
}
