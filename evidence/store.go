// Package evidence keeps the bytes that prove a lead. Store puts them under the SHA-256 of their content, so that a hash
// in a lead names exactly one picture, for good.
package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
)

// ErrNotFound says that no bytes are kept under a hash.
var ErrNotFound = errors.New("no such evidence")

// ErrAltered says that the bytes under a hash are not those that were kept.
var ErrAltered = errors.New("the bytes have changed")

// Store keeps bytes under their SHA-256 in hex, in a folder or in an S3 bucket.
type Store struct{ in files }

// files are where a store keeps bytes: under names that are never given other bytes.
type files interface {
	has(ctx context.Context, name string) (bool, error)
	write(ctx context.Context, name string, data []byte) error // all of it or nothing
	read(ctx context.Context, name string) ([]byte, error)     // ErrNotFound where there is nothing
	remove(ctx context.Context, name string) error
}

// Put keeps data and returns its SHA-256 in hex. Putting the same bytes again changes nothing.
func (s *Store) Put(ctx context.Context, data []byte) (string, error) { return s.put(ctx, "", data) }

// sealed is where the originals lie that are not to be shown: whoever opens them must have a reason, and the store's key.
const sealed = "sealed/"

// Seal keeps data where Get does not reach it: originals with faces and plates in them. Unseal does.
func (s *Store) Seal(ctx context.Context, data []byte) (string, error) {
	return s.put(ctx, sealed, data)
}

func (s *Store) put(ctx context.Context, where string, data []byte) (string, error) {
	sum := sha256.Sum256(data)
	key := hex.EncodeToString(sum[:])
	there, err := s.in.has(ctx, where+key)
	if err == nil && !there {
		err = s.in.write(ctx, where+key, data)
	}
	if err != nil {
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

// Delete deletes the bytes of a hash, sealed or not, and says whether there were any.
func (s *Store) Delete(ctx context.Context, key string) (was bool, err error) {
	if !keyForm.MatchString(key) {
		return false, fmt.Errorf("%w: %q is not a SHA-256 in hex", ErrNotFound, key)
	}
	for _, where := range []string{"", sealed} {
		there, err := s.in.has(ctx, where+key)
		if err == nil && there {
			err, was = s.in.remove(ctx, where+key), true
		}
		if err != nil {
			return was, fmt.Errorf("delete evidence %s: %w", key, err)
		}
	}
	return was, nil
}

func (s *Store) get(ctx context.Context, where, key string) ([]byte, error) {
	if !keyForm.MatchString(key) {
		return nil, fmt.Errorf("%w: %q is not a SHA-256 in hex", ErrNotFound, key)
	}
	data, err := s.in.read(ctx, where+key)
	if err != nil {
		return nil, fmt.Errorf("evidence %s: %w", key, err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != key {
		return nil, fmt.Errorf("evidence %s: %w", key, ErrAltered)
	}
	return data, nil
}
