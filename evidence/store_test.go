package evidence

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestStore(t *testing.T) {
	dir := t.TempDir()
	s, err := OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
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
		get       func(key string) ([]byte, error)
		want      []byte // nil: an error
		missing   bool
	}{
		{"what was put", key, func(k string) ([]byte, error) { return s.Get(t.Context(), k) }, shown, false},
		{"what was sealed, with its reason", sealedKey, func(k string) ([]byte, error) { return s.Unseal(t.Context(), k) }, original, false},
		{"what was sealed, as if it could be shown", sealedKey, func(k string) ([]byte, error) { return s.Get(t.Context(), k) }, nil, true},
		{"bytes that changed", damaged, func(k string) ([]byte, error) { return s.Get(t.Context(), k) }, nil, false},
		{"a way out of the folder", "../" + key, func(k string) ([]byte, error) { return s.Get(t.Context(), k) }, nil, true},
		{"nothing", "", func(k string) ([]byte, error) { return s.Get(t.Context(), k) }, nil, true},
	} {
		got, err := c.get(c.key)
		if !bytes.Equal(got, c.want) || (err != nil) != (c.want == nil) || errors.Is(err, ErrNotFound) != c.missing {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
	}
}
