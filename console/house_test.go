package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/harrier-patrol/harrier/console/accounts"
	"github.com/harrier-patrol/harrier/console/footage"
	"github.com/harrier-patrol/harrier/console/notify"
	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/embedded/natstest"
	"github.com/harrier-patrol/harrier/evidence"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/handover"
	"github.com/harrier-patrol/harrier/leads/report"
	"github.com/harrier-patrol/harrier/missions"
	"github.com/harrier-patrol/harrier/missions/book"
	"github.com/harrier-patrol/harrier/missions/plans"
)

func keeper(t *testing.T) *accounts.Keeper {
	t.Helper()
	_, _, js := natstest.Start(t)
	k, err := accounts.Open(t.Context(), js)
	if err != nil {
		t.Fatal(err)
	}
	k.MemoryKB = 64
	return k
}

// oneModel is a model that others may be put in place of.
type oneModel struct{ promoted string }

func (*oneModel) State(context.Context) (ModelState, error) { return ModelState{Running: "m"}, nil }

func (m *oneModel) Promote(_ context.Context, model, by, _ string) error {
	if model != "harrier-nano" {
		return ErrNoModel
	}
	m.promoted = model + " by " + by
	return nil
}

func (*oneModel) Compare(_ context.Context, model string, _ func(float64)) (ModelComparison, error) {
	if model != "harrier-nano" {
		return ModelComparison{}, ErrNoModel
	}
	return ModelComparison{}, ErrNothingDecided
}

func (*oneModel) Rollback(context.Context, string, string) error {
	return errors.New("no other was in use")
}

// theSettings are a file that nobody may break.
type theSettings struct{}

func (theSettings) Read() (text, revision string, err error) { return "docks: []", "1", nil }

func (theSettings) Check(text string) error {
	if text == "" {
		return errors.New("line 1: nothing")
	}
	return nil
}

func (s theSettings) Write(text, revision string) error {
	if revision != "1" {
		return ErrSettingsMoved
	}
	return s.Check(text)
}

func (theSettings) City() (CitySettings, error) { return CitySettings{Revision: "1"}, nil }

func (theSettings) SetDocks(_ []ConfiguredDock, revision string) error {
	if revision != "1" {
		return ErrSettingsMoved
	}
	return nil
}

func (theSettings) TakeLayer(_ context.Context, layer, name, _ string, r io.Reader) (LayerTaken, error) {
	n, err := io.Copy(io.Discard, r)
	return LayerTaken{Layer: layer, File: name, Sum: fmt.Sprint(n)}, err
}

func (theSettings) SetLayer(string, string) error { return nil }

func (theSettings) Restart() error { return errors.New("not here") }

// noPlans are plans of which there are none.
type noPlans struct{}

func (noPlans) Look(context.Context, string, int) ([]plans.Version, *PlanMade, error) {
	return nil, nil, nil
}

func (noPlans) Make(context.Context, string, PlanWish) (*PlanMade, error) {
	return &PlanMade{Content: &plans.Content{Plan: &missions.Plan{}}}, nil
}

func (noPlans) Change(context.Context, string, PlanChange) (*PlanMade, error) {
	return nil, plans.ErrNone
}

func (noPlans) Approve(context.Context, string, int, string, string) (plans.Version, error) {
	return plans.Version{}, plans.ErrNone
}

// pudong is made once: it takes seconds.
var pudong = sync.OnceValues(func() (*geo.Grid, error) { return geo.GeneratePudong(1) })

// house is a console with people of all roles, that may be attacked.
type house struct {
	t        testing.TB
	h        http.Handler
	options  Options
	accounts *accounts.Keeper
	store    *evidence.Store
	sessions map[string]string // by name
	commands []dock.Command
	asked    []book.Message
	deeds    []Deed
	mu       sync.Mutex
}

const password = "correct horse battery"

func newHouse(t testing.TB, all ...leads.Lead) *house {
	t.Helper()
	x := &house{t: t, sessions: map[string]string{}}
	_, nc, js := natstest.Start(t)
	var err error
	if x.accounts, err = accounts.Open(t.Context(), js); err != nil {
		t.Fatal(err)
	}
	x.accounts.MemoryKB = 64
	store, err := evidence.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	x.store = store
	desk, err := OpenDesk(t.Context(), js)
	if err != nil {
		t.Fatal(err)
	}
	wishes, err := notify.OpenBook(t.Context(), js)
	if err != nil {
		t.Fatal(err)
	}
	grid, err := pudong()
	if err != nil {
		t.Fatal(err)
	}
	sub, err := nc.Subscribe(dock.SubjectCommands+"*", func(m *nats.Msg) {
		var c dock.Command
		_ = json.Unmarshal(m.Data, &c)
		x.mu.Lock()
		x.commands = append(x.commands, c)
		x.mu.Unlock()
		_ = m.Respond([]byte(`{"ok": true}`))
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sub.Unsubscribe() })
	x.options = Options{
		Hosts: []string{"harrier:8080"}, Accounts: x.accounts, EvidenceKey: EvidenceKey("key"), Ledger: ledgerOf(t, all...), Docks: func() []dock.Status { return nil }, Files: http.NotFoundHandler(), Store: store, NATS: nc,
		Buildings: geo.NewBuildings(nil), Fences: geo.NewFences(nil), Coverage: &Coverage{Grid: grid, Log: slog.New(slog.DiscardHandler)}, Counts: func() map[string]int64 { return nil }, Troubles: func() []string { return nil },
		Webhooks:    func(context.Context) ([]handover.Queue, error) { return nil, nil },
		DeadLetters: DeadLetters{List: func(context.Context) ([]journal.Dead, error) { return nil, nil }, Replay: func(context.Context, string, string) error { return journal.ErrNoDeadLetter }},
		Requests:    Requests{Ask: func(_ context.Context, m book.Message) error { x.asked = append(x.asked, m); return nil }, Answers: func(context.Context) ([]book.Answer, error) { return nil, nil }},
		Reports:     &report.Reader{Zone: time.UTC, JS: js, Ground: func() *report.Ground { return report.NewGround(grid, nil) }}, Plans: noPlans{}, Desk: desk, Models: &oneModel{}, Settings: theSettings{}, Notices: &notify.Teller{Book: wishes}, Footage: &footage.Keeper{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler)},
		Bundle: func(context.Context, string, bool, string, string, io.Writer) error { return nil },
		Log: func(_ context.Context, d Deed) error {
			x.mu.Lock()
			defer x.mu.Unlock()
			x.deeds = append(x.deeds, d)
			return nil
		},
		Audit: func(context.Context, time.Time, int) ([]Deed, error) { return nil, nil },
		Ready: func(context.Context) error { return nil },
	}
	x.h = New(x.options)
	for _, r := range accounts.Roles {
		x.add(string(r), r)
	}
	return x
}

// add makes an account and logs it in.
func (x *house) add(name string, role accounts.Role, subdistricts ...string) {
	x.t.Helper()
	if err := x.accounts.Add(x.t.Context(), accounts.Account{Name: name, Roles: []accounts.Role{role}, Subdistricts: subdistricts}, password); err != nil {
		x.t.Fatal(err)
	}
	x.sessions[name] = x.login(name, password).session()
}

type answer struct {
	*httptest.ResponseRecorder
}

func (a answer) session() string {
	for _, c := range a.Result().Cookies() {
		if c.Name == sessionCookie {
			return c.Value
		}
	}
	return ""
}

func (x *house) login(name, password string) answer {
	return x.ask("", http.MethodPost, "/api/session", fmt.Sprintf(`{"name": %q, "password": %q}`, name, password))
}

// ask asks as somebody, or as nobody for "".
func (x *house) ask(who, method, path, body string, change ...func(*http.Request)) answer {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host = "harrier:8080"
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if s := x.sessions[who]; s != "" {
		r.AddCookie(&http.Cookie{Name: sessionCookie, Value: s})
	}
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	x.h.ServeHTTP(w, r)
	return answer{w}
}
