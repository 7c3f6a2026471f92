package evidence

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// OpenFolder opens (and makes) a store in a folder.
func OpenFolder(dir string) (*Store, error) {
	if err := os.MkdirAll(filepath.Join(dir, sealed), 0o700); err != nil {
		return nil, fmt.Errorf("evidence folder: %w", err)
	}
	return &Store{folder(dir)}, nil
}

type folder string

func (f folder) path(name string) string { return filepath.Join(string(f), filepath.FromSlash(name)) }

func (f folder) has(_ context.Context, name string) (bool, error) {
	_, err := os.Stat(f.path(name))
	return err == nil, nil
}

func (f folder) write(ctx context.Context, name string, data []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return renameio.WriteFile(f.path(name), data, 0o600)
}

func (f folder) remove(_ context.Context, name string) error {
	err := os.Remove(f.path(name))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

func (f folder) read(ctx context.Context, name string) ([]byte, error) {
	data, err := os.ReadFile(f.path(name))
	if errors.Is(err, os.ErrNotExist) {
		return nil, ErrNotFound
	}
	if err == nil {
		err = ctx.Err()
	}
	return data, err
}
