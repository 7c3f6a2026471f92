package console

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/harrier-patrol/harrier/console/accounts"
)

// slowPlans are made until whoever asked hangs up, or somebody gives them up.
type slowPlans struct {
	noPlans
	begun, over chan struct{}
}

func (s *slowPlans) Make(ctx context.Context, _ string, wish PlanWish) (*PlanMade, error) {
	wish.Progress(0.256)
	s.begun <- struct{}{}
	<-ctx.Done()
	s.over <- struct{}{}
	return nil, ctx.Err()
}

// How far a plan is that is being made is told to everybody. Whoever has it made gives it up, by hanging up too; nobody else does but an administrator.
func TestAPlanThatIsMadeIsToldOfAndGivenUp(t *testing.T) {
	x := newHouse(t)
	x.add("other", accounts.Operator)
	slow := &slowPlans{begun: make(chan struct{}), over: make(chan struct{}, 1)}
	srv := httptest.NewUnstartedServer(nil)
	x.options.Plans, x.options.Hosts = slow, []string{srv.Listener.Addr().String()}
	srv.Config.Handler = New(x.options)
	srv.Start()
	defer srv.Close()
	do := func(ctx context.Context, who, method, path, body string) (*http.Response, error) {
		r, err := http.NewRequestWithContext(ctx, method, srv.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.AddCookie(&http.Cookie{Name: sessionCookie, Value: x.sessions[who]})
		return srv.Client().Do(r)
	}
	type reply struct {
		status int
		body   string
		err    error
	}
	// plan has a plan made, and returns once it is under way
	plan := func(ctx context.Context) (answered chan reply) {
		answered = make(chan reply, 1)
		go func() {
			res, err := do(ctx, "operator", http.MethodPost, "/api/plans/2026-12-01", `{"why": "test"}`)
			if err != nil {
				answered <- reply{err: err}
				return
			}
			defer res.Body.Close()
			b, _ := io.ReadAll(res.Body)
			answered <- reply{status: res.StatusCode, body: string(b)}
		}()
		<-slow.begun
		return answered
	}
	listening, stop := context.WithCancel(t.Context())
	defer stop()
	// listen hands on what is told of works from now on
	listen := func() (next func() []Work) {
		res, err := do(listening, "viewer", http.MethodGet, "/api/events", "")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = res.Body.Close() })
		lines := bufio.NewScanner(res.Body)
		return func() (out []Work) {
			for lines.Scan() {
				if lines.Text() == "event: works" && lines.Scan() {
					if err := json.Unmarshal([]byte(strings.TrimPrefix(lines.Text(), "data: ")), &out); err != nil {
						t.Fatal(err)
					}
					return out
				}
			}
			t.Fatalf("no more is told: %v", lines.Err())
			return nil
		}
	}
	next := listen()
	if now := next(); len(now) != 0 {
		t.Errorf("at first: %+v", now)
	}
	making, hangUp := context.WithCancel(t.Context())
	defer hangUp()
	answered := plan(making)
	if now := next(); len(now) != 1 || now[0].Kind != WorkPlan || now[0].Of != "2026-12-01" || now[0].By != "operator" || now[0].Share != 0.25 && now[0].Share != 0 {
		t.Errorf("told: %+v", now)
	}
	hangUp()
	<-slow.over
	if a := <-answered; a.err == nil {
		t.Errorf("a plan that was given up is answered: %+v", a)
	}
	later := listen() // who comes back learns that what they knew of is over
	for now := later(); len(now) > 0; now = later() {
	}
	for _, by := range []string{"operator", "admin"} {
		answered = plan(t.Context())
		now := later()
		for ; len(now) == 0; now = later() {
		}
		for who, want := range map[string]int{"other": http.StatusForbidden, "analyst": http.StatusForbidden} {
			if res, err := do(t.Context(), who, http.MethodDelete, "/api/works/"+now[0].ID, ""); err != nil || res.StatusCode != want {
				t.Errorf("%s gives up another's: %v, %v", who, res, err)
			}
		}
		if res, err := do(t.Context(), by, http.MethodDelete, "/api/works/"+now[0].ID, ""); err != nil || res.StatusCode != http.StatusNoContent {
			t.Errorf("%s: %v, %v", by, res, err)
		}
		<-slow.over
		if a := <-answered; a.status != http.StatusConflict || !strings.Contains(a.body, "given up by "+by) {
			t.Errorf("whoever waits is told %+v", a)
		}
		if res, err := do(t.Context(), by, http.MethodDelete, "/api/works/"+now[0].ID, ""); err != nil || res.StatusCode != http.StatusNotFound {
			t.Errorf("again: %v, %v", res, err)
		}
		for now = later(); len(now) > 0; now = later() {
		}
	}
}
