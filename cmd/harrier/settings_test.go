package main

import (
	"errors"
	"os"
	"path/filepath"
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
