package console

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc/oidctest"

	"github.com/harrier-patrol/harrier/console/accounts"
	"github.com/harrier-patrol/harrier/console/signon"
)

// provider is an identity provider: what it says of whoever comes next is in claims; it takes a code once, with the verifier of the challenge it was given.
type provider struct {
	*httptest.Server
	claims    map[string]any
	challenge string
	forged    bool // it signs with a key that it does not publish
	taken     bool
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	keys := &oidctest.Server{PublicKeys: []oidctest.PublicKey{{PublicKey: key.Public(), KeyID: "k", Algorithm: "RS256"}}}
	p := &provider{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/token" {
			keys.ServeHTTP(w, r)
			return
		}
		sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
		if p.taken || r.FormValue("code") != "good" || base64.RawURLEncoding.EncodeToString(sum[:]) != p.challenge {
			http.Error(w, `{"error": "invalid_grant"}`, http.StatusBadRequest)
			return
		}
		p.taken = true
		b, _ := json.Marshal(p.claims)
		by := key
		if p.forged {
			by = other
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"access_token": "a", "token_type": "Bearer", "id_token": %q}`, oidctest.SignIDToken(by, "k", "RS256", string(b)))
	}))
	t.Cleanup(p.Close)
	keys.SetIssuer(p.URL)
	return p
}

// Whoever the organization knows comes in with the roles of their groups; nobody else does, and nobody by another's way.
func TestPeopleComeInByTheIdentityProvider(t *testing.T) {
	x, p := newHouse(t), newProvider(t)
	conf := signon.Config{Issuer: p.URL, ClientID: "harrier", ClientSecret: "s", Page: "http://localhost:8080", NameClaim: "preferred_username", GroupsClaim: "groups", Roles: map[string][]accounts.Role{"reviewers": {accounts.Analyst}, "bosses": {accounts.Legal, accounts.Viewer}}}
	if err := conf.Check(); err != nil {
		t.Fatal(err)
	}
	x.options.SignOn = &signon.Provider{Config: conf, Log: slog.New(slog.DiscardHandler)}
	x.h = New(x.options)
	// begin goes as far as the provider, and returns what the browser keeps and brings
	begin := func() (way *http.Cookie, state string) {
		t.Helper()
		a := x.ask("", http.MethodGet, "/api/oidc/begin", "")
		to, err := url.Parse(a.Header().Get("Location"))
		if err != nil || a.Code != 302 || !strings.HasPrefix(to.String(), p.URL+"/auth?") {
			t.Fatalf("%d: %s", a.Code, to)
		}
		q := to.Query()
		if q.Get("code_challenge_method") != "S256" || q.Get("redirect_uri") != "http://localhost:8080/api/oidc/back" || q.Get("nonce") == "" {
			t.Fatalf("asked with %v", q)
		}
		p.challenge, p.taken, p.forged = q.Get("code_challenge"), false, false
		p.claims = map[string]any{"iss": p.URL, "aud": "harrier", "sub": "u1", "exp": time.Now().Add(time.Minute).Unix(), "nonce": q.Get("nonce"), "preferred_username": "Zhao", "groups": []string{"reviewers", "others"}}
		return a.Result().Cookies()[0], q.Get("state")
	}
	back := func(way *http.Cookie, state, code string) answer {
		return x.ask("", http.MethodGet, "/api/oidc/back?"+url.Values{"state": {state}, "code": {code}}.Encode(), "", func(r *http.Request) {
			if way != nil {
				r.AddCookie(way)
			}
		})
	}
	way, state := begin()
	if !way.HttpOnly || way.SameSite != http.SameSiteLaxMode {
		t.Errorf("the way is kept as %+v", way)
	}
	a := back(way, state, "good")
	x.sessions["Zhao"] = a.session()
	if a.Code != 200 || a.session() == "" || strings.Contains(a.Body.String(), "<script") {
		t.Fatalf("%d: %s", a.Code, a.Body)
	}
	who := func(name string) (m Me) {
		_ = json.Unmarshal(x.ask(name, http.MethodGet, "/api/session", "").Body.Bytes(), &m)
		return m
	}
	if m := who("Zhao"); m.Name != "Zhao" || len(m.Roles) != 1 || m.Roles[0] != accounts.Analyst {
		t.Errorf("came in as %+v", m)
	}
	if d := x.deeds[len(x.deeds)-1]; d.By != "Zhao" {
		t.Errorf("in the audit log is %+v", d)
	}
	// the groups say what one may the next time; a password opens nothing
	way, state = begin()
	p.claims["groups"] = []string{"bosses"}
	x.sessions["Zhao"] = back(way, state, "good").session()
	if m := who("Zhao"); len(m.Roles) != 2 || m.Roles[0] != accounts.Legal {
		t.Errorf("then as %+v", m)
	}
	for _, guess := range []string{"", "nobody has this password", password} {
		if a := x.login("Zhao", guess); a.Code == 200 {
			t.Errorf("let in with the password %q", guess)
		}
	}
	account, err := x.accounts.Account(t.Context(), "Zhao")
	if err != nil {
		t.Fatal(err)
	}
	if err := x.accounts.Change(t.Context(), account, "a password of his"); err == nil {
		t.Error("an account of the identity provider gets a password")
	}
	for _, c := range []struct {
		what string
		do   func() answer
	}{
		{"another's state", func() answer { way, _ := begin(); return back(way, "else", "good") }},
		{"without a way", func() answer { _, state := begin(); return back(nil, state, "good") }},
		{"the way of another login", func() answer { old, _ := begin(); _, state := begin(); return back(old, state, "good") }},
		{"a code twice", func() answer { way, state := begin(); back(way, state, "good"); return back(way, state, "good") }},
		{"another's code", func() answer { way, state := begin(); return back(way, state, "guessed") }},
		{"another nonce", func() answer { way, state := begin(); p.claims["nonce"] = "else"; return back(way, state, "good") }},
		{"for another client", func() answer { way, state := begin(); p.claims["aud"] = "else"; return back(way, state, "good") }},
		{"of another issuer", func() answer {
			way, state := begin()
			p.claims["iss"] = "https://else"
			return back(way, state, "good")
		}},
		{"over", func() answer {
			way, state := begin()
			p.claims["exp"] = time.Now().Add(-time.Hour).Unix()
			return back(way, state, "good")
		}},
		{"a forged key", func() answer { way, state := begin(); p.forged = true; return back(way, state, "good") }},
		{"no group", func() answer {
			way, state := begin()
			p.claims["groups"] = []string{"others"}
			return back(way, state, "good")
		}},
		{"no name", func() answer {
			way, state := begin()
			delete(p.claims, "preferred_username")
			return back(way, state, "good")
		}},
		{"the name of an account with a password", func() answer {
			way, state := begin()
			p.claims["preferred_username"], p.claims["sub"] = "admin", "u9"
			return back(way, state, "good")
		}},
		{"the name of another there", func() answer { way, state := begin(); p.claims["sub"] = "u2"; return back(way, state, "good") }},
		{"refused there", func() answer {
			way, state := begin()
			return x.ask("", http.MethodGet, "/api/oidc/back?error=access_denied&error_description=<script>&state="+state, "", func(r *http.Request) { r.AddCookie(way) })
		}},
	} {
		if a := c.do(); a.Code != 403 || a.session() != "" || strings.Contains(a.Body.String(), "<script") || !strings.Contains(a.Body.String(), "/login") {
			t.Errorf("%s: %d, session %q: %s", c.what, a.Code, a.session(), a.Body)
		}
	}
	// whoever is called otherwise there is the same person here
	way, state = begin()
	p.claims["preferred_username"] = "Zhao2"
	x.sessions["Zhao2"] = back(way, state, "good").session()
	if m := who("Zhao2"); m.Name != "Zhao" {
		t.Errorf("under another name: %+v", m)
	}
	// who has no group any more is out at once
	way, state = begin()
	p.claims["groups"] = []string{"others"}
	if a := back(way, state, "good"); a.Code != 403 || who("Zhao2").Name != "" {
		t.Errorf("without a group: %d, still in as %+v", a.Code, who("Zhao2"))
	}
	// who is disabled stays out
	account.Disabled = true
	if account, err = x.accounts.Account(t.Context(), "Zhao"); err == nil {
		account.Disabled = true
		err = x.accounts.Change(t.Context(), account, "")
	}
	if err != nil {
		t.Fatal(err)
	}
	way, state = begin()
	if a := back(way, state, "good"); a.Code != 403 || a.session() != "" {
		t.Errorf("disabled: %d", a.Code)
	}
	// who is sent back again and again without being vouched for waits
	for range 40 {
		way, state = begin()
		p.forged = true
		back(way, state, "good")
	}
	if way, state = begin(); back(way, state, "good").Code != http.StatusTooManyRequests {
		t.Error("nobody counts who is refused")
	}
	p.Close()
	if a := back(way, state, "good"); a.Code == 200 {
		t.Error("the provider is away")
	}
}
