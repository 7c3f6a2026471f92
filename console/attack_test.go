package console

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/console/accounts"
	"github.com/harrier-patrol/harrier/leads"
)

// The name on a command, a decision, a request is that of the account.
func TestNobodyActsInAnothersName(t *testing.T) {
	x := newHouse(t, leads.Lead{Lead: "A", Revision: 1, State: leads.Candidate, Scene: "street-stall"})
	for _, c := range []struct{ who, path, body string }{
		{"operator", "/api/docks/SIM0001/return-home", `{"reason": "r", "by": "admin"}`},
		{"operator", "/api/docks/SIM0001/return-home", `{"reason": "r", "operator": "admin"}`},
		{"analyst", "/api/leads/A/review", `{"do": "confirm", "revision": 1, "by": "legal"}`},
		{"analyst", "/api/requests", `{"id": "r", "department": "d", "code": "310115004", "sent_by": "legal"}`},
		{"operator", "/api/plans/2026-12-01", `{"why": "w", "by": "admin"}`},
	} {
		if a := x.ask(c.who, http.MethodPost, c.path, c.body); a.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d: %s", c.path, a.Code, a.Body)
		}
	}
	if len(x.commands) > 0 || len(x.asked) > 0 {
		t.Errorf("%v, %v", x.commands, x.asked)
	}
	if a := x.ask("operator", http.MethodPost, "/api/docks/SIM0001/return-home", `{"reason": "r"}`); a.Code != 200 || len(x.commands) != 1 || x.commands[0].Operator != "operator" {
		t.Errorf("%d, %+v", a.Code, x.commands)
	}
	key := func(r *http.Request) { r.Header.Set("Idempotency-Key", "once") }
	if a := x.ask("operator", http.MethodPost, "/api/docks/SIM0001/pause", `{"reason": "r"}`, key); a.Code != 200 || x.commands[1].Key != "once" {
		t.Errorf("%d, %+v", a.Code, x.commands)
	}
	a := x.ask("analyst", http.MethodPost, "/api/leads/A/review", `{"do": "confirm", "revision": 1}`)
	var l Lead
	if err := json.Unmarshal(a.Body.Bytes(), &l); err != nil || a.Code != 200 || l.By != "analyst" {
		t.Errorf("%d: %s", a.Code, a.Body)
	}
	if d := x.deeds[len(x.deeds)-1]; d.By != "analyst" || d.Do != "POST /api/leads/A/review" || d.Status != 200 || !bytes.Contains(d.What, []byte(`"confirm"`)) {
		t.Errorf("in the audit log is %+v", d)
	}
}

// Of scenes with two steps an analyst checks and a legal reviewer confirms, and neither does the other's.
func TestTheTwoStepsAreOfTwoRoles(t *testing.T) {
	x := newHouse(t, leads.Lead{Lead: "A", Revision: 1, State: leads.Candidate, Scene: "illegal-structure"})
	for _, c := range []struct {
		who, do  string
		revision int
		want     int
	}{
		{"legal", "check", 1, 403}, {"analyst", "confirm", 1, 403}, {"operator", "check", 1, 403}, {"viewer", "reject", 1, 403},
		{"analyst", "check", 1, 200}, {"analyst", "confirm", 2, 403}, {"legal", "confirm", 2, 200},
	} {
		if a := x.ask(c.who, http.MethodPost, "/api/leads/A/review", fmt.Sprintf(`{"do": %q, "revision": %d}`, c.do, c.revision)); a.Code != c.want {
			t.Errorf("%s by %s: %d: %s", c.do, c.who, a.Code, a.Body)
		}
	}
}

// Who is of one subdistrict sees nothing of another one, and counts nothing of it.
func TestSubdistrictsAreKeptApart(t *testing.T) {
	frame := fmt.Sprintf("%x", sha256.Sum256([]byte("a frame")))
	lead := func(name, sub string) leads.Lead {
		return leads.Lead{Lead: name, Revision: 1, State: leads.Candidate, Scene: "street-stall", Subdistrict: sub, Frame: frame}
	}
	x := newHouse(t, lead("A", "310115004"), lead("B", "310115005"), lead("C", ""))
	sha, err := x.store.Put(t.Context(), []byte("a frame"))
	if err != nil || sha != frame {
		t.Fatal(sha, err)
	}
	x.add("ann", accounts.Analyst, "310115004")
	var page LeadPage
	a := x.ask("ann", http.MethodGet, "/api/leads", "")
	if err := json.Unmarshal(a.Body.Bytes(), &page); err != nil || page.Total != 1 || len(page.Leads) != 1 || page.Leads[0].Lead != "A" {
		t.Errorf("%s", a.Body)
	}
	a = x.ask("analyst", http.MethodGet, "/api/leads", "")
	if err := json.Unmarshal(a.Body.Bytes(), &page); err != nil || page.Total != 3 {
		t.Errorf("%s", a.Body)
	}
	for _, c := range []struct {
		method, path, body string
		want               int
	}{
		{"GET", "/api/leads/A", "", 200},
		{"GET", "/api/leads/B", "", 404},
		{"GET", "/api/leads/C", "", 404},
		{"GET", "/evidence/A/" + frame, "", 200},
		{"GET", "/evidence/B/" + frame, "", 404},
		{"POST", "/api/leads/B/review", `{"do": "confirm", "revision": 1}`, 404},
		{"POST", "/api/leads/A/review", `{"do": "merge", "revision": 1, "into": "B"}`, 404},
		{"POST", "/api/leads/B/look", `{"view": "close-up", "department": "d"}`, 404},
		{"POST", "/api/leads/B/bundle", `{}`, 404},
		{"POST", "/api/leads/A/bundle", `{"originals": true, "reason": "r"}`, 403},
	} {
		if a := x.ask("ann", c.method, c.path, c.body); a.Code != c.want {
			t.Errorf("%s %s: %d: %s", c.method, c.path, a.Code, a.Body)
		}
	}
	if a := x.ask("ann", http.MethodGet, "/api/leads/places", "").Body.String(); !strings.Contains(a, `"lead":"A"`) || strings.Contains(a, `"lead":"B"`) || strings.Contains(a, `"lead":"C"`) {
		t.Errorf("on the map are %s", a)
	}
	if a := x.ask("analyst", http.MethodGet, "/api/leads/places?subdistrict=310115005", "").Body.String(); strings.Contains(a, `"lead":"A"`) || !strings.Contains(a, `"lead":"B"`) {
		t.Errorf("of one subdistrict on the map are %s", a)
	}
	if a := x.ask("ann", http.MethodGet, "/api/leads?subdistrict=310115005", ""); strings.Contains(a.Body.String(), `"B"`) {
		t.Errorf("%s", a.Body)
	}
	if a := x.ask("legal", http.MethodPost, "/api/leads/A/bundle", `{"originals": true}`); a.Code != 422 {
		t.Errorf("originals without a reason: %d", a.Code)
	}
	if a := x.ask("legal", http.MethodPost, "/api/leads/A/bundle", `{"originals": true, "reason": "hearing"}`); a.Code != 200 {
		t.Errorf("originals: %d: %s", a.Code, a.Body)
	}
}

// Two people never get the same lead; what one puts back, or leaves, another one gets.
func TestTwoPeopleNeverGetTheSameLead(t *testing.T) {
	var all []leads.Lead
	day := time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)
	for i := range 20 {
		all = append(all, leads.Lead{Lead: fmt.Sprintf("L%02d", i), Revision: 1, State: leads.Candidate, Scene: "street-stall", FirstSeen: day.Add(time.Duration(i) * time.Minute), Priority: i % 3})
	}
	all[19].Due = day.Add(time.Hour)
	x := newHouse(t, all...)
	x.add("ann", accounts.Analyst)
	x.add("bob", accounts.Analyst)
	take := func(who, body string) (out []string) {
		var page []Lead
		a := x.ask(who, http.MethodPost, "/api/desk", body)
		if err := json.Unmarshal(a.Body.Bytes(), &page); err != nil {
			t.Fatalf("%d: %s", a.Code, a.Body)
		}
		for _, l := range page {
			out = append(out, l.Lead)
		}
		return out
	}
	ann, bob := take("ann", "{}"), take("bob", `{"back": ["no one's ª"]}`)
	if len(ann) != atOnce || ann[0] != "L19" || ann[1] != "L02" {
		t.Errorf("what is due first, then the higher priority: %v", ann)
	}
	for _, l := range bob {
		if slices.Contains(ann, l) {
			t.Errorf("%s is on two desks", l)
		}
	}
	if again := take("ann", "{}"); !slices.Equal(again, ann) {
		t.Errorf("what is hers: %v, was %v", again, ann)
	}
	besides, _ := json.Marshal(map[string]any{"besides": ann[:7]})
	if more := take("ann", string(besides)); len(more) != atOnce/2 || more[0] != ann[7] {
		t.Errorf("%v", more)
	}
	back, _ := json.Marshal(map[string]any{"back": ann, "besides": ann[1:]})
	take("ann", string(back))
	// who leaves takes nothing more
	if got := take("ann", `{"leave": true}`); len(got) != 0 {
		t.Errorf("who left has %v", got)
	}
	if got := take("bob", fmt.Sprintf(`{"besides": ["%s"]}`, strings.Join(bob, `", "`))); !slices.Contains(got, ann[1]) {
		t.Errorf("what she put back is not given out: %v", got)
	}
}

// A page of elsewhere cannot act with somebody's session, nor show the console in a frame.
func TestOtherPagesCannotAct(t *testing.T) {
	x := newHouse(t)
	for what, change := range map[string]func(*http.Request){
		"another origin":     func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") },
		"no origin at all":   func(r *http.Request) { r.Header.Set("Origin", "null") },
		"said by Sec-Fetch":  func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"of the same site":   func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") },
		"addressed as other": func(r *http.Request) { r.Host = "rebound.example:8080" },
		"a form": func(r *http.Request) {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Origin", "http://evil.example")
		},
	} {
		if a := x.ask("operator", http.MethodPost, "/api/docks/all/ground", `{"reason": "r"}`, change); a.Code != 403 && a.Code != 421 {
			t.Errorf("%s: %d", what, a.Code)
		}
	}
	if len(x.commands) > 0 {
		t.Errorf("commands came through: %v", x.commands)
	}
	h := x.ask("operator", http.MethodGet, "/", "").Header()
	if h.Get("X-Frame-Options") != "DENY" || !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'none'") || strings.Contains(h.Get("Content-Security-Policy"), "script-src 'self' 'unsafe") {
		t.Errorf("%v", h)
	}
}

// A session that somebody brought along does not become one that is logged in; logging out, a new password and being disabled end it.
func TestSessionsBeginAndEnd(t *testing.T) {
	x := newHouse(t)
	x.sessions["fixed"] = "chosen-by-an-attacker"
	a := x.ask("fixed", http.MethodPost, "/api/session", fmt.Sprintf(`{"name": "viewer", "password": %q}`, password))
	if s := a.session(); a.Code != 200 || s == "" || s == "chosen-by-an-attacker" {
		t.Fatalf("%d, session %q", a.Code, s)
	}
	if a := x.ask("fixed", http.MethodGet, "/api/leads", ""); a.Code != 401 {
		t.Errorf("the session that was chosen is in: %d", a.Code)
	}
	cookie := a.Result().Cookies()[0]
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Secure {
		t.Errorf("%+v", cookie)
	}
	tls := x.ask("", http.MethodPost, "/api/session", fmt.Sprintf(`{"name": "viewer", "password": %q}`, password), func(r *http.Request) { r.Header.Set("X-Forwarded-Proto", "https") })
	if c := tls.Result().Cookies()[0]; !c.Secure || c.Name != sessionCookieTLS {
		t.Errorf("%+v", c)
	}
	in := func(who string) bool { return x.ask(who, http.MethodGet, "/api/counts", "").Code == 200 }
	x.sessions["one"], x.sessions["two"] = a.session(), x.login("viewer", password).session()
	// whoever logs in again leaves the session before
	again := x.ask("one", http.MethodPost, "/api/session", fmt.Sprintf(`{"name": "viewer", "password": %q}`, password))
	if in("one") || !in("two") {
		t.Errorf("the session before is on: %v; another one: %v", in("one"), in("two"))
	}
	x.sessions["one"] = again.session()
	if a := x.ask("one", http.MethodDelete, "/api/session", ""); a.Code != 200 || in("one") || !in("two") {
		t.Errorf("logged out: %d", a.Code)
	}
	if a := x.ask("two", http.MethodPut, "/api/password", `{"password": "wrong wrong wrong", "new_password": "another long password"}`); a.Code != 401 {
		t.Errorf("a password is changed by who does not know it: %d", a.Code)
	}
	a = x.ask("two", http.MethodPut, "/api/password", fmt.Sprintf(`{"password": %q, "new_password": "another long password"}`, password))
	if a.Code != 200 || in("two") {
		t.Errorf("with a new password the session before is on: %d", a.Code)
	}
	x.sessions["three"] = a.session()
	if !in("three") || x.login("viewer", password).Code != 401 {
		t.Error("the old password is good, or the new session is not")
	}
	v, err := x.accounts.Account(t.Context(), "viewer")
	if err != nil {
		t.Fatal(err)
	}
	if a := x.ask("admin", http.MethodPut, "/api/accounts/viewer", fmt.Sprintf(`{"revision": %d, "roles": ["viewer"], "disabled": true}`, v.Revision)); a.Code != 204 || in("three") {
		t.Errorf("disabled: %d: %s", a.Code, a.Body)
	}
	ad, _ := x.accounts.Account(t.Context(), "admin")
	if a := x.ask("admin", http.MethodPut, "/api/accounts/admin", fmt.Sprintf(`{"revision": %d, "roles": ["viewer"]}`, ad.Revision)); a.Code != 409 {
		t.Errorf("the last administrator is none any more: %d", a.Code)
	}
	if a := x.ask("admin", http.MethodPut, "/api/accounts/legal", `{"revision": 99999, "roles": ["admin"]}`); a.Code != 412 {
		t.Errorf("an account is changed that somebody else has changed: %d", a.Code)
	}
}

// Passwords are not guessed: after a few it is waited, for a name and for an address; names that there are take as long as those that there are not.
func TestPasswordsAreNotGuessed(t *testing.T) {
	x := newHouse(t)
	codes := map[int]int{}
	var wg sync.WaitGroup
	var mu sync.Mutex
	for i := range 12 {
		wg.Go(func() {
			code := x.login("admin", fmt.Sprintf("guess number %d", i)).Code
			mu.Lock()
			codes[code]++
			mu.Unlock()
		})
	}
	wg.Wait()
	if codes[401] > 5 || codes[429] < 7 {
		t.Errorf("%v", codes)
	}
	if code := x.login("admin", password).Code; code != 429 {
		t.Errorf("the right password after them: %d", code)
	}
	if code := x.login("analyst", password).Code; code != 200 {
		t.Errorf("somebody else: %d", code)
	}
	// who logs in right does not count, however many are behind one address
	for range 40 {
		if code := x.login("operator", password).Code; code != 200 {
			t.Fatalf("the right password again and again: %d", code)
		}
	}
	for i := range 40 {
		x.login(fmt.Sprintf("nobody-%d", i), "guess guess guess")
	}
	if code := x.login("nobody", "guess guess guess").Code; code != 429 {
		t.Errorf("from one address: %d", code)
	}
}

// No password comes into the audit log, however its name is written; and nobody who is not known writes there.
func TestPasswordsStayOutOfTheLog(t *testing.T) {
	x := newHouse(t)
	n := len(x.deeds)
	x.login("admin", "wrong wrong wrong")
	x.ask("", http.MethodPost, "/api/setup", `{"code": "guess", "name": "root", "password": "wrong wrong wrong"}`)
	x.ask("", http.MethodPost, "/api/leads/A/review", `{"do": "confirm", "revision": 1}`)
	if len(x.deeds) != n {
		t.Errorf("strangers wrote %+v", x.deeds[n:])
	}
	for i, body := range []string{`{"name": "zed", "password": "a secret of zed's", "roles": ["viewer"]}`, `{"name": "zoe", "Password": "a secret of zed's", "roles": ["viewer"]}`} {
		x.ask("admin", http.MethodPost, "/api/accounts", body)
		if len(x.deeds) != n+i+1 {
			t.Errorf("%s is not in the log", body)
		}
	}
	x.ask("admin", http.MethodPut, "/api/password", fmt.Sprintf(`{"PASSWORD": %q, "new_password": "a secret of zed's"}`, password))
	for _, d := range x.deeds {
		if bytes.Contains(d.What, []byte("secret of zed")) || bytes.Contains(d.What, []byte(password)) {
			t.Errorf("in the log: %s", d.What)
		}
	}
}

// Tokens let programs ask with a part of somebody's rights, until they end.
func TestTokensHaveAPartOfTheRights(t *testing.T) {
	x := newHouse(t)
	expires := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	a := x.ask("admin", http.MethodPost, "/api/tokens", fmt.Sprintf(`{"name": "export", "roles": ["viewer"], "expires": %q}`, expires))
	var made secretBody
	if err := json.Unmarshal(a.Body.Bytes(), &made); err != nil || a.Code != 200 {
		t.Fatalf("%d: %s", a.Code, a.Body)
	}
	with := func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+made.Secret) }
	if a := x.ask("", http.MethodGet, "/api/counts", "", with); a.Code != 200 {
		t.Errorf("%d", a.Code)
	}
	if a := x.ask("", http.MethodGet, "/api/accounts", "", with); a.Code != 403 {
		t.Errorf("a token of a viewer lists accounts: %d", a.Code)
	}
	if a := x.ask("", http.MethodGet, "/api/counts?access_token="+made.Secret, ""); a.Code != 400 {
		t.Errorf("a token in the address: %d", a.Code)
	}
	if a := x.ask("admin", http.MethodPost, "/api/tokens", `{"name": "x", "roles": ["viewer"], "expires": "2099-01-01T00:00:00Z"}`); a.Code != 422 {
		t.Errorf("a token for good: %d", a.Code)
	}
	if strings.Contains(x.ask("admin", http.MethodGet, "/api/tokens", "").Body.String(), made.Secret[4:]) {
		t.Error("the list of tokens holds a secret")
	}
	if a := x.ask("admin", http.MethodDelete, "/api/tokens/"+made.Token.ID, ""); a.Code != 204 {
		t.Errorf("%d", a.Code)
	}
	if a := x.ask("", http.MethodGet, "/api/counts", "", with); a.Code != 401 {
		t.Errorf("an ended token: %d", a.Code)
	}
}

// What is too long is refused, and not kept.
func TestLongBodiesAreRefused(t *testing.T) {
	x := newHouse(t)
	long := `{"reason": "` + strings.Repeat("a", maxBody) + `"}`
	if a := x.ask("operator", http.MethodPost, "/api/docks/SIM0001/pause", long); a.Code != 413 {
		t.Errorf("%d", a.Code)
	}
	if a := x.ask("", http.MethodPost, "/api/session", `{"name": "admin", "password": "`+strings.Repeat("a", 1<<20)+`"}`); a.Code != 422 && a.Code != 413 {
		t.Errorf("a long password: %d", a.Code)
	}
}

// The link of the first start makes one administrator, once, and only where there is nobody yet.
func TestTheFirstStartMakesOneAdministrator(t *testing.T) {
	k := keeper(t)
	h := New(Options{Hosts: []string{"harrier:8080"}, Accounts: k, Files: http.NotFoundHandler()})
	x := &house{t: t, h: h, accounts: k}
	var m Me
	if _ = json.Unmarshal(x.ask("", http.MethodGet, "/api/session", "").Body.Bytes(), &m); !m.Setup || m.Name != "" {
		t.Fatalf("%+v", m)
	}
	code, err := k.SetupCode(t.Context())
	if err != nil || code == "" {
		t.Fatal(err)
	}
	setup := func(code, name, password string) answer {
		return x.ask("", http.MethodPost, "/api/setup", fmt.Sprintf(`{"code": %q, "name": %q, "password": %q}`, code, name, password))
	}
	for what, c := range map[string][3]string{"guessed": {"guess", "root", password}, "a short password": {code, "root", "short"}, "the name in it": {code, "wangfang", "wangfang-2026!"}, "Harrier's own name": {code, "harrier", password}} {
		if a := setup(c[0], c[1], c[2]); a.Code != 401 && a.Code != 422 {
			t.Errorf("%s: %d", what, a.Code)
		}
	}
	a := setup(code, "王芳", password)
	if a.Code != 200 || a.session() == "" {
		t.Fatalf("%d: %s", a.Code, a.Body)
	}
	if a := setup(code, "mallory", password); a.Code != 401 {
		t.Errorf("the link is good twice: %d", a.Code)
	}
	if code, _ := k.SetupCode(t.Context()); code != "" {
		t.Error("there is a link although there is an account")
	}
}
