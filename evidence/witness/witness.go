// Package witness is the second process that co-signs the heads of a transparency log (c2sp.org/tlog-witness), so that who keeps the log cannot show
// one history today and another tomorrow: it signs only heads that hold the one that it signed before.
package witness

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/google/renameio/v2"
	fnote "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/witness/witness"
	"golang.org/x/mod/sumdb/note"

	"github.com/harrier-patrol/harrier/evidence/proof"
)

// Witness signs the heads of logs whose keys it knows.
type Witness struct {
	Public  string // key by which its signatures are checked
	handler *witness.HTTPHandler
}

// keyFile holds the secret key.
const keyFile = "witness.key"

// Open opens a witness with what it keeps in a folder, and makes its key where there is none; name is that of the key. logs are the public keys of the logs.
func Open(ctx context.Context, dir, name string, logs []string) (*Witness, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("witness: %w", err)
	}
	secret, err := os.ReadFile(filepath.Join(dir, keyFile))
	if errors.Is(err, os.ErrNotExist) {
		var s string
		if s, _, err = note.GenerateKey(rand.Reader, name); err == nil {
			secret = []byte(s)
			err = renameio.WriteFile(filepath.Join(dir, keyFile), secret, 0o600)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("key of the witness: %w", err)
	}
	signer, err := fnote.NewSignerForCosignatureV1(strings.TrimSpace(string(secret)))
	if err != nil {
		return nil, fmt.Errorf("key of the witness %s: %w", filepath.Join(dir, keyFile), err)
	}
	known := map[string]note.Verifier{}
	for _, k := range logs {
		v, err := note.NewVerifier(strings.TrimSpace(k))
		if err != nil {
			return nil, fmt.Errorf("key of a log %q: %w; it is a line of the file keys beside the log", k, err)
		}
		known[v.Name()] = v
	}
	if len(known) == 0 {
		return nil, errors.New("witness: name the key of a log: a line of the file keys beside it")
	}
	w, err := witness.New(ctx, witness.Opts{Persistence: &heads{dir: dir}, Signers: []note.Signer{signer}, VerifierForLog: func(_ context.Context, origin string) (note.Verifier, bool, error) {
		v, ok := known[origin]
		return v, ok, nil
	}})
	if err != nil {
		return nil, fmt.Errorf("witness: %w", err)
	}
	public, err := proof.PublicOf(strings.TrimSpace(string(secret)))
	if err == nil {
		public, err = fnote.VKeyToCosignatureV1(public)
	}
	if err != nil {
		return nil, fmt.Errorf("key of the witness: %w", err)
	}
	return &Witness{public, witness.NewHTTPHandler(w)}, nil
}

// ServeHTTP takes heads on /add-checkpoint.
func (w *Witness) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || r.URL.Path != "/add-checkpoint" {
		http.Error(out, "a witness takes heads as POST /add-checkpoint (c2sp.org/tlog-witness)", http.StatusNotFound)
		return
	}
	w.handler.AddCheckpoint(out, r)
}

// heads keeps the last head of each log that was signed, in a file each.
type heads struct {
	dir string
	mu  sync.Mutex
}

func (h *heads) Init(context.Context) error { return nil }

func (h *heads) path(origin string) string {
	return filepath.Join(h.dir, fmt.Sprintf("head-%x", sha256.Sum256([]byte(origin)))[:21])
}

func (h *heads) Latest(_ context.Context, origin string) ([]byte, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.read(origin)
}

func (h *heads) read(origin string) ([]byte, error) {
	b, err := os.ReadFile(h.path(origin))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return b, err
}

// Update signs nothing that is not on disk: f is given what was signed last, and what it returns is kept before it is answered.
func (h *heads) Update(_ context.Context, origin string, f func([]byte) ([]byte, error)) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	was, err := h.read(origin)
	if err != nil {
		return err
	}
	next, err := f(was)
	if err != nil {
		return err
	}
	return renameio.WriteFile(h.path(origin), next, 0o600)
}
