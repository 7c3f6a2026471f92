package dock

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/pace"
	"github.com/harrier-patrol/harrier/dock/uploads"
	"github.com/harrier-patrol/harrier/embedded"
	"github.com/harrier-patrol/harrier/evidence"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/missions"
)

func TestWhatIsMissingIsNamed(t *testing.T) {
	shots := []Shot{{Waypoint: 2, Lon: 121.5, Lat: 31.2}, {Waypoint: 4, Lon: 121.501, Lat: 31.2}}
	for _, c := range []struct {
		what    string
		counted int
		files   []MediaFile
		missing []string
	}{
		{"all there, by their marks", 2, []MediaFile{{Name: "DJI_20260501100304_0002_W_WP004.jpeg"}, {Name: "DJI_20260501100304_0001_W_WP002.jpeg"}}, nil},
		{"one not there", 2, []MediaFile{{Name: "DJI_20260501100304_0002_W_WP004.jpeg"}}, []string{"photo at waypoint 2 (121.500000, 31.200000)"}},
		{"no marks, but places", 2, []MediaFile{{Name: "a.jpeg", Lon: 121.50102, Lat: 31.2}}, []string{"photo at waypoint 2 (121.500000, 31.200000)"}},
		{"the dock counted more than the route asked for", 4, []MediaFile{{Name: "DJI_20260501100304_0001_W_WP002.jpeg"}, {Name: "DJI_20260501100304_0003_W_WP004.jpeg"}, {Name: "DJI_20260501100304_0004_V.mp4"}}, []string{"file number 0002"}},
		{"more, and their numbers do not tell", 4, []MediaFile{{Name: "DJI_20260501100304_0001_W_WP002.jpeg"}, {Name: "DJI_20260501100304_0002_W_WP004.jpeg"}}, []string{"2 of the 4 files that the dock counted"}},
		{"waypoint 40 is not 4", 0, []MediaFile{{Name: "DJI_20260501100304_0001_W_WP040.jpeg"}, {Name: "DJI_20260501100304_0002_W_WP002.jpeg"}}, []string{"photo at waypoint 4 (121.501000, 31.200000)"}},
		{"nothing came and nothing was counted", 0, nil, []string{"photo at waypoint 2 (121.500000, 31.200000)", "photo at waypoint 4 (121.501000, 31.200000)"}},
	} {
		m := Media{Shots: slices.Clone(shots), Files: c.files, Counted: c.counted}
		m.match()
		if got := m.missing(); !slices.Equal(got, c.missing) {
			t.Errorf("%s: missing %q, want %q", c.what, got, c.missing)
		}
	}
}

func TestPhotosAreExpectedOfWhatWasFlown(t *testing.T) {
	f := missions.Flight{Route: missions.Route{Waypoints: []missions.Waypoint{{Photo: true}, {Photo: true}, {}, {Photo: true}, {Photo: true}}}}
	at := func(f missions.Flight, reached int) (out []int) {
		for _, s := range shotsOf(f, reached) {
			out = append(out, s.Waypoint)
		}
		return out
	}
	if got := at(f, 5); !slices.Equal(got, []int{1, 2, 4, 5}) {
		t.Error(got)
	}
	if got := at(f, 2); !slices.Equal(got, []int{1, 2}) {
		t.Error(got)
	}
	f.Break = &missions.Break{Waypoint: 1}
	if got := at(f, 4); !slices.Equal(got, []int{4}) {
		t.Error(got)
	}
}

// depot is a bucket for a test's docks to upload to, with the evidence that it goes into.
func depot(t *testing.T, w *world) (*Depot, string) {
	keys := &uploads.Keys{Secret: "s"}
	s3, err := embedded.StartStorage(embedded.StorageOptions{Listen: "127.0.0.1:0", Dir: t.TempDir(), Bucket: "media", AccessKey: "harrier", SecretKey: "s", Docks: keys})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s3.Close() })
	bucket, err := uploads.Open(uploads.Options{Endpoint: "http://" + s3.Addr(), Bucket: "media", Region: "us-east-1", Provider: cloudapi.ProviderMinio, AccessKey: "harrier", SecretKey: "s", Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	store, err := evidence.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return &Depot{bucket, store}, s3.Addr()
}

// While a dock changes hands two controllers may write in one account: nothing of either is lost, and it is settled once.
func TestAccountsOfMediaOutliveAChangeOfHands(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	d, _ := depot(t, w)
	c, _ := w.controllerWith(func(o *Options) { o.Depot = d }, Dock{SN: "D1", Model: "M4D"})
	for end := time.Now().Add(10 * time.Second); !c.docks["D1"].held.Load(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the controller does not take its dock")
		}
	}
	b := c.docks["D1"].book
	enter := func(name string, f missions.Flight) {
		t.Helper()
		b.mu.Lock()
		defer b.mu.Unlock()
		if err := b.enter(ctx, f.ID, func(m *Media) { m.Files = append(m.Files, MediaFile{Name: name, Key: "D1/f1/" + name}) }); err != nil {
			t.Fatal(err)
		}
	}
	elsewhere := func(name string, state MediaState) {
		t.Helper()
		e, err := c.media.Get(ctx, b.key("f1"))
		if err != nil {
			t.Fatal(err)
		}
		var m Media
		if err := json.Unmarshal(e.Value(), &m); err != nil {
			t.Fatal(err)
		}
		m.Files, m.State = append(m.Files, MediaFile{Name: name, Key: "D1/f1/" + name}), state
		v, err := json.Marshal(m)
		if err == nil {
			_, err = c.media.Put(ctx, b.key("f1"), v)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	told := func() (n int, last Media) {
		if err := journal.Replay(ctx, w.js, "MEDIA", SubjectMedia+"D1", journal.From{}, func(msg journal.Msg) error {
			v := msg.Data

			n++
			last = Media{}
			return json.Unmarshal(v, &last)
		}); err != nil {
			t.Fatal(err)
		}
		return n, last
	}
	f := testFlight("D1", "f1", time.Hour)
	enter("a", f)
	elsewhere("b", MediaAwaited)
	enter("c", f)
	elsewhere("d", MediaAwaited)
	b.landed(ctx, f, nil, 4)
	b.settle(ctx)
	n, m := told()
	var names []string
	for _, f := range m.Files {
		names = append(names, f.Name)
	}
	if n != 1 || m.State != MediaComplete || !slices.Equal(names, []string{"a", "b", "c", "d"}) {
		t.Errorf("%d messages, %s, %q", n, m.State, names)
	}
	// one that another controller settles while this one is about to is not settled again
	g := testFlight("D1", "f2", time.Hour)
	b.landed(ctx, g, nil, 1)
	b.mu.Lock()
	b.open["f2"].Files = []MediaFile{{Name: "e"}}
	if _, err := c.media.Put(ctx, b.key("f2"), []byte(`{"flight": "f2", "state": "complete"}`)); err != nil {
		t.Fatal(err)
	}
	b.mu.Unlock()
	b.settle(ctx)
	b.settle(ctx)
	if n, _ := told(); n != 1 {
		t.Errorf("%d messages", n)
	}
}

// A dock asks where to upload, uploads, and says so: of one file twice, of one never, of one that is not its own. The fourth never comes.
func TestMediaAreCompleteOrMissingByFile(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	d, endpoint := depot(t, w)
	bucket, store := d.Uploads, d.Store
	clock, err := pace.Faster(60, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	c, _ := w.controllerWith(func(o *Options) { o.Depot, o.Clock = d, clock }, Dock{SN: "D1", Model: "M4D", Lon: 121.5, Lat: 31.2})
	s := newScripted(t, w, "D1")
	f := testFlight("D1", "f1", 10*time.Hour)
	f.Route.Waypoints = slices.Repeat(f.Route.Waypoints, 2)
	for i := range f.Route.Waypoints {
		f.Route.Waypoints[i].Photo = true
	}
	if err := c.Fly(ctx, f); err != nil {
		t.Fatal(err)
	}
	s.eventually("execute", func() bool { return slices.Contains(s.asked, cloudapi.MethodFlightTaskExecute) })
	s.send(cloudapi.KindRequests, cloudapi.MethodStorageConfigGet, "q", &cloudapi.StorageConfigGetRequest{})
	s.eventually("a credential", func() bool { return s.answers[cloudapi.MethodStorageConfigGet] != nil })
	g := s.answers[cloudapi.MethodStorageConfigGet].Body.(*cloudapi.StorageConfigGetRequestReply).Output
	cl, err := minio.New(endpoint, &minio.Options{Region: g.Region, Creds: credentials.NewStaticV4(*g.Credentials.AccessKeyID, *g.Credentials.AccessKeySecret, *g.Credentials.SecurityToken)})
	if err != nil {
		t.Fatal(err)
	}
	upload := func(name string) string {
		key := g.ObjectKeyPrefix + "/f1/" + name
		if _, err := cl.PutObject(ctx, g.Bucket, key, bytes.NewReader([]byte(name)), int64(len(name)), minio.PutObjectOptions{}); err != nil {
			t.Fatal(err)
		}
		return key
	}
	tell := func(name, key string) {
		s.sendEvent(cloudapi.MethodFileUploadCallback, name, &cloudapi.FileUploadCallback{File: cloudapi.MediaFile{Name: name, ObjectKey: key, Ext: cloudapi.MediaExt{FlightID: "f1"}}, FlightTask: &cloudapi.MediaFlightTask{ExpectedFileCount: 4}})
	}
	a, b := "DJI_20260501100304_0001_W_WP001.jpeg", "DJI_20260501100310_0002_W_WP002.jpeg"
	key := upload(a)
	tell(a, key)
	s.eventually("an answer", func() bool { return s.answered[a] == 1 })
	tell(a, key) // as docks do when the answer got lost
	s.eventually("a second answer", func() bool { return s.answered[a] == 2 })
	upload(b) // and never tells of it
	tell("of another", "D2/f1/of another.jpeg")
	tell("not there", "D1/f1/not there.jpeg")
	s.lands(cloudapi.JobStatusOK, 0, nil)
	var m Media
	read := func() bool {
		err := journal.Replay(ctx, w.js, "MEDIA", SubjectMedia+"D1", journal.From{}, func(msg journal.Msg) error {
			b := msg.Data
			m = Media{}
			return json.Unmarshal(b, &m)
		})
		return err == nil && m.State != ""
	}
	for end := time.Now().Add(3 * time.Minute); !read() && time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
	}
	if m.State != MediaIncomplete || len(m.Files) != 2 || len(m.Missing) != 2 || m.Missing[0] != "photo at waypoint 3 (121.500000, 31.200000)" {
		t.Fatalf("account %+v", m)
	}
	if s.answered["of another"] != 0 || s.answered["not there"] != 0 {
		t.Errorf("answered: %v", s.answered)
	}
	for _, f := range m.Files {
		if got, err := store.Unseal(ctx, f.Original); err != nil || string(got) != f.Name {
			t.Errorf("%s: %q, %v", f.Name, got, err)
		}
	}
	if left, err := bucket.List(ctx, ""); err != nil || len(left) != 0 {
		t.Errorf("left in the bucket: %v %v", left, err)
	}
	if queue, err := w.js.Stream(ctx, "PHOTOS"); err != nil || queue.CachedInfo().State.Msgs != 2 {
		t.Errorf("not two photos are to be looked at: %+v, %v", queue, err)
	}
	// what comes late makes it complete after all
	for _, name := range []string{"DJI_20260501100320_0003_W_WP003.jpeg", "DJI_20260501100330_0004_W_WP004.jpeg"} {
		tell(name, upload(name))
	}
	for end := time.Now().Add(30 * time.Second); m.State != MediaComplete && time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		read()
	}
	if m.State != MediaComplete || len(m.Files) != 4 || len(m.Missing) != 0 {
		t.Errorf("account %+v", m)
	}
}
