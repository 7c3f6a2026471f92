package signon

import (
	"strings"
	"testing"

	"github.com/harrier-patrol/harrier/console/accounts"
)

// What would let nobody in, or everybody's secrets be read, is said when the configuration is read.
func TestConfigurationsAreChecked(t *testing.T) {
	good := Config{Issuer: "https://id.example", ClientID: "harrier", ClientSecret: "s", Page: "https://harrier.example", Roles: map[string][]accounts.Role{"g": {accounts.Viewer}}}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	if err := (Config{}).Check(); err != nil {
		t.Errorf("none: %v", err)
	}
	for says, change := range map[string]func(*Config){
		"issuer":        func(c *Config) { c.Issuer = "id.example" },
		"without TLS":   func(c *Config) { c.Issuer = "http://id.example" },
		"page":          func(c *Config) { c.Page = "" },
		"client_secret": func(c *Config) { c.ClientSecret = "" },
		"nobody":        func(c *Config) { c.Roles = nil },
		"no role":       func(c *Config) { c.Roles = map[string][]accounts.Role{"g": {"boss"}} },
	} {
		c := good
		change(&c)
		if err := c.Check(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
	local := good
	local.Issuer, local.Page = "http://localhost:9000", "http://127.0.0.1:8080"
	if err := local.Check(); err != nil {
		t.Errorf("on this machine: %v", err)
	}
}

// What a browser kept is taken apart as it was put together, and nothing else is.
func TestWaysAreReadAsTheyWereWritten(t *testing.T) {
	w := Way{"a", "b", "c-_~"}
	if got, ok := ReadWay(w.String()); !ok || got != w {
		t.Errorf("%+v", got)
	}
	for _, bad := range []string{"", "a", "a.b", "a.b.c.d", ".b.c", "a..c", "a.b."} {
		if _, ok := ReadWay(bad); ok {
			t.Errorf("%q is a way", bad)
		}
	}
}
