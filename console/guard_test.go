package console

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

// For whom a proxy of ours asks is believed, of nobody else; so whoever guesses passwords behind it holds up nobody but themselves.
func TestAProxySaysForWhomItAsks(t *testing.T) {
	o := Options{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}}
	for _, c := range []struct{ peer, through, want string }{
		{"192.0.2.7:5000", "203.0.113.9", "192.0.2.7:5000"}, // says so itself
		{"10.1.2.3:5000", "203.0.113.9", "203.0.113.9:0"},
		{"10.1.2.3:5000", "203.0.113.9, 10.9.9.9", "203.0.113.9:0"},
		{"10.1.2.3:5000", "198.51.100.1, 203.0.113.9", "203.0.113.9:0"}, // what stands before is said by who asks
		{"[::1]:5000", "2001:db8::5", "[2001:db8::5]:0"},
		{"[::ffff:10.1.2.3]:5000", "203.0.113.9", "203.0.113.9:0"},
		{"10.1.2.3:5000", "203.0.113.9:4711", "203.0.113.9:0"},
		{"10.1.2.3:5000", "", "10.1.2.3:5000"},
		{"10.1.2.3:5000", "unknown", "10.1.2.3:5000"},
		{"10.1.2.3:5000", "203.0.113.9, <script>", "10.1.2.3:5000"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.peer
		if c.through != "" {
			r.Header.Set("X-Forwarded-For", c.through)
		}
		if got := o.from(r); got != c.want {
			t.Errorf("%s for %q: %s, not %s", c.peer, c.through, got, c.want)
		}
	}
	x := newHouse(t)
	x.options.Proxies = o.Proxies
	x.h = New(x.options)
	login := func(host, name, word string) int {
		return x.ask("", http.MethodPost, "/api/session", fmt.Sprintf(`{"name": %q, "password": %q}`, name, word), func(r *http.Request) {
			r.RemoteAddr = "10.0.0.1:1234"
			r.Header.Set("X-Forwarded-For", host)
		}).Code
	}
	for i := range 40 {
		login("203.0.113.9", fmt.Sprintf("nobody-%d", i), "guess guess guess")
	}
	if code := login("203.0.113.9", "operator", password); code != http.StatusTooManyRequests {
		t.Errorf("who guesses: %d", code)
	}
	if code := login("203.0.113.10", "operator", password); code != http.StatusOK {
		t.Errorf("somebody else behind the same proxy: %d", code)
	}
}

// A layer may be longer than what else is sent, but of administrators only; that it was taken stands in the audit log, what was in it does not.
func TestLayersMayBeLong(t *testing.T) {
	x := newHouse(t)
	long := strings.Repeat("x", maxBody+1)
	if a := x.ask("operator", http.MethodPut, layersPath+"grid?name=grid.csv", long); a.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("of an operator: %d", a.Code)
	}
	n := len(x.deeds)
	a := x.ask("admin", http.MethodPut, layersPath+"grid?name=..%2F..%2Fgrid.csv", long)
	if a.Code != http.StatusOK || !strings.Contains(a.Body.String(), fmt.Sprintf(`"file":"grid.csv","sum":"%d"`, len(long))) {
		t.Errorf("of an administrator: %d %.200s", a.Code, a.Body)
	}
	if len(x.deeds) != n+1 || x.deeds[n].By != "admin" || len(x.deeds[n].What) > 200 {
		t.Errorf("in the log: %+v", x.deeds[n:])
	}
	if a := x.ask("admin", http.MethodPut, layersPath+"grid?name="+strings.Repeat("n", 300), "{}"); a.Code != http.StatusUnprocessableEntity {
		t.Errorf("a long name: %d", a.Code)
	}
}
