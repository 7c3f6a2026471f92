package console

import (
	"bytes"
	"compress/gzip"
	"embed"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
)

// The web app as `make web` builds it.
//
//go:embed all:web/dist
var dist embed.FS

// pages are the first parts of the paths that the web app shows something under.
var pages = []string{"", "login", "setup", "start", "fleet", "flights", "plan", "review", "leads", "register", "index", "system"}

// isPage says whether a path is one of the web app, or of a file of it.
func isPage(at string) bool {
	if first, _, _ := strings.Cut(strings.TrimPrefix(at, "/"), "/"); slices.Contains(pages, first) {
		return true
	}
	info, err := fs.Stat(dist, path.Join("web/dist", path.Clean("/"+at)))
	return err == nil && !info.IsDir()
}

// file is one of the web app, ready to be sent.
type file struct {
	kind         string
	plain, small []byte // small is nil where it is no smaller
}

func app() http.Handler {
	files := map[string]file{}
	_ = fs.WalkDir(dist, "web/dist", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := dist.ReadFile(name)
		if err != nil {
			return err
		}
		f := file{kind: mime.TypeByExtension(path.Ext(name)), plain: b}
		if ext := path.Ext(name); ext != ".woff2" && ext != ".png" {
			var z bytes.Buffer
			w, _ := gzip.NewWriterLevel(&z, gzip.BestCompression)
			_, _ = w.Write(b)
			if w.Close() == nil && z.Len() < len(b) {
				f.small = z.Bytes()
			}
		}
		files[strings.TrimPrefix(name, "web/dist")] = f
		return nil
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, ok := files[r.URL.Path]
		switch {
		case ok && strings.HasPrefix(r.URL.Path, "/assets/"): // their names change with what they hold
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		case ok, isPage(r.URL.Path):
			if !ok {
				f, ok = files["/index.html"]
			}
			w.Header().Set("Cache-Control", "no-cache")
		}
		if !ok {
			http.Error(w, "there is no such page; a binary without its page is built anew with `make build`", http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", f.kind)
		w.Header().Set("Vary", "Accept-Encoding")
		b := f.plain
		if f.small != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			w.Header().Set("Content-Encoding", "gzip")
			b = f.small
		}
		_, _ = w.Write(b)
	})
}
