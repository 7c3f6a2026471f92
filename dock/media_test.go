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
	"github.com/harrier-patrol/harrier/dock/media"
	"github.com/harrier-patrol/harrier/dock/pace"
	"github.com/harrier-patrol/harrier/embedded/storagetest"
	"github.com/harrier-patrol/harrier/evidence"
	"github.com/harrier-patrol/harrier/journal"
)

// depot is a bucket for a test's docks to upload to, with the evidence that it goes into.
func depot(t *testing.T, w *world) (*media.Depot, string) {
	bucket, addr := storagetest.Start(t)
	store, err := evidence.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return &media.Depot{Uploads: bucket, Store: store}, addr
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
	var m media.Account
	read := func() bool {
		err := journal.Replay(ctx, w.js, "MEDIA", media.Subject+"D1", journal.From{}, func(msg journal.Msg) error {
			b := msg.Data
			m = media.Account{}
			return json.Unmarshal(b, &m)
		})
		return err == nil && m.State != ""
	}
	for end := time.Now().Add(3 * time.Minute); !read() && time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
	}
	if m.State != media.Incomplete || len(m.Files) != 2 || len(m.Missing) != 2 || m.Missing[0] != "photo at waypoint 3 (121.500000, 31.200000)" {
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
	for end := time.Now().Add(30 * time.Second); m.State != media.Complete && time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		read()
	}
	if m.State != media.Complete || len(m.Files) != 4 || len(m.Missing) != 0 {
		t.Errorf("account %+v", m)
	}
}
