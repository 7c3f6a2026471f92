package proof

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2"
	"golang.org/x/mod/sumdb/note"
)

// Key signs heads (Ed25519, in the form of golang.org/x/mod/sumdb/note).
type Key struct {
	signer   note.Signer
	verifier note.Verifier
	public   string
}

// keysFile lists every public key that ever signed heads of a log, the newest last.
const keysFile = "keys"

// ReadKey reads a secret key.
func ReadKey(secret string) (Key, error) {
	secret = strings.TrimSpace(secret)
	s, err := note.NewSigner(secret)
	if err != nil {
		return Key{}, fmt.Errorf("key of the transparency log: %w; it is one line, PRIVATE+KEY+<name>+<hash>+<key>", err)
	}
	public, err := PublicOf(secret)
	if err != nil {
		return Key{}, err
	}
	v, err := note.NewVerifier(public)
	if err != nil {
		return Key{}, fmt.Errorf("key of the transparency log: %w", err)
	}
	return Key{s, v, public}, nil
}

// KeyIn reads the key in a file, and makes one there where there is none, which only this user reads. name is also that of the log.
func KeyIn(path, name string) (Key, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		secret, _, err := note.GenerateKey(rand.Reader, name)
		if err == nil {
			err = renameio.WriteFile(path, []byte(secret+"\n"), 0o600)
		}
		if err != nil {
			return Key{}, fmt.Errorf("key of the transparency log: %w", err)
		}
		return ReadKey(secret)
	}
	if err != nil {
		return Key{}, fmt.Errorf("key of the transparency log: %w", err)
	}
	return ReadKey(string(b))
}

// Public is the key by which heads are checked.
func (k Key) Public() string { return k.public }

// remember writes the public key beside the log, behind those before it. A log has one name for good.
func (k Key) remember(dir string) error {
	all, err := readKeys(dir)
	if err != nil {
		return err
	}
	for _, p := range all {
		if v, err := note.NewVerifier(p); err == nil && v.Name() != k.verifier.Name() {
			return fmt.Errorf("transparency log %s is named %q, and this key %q: a new key has the name of the old one", dir, v.Name(), k.verifier.Name())
		}
	}
	if slices.Contains(all, k.public) {
		return nil
	}
	if err := renameio.WriteFile(filepath.Join(dir, keysFile), []byte(strings.Join(append(all, k.public), "\n")+"\n"), 0o644); err != nil {
		return fmt.Errorf("keys of the transparency log: %w", err)
	}
	return nil
}

// readKeys reads the public keys of a log; none where it has none yet.
func readKeys(dir string) ([]string, error) {
	b, err := os.ReadFile(filepath.Join(dir, keysFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("keys of the transparency log: %w", err)
	}
	return strings.Fields(string(b)), nil
}

// PublicOf is the public key of a secret Ed25519 one: PRIVATE+KEY+<name>+<hash>+<base64 of the algorithm, 1, and the seed>.
func PublicOf(secret string) (string, error) {
	f := strings.SplitN(strings.TrimPrefix(secret, "PRIVATE+KEY+"), "+", 3)
	if len(f) != 3 {
		return "", errors.New("key of the transparency log: it has no three parts")
	}
	b, err := base64.StdEncoding.DecodeString(f[2])
	if err != nil || len(b) != 1+ed25519.SeedSize || b[0] != 1 {
		return "", errors.New("key of the transparency log: it is no Ed25519 key")
	}
	return note.NewEd25519VerifierKey(f[0], ed25519.NewKeyFromSeed(b[1:]).Public().(ed25519.PublicKey))
}
