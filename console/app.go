package console

import (
	"embed"
	"io/fs"
	"net/http"
)

// The web app as `make web` builds it.
//
//go:embed all:web/dist
var dist embed.FS

func app() http.Handler {
	sub, err := fs.Sub(dist, "web/dist")
	if err != nil {
		return http.NotFoundHandler()
	}
	if _, err := fs.Stat(sub, "index.html"); err != nil {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "this binary was built without its page; run `make build`", http.StatusNotFound)
		})
	}
	files := http.FileServerFS(sub)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; connect-src 'self'")
		files.ServeHTTP(w, r)
	})
}
