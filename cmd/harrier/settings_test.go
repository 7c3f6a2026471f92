package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/console"
)

// Administrators change the configuration without seeing its secrets, which stay; what is wrong is refused with its line, and nothing is lost.
func TestSettingsAreChangedWithoutTheirSecrets(t *testing.T) {
	dir := t.TempDir()
	file := write(t, dir, "harrier.yaml", `# ours
media:
  key: "0123456789abcdef-rtmp"   # for docks
  user: watcher
  password: 0123456789abcdef-rtsp
leads:
  webhooks:
    - url: https://cases.example/harrier
      secret: whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=
docks: []
`)
	s := openSettings(config.Config{File: file}, dir, "", nil)
	text, revision, err := s.Read()
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"0123456789abcdef", "whsec_"} {
		if strings.Contains(text, secret) {
			t.Errorf("%s is shown:\n%s", secret, text)
		}
	}
	if !strings.Contains(text, "# ours") || !strings.Contains(text, "watcher") {
		t.Errorf("lost:\n%s", text)
	}
	if err := s.Check(text); err != nil {
		t.Fatal(err)
	}
	for what, bad := range map[string]string{
		"line 4":   strings.Replace(text, "user: watcher", "usr: watcher", 1),
		"mapping":  "media: [",
		"interval": text + "vision: {interval: 1ms}\n",
		"hidden":   text + "mqtt: {user: harrier, password: \"" + hidden + "\"}\n",
	} {
		if err := s.Check(bad); err == nil || !strings.Contains(err.Error(), what) && what != "mapping" || err != nil && strings.Contains(err.Error(), "harrier-check") {
			t.Errorf("%s: %v", what, err)
		}
		if err := s.Write(bad, revision); err == nil {
			t.Errorf("%s is kept", what)
		}
	}
	// a list's secrets are those of their addresses, and are not shown by repeating them
	two := write(t, t.TempDir(), "harrier.yaml", "leads:\n  webhooks:\n    - {url: https://a.example/x, secret: whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=}\n    - {url: https://b.example/x, secret: whsec_YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODk=}\n")
	hooks := openSettings(config.Config{File: two}, dir, "", nil)
	shown, at, err := hooks.Read()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(shown, "\n")
	if err := hooks.Write(strings.Join(slices.Delete(lines, 2, 3), "\n"), at); err != nil {
		t.Fatal(err)
	}
	if c, err := config.Load(two); err != nil || len(c.Leads.Webhooks) != 1 || c.Leads.Webhooks[0].URL != "https://b.example/x" || !strings.HasPrefix(c.Leads.Webhooks[0].Secret, "whsec_YWJj") {
		t.Errorf("another's secret: %+v, %v", c.Leads.Webhooks, err)
	}
	repeated := strings.Replace(text, "key: \""+hidden+"\"", "key: &k \""+hidden+"\"", 1) + "public_host: *k\n"
	if err := s.Check(repeated); err == nil || !strings.Contains(err.Error(), "repeated") {
		t.Errorf("a hidden secret is repeated elsewhere: %v", err)
	}
	before, _ := os.ReadFile(file)
	next := strings.Replace(text, "docks: []", "docks:\n  - sn: 7CTDM5900B3X1B\n    aircraft: 1581F6Q8D245P\n    name: Dock A\n    model: M4D\n    lon: 121.53\n    lat: 31.225\n", 1)
	if err := s.Write(next, "else"); !errors.Is(err, console.ErrSettingsMoved) {
		t.Errorf("another revision: %v", err)
	}
	if err := s.Write(next, revision); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(file)
	if err != nil || c.Media.Key != "0123456789abcdef-rtmp" || c.Media.Password != "0123456789abcdef-rtsp" || len(c.Docks) != 1 || len(c.Leads.Webhooks) != 1 {
		t.Errorf("%+v, %v", c.Media, err)
	}
	if was, err := os.ReadFile(file + ".before"); err != nil || string(was) != string(before) {
		t.Errorf("what was before is not beside it: %v", err)
	}
	if err := s.Write(text, revision); !errors.Is(err, console.ErrSettingsMoved) {
		t.Errorf("the old revision: %v", err)
	}
	left, _ := filepath.Glob(filepath.Join(dir, ".harrier-check*"))
	if len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}
