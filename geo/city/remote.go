package city

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/renameio/v2"
)

// Remote is a file of GeoJSON that another system gives out over HTTP, with a copy that serves while that is away.
type Remote struct {
	URL  string // https://…; with user:password@ where it asks for one
	File string // the copy; beside it lies the ETag by which it is asked whether there is a newer one
	// Check says what is wrong with a file before it takes the place of the copy.
	Check func(path string) error
	Log   *slog.Logger
}

// IsRemote says whether the name of a file is an address.
func IsRemote(name string) bool {
	return strings.HasPrefix(name, "http://") || strings.HasPrefix(name, "https://")
}

// How often it is asked for a newer one, how long an answer may take, and how long it may be, bytes.
const (
	remoteEvery = time.Minute
	remoteWait  = 30 * time.Second
	remoteMost  = 256 << 20
)

// Run asks for newer ones until ctx ends.
func (r *Remote) Run(ctx context.Context) error {
	return every(ctx, remoteEvery, func() {
		if err := r.Fetch(ctx); err != nil && ctx.Err() == nil {
			r.Log.Error("what another system gives out is not taken in; the copy stays", "error", err)
		}
	})
}

// Fetch takes in a newer one, where there is one and it is in order. An error leaves the copy as it is.
func (r *Remote) Fetch(ctx context.Context) (err error) {
	u, err := url.Parse(r.URL)
	if err != nil {
		return errors.New("it is no address like https://host/permits.geojson")
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s: %w", u.Redacted(), err)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, remoteWait)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/geo+json, application/json")
	tag := r.File + ".etag"
	if b, err := os.ReadFile(tag); err == nil {
		of, known, _ := strings.Cut(string(b), "\n")
		if _, err := os.Stat(r.File); err == nil && of == u.Redacted() && known != "" {
			req.Header.Set("If-None-Match", known)
		}
	}
	res, err := http.DefaultClient.Do(req)
	if e := (*url.Error)(nil); errors.As(err, &e) {
		err = e.Err // without the address, in which a password may stand
	}
	if err != nil {
		return err
	}
	defer res.Body.Close()
	switch res.StatusCode {
	case http.StatusNotModified:
		return nil
	case http.StatusOK:
	default:
		return fmt.Errorf("it answers %s", res.Status)
	}
	b, err := io.ReadAll(io.LimitReader(res.Body, remoteMost+1))
	if err == nil && len(b) > remoteMost {
		err = fmt.Errorf("it has more than %d MiB", remoteMost>>20)
	}
	if err != nil {
		return err
	}
	if was, err := os.ReadFile(r.File); err == nil && string(was) == string(b) {
		return renameio.WriteFile(tag, []byte(u.Redacted()+"\n"+res.Header.Get("ETag")), 0o600)
	}
	next := filepath.Join(filepath.Dir(r.File), "new-"+filepath.Base(r.File))
	defer os.Remove(next)
	if err := os.WriteFile(next, b, 0o600); err != nil {
		return err
	}
	if err := r.Check(next); err != nil {
		return err
	}
	if err := renameio.WriteFile(r.File, b, 0o600); err != nil {
		return err
	}
	return renameio.WriteFile(tag, []byte(u.Redacted()+"\n"+res.Header.Get("ETag")), 0o600)
}
