package console

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/harrier-patrol/harrier/console/accounts"
	"github.com/harrier-patrol/harrier/console/signon"
)

// sessionCookie is the cookie of who is logged in: behind TLS under a name that browsers take over TLS only, for this host alone.
const sessionCookie, sessionCookieTLS = "harrier", "__Host-harrier"

// maxBody bounds what is sent, bytes; maxStranger what somebody sends who is not known.
const maxBody, maxStranger = 8 << 20, 64 << 10

// policy lets the page load what is its own, and nothing of others. Ant Design writes style elements; MapLibre works in a blob.
const policy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; media-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

type personKey struct{}

// person is who asks: nobody comes so far without one.
func person(ctx context.Context) *accounts.Person {
	p, _ := ctx.Value(personKey{}).(*accounts.Person)
	if p == nil {
		return &accounts.Person{} // may nothing
	}
	return p
}

// problem answers with what is wrong, as RFC 9457 has it.
func problem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"title": http.StatusText(status), "status": status, "detail": detail})
}

// guard checks how the console is addressed, from where, and who asks. What is not said to be open to all is for people who are known.
func guard(o Options, next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.RemoteAddr = o.from(r)
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Content-Security-Policy", policy)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if !slices.Contains(o.Hosts, r.Host) {
			problem(w, http.StatusMisdirectedRequest, "this console is not addressed as "+r.Host+"; add it to http.hosts")
			return
		}
		if origin := r.Header.Get("Origin"); origin != "" {
			u, err := url.Parse(origin)
			if err != nil || !slices.Contains(o.Hosts, u.Host) {
				problem(w, http.StatusForbidden, "requests from "+origin+" are not taken")
				return
			}
		}
		if err := cross.Check(r); err != nil {
			problem(w, http.StatusForbidden, "requests from another page are not taken")
			return
		}
		if q := r.URL.Query(); q.Has("token") || q.Has("access_token") {
			problem(w, http.StatusBadRequest, "a token in an address is read by logs: send it as Authorization: Bearer …")
			return
		}
		p, err := o.asks(r)
		switch {
		case err != nil:
			problem(w, http.StatusServiceUnavailable, "who asks cannot be checked now: "+err.Error())
			return
		case p == nil && !o.public(r):
			problem(w, http.StatusUnauthorized, "log in first, or send a token as Authorization: Bearer …")
			return
		case p != nil:
			r = r.WithContext(context.WithValue(r.Context(), personKey{}, p))
		}
		if strings.HasPrefix(r.URL.Path, "/api/") {
			h.Set("Cache-Control", "no-store")
			// a layer of the ground is read bit by bit
			if layer := r.Method == http.MethodPut && strings.HasPrefix(r.URL.Path, layersPath) && p != nil && p.Has(accounts.Admin); !layer {
				if r, err = whole(w, r, p); err != nil {
					problem(w, http.StatusRequestEntityTooLarge, "what is sent is too long, or comes too slowly: "+err.Error())
					return
				}
			}
		}
		next.ServeHTTP(w, r)
	})
}

// from is the address of who asks: of the nearest that is no proxy of ours.
func (o Options) from(r *http.Request) string {
	ours := func(host string) bool {
		a, err := netip.ParseAddr(host)
		return err == nil && slices.ContainsFunc(o.Proxies, func(p netip.Prefix) bool { return p.Contains(a.Unmap()) })
	}
	if host := hostOf(r.RemoteAddr); !ours(host) {
		return r.RemoteAddr
	}
	through := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, host := range slices.Backward(through) {
		if host = hostOf(strings.TrimSpace(host)); ours(host) {
			continue
		}
		if _, err := netip.ParseAddr(host); err != nil {
			break // said by nobody whom we believe
		}
		return net.JoinHostPort(host, "0")
	}
	return r.RemoteAddr
}

func hostOf(addr string) string {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	return host
}

// whole reads what is sent as a whole, within the server's time for it; what takes long from here on is the answer, which has its own time.
func whole(w http.ResponseWriter, r *http.Request, p *accounts.Person) (*http.Request, error) {
	most := int64(maxBody)
	if p == nil {
		most = maxStranger
	}
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if err != nil {
		return nil, err
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{}) // a recorder of a test has none
	r.Body = io.NopCloser(bytes.NewReader(b))
	return r.WithContext(context.WithValue(r.Context(), sentKey{}, b)), nil
}

// asks is who asks, nil for somebody who is not known.
func (o Options) asks(r *http.Request) (*accounts.Person, error) {
	var p *accounts.Person
	var err error
	if t, is := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); is {
		if o.Machine != "" && subtle.ConstantTimeCompare([]byte(t), []byte(o.Machine)) == 1 {
			return &accounts.Person{Name: "system", Roles: []accounts.Role{accounts.Admin}, Token: "machine"}, nil
		}
		p, err = o.Accounts.Token(r.Context(), t)
	} else if secret := sessionOf(r); secret != "" {
		p, err = o.Accounts.Session(r.Context(), secret)
		if p == nil && o.Open && errors.Is(err, accounts.ErrLogin) {
			return demoPerson, nil
		}
	} else if o.Open {
		return demoPerson, nil
	}
	if errors.Is(err, accounts.ErrLogin) {
		return nil, nil
	}
	return p, err
}

// demoPerson is everybody in a demo who has not said otherwise.
var demoPerson = &accounts.Person{Name: "demo", Roles: []accounts.Role{accounts.Admin}}

func sessionOf(r *http.Request) string {
	for _, name := range []string{sessionCookieTLS, sessionCookie} {
		if c, err := r.Cookie(name); err == nil && c.Value != "" {
			return c.Value
		}
	}
	return ""
}

// public says whether something is answered to everybody: the page itself, logging in, what docks fetch, pictures to whoever has the key of their
// lead, and what describes messages.
func (o Options) public(r *http.Request) bool {
	at := r.URL.Path
	if at != path.Clean(at) && at != path.Clean(at)+"/" {
		return false
	}
	_, document := o.Documents[at]
	switch {
	case document, o.EvidenceKey.opens(r), strings.HasPrefix(at, DockFiles), at == "/health", at == "/ready", at == "/api/session", at == "/api/setup", at == pathBegin, at == signon.PathBack:
		return true
	}
	return r.Method == http.MethodGet && isPage(at)
}
