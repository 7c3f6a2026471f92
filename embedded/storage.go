package embedded

import (
	"cmp"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	s3 "github.com/rclone/gofakes3"
	"gocloud.dev/blob"
	_ "gocloud.dev/blob/fileblob" // file:// buckets
	"gocloud.dev/gcerrors"

	"github.com/harrier-patrol/harrier/dock/uploads"
)

// Storage is an S3 endpoint with one bucket, kept in a folder: where docks upload their media.
type Storage struct {
	addr string
	srv  *http.Server
	b    *blob.Bucket
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
func StartStorage(ctx context.Context, o StorageOptions) (*Storage, error) {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("storage folder: %w", err)
	}
	b, err := blob.OpenBucket(ctx, "file://"+o.Dir+"?metadata=skip&no_tmp_dir=true")
	if err != nil {
		return nil, fmt.Errorf("storage folder %s: %w", o.Dir, err)
	}
	l, err := net.Listen("tcp", o.Listen)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("S3 storage: %w; --port-offset moves all ports", err), b.Close())
	}
	api := s3.New(&folder{b: b, name: o.Bucket, made: time.Now()}, s3.WithV4Auth(map[string]string{o.AccessKey: o.SecretKey}), s3.WithoutVersioning())
	st := &Storage{addr: l.Addr().String(), b: b, done: make(chan error, 1), srv: &http.Server{Handler: &storageDoor{o: o, api: api, b: b, next: api.Server(), known: map[string]time.Time{}, held: map[string]*held{}}, ReadHeaderTimeout: 10 * time.Second}}
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
	return errors.Join(err, s.b.Close())
}

// storageDoor lets a dock in with the credential that it was granted, and keeps it to its own part of the bucket. The endpoint behind it
// checks the signature.
type storageDoor struct {
	o    StorageOptions
	api  *s3.GoFakeS3
	b    *blob.Bucket
	next http.Handler

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
func (d *storageDoor) room(ctx context.Context, sn string, n int64) bool {
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
		for it := d.b.List(&blob.ListOptions{Prefix: uploads.Prefix(sn) + "/"}); ; {
			o, err := it.Next(ctx)
			if err != nil {
				break
			}
			h.bytes += o.Size
		}
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

func (d *storageDoor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
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
		case !d.room(r.Context(), sn, r.ContentLength):
			http.Error(w, "this dock's part of the bucket is full", http.StatusInsufficientStorage)
			return
		}
		d.let(id, secret)
	}
	d.next.ServeHTTP(w, r)
}

// let makes the endpoint know a dock's credential, and forget those that nobody can use any more.
func (d *storageDoor) let(id, secret string) {
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

// folder is the one bucket, on a folder.
type folder struct {
	b    *blob.Bucket
	name string
	made time.Time
}

func (f *folder) has(bucket string) error {
	if bucket != f.name {
		return s3.BucketNotFound(bucket)
	}
	return nil
}

func (f *folder) ListBuckets(context.Context) ([]s3.BucketInfo, error) {
	return []s3.BucketInfo{{Name: f.name, CreationDate: s3.NewContentTime(f.made)}}, nil
}

func (f *folder) BucketExists(_ context.Context, name string) (bool, error) {
	return name == f.name, nil
}

func (f *folder) CreateBucket(context.Context, string) error { return s3.ErrNotImplemented }
func (f *folder) DeleteBucket(context.Context, string) error { return s3.ErrNotImplemented }

func (f *folder) ListBucket(ctx context.Context, name string, prefix *s3.Prefix, page s3.ListBucketPage) (*s3.ObjectList, error) {
	if err := f.has(name); err != nil {
		return nil, err
	}
	if prefix == nil {
		prefix = &s3.Prefix{}
	}
	prefix.HasDelimiter = prefix.HasDelimiter && prefix.Delimiter != "" // clients that list everything send an empty one
	out := s3.NewObjectList()
	last := ""
	for it := f.b.List(&blob.ListOptions{Prefix: prefix.Prefix}); ; {
		o, err := it.Next(ctx)
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		if page.HasMarker && o.Key <= page.Marker {
			continue
		}
		var m s3.PrefixMatch
		if !prefix.Match(o.Key, &m) || m.CommonPrefix && m.MatchedPart == last {
			continue
		}
		if n := int64(len(out.Contents) + len(out.CommonPrefixes)); page.MaxKeys > 0 && n >= page.MaxKeys {
			out.IsTruncated = true
			return out, nil
		}
		out.NextMarker = o.Key
		if m.CommonPrefix {
			last = m.MatchedPart
			out.AddPrefix(last)
			continue
		}
		out.Add(&s3.Content{Key: o.Key, LastModified: s3.NewContentTime(o.ModTime), ETag: `"` + hex.EncodeToString(o.MD5) + `"`, Size: o.Size})
	}
}

func (f *folder) object(ctx context.Context, bucket, key string) (*s3.Object, error) {
	if err := f.has(bucket); err != nil {
		return nil, err
	}
	a, err := f.b.Attributes(ctx, key)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, s3.KeyNotFound(key)
	}
	if err != nil {
		return nil, err
	}
	return &s3.Object{Name: key, Size: a.Size, Hash: a.MD5, Metadata: map[string]string{"Last-Modified": a.ModTime.UTC().Format(http.TimeFormat)}, Contents: http.NoBody}, nil
}

func (f *folder) HeadObject(ctx context.Context, bucket, key string) (*s3.Object, error) {
	return f.object(ctx, bucket, key)
}

func (f *folder) GetObject(ctx context.Context, bucket, key string, part *s3.ObjectRangeRequest) (*s3.Object, error) {
	o, err := f.object(ctx, bucket, key)
	if err != nil {
		return nil, err
	}
	if o.Range, err = part.Range(o.Size); err != nil {
		return nil, err
	}
	from := cmp.Or(o.Range, &s3.ObjectRange{Length: -1})
	r, err := f.b.NewRangeReader(ctx, key, from.Start, from.Length, nil)
	if err != nil {
		return nil, err
	}
	o.Contents = r
	return o, nil
}

func (f *folder) PutObject(ctx context.Context, bucket, key string, _ map[string]string, in io.Reader, size int64) (out s3.PutObjectResult, err error) {
	if err := f.has(bucket); err != nil {
		return out, err
	}
	if size > uploads.MaxBytes {
		return out, s3.ErrEntityTooLarge
	}
	wctx, cancel := context.WithCancel(ctx) // what breaks off leaves nothing behind
	defer cancel()
	w, err := f.b.NewWriter(wctx, key, nil)
	if err != nil {
		return out, err
	}
	sum := md5.New()
	n, err := io.Copy(io.MultiWriter(w, sum), in)
	if err == nil && n != size {
		err = s3.ErrIncompleteBody
	}
	if err != nil {
		cancel()
		_ = w.Close()
		return out, err
	}
	out.ETag = `"` + hex.EncodeToString(sum.Sum(nil)) + `"`
	return out, w.Close()
}

func (f *folder) DeleteObject(ctx context.Context, bucket, key string) (s3.ObjectDeleteResult, error) {
	if err := f.has(bucket); err != nil {
		return s3.ObjectDeleteResult{}, err
	}
	if err := f.b.Delete(ctx, key); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return s3.ObjectDeleteResult{}, err
	}
	return s3.ObjectDeleteResult{}, nil
}

func (f *folder) DeleteMulti(ctx context.Context, bucket string, keys ...string) (out s3.MultiDeleteResult, err error) {
	for _, key := range keys {
		if _, err := f.DeleteObject(ctx, bucket, key); err != nil {
			return out, err
		}
		out.Deleted = append(out.Deleted, s3.ObjectID{Key: key})
	}
	return out, nil
}

func (f *folder) CopyObject(context.Context, string, string, string, string, map[string]string) (s3.CopyObjectResult, error) {
	return s3.CopyObjectResult{}, s3.ErrNotImplemented
}
