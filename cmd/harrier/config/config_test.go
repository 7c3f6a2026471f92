package config

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Addresses that many see hold no credential; each dock has a key of its own; a password may hold any character.
func TestAddressesTellNoSecrets(t *testing.T) {
	c := Default()
	c.Media.Key, c.Media.User, c.Media.Password = "a key of the house 1", "harrier", "p%ss w@rd:/of 16"
	a, err := c.Addresses()
	if err != nil {
		t.Fatal(err)
	}
	if w := a.Watch("D1AB"); w != "rtsp://127.0.0.1:8554/live/D1AB" {
		t.Errorf("watched at %s", w)
	}
	if p, ok := a.Login.Password(); !ok || p != c.Media.Password {
		t.Errorf("logs in with %q", p)
	}
	one, two := a.Push("D1AB"), a.Push("D2AB")
	u, err := url.Parse(one)
	if err != nil || u.Path != "/live/D1AB" || strings.Contains(one, c.Media.Key) || u.Query().Get("key") == "" {
		t.Errorf("pushed to %s, %v", one, err)
	}
	v, _ := url.Parse(two)
	for _, x := range []struct {
		path, key string
		may       bool
	}{
		{"live/D1AB", u.Query().Get("key"), true}, {"live/D2AB", v.Query().Get("key"), true}, {"live/D2AB", u.Query().Get("key"), false}, {"live/D1AB", "", false}, {"live/D1AB", c.Media.Key, false},
		{"live/../D1AB", a.keyOf("../D1AB"), false}, {"D1AB", u.Query().Get("key"), false}, {"live/D1+AB", a.keyOf("D1+AB"), false}, {"live/", a.keyOf(""), false},
	} {
		if err := a.MayPush(x.path, x.key); (err == nil) != x.may {
			t.Errorf("%s with key %q: %v", x.path, x.key, err)
		}
	}
	// a media server of one's own, with a credential in its address
	c = Default()
	c.Media.RTMP, c.Media.RTSP = "rtmp://media:1935/live?user=dock&pass=p%25ss", "rtsp://harrier:p%25%40ss@media:8554/live"
	if a, err = c.Addresses(); err != nil {
		t.Fatal(err)
	}
	if w := a.Watch("D1AB"); w != "rtsp://media:8554/live/D1AB" {
		t.Errorf("watched at %s", w)
	}
	if p, _ := a.Login.Password(); p != "p%@ss" {
		t.Errorf("logs in with %q", p)
	}
	if u, err := url.Parse(a.Push("D1AB")); err != nil || u.Query().Get("pass") != "p%ss" || u.Path != "/live/D1AB" {
		t.Errorf("pushed to %s, %v", a.Push("D1AB"), err)
	}
	c.Media.RTSP = "rtsp://harrier:p%zz@media/live"
	if _, err := c.Addresses(); err == nil || strings.Contains(err.Error(), "p%zz") {
		t.Errorf("a broken address: %v", err)
	}
}

func TestSecretsAndSerialNumbersAreChecked(t *testing.T) {
	for text, want := range map[string]string{
		"http: {open: true, listen: \"0.0.0.0:8080\"}\n":                     "http.open",
		"http: {open: true, hosts: [\"harrier.example\"]}\n":                 "http.open",
		"http: {listen: \"0.0.0.0:8080\"}\n":                                 "", // people have accounts
		"mqtt: {user: harrier, password: fifteen-charact}\n":                 "mqtt.password has 15",
		"media: {key: abc}\n":                                                "media.key",
		"nats: {password: abc}\n":                                            "nats.password",
		"media: {user: a}\n":                                                 "go together",
		"media: {listen_rtsp: \"0.0.0.0:8554\"}\n":                           "media.password",
		"docks: [{sn: \"A+B#/ C\"}]\n":                                       "no serial number",
		"docks: [{sn: SIMD1, aircraft: \"a/b\"}]\n":                          "no serial number",
		"retention: {LEADS: {gib: -1}}\n":                                    "retention: LEADS",
		"disk: {warn: 4, stop: 5}\n":                                         "disk: stop",
		"nats: {listen: \"0.0.0.0:4222\"}\n":                                 "", // its users have passwords
		"mqtt: {user: harrier, password: a-password-of-16}\n":                "",
		"media: {user: h, password: sixteen-of-these, rtsp: \"rtsp://a\"}\n": "",
	} {
		p := filepath.Join(t.TempDir(), "harrier.yaml")
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Load(p)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// What is kept is readable by its user only.

func TestTheCommentedConfigurationIsTheDefaults(t *testing.T) {
	c, err := Load("../../../harrier.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d := Default()
	c.File, c.content = "", nil
	c.Docks, c.Flights, c.HTTP.Hosts = nil, nil, nil
	if a, b := fmt.Sprintf("%+v", c), fmt.Sprintf("%+v", d); a != b {
		t.Errorf("harrier.yaml says\n%s\nthe defaults are\n%s", a, b)
	}
}
