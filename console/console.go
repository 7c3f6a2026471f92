// Package console is what people see: an HTTP API over the rooms and the web app that uses it. New makes its handler.
package console

import (
	"context"
	"crypto/subtle"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/evidence"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads/handover"
	"github.com/harrier-patrol/harrier/leads/ledger"
	"github.com/harrier-patrol/harrier/leads/report"
)

// Options say what the console shows.
type Options struct {
	Token   string   // asked of everybody where not empty
	Hosts   []string // host:port by which the console may be addressed
	Ledger  *ledger.Ledger
	Reports *report.Reader
	Docks   func() []dock.Status
	Files   http.Handler // what docks fetch
	Store   *evidence.Store
	// EvidenceKey opens the pictures of a lead to whoever has the lead.
	EvidenceKey EvidenceKey
	NATS        *nats.Conn
	Outline     orb.MultiPolygon
	Roads       []byte // GeoJSON, for the map
	Buildings   *geo.Buildings
	Fences      *geo.Fences
	Coverage    *Coverage
	Counts      func() map[string]int64
	// Troubles are what keeps facts from being kept, now or soon.
	Troubles    func() []string
	DeadLetters DeadLetters
	Requests    Requests
	Plans       Plans
	// Webhooks are what waits for them.
	Webhooks func(context.Context) ([]handover.Queue, error)
	// Documents describe messages on NATS, by the paths under which they are served, without the token.
	Documents map[string][]byte

	start string // of this process, by which versions of its book are known
}

// DeadLetters are messages that could not be worked off.
type DeadLetters struct {
	List   func(context.Context) ([]journal.Dead, error)
	Replay func(ctx context.Context, id, by string) error
}

// DockFiles is the path under which docks fetch their files, without the console's token.
const DockFiles = "/routes/"

// New returns the console's handler.
func New(o Options) http.Handler {
	mux := http.NewServeMux()
	o.start = strconv.FormatInt(time.Now().UnixNano(), 36)
	mux.Handle("GET "+DockFiles+"{file}", o.Files)
	mux.HandleFunc("GET "+evidencePath+"{lead}/{sha}", o.picture)
	for path, document := range o.Documents {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(document)
		})
	}
	api(mux, o)
	mux.Handle("GET /", app())
	return guard(o, mux)
}

// guard checks who asks: the Host by which the console is addressed, the Origin of what changes something, and the token.
func guard(o Options, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Content-Security-Policy", "frame-ancestors 'none'")
		if !slices.Contains(o.Hosts, r.Host) {
			http.Error(w, "this console is not addressed as "+r.Host+"; add it to http.hosts", http.StatusMisdirectedRequest)
			return
		}
		if origin := r.Header.Get("Origin"); origin != "" {
			u, err := url.Parse(origin)
			if err != nil || !slices.Contains(o.Hosts, u.Host) {
				http.Error(w, "requests from "+origin+" are not taken", http.StatusForbidden)
				return
			}
		}
		if _, open := o.Documents[r.URL.Path]; o.Token != "" && !open && !o.EvidenceKey.opens(r) && !strings.HasPrefix(r.URL.Path, DockFiles) {
			t := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
			if c, err := r.Cookie("harrier_token"); err == nil && t == "" {
				t = c.Value
			}
			if q := r.URL.Query().Get("token"); q != "" && t == "" {
				t = q
			}
			if subtle.ConstantTimeCompare([]byte(t), []byte(o.Token)) != 1 {
				http.Error(w, "a token is needed: open the page with ?token=…", http.StatusUnauthorized)
				return
			}
			if q := r.URL.Query(); q.Has("token") { // from here on it is in a cookie, and no longer in the address bar, the history and logs
				secure := r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https"
				http.SetCookie(w, &http.Cookie{Name: "harrier_token", Value: t, Path: "/", HttpOnly: true, Secure: secure, SameSite: http.SameSiteStrictMode})
				if r.Method == http.MethodGet {
					q.Del("token")
					to := url.URL{Path: "/" + strings.TrimLeft(r.URL.Path, "/\\"), RawQuery: q.Encode()}
					http.Redirect(w, r, to.String(), http.StatusSeeOther)
					return
				}
			}
		}
		next.ServeHTTP(w, r)
	})
}
