// Package evidence keeps the bytes that prove a lead. Store puts them under the SHA-256 of their content, so that a hash
// in a lead names exactly one picture, for good.
package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/google/renameio/v2"
)

// ErrNotFound says that no bytes are kept under a hash.
var ErrNotFound = errors.New("no such evidence")

// Store is a folder whose files are named by the SHA-256 of what they hold, in hex.
type Store struct{ dir string }

// OpenFolder opens (and makes) a store in a folder.
func OpenFolder(dir string) (*Store, error) {
	if err := os.MkdirAll(filepath.Join(dir, sealed), 0o700); err != nil {
		return nil, fmt.Errorf("evidence folder: %w", err)
	}
	return &Store{dir}, nil
}

// Put keeps data and returns its SHA-256 in hex. Putting the same bytes again changes nothing.
func (s *Store) Put(ctx context.Context, data []byte) (string, error) { return s.put(ctx, "", data) }

// sealed is where the originals lie that are not to be shown: whoever opens them must have a reason, and the folder.
const sealed = "sealed"

// Seal keeps data where Get does not reach it: originals with faces and plates in them. Unseal does.
func (s *Store) Seal(ctx context.Context, data []byte) (string, error) {
	return s.put(ctx, sealed, data)
}

func (s *Store) put(ctx context.Context, where string, data []byte) (string, error) {
	sum := sha256.Sum256(data)
	key := hex.EncodeToString(sum[:])
	path := filepath.Join(s.dir, where, key)
	if _, err := os.Stat(path); err == nil {
		return key, nil
	}
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("keep evidence: %w", err)
	}
	if err := renameio.WriteFile(path, data, 0o600); err != nil { // all of it or nothing
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
	data, err := os.ReadFile(filepath.Join(s.dir, where, key))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNotFound, key)
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("evidence %s: %w", key, err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != key {
		return nil, fmt.Errorf("evidence %s: the bytes have changed", key)
	}
	return data, nil
}
