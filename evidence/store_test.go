package evidence_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/harrier-patrol/harrier/embedded"
	"github.com/harrier-patrol/harrier/evidence"
)

// In a folder and in a bucket the same is kept, found, refused and missed.
func TestStore(t *testing.T) {
	for _, kind := range []struct {
		name string
		open func(t *testing.T) (s *evidence.Store, dir string) // dir has a file of each name
	}{
		{"folder", func(t *testing.T) (*evidence.Store, string) {
			dir := t.TempDir()
			s, err := evidence.OpenFolder(dir)
			if err != nil {
				t.Fatal(err)
			}
			return s, dir
		}},
		{"bucket", func(t *testing.T) (*evidence.Store, string) {
			dir := t.TempDir()
			s3, err := embedded.StartStorage(embedded.StorageOptions{Listen: "127.0.0.1:0", Dir: dir, Bucket: "evidence", AccessKey: "harrier", SecretKey: "secret-of-the-test"})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s3.Close() })
			s, err := evidence.OpenBucket(t.Context(), evidence.Bucket{Endpoint: "http://" + s3.Addr(), Bucket: "evidence", Region: "us-east-1", AccessKey: "harrier", SecretKey: "secret-of-the-test"})
			if err != nil {
				t.Fatal(err)
			}
			return s, dir
		}},
	} {
		t.Run(kind.name, func(t *testing.T) {
			s, dir := kind.open(t)
			shown, original := []byte("a picture"), []byte("a picture with a face")
			key, err := s.Put(t.Context(), shown)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := s.Put(t.Context(), shown); err != nil || again != key {
				t.Errorf("the same bytes again: %s, %v; want %s", again, err, key)
			}
			sealedKey, err := s.Seal(t.Context(), original)
			if err != nil {
				t.Fatal(err)
			}
			damaged, err := s.Put(t.Context(), []byte("as it was"))
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, damaged), []byte("as it is"), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range []struct {
				name, key string
				get       func(context.Context, string) ([]byte, error)
				want      []byte // nil: an error
				missing   bool
			}{
				{"what was put", key, s.Get, shown, false},
				{"what was sealed, with its reason", sealedKey, s.Unseal, original, false},
				{"what was sealed, as if it could be shown", sealedKey, s.Get, nil, true},
				{"bytes that changed", damaged, s.Get, nil, false},
				{"a way out of the folder", "../" + key, s.Get, nil, true},
				{"nothing", "", s.Get, nil, true},
			} {
				got, err := c.get(t.Context(), c.key)
				if !bytes.Equal(got, c.want) || (err != nil) != (c.want == nil) || errors.Is(err, evidence.ErrNotFound) != c.missing {
					t.Errorf("%s: %q, %v", c.name, got, err)
				}
			}
			ended, cancel := context.WithCancel(t.Context())
			cancel()
			if _, err := s.Put(ended, []byte("too late")); err == nil {
				t.Error("something is kept for one who has given up")
			}
		})
	}
}

// An endpoint that does not answer, and keys that are wrong, are told when the store is opened.
func TestABucketThatCannotBeReached(t *testing.T) {
	s3, err := embedded.StartStorage(embedded.StorageOptions{Listen: "127.0.0.1:0", Dir: t.TempDir(), Bucket: "evidence", AccessKey: "harrier", SecretKey: "secret-of-the-test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s3.Close() })
	for _, o := range []evidence.Bucket{
		{Endpoint: "ftp://127.0.0.1"},
		{Endpoint: "http://" + s3.Addr(), Bucket: "evidence", Region: "us-east-1", AccessKey: "harrier", SecretKey: "not-the-secret"},
	} {
		if _, err := evidence.OpenBucket(t.Context(), o); err == nil {
			t.Errorf("%+v is opened", o)
		}
	}
}
