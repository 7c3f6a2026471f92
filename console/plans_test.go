package console

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// slowPlans are made until whoever asked hangs up.
type slowPlans struct {
	noPlans
	begun, over chan struct{}
}

func (s *slowPlans) Make(ctx context.Context, _ string, wish PlanWish) (*PlanMade, error) {
	wish.Progress(0.256)
	close(s.begun)
	<-ctx.Done()
	close(s.over)
	return nil, ctx.Err()
}

// How far a plan is that is being made is told to everybody, and whoever has it made gives it up by hanging up.
func TestAPlanThatIsMadeIsToldOfAndGivenUp(t *testing.T) {
	x := newHouse(t)
	slow := &slowPlans{begun: make(chan struct{}), over: make(chan struct{})}
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
	making, giveUp := context.WithCancel(t.Context())
	defer giveUp()
	go func() {
		if res, err := do(making, "operator", http.MethodPost, "/api/plans/2026-12-01", `{"why": "test"}`); err == nil {
			t.Errorf("a plan that was given up is answered: %s", res.Status)
			_ = res.Body.Close()
		}
	}()
	<-slow.begun
	listening, stop := context.WithCancel(t.Context())
	defer stop()
	res, err := do(listening, "viewer", http.MethodGet, "/api/events", "")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	next := func() string {
		for lines.Scan() {
			if lines.Text() == "event: works" && lines.Scan() {
				return strings.TrimPrefix(lines.Text(), "data: ")
			}
		}
		t.Fatalf("no more is told: %v", lines.Err())
		return ""
	}
	if told := next(); !strings.Contains(told, `"kind":"plan","of":"2026-12-01","by":"operator"`) || !strings.Contains(told, `"share":0.25}`) {
		t.Errorf("told: %s", told)
	}
	giveUp()
	<-slow.over
	if told := next(); told != "[]" {
		t.Errorf("after it was given up: %s", told)
	}
}
