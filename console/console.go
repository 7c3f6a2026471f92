// Package console is what people see: an HTTP API over the rooms and the web app that uses it. New makes its handler.
package console

import (
	"context"
	"io"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/gzhttp"
	"github.com/nats-io/nats.go"
	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/console/accounts"
	"github.com/harrier-patrol/harrier/console/footage"
	"github.com/harrier-patrol/harrier/console/live"
	"github.com/harrier-patrol/harrier/console/notify"
	"github.com/harrier-patrol/harrier/console/signon"
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
	Zone     string         // of the times that people are told; empty: Asia/Shanghai
	Hosts    []string       // host:port by which the console may be addressed
	Proxies  []netip.Prefix // of which X-Forwarded-For is believed
	Accounts *accounts.Keeper
	SignOn   *signon.Provider // nil for none
	// Open lets everybody in who reaches the console: a demo, on localhost.
	Open bool
	// Machine is the token of programs of the same user on this machine; "" for none.
	Machine string
	// Log keeps in the audit log what somebody changed.
	Log   func(context.Context, Deed) error
	Audit func(ctx context.Context, before time.Time, n int) ([]Deed, error)
	// Bundle writes a lead's evidence as a zip; who opens originals, in which faces and plates can be seen, is recorded first, and why.
	Bundle func(ctx context.Context, lead string, originals bool, by, reason string, w io.Writer) error
	// Ready says why the console cannot answer yet; nil where it can.
	Ready   func(context.Context) error
	Ledger  *ledger.Ledger
	Reports *report.Reader
	Docks   func() []dock.Status
	Files   http.Handler // what docks fetch
	Store   *evidence.Store
	// EvidenceKey opens the pictures of a lead to whoever has the lead.
	EvidenceKey EvidenceKey
	NATS        *nats.Conn
	Outline     orb.MultiPolygon
	Roads       []byte   // GeoJSON, for the map
	Basemap     *Basemap // nil for none
	Buildings   *geo.Buildings
	Fences      *geo.Fences
	Coverage    *Coverage
	Counts      func() map[string]int64
	// Troubles are what keeps facts from being kept, now or soon.
	Troubles    func() []string
	DeadLetters DeadLetters
	Requests    Requests
	Plans       Plans
	Desk        *Desk
	Live        *live.Live
	Footage     *footage.Keeper
	Models      Models
	Settings    Settings
	Notices     *notify.Teller
	// Webhooks are what waits for them.
	Webhooks func(context.Context) ([]handover.Queue, error)
	// Documents describe messages on NATS, by the paths under which they are served, without an account.
	Documents map[string][]byte

	start string // of this process, by which versions of its book are known
	works *works
}

// DeadLetters are messages that could not be worked off.
type DeadLetters struct {
	List   func(context.Context) ([]journal.Dead, error)
	Replay func(ctx context.Context, id, by string) error
}

// DockFiles is the path under which docks fetch their files, without an account.
const DockFiles = "/routes/"

// New returns the console's handler.
func New(o Options) http.Handler {
	mux := http.NewServeMux()
	o.works = &works{}
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
	return guard(o, small(mux))
}

// small compresses what is long and lists much: leads and the map's layers. What comes bit by bit, pictures and video go as they are.
func small(next http.Handler) http.Handler {
	zipped := gzhttp.GzipHandler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/leads") || strings.HasSuffix(r.URL.Path, ".geojson") {
			zipped.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
