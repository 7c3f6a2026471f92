package embedded

import (
	"cmp"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"github.com/google/renameio/v2"
	s3 "github.com/rclone/gofakes3"

	"github.com/harrier-patrol/harrier/dock/uploads"
)

// objects are the one bucket's, each a file of a folder.
type objects struct {
	dir  string
	name string
	made time.Time
}

// part begins the names of files that are still being written.
const part = "."

// path is the file of a key; a key that leads out of the folder has none.
func (f *objects) path(bucket, key string) (string, error) {
	if bucket != f.name {
		return "", s3.BucketNotFound(bucket)
	}
	local, err := filepath.Localize(key)
	if err != nil || strings.HasPrefix(filepath.Base(local), part) {
		return "", s3.KeyNotFound(key)
	}
	return filepath.Join(f.dir, local), nil
}

// each tells the objects whose key begins with a prefix, in the order of their keys.
func (f *objects) each(prefix string, tell func(key string, info fs.FileInfo) error) error {
	from := f.dir
	if i := strings.LastIndex(prefix, "/"); i > 0 {
		local, err := filepath.Localize(prefix[:i])
		if err != nil {
			return nil
		}
		from = filepath.Join(f.dir, local)
	}
	found := map[string]fs.FileInfo{}
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) { // taken away in the meantime
			return nil
		}
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), part) {
			return err
		}
		rel, err := filepath.Rel(f.dir, path)
		if err != nil {
			return err
		}
		key := filepath.ToSlash(rel)
		info, err := d.Info()
		if err == nil && strings.HasPrefix(key, prefix) {
			found[key] = info
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	if err != nil {
		return err
	}
	keys := make([]string, 0, len(found))
	for k := range found {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		if err := tell(k, found[k]); err != nil {
			return err
		}
	}
	return nil
}

func (f *objects) ListBuckets(context.Context) ([]s3.BucketInfo, error) {
	return []s3.BucketInfo{{Name: f.name, CreationDate: s3.NewContentTime(f.made)}}, nil
}

func (f *objects) BucketExists(_ context.Context, name string) (bool, error) {
	return name == f.name, nil
}

func (f *objects) CreateBucket(context.Context, string) error { return s3.ErrNotImplemented }
func (f *objects) DeleteBucket(context.Context, string) error { return s3.ErrNotImplemented }

// errFull ends a list whose page is full.
var errFull = errors.New("the page is full")

func (f *objects) ListBucket(_ context.Context, name string, prefix *s3.Prefix, page s3.ListBucketPage) (*s3.ObjectList, error) {
	if name != f.name {
		return nil, s3.BucketNotFound(name)
	}
	if prefix == nil {
		prefix = &s3.Prefix{}
	}
	prefix.HasDelimiter = prefix.HasDelimiter && prefix.Delimiter != "" // clients that list everything send an empty one
	out := s3.NewObjectList()
	last := ""
	err := f.each(prefix.Prefix, func(key string, info fs.FileInfo) error {
		if page.HasMarker && key <= page.Marker {
			return nil
		}
		var m s3.PrefixMatch
		if !prefix.Match(key, &m) || m.CommonPrefix && m.MatchedPart == last {
			return nil
		}
		if n := int64(len(out.Contents) + len(out.CommonPrefixes)); page.MaxKeys > 0 && n >= page.MaxKeys {
			out.IsTruncated = true
			return errFull
		}
		out.NextMarker = key
		if m.CommonPrefix {
			last = m.MatchedPart
			out.AddPrefix(last)
			return nil
		}
		out.Add(&s3.Content{Key: key, LastModified: s3.NewContentTime(info.ModTime()), Size: info.Size()})
		return nil
	})
	if err != nil && !errors.Is(err, errFull) {
		return nil, err
	}
	return out, nil
}

func (f *objects) HeadObject(ctx context.Context, bucket, key string) (*s3.Object, error) {
	o, err := f.GetObject(ctx, bucket, key, nil)
	if err != nil {
		return nil, err
	}
	err = o.Contents.Close()
	o.Contents = http.NoBody
	return o, err
}

func (f *objects) GetObject(_ context.Context, bucket, key string, part *s3.ObjectRangeRequest) (*s3.Object, error) {
	path, err := f.path(bucket, key)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, s3.KeyNotFound(key)
	}
	if err != nil {
		return nil, err
	}
	o, err := object(file, key, part)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return o, nil
}

func object(file *os.File, key string, part *s3.ObjectRangeRequest) (*s3.Object, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, s3.KeyNotFound(key)
	}
	o := &s3.Object{Name: key, Size: info.Size(), Metadata: map[string]string{"Last-Modified": info.ModTime().UTC().Format(http.TimeFormat)}}
	if o.Range, err = part.Range(o.Size); err != nil {
		return nil, err
	}
	from := cmp.Or(o.Range, &s3.ObjectRange{Length: info.Size()})
	o.Contents = struct {
		io.Reader
		io.Closer
	}{io.NewSectionReader(file, from.Start, from.Length), file}
	return o, nil
}

func (f *objects) PutObject(_ context.Context, bucket, key string, _ map[string]string, in io.Reader, size int64) (out s3.PutObjectResult, err error) {
	path, err := f.path(bucket, key)
	if err != nil {
		return out, err
	}
	if size > uploads.MaxBytes {
		return out, s3.ErrEntityTooLarge
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return out, err
	}
	w, err := renameio.NewPendingFile(path, renameio.WithPermissions(0o600), renameio.WithTempDir(filepath.Dir(path)))
	if err != nil {
		return out, err
	}
	defer w.Cleanup() // what breaks off leaves nothing behind
	sum := md5.New()
	n, err := io.Copy(io.MultiWriter(w, sum), in)
	if err == nil && n != size {
		err = s3.ErrIncompleteBody
	}
	if err != nil {
		return out, err
	}
	out.ETag = `"` + hex.EncodeToString(sum.Sum(nil)) + `"`
	return out, w.CloseAtomicallyReplace()
}

func (f *objects) DeleteObject(_ context.Context, bucket, key string) (s3.ObjectDeleteResult, error) {
	path, err := f.path(bucket, key)
	if err != nil {
		return s3.ObjectDeleteResult{}, err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return s3.ObjectDeleteResult{}, err
	}
	return s3.ObjectDeleteResult{}, nil
}

func (f *objects) DeleteMulti(ctx context.Context, bucket string, keys ...string) (out s3.MultiDeleteResult, err error) {
	for _, key := range keys {
		if _, err := f.DeleteObject(ctx, bucket, key); err != nil {
			return out, err
		}
		out.Deleted = append(out.Deleted, s3.ObjectID{Key: key})
	}
	return out, nil
}

func (f *objects) CopyObject(context.Context, string, string, string, string, map[string]string) (s3.CopyObjectResult, error) {
	return s3.CopyObjectResult{}, s3.ErrNotImplemented
}
