// Package evidence keeps the bytes that prove a lead. Store puts them under the SHA-256 of their content, so that a hash
// in a lead names exactly one picture, for good.
package evidence

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"

	"gocloud.dev/blob"
	_ "gocloud.dev/blob/fileblob" // file:// buckets
	"gocloud.dev/gcerrors"
)

// ErrNotFound says that no bytes are kept under a hash.
var ErrNotFound = errors.New("no such evidence")

// Store is a bucket whose keys are SHA-256 in hex.
type Store struct{ bucket *blob.Bucket }

// OpenFolder opens (and makes) a store in a folder.
func OpenFolder(ctx context.Context, dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("evidence folder: %w", err)
	}
	b, err := blob.OpenBucket(ctx, "file://"+dir+"?metadata=skip&no_tmp_dir=true")
	if err != nil {
		return nil, fmt.Errorf("evidence folder %s: %w", dir, err)
	}
	return &Store{b}, nil
}

// Put keeps data and returns its SHA-256 in hex. Putting the same bytes again changes nothing.
func (s *Store) Put(ctx context.Context, data []byte) (string, error) { return s.put(ctx, "", data) }

// sealed is where the originals lie that are not to be shown: whoever opens them must have a reason, and the folder.
const sealed = "sealed/"

// Seal keeps data where Get does not reach it: originals with faces and plates in them. Unseal does.
func (s *Store) Seal(ctx context.Context, data []byte) (string, error) {
	return s.put(ctx, sealed, data)
}

func (s *Store) put(ctx context.Context, where string, data []byte) (string, error) {
	sum := sha256.Sum256(data)
	key := hex.EncodeToString(sum[:])
	if ok, err := s.bucket.Exists(ctx, where+key); err == nil && ok {
		return key, nil
	}
	if err := s.bucket.WriteAll(ctx, where+key, data, nil); err != nil {
		return "", fmt.Errorf("keep evidence: %w", err)
	}
	return key, nil
}

var keyForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Get returns the bytes of a hash, checked against it; ErrNotFound where there are none.
func (s *Store) Get(ctx context.Context, key string) ([]byte, error) { return s.get(ctx, "", key) }

// Unseal returns a sealed original: to verify evidence, and to train on.
func (s *Store) Unseal(ctx context.Context, key string) ([]byte, error) {
	return s.get(ctx, sealed, key)
}

func (s *Store) get(ctx context.Context, where, key string) ([]byte, error) {
	if !keyForm.MatchString(key) {
		return nil, fmt.Errorf("%w: %q is not a SHA-256 in hex", ErrNotFound, key)
	}
	r, err := s.bucket.NewReader(ctx, where+key, nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, fmt.Errorf("%w: %s", ErrNotFound, key)
	}
	if err != nil {
		return nil, fmt.Errorf("evidence %s: %w", key, err)
	}
	defer r.Close()
	var buf bytes.Buffer
	if _, err := io.Copy(&buf, r); err != nil {
		return nil, fmt.Errorf("evidence %s: %w", key, err)
	}
	if sum := sha256.Sum256(buf.Bytes()); hex.EncodeToString(sum[:]) != key {
		return nil, fmt.Errorf("evidence %s: the bytes have changed", key)
	}
	return buf.Bytes(), nil
}

// Close closes the bucket.
func (s *Store) Close() error { return s.bucket.Close() }
