package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	s3 "github.com/rclone/gofakes3"

	"github.com/harrier-patrol/harrier/dock/uploads"
)

// Storage is an S3 endpoint with one bucket, kept in a folder: where docks upload their media.
type Storage struct {
	addr string
	srv  *http.Server
	done chan error
}

// StorageOptions say where it listens, what it keeps, and who may do what: the owner everything, docks may put files into their own part.
type StorageOptions struct {
	Listen, Dir, Bucket  string
	AccessKey, SecretKey string
	Docks                *uploads.Keys
	// Quota is how many bytes of one dock may lie there at a time; 0: as many as it sends.
	Quota int64
	Log   *slog.Logger
}

// StartStorage starts the endpoint.
func StartStorage(o StorageOptions) (*Storage, error) {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("storage folder: %w", err)
	}
	l, err := net.Listen("tcp", o.Listen)
	if err != nil {
		return nil, fmt.Errorf("S3 storage: %w; --port-offset moves all ports", err)
	}
	files := &objects{dir: o.Dir, name: o.Bucket, made: time.Now()}
	api := s3.New(files, s3.WithV4Auth(map[string]string{o.AccessKey: o.SecretKey}), s3.WithoutVersioning())
	st := &Storage{addr: l.Addr().String(), done: make(chan error, 1), srv: &http.Server{Handler: &authProxy{o: o, api: api, files: files, next: api.Server(), known: map[string]time.Time{}, held: map[string]*held{}}, ReadHeaderTimeout: 10 * time.Second}}
	go func() { st.done <- st.srv.Serve(l) }()
	return st, nil
}

// Addr is host:port on which it listens.
func (s *Storage) Addr() string { return s.addr }

// Close stops the endpoint; what is being uploaded breaks off.
func (s *Storage) Close() error {
	err := s.srv.Close()
	if e := <-s.done; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	return err
}

// authProxy lets a dock in with the credential that it was granted, and keeps it to its own part of the bucket. The endpoint behind it
// checks the signature.
type authProxy struct {
	o     StorageOptions
	api   *s3.GoFakeS3
	files *objects
	next  http.Handler

	mu    sync.Mutex
	known map[string]time.Time // credentials of docks that the endpoint knows, and when they were last used
	held  map[string]*held     // by dock
}

// held is what of a dock lies in the bucket: as counted, and what has come since.
type held struct {
	bytes   int64
	counted time.Time
	full    bool // that was told
}

// countEvery is how often a dock's part of the bucket is counted anew: what was taken over into the evidence is gone from it.
const countEvery = 10 * time.Second

// room says whether so many bytes more of a dock fit, and counts them.
func (d *authProxy) room(sn string, n int64) bool {
	if d.o.Quota <= 0 {
		return true
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	h := d.held[sn]
	if h == nil {
		h = &held{}
		d.held[sn] = h
	}
	if time.Since(h.counted) > countEvery {
		h.bytes, h.counted = 0, time.Now()
		_ = d.files.each(uploads.Prefix(sn)+"/", func(_ string, info fs.FileInfo) error { h.bytes += info.Size(); return nil })
	}
	fits := h.bytes+n <= d.o.Quota
	if fits {
		h.bytes += n
	} else if !h.full && d.o.Log != nil {
		d.o.Log.Warn("a dock's part of the bucket is full; what it uploads is refused until it is taken over (storage.quota_gib)", "dock", sn, "bytes", h.bytes)
	}
	h.full = !fits
	return fits
}

func (d *authProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, rest, ok := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	id, _, named := strings.Cut(rest, "/")
	if !ok || !named {
		http.Error(w, "requests must be signed (AWS signature version 4)", http.StatusForbidden)
		return
	}
	if id != d.o.AccessKey {
		sn, secret, ok := d.o.Docks.Check(id, r.Header.Get("X-Amz-Security-Token"), time.Now())
		own := "/" + d.o.Bucket + "/" + uploads.Prefix(sn) + "/"
		writes := r.Method == http.MethodPut || r.Method == http.MethodPost || r.Method == http.MethodDelete && r.URL.Query().Has("uploadId")
		if !ok || !strings.HasPrefix(r.URL.Path, own) || strings.Contains(r.URL.Path, "/../") || !writes || r.Header.Get("X-Amz-Copy-Source") != "" {
			http.Error(w, "this credential is not good, no longer good, or not for that", http.StatusForbidden)
			return
		}
		switch {
		case r.ContentLength < 0:
			http.Error(w, "say how long it is (Content-Length)", http.StatusLengthRequired)
			return
		case !d.room(sn, r.ContentLength):
			http.Error(w, "this dock's part of the bucket is full", http.StatusInsufficientStorage)
			return
		}
		d.allow(id, secret)
	}
	d.next.ServeHTTP(w, r)
}

// allow makes the endpoint know a dock's credential, and forget those that nobody can use any more.
func (d *authProxy) allow(id, secret string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	if _, known := d.known[id]; !known {
		d.api.AddAuthKeys(map[string]string{id: secret})
	}
	d.known[id] = now
	var old []string
	maps.DeleteFunc(d.known, func(id string, used time.Time) bool {
		if now.Sub(used) < 2*uploads.GrantLasts {
			return false
		}
		old = append(old, id)
		return true
	})
	d.api.DelAuthKeys(old)
}
