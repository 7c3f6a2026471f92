// Package storagetest gives tests a bucket as docks upload to.
package storagetest

import (
	"testing"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/uploads"
	"github.com/harrier-patrol/harrier/embedded"
)

// Start starts an embedded endpoint that ends with the test, and opens its bucket; addr is its host and port.
func Start(t testing.TB) (bucket *uploads.Bucket, addr string) {
	t.Helper()
	keys := &uploads.Keys{Secret: "s"}
	s3, err := embedded.StartStorage(embedded.StorageOptions{Listen: "127.0.0.1:0", Dir: t.TempDir(), Bucket: "media", AccessKey: "harrier", SecretKey: "s", Docks: keys})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s3.Close() })
	if bucket, err = uploads.Open(uploads.Options{Endpoint: "http://" + s3.Addr(), Bucket: "media", Region: "us-east-1", Provider: cloudapi.ProviderMinio, AccessKey: "harrier", SecretKey: "s", Keys: keys}); err != nil {
		t.Fatal(err)
	}
	return bucket, s3.Addr()
}
