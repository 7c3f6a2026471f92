package embedded

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/uploads"
)

func TestDocksReachTheirOwnPartOfTheBucketOnly(t *testing.T) {
	ctx := context.Background()
	keys := &uploads.Keys{Secret: "of the house"}
	s, err := StartStorage(StorageOptions{Listen: "127.0.0.1:0", Dir: t.TempDir(), Bucket: "media", AccessKey: "harrier", SecretKey: "owner's", Docks: keys})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	open := func(secret string) *uploads.Bucket {
		b, err := uploads.Open(uploads.Options{Endpoint: "http://" + s.Addr(), Bucket: "media", Region: "us-east-1", Provider: cloudapi.ProviderMinio, AccessKey: "harrier", SecretKey: secret, Keys: keys})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	house := open("owner's")
	if err := house.Make(ctx); err != nil {
		t.Fatal(err)
	}
	if err := open("guessed").Make(ctx); err == nil {
		t.Error("a wrong secret opens the bucket")
	}
	client := func(id, secret, token string) *minio.Client {
		cl, err := minio.New(s.Addr(), &minio.Options{Region: "us-east-1", MaxRetries: 1, Creds: credentials.NewStaticV4(id, secret, token)})
		if err != nil {
			t.Fatal(err)
		}
		return cl
	}
	g, err := house.Grant(ctx, "DOCK1")
	if err != nil {
		t.Fatal(err)
	}
	id, secret, token := cloudapi.Value(g.Credentials.AccessKeyID), cloudapi.Value(g.Credentials.AccessKeySecret), cloudapi.Value(g.Credentials.SecurityToken)
	put := func(cl *minio.Client, key string) error {
		_, err := cl.PutObject(ctx, g.Bucket, key, strings.NewReader("a photo"), 7, minio.PutObjectOptions{})
		return err
	}
	dock1 := client(id, secret, token)
	if err := put(dock1, g.ObjectKeyPrefix+"/f1/a.jpeg"); err != nil {
		t.Fatal(err)
	}
	if err := put(client(id, secret, ""), "DOCK1/f1/b.jpeg"); err != nil { // docks that leave the token out
		t.Error(err)
	}
	// a large file comes in parts
	big := bytes.Repeat([]byte("0123456789abcdef"), 1<<20)
	if _, err := dock1.PutObject(ctx, g.Bucket, "DOCK1/f1/big.mp4", bytes.NewReader(big), int64(len(big)), minio.PutObjectOptions{PartSize: 5 << 20}); err != nil {
		t.Error(err)
	}
	if b, err := house.Get(ctx, "DOCK1/f1/big.mp4"); err != nil || !bytes.Equal(b, big) {
		t.Errorf("%d bytes of the large file, %v", len(b), err)
	}
	expired, expiredSecret, _ := keys.Issue("DOCK1", time.Now().Add(-time.Second))
	endless, endlessSecret, _ := keys.Issue("DOCK1", time.Now().Add(10*365*24*time.Hour))
	other, otherSecret, otherToken := keys.Issue("DOCK2", time.Now().Add(time.Minute))
	for what, try := range map[string]func() error{
		"another dock's part":   func() error { return put(dock1, "DOCK2/f1/a.jpeg") },
		"the bucket's root":     func() error { return put(dock1, "a.jpeg") },
		"out of its part":       func() error { return put(dock1, "DOCK1/../DOCK2/a.jpeg") },
		"a wrong secret":        func() error { return put(client(id, "guessed", ""), "DOCK1/x") },
		"another's token":       func() error { return put(client(id, secret, otherToken), "DOCK1/x") },
		"an expired credential": func() error { return put(client(expired, expiredSecret, ""), "DOCK1/x") },
		"an endless credential": func() error { return put(client(endless, endlessSecret, ""), "DOCK1/x") },
		"another bucket":        func() error { g.Bucket = "other"; defer func() { g.Bucket = "media" }(); return put(dock1, "DOCK1/x") },
		"reading": func() error {
			o, err := client(other, otherSecret, "").GetObject(ctx, "media", "DOCK1/f1/a.jpeg", minio.GetObjectOptions{})
			if err != nil {
				return err
			}
			defer o.Close()
			_, err = io.ReadAll(o)
			return err
		},
		"deleting": func() error {
			return client(other, otherSecret, "").RemoveObject(ctx, "media", "DOCK1/f1/a.jpeg", minio.RemoveObjectOptions{})
		},
		"copying": func() error {
			_, err := client(other, otherSecret, "").CopyObject(ctx, minio.CopyDestOptions{Bucket: "media", Object: "DOCK2/a"}, minio.CopySrcOptions{Bucket: "media", Object: "DOCK1/f1/a.jpeg"})
			return err
		},
	} {
		if err := try(); err == nil {
			t.Errorf("%s: let through", what)
		}
	}
	names, err := house.List(ctx, "DOCK1/")
	if err != nil || strings.Join(names, " ") != "DOCK1/f1/a.jpeg DOCK1/f1/b.jpeg DOCK1/f1/big.mp4" {
		t.Errorf("in the bucket: %v %v", names, err)
	}
	if all, err := house.List(ctx, ""); err != nil || len(all) != 3 {
		t.Errorf("in the whole bucket: %v %v", all, err)
	}
	if err := house.Remove(ctx, "DOCK1/f1/a.jpeg"); err != nil {
		t.Error(err)
	}
	if _, err := house.Get(ctx, "DOCK1/f1/a.jpeg"); err == nil || !strings.Contains(err.Error(), "not in the bucket") {
		t.Errorf("removed: %v", err)
	}
}

// A dock fills its own part of the bucket, and nobody else's.
func TestADockHasItsQuota(t *testing.T) {
	ctx := context.Background()
	keys := &uploads.Keys{Secret: "of the house"}
	s, err := StartStorage(StorageOptions{Listen: "127.0.0.1:0", Dir: t.TempDir(), Bucket: "media", AccessKey: "harrier", SecretKey: "owner's", Docks: keys, Quota: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	put := func(sn, name string, bytes int) error {
		id, secret, token := keys.Issue(sn, time.Now().Add(time.Minute))
		cl, err := minio.New(s.Addr(), &minio.Options{Region: "us-east-1", MaxRetries: 1, Creds: credentials.NewStaticV4(id, secret, token)})
		if err != nil {
			t.Fatal(err)
		}
		_, err = cl.PutObject(ctx, "media", sn+"/"+name, strings.NewReader(strings.Repeat("x", bytes)), int64(bytes), minio.PutObjectOptions{DisableContentSha256: true})
		return err
	}
	n := 0
	for ; n < 10; n++ {
		if err = put("DOCK1", string(rune('a'+n)), 200_000); err != nil {
			break
		}
	}
	if n != 5 || err == nil || !strings.Contains(err.Error(), "507") && !strings.Contains(err.Error(), "full") && !strings.Contains(err.Error(), "Insufficient") {
		t.Errorf("%d files of 200 kB fit into 1 MiB; then %v", n, err)
	}
	if err := put("DOCK2", "a", 200_000); err != nil {
		t.Errorf("another dock: %v", err)
	}
}
