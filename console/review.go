package console

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/console/accounts"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/export"
	"github.com/harrier-patrol/harrier/leads/index"
)

// Desk is who looks at which lead now: two people never get the same one.
type Desk struct{ kv jetstream.KeyValue }

// deskLasts is how long a lead is somebody's who does nothing with it.
const deskLasts = 10 * time.Minute

// OpenDesk opens it; it is kept in JetStream, for all consoles.
func OpenDesk(ctx context.Context, js jetstream.JetStream) (*Desk, error) {
	kv, err := js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: "desk", Description: "who looks at which lead now", TTL: deskLasts, MaxBytes: 64 << 20})
	return &Desk{kv}, err
}

// take gives a lead to somebody; false where it is another one's.
func (d *Desk) take(ctx context.Context, lead, by string) (bool, error) {
	_, err := d.kv.Create(ctx, lead, []byte(by))
	if !errors.Is(err, jetstream.ErrKeyExists) {
		return err == nil, err
	}
	e, err := d.kv.Get(ctx, lead)
	if errors.Is(err, jetstream.ErrKeyNotFound) { // put back meanwhile: at the next time
		return false, nil
	}
	if err != nil || string(e.Value()) != by {
		return false, err
	}
	return true, d.update(ctx, e)
}

// update keeps an entry for as long again; that somebody else was quicker is no error.
func (d *Desk) update(ctx context.Context, e jetstream.KeyValueEntry) error {
	_, err := d.kv.Update(ctx, e.Key(), e.Value(), e.Revision())
	if journal.Moved(err) {
		return nil
	}
	return err
}

// renew keeps a lead for as long again that is somebody's.
func (d *Desk) renew(ctx context.Context, lead, by string) error {
	e, err := d.kv.Get(ctx, lead)
	if err != nil || string(e.Value()) != by { // it is nobody's, or no name of one
		return nil
	}
	return d.update(ctx, e)
}

// back puts a lead back that is somebody's.
func (d *Desk) back(ctx context.Context, lead, by string) error {
	e, err := d.kv.Get(ctx, lead)
	if errors.Is(err, jetstream.ErrKeyNotFound) || errors.Is(err, jetstream.ErrInvalidKey) || err == nil && string(e.Value()) != by {
		return nil // it is nobody's, or no name of one
	}
	if err != nil {
		return err
	}
	return d.kv.Delete(ctx, lead, jetstream.LastRevision(e.Revision()))
}

// atOnce is how many leads somebody holds at a time: the one looked at, and those that are loaded ahead.
const atOnce = 8

// deskPages bounds how far down the leads that wait is looked, a hundred each.
const deskPages = 50

// takeNext gives the next leads to whoever asks: first those that wait for the legal check, then those that nobody has decided on.
func (o Options) takeNext(ctx context.Context, x *index.Index, q index.Query, besides []string) ([]Lead, error) {
	out := []Lead{}
	want := max(1, atOnce-min(len(besides), atOnce/2))
	for _, states := range [][]string{{leads.Checked, leads.Returned}, {leads.Candidate}} {
		for page := range deskPages {
			all, err := x.Waiting(q, states, 100, 100*page)
			if err != nil {
				return nil, err
			}
			for _, l := range all {
				may := o.mayWith(ctx, l)
				if slices.Contains(besides, l.Lead) || !slices.ContainsFunc(may, func(do string) bool { return do == leads.DoCheck || do == leads.DoConfirm }) {
					continue
				}
				mine, err := o.Desk.take(ctx, l.Lead, person(ctx).Name)
				if err != nil {
					return nil, err
				}
				if mine {
					out = append(out, toLead(l, may))
				}
				if len(out) == want {
					return out, nil
				}
			}
			if len(all) < 100 {
				break
			}
		}
	}
	return out, nil
}

// Precision is how often what was told was right.
type Precision struct {
	Scene     string `json:"scene"`
	Model     string `json:"model" doc:"Network that told it; empty where it is not known"`
	Confirmed int    `json:"confirmed"`
	Rejected  int    `json:"rejected"`
	Waiting   int    `json:"waiting" doc:"Not decided on"`
}

// reviewAPI gives leads out to be decided on, one person each, and says what is around one.
func reviewAPI(h huma.API, mux *http.ServeMux, o Options) {
	huma.Post(h, "/api/desk", func(ctx context.Context, in *struct {
		Body struct {
			Scene       string   `json:"scene,omitempty" maxLength:"100"`
			Subdistrict string   `json:"subdistrict,omitempty" maxLength:"9"`
			Back        []string `json:"back,omitempty" maxItems:"100" doc:"Leads that are put back, for others"`
			Leave       bool     `json:"leave,omitempty" doc:"Nothing more is wanted"`
			Besides     []string `json:"besides,omitempty" maxItems:"100" doc:"Leads that are not wanted: skipped, or at hand already"`
		}
	}) (*body[[]Lead], error) {
		p := person(ctx)
		x, err := o.Ledger.Read()
		if err != nil {
			return nil, refusal(err)
		}
		for _, lead := range in.Body.Back {
			if err := o.Desk.back(ctx, lead, p.Name); err != nil {
				return nil, huma.Error503ServiceUnavailable(err.Error())
			}
		}
		if in.Body.Leave {
			return &body[[]Lead]{[]Lead{}}, nil
		}
		for _, lead := range in.Body.Besides { // whoever goes on keeps what is at hand
			if err := o.Desk.renew(ctx, lead, p.Name); err != nil {
				return nil, huma.Error503ServiceUnavailable(err.Error())
			}
		}
		out, err := o.takeNext(ctx, x, index.Query{Scene: in.Body.Scene, Subdistrict: in.Body.Subdistrict, Among: p.Subdistricts}, in.Body.Besides)
		if err != nil {
			return nil, huma.Error503ServiceUnavailable(err.Error())
		}
		return &body[[]Lead]{out}, nil
	}, may(accounts.Analyst, accounts.Legal))
	huma.Get(h, "/api/leads/{lead}/near", func(ctx context.Context, in *struct {
		Lead   string  `path:"lead" maxLength:"100"`
		Metres float64 `query:"metres" minimum:"1" maximum:"500" default:"30"`
	}) (*body[[]Lead], error) {
		l, err := leadNamed(ctx, o, in.Lead)
		if err != nil {
			return nil, refusal(err)
		}
		x, err := o.Ledger.Read()
		if err != nil {
			return nil, refusal(err)
		}
		near, err := x.Around(l.Lon, l.Lat, in.Metres, 50)
		if err != nil {
			return nil, refusal(err)
		}
		out := []Lead{}
		for _, n := range near {
			if n.Lead != l.Lead && person(ctx).Sees(n.Subdistrict) {
				out = append(out, toLead(n, o.mayWith(ctx, n)))
			}
		}
		return &body[[]Lead]{out}, nil
	}, may(anybody...))
	huma.Get(h, "/api/precision", func(ctx context.Context, in *struct {
		Simulated bool `query:"simulated" doc:"Of simulated docks, instead of real ones"`
	}) (*body[[]Precision], error) {
		x, err := o.Ledger.Read()
		if err != nil {
			return nil, refusal(err)
		}
		all, err := x.Tallies(in.Simulated)
		if err != nil {
			return nil, refusal(err)
		}
		out := []Precision{}
		for _, t := range all {
			i := slices.IndexFunc(out, func(p Precision) bool { return p.Scene == t.Scene && p.Model == t.Model })
			if i < 0 {
				i = len(out)
				out = append(out, Precision{Scene: t.Scene, Model: t.Model})
			}
			switch t.State {
			case leads.Candidate, leads.Checked:
				out[i].Waiting += t.Leads
			case leads.Rejected:
				out[i].Rejected += t.Leads
			default:
				out[i].Confirmed += t.Leads
			}
		}
		return &body[[]Precision]{out}, nil
	}, may(anybody...))
	mux.HandleFunc("GET /api/export/leads/{format}", only(anybody, func(w http.ResponseWriter, r *http.Request) {
		x, err := o.Ledger.Read()
		if err != nil {
			problem(w, http.StatusServiceUnavailable, err.Error())
			return
		}
		v := r.URL.Query()
		q := index.Query{State: v.Get("state"), Scene: v.Get("scene"), Cell: v.Get("cell"), Subdistrict: v.Get("subdistrict"), Words: v.Get("words"), Open: v.Get("open") == "true", Among: person(r.Context()).Subdistricts}
		w.Header().Set("Content-Disposition", `attachment; filename="leads.`+r.PathValue("format")+`"`)
		switch r.PathValue("format") {
		case "csv":
			w.Header().Set("Content-Type", "text/csv; charset=utf-8")
			_ = export.CSV(w, x.All(q))
		case "geojson":
			w.Header().Set("Content-Type", "application/geo+json")
			_ = export.GeoJSON(w, x.All(q))
		default:
			problem(w, http.StatusNotFound, "leads are exported as csv or geojson")
		}
	}))
}

// events tells the page what changes, as server-sent events: docks as they change, that leads did, and how far what takes long is.
func events(mux *http.ServeMux, o Options) {
	mux.HandleFunc("GET /api/events", only(anybody, func(w http.ResponseWriter, r *http.Request) {
		out := http.NewResponseController(w)
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("X-Accel-Buffering", "no")
		send := func(event string, v any) bool {
			b, err := json.Marshal(v)
			if err == nil {
				_ = out.SetWriteDeadline(time.Now().Add(eventWithin))
				_, err = w.Write(slices.Concat([]byte("event: "+event+"\ndata: "), b, []byte("\n\n")))
			}
			if err == nil {
				err = out.Flush()
			}
			return err == nil
		}
		last := map[string]string{}
		var version uint64
		var told []Work
		tick := time.NewTicker(eventEvery)
		defer tick.Stop()
		for n := 0; ; n++ {
			for _, d := range o.Docks() {
				x := toDock(d)
				b, err := json.Marshal(x)
				if err != nil || last[x.SN] == string(b) {
					continue
				}
				last[x.SN] = string(b)
				if !send("dock", json.RawMessage(b)) {
					return
				}
			}
			if x, err := o.Ledger.Read(); err == nil && x.Version() != version {
				version = x.Version()
				if !send("leads", map[string]string{"version": o.versionOf(version)}) {
					return
				}
			}
			if now := o.works.now(); n == 0 || !slices.EqualFunc(now, told, func(a, b Work) bool { return a.ID == b.ID && a.Share == b.Share }) { // at first, as the page may know of some that are over
				told = now
				if !send("works", now) {
					return
				}
			}
			if n%eventAlive == 0 {
				if p, err := o.asks(r); err == nil && p == nil { // logged out, or over
					send("out", nil)
					return
				}
				if !send("alive", time.Now().UTC()) {
					return
				}
			}
			select {
			case <-r.Context().Done():
				return
			case <-tick.C:
			}
		}
	}))
}

// How often the page is told, how long that may take, and after how many times it is told that all is well.
const (
	eventEvery  = 400 * time.Millisecond
	eventWithin = 10 * time.Second
	eventAlive  = 25
)
