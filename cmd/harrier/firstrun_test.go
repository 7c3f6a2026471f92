package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/cmd/harrier/child"
	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/console"
)

const aFence = `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"kind":"no-fly","name":"school","id":"N1"},"geometry":{"type":"Polygon","coordinates":[[[121.52,31.22],[121.53,31.22],[121.53,31.23],[121.52,31.23],[121.52,31.22]]]}}]}`

const aFenceAsCSV = "kind,name,wkt\nno-fly,school,\"POLYGON((121.52 31.22,121.53 31.22,121.53 31.23,121.52 31.22))\"\n"

// Layers and docks are checked before they are written; what is wrong says so, and changes nothing.
func TestLayersAndDocksAreTakenOnThePage(t *testing.T) {
	dir := t.TempDir()
	file := write(t, dir, "harrier.yaml", "# ours\nmedia: {key: \"0123456789abcdef-rtmp\"}\ndocks: [] # none yet\n")
	opened := func() *settings {
		t.Helper()
		c, err := config.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		return openSettings(c, t.TempDir(), "", nil)
	}
	s := opened()
	take := func(kind, name, datum, text string) (console.LayerTaken, error) {
		return s.TakeLayer(t.Context(), kind, name, datum, strings.NewReader(text))
	}
	var empty bytes.Buffer
	z := zip.NewWriter(&empty)
	if _, err := z.Create("../../readme.txt"); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	var mac bytes.Buffer // as macOS packs it
	z = zip.NewWriter(&mac)
	for _, name := range []string{"a.shp", "__MACOSX/._a.shp"} {
		if _, err := z.Create(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(file)
	for _, c := range []struct{ kind, name, datum, text, want string }{
		{"fences", "f.csv", "", aFenceAsCSV, "does not say its datum"},
		{"fences", "f.geojson", "WGS-84", strings.Replace(aFence, "no-fly", "nofly", 1), `f.geojson has 1 errors, and changes nothing; mend them and send it again. The first: feature 1 (line 1): kind: "nofly"`},
		{"fences", "f.geojson", "WGS-84", "{", "f.geojson: "},
		{"fences", "f.geojson", "WGS-84", strings.NewReplacer("121.53", "121.5200000001").Replace(aFence), "to 9 decimals"},
		{"fences", "f.csv", "+proj=tmerc +lat_0=31 +lon_0=121 +k=1 +ellps=WGS84 +towgs84=NaN,0,0", aFenceAsCSV, "towgs84"},
		{"fences", "f.exe", "WGS-84", aFence, "files end in"},
		{"fences", "../../etc/x.zip", "WGS-84", "PK", "x.zip: zip"},
		{"fences", "x.zip", "WGS-84", empty.String(), "holds no .shp"},
		{"fences", "x.zip", "WGS-84", mac.String(), "x.zip: "},
		{"stalls", "f.geojson", "WGS-84", aFence, "there is no such layer"},
	} {
		if _, err := take(c.kind, c.name, c.datum, c.text); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "/tmp") || strings.Contains(err.Error(), "at a time") {
			t.Errorf("%s as %s: %v, wanted %q", c.name, c.kind, err, c.want)
		}
	}
	if now, _ := os.ReadFile(file); !bytes.Equal(now, before) {
		t.Fatalf("what was refused changed the file:\n%s", now)
	}
	got, err := take("fences", "f.geojson", "WGS-84", aFence)
	if err != nil || got.Sum != "1 fences" || !strings.HasPrefix(got.File, "city/fences-") || len(got.Shown.Features) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	first := filepath.Join(dir, got.File)
	// Harrier runs with it when others come: it goes on with it where it cannot start with them; it stays with the last one and the one before, older ones go
	s = opened()
	for _, name := range []string{"park", "market", "station"} {
		if got, err = take("fences", "f.geojson", "WGS-84", strings.Replace(aFence, "school", name, 1)); err != nil {
			t.Fatal(err)
		}
	}
	if left, err := filepath.Glob(filepath.Join(dir, "city", "*")); err != nil || len(left) != 3 || !slices.Contains(left, first) || !slices.Contains(left, filepath.Join(dir, got.File)) {
		t.Errorf("in the folder: %v, %v", left, err)
	}
	k, err := s.City()
	if err != nil || k.Revision == k.Started || k.Layers[1].File != got.File {
		t.Fatalf("%+v, %v", k, err)
	}
	dock := console.ConfiguredDock{SN: "7CTDM5900B3X1B", Aircraft: "1581F6Q8D245P", Name: "Dock A", Model: "M4D", Lon: 121.53, Lat: 31.225}
	for want, change := range map[string]func(*console.ConfiguredDock){
		"no camera":        func(d *console.ConfiguredDock) { d.Model = "M99" },
		"no place":         func(d *console.ConfiguredDock) { d.Lon, d.Lat = 0, 0 },
		"no serial number": func(d *console.ConfiguredDock) { d.SN = "a b" },
	} {
		bad := dock
		change(&bad)
		if err := s.SetDocks([]console.ConfiguredDock{bad}, k.Revision); err == nil || !strings.Contains(err.Error(), "docks[0]") || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, wanted %q", err, want)
		}
	}
	if err := s.SetDocks([]console.ConfiguredDock{dock}, k.Started); !errors.Is(err, console.ErrSettingsMoved) {
		t.Errorf("an older revision: %v", err)
	}
	if err := s.SetDocks([]console.ConfiguredDock{dock}, k.Revision); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(file)
	if err != nil || len(c.Docks) != 1 || console.ConfiguredDock(c.Docks[0]) != dock || c.Media.Key != "0123456789abcdef-rtmp" || c.City.Fences != filepath.Join(dir, got.File) {
		t.Fatalf("%+v, %v", c.Docks, err)
	}
	text, _ := os.ReadFile(file)
	for _, want := range []string{"# ours\n", "# none yet\n"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q is lost:\n%s", want, text)
		}
	}
	if strings.Contains(string(text), "certificate") {
		t.Errorf("what is empty is written:\n%s", text)
	}
	// what somebody wrote beside a dock stays when another one comes
	noted := strings.Replace(string(text), "name: Dock A", "name: Dock A # on the roof of station 3", 1)
	write(t, dir, "harrier.yaml", noted)
	if k, err = s.City(); err != nil {
		t.Fatal(err)
	}
	moved, second := dock, dock
	moved.Lon, second.SN = 121.6, "7CTDM5900B3X1C"
	if err := s.SetDocks([]console.ConfiguredDock{moved, second}, k.Revision); err != nil {
		t.Fatal(err)
	}
	if text, _ = os.ReadFile(file); !strings.Contains(string(text), "# on the roof of station 3") || !strings.Contains(string(text), "121.6") || !strings.Contains(string(text), second.SN) {
		t.Errorf("lost:\n%s", text)
	}
	if err := s.SetDocks([]console.ConfiguredDock{dock}, ""); err != nil {
		t.Fatal(err)
	}
	// a file of comments alone
	write(t, dir, "harrier.yaml", "# call Mr Li before you change this\n")
	if err := s.SetDocks([]console.ConfiguredDock{dock}, ""); err != nil {
		t.Fatal(err)
	}
	if text, _ = os.ReadFile(file); !strings.HasPrefix(string(text), "# call Mr Li before you change this\n") || !strings.Contains(string(text), dock.SN) {
		t.Errorf("lost:\n%s", text)
	}
	if err := s.SetLayer("fences", ""); err != nil {
		t.Fatal(err)
	}
	if k, err = s.City(); err != nil || k.Layers[1].File != "" || len(k.Docks) != 1 {
		t.Errorf("%+v, %v", k, err)
	}
	if err := s.Restart(); err == nil {
		t.Error("what nothing starts anew is said to be started anew")
	}
}

// An administrator has Harrier start anew with what was changed; where it cannot, it goes on as before and says why.
func TestItStartsAnewWithWhatWasChanged(t *testing.T) {
	t.Parallel()
	bin, dir := whole(t), t.TempDir()
	at := configured(t, dir)
	conf := filepath.Join(dir, "harrier.yaml")
	start(t, bin, "serve", "--config", conf)
	until(t, time.Minute, "the page is up", func() bool { return listening(at(0)) })
	city := func() (k console.CitySettings) {
		_, b, err := child.Get("http://" + at(0) + "/api/settings/city")
		if err == nil {
			_ = json.Unmarshal(b, &k)
		}
		return k
	}
	send := func(method, path string, body any) {
		t.Helper()
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequestWithContext(t.Context(), method, "http://"+at(0)+path, bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if res.StatusCode >= 300 {
			var p struct{ Detail string }
			_ = json.NewDecoder(res.Body).Decode(&p)
			t.Fatalf("%s %s: %s: %s", method, path, res.Status, p.Detail)
		}
	}
	again := func() {
		t.Helper()
		was := city().Since
		send(http.MethodPost, "/api/settings/restart", struct{}{})
		until(t, time.Minute, "it is back", func() bool { now := city().Since; return now != "" && now != was })
	}
	k := city()
	send(http.MethodPut, "/api/settings/docks", map[string]any{"revision": k.Revision, "docks": append(k.Docks, console.ConfiguredDock{SN: "7CTDM5900B3X1B", Model: "M4D", Lon: 121.54, Lat: 31.23})})
	again()
	docks := func() string {
		_, b, err := child.Get("http://" + at(0) + "/api/docks")
		if err != nil {
			return ""
		}
		return string(b)
	}
	until(t, 20*time.Second, "the new dock is there", func() bool { return strings.Contains(docks(), "7CTDM5900B3X1B") })
	if k = city(); k.Revision != k.Started || len(k.Docks) != 2 {
		t.Errorf("%+v", k)
	}
	// a port that somebody else has
	good, err := os.ReadFile(conf)
	if err != nil {
		t.Fatal(err)
	}
	bad := strings.Replace(string(good), at(1), at(0), 1)
	write(t, dir, "harrier.yaml", bad)
	was := city().Since
	send(http.MethodPost, "/api/settings/restart", struct{}{})
	until(t, time.Minute, "it is back as before", func() bool { now := city().Since; return now != "" && now != was })
	if now, err := os.ReadFile(conf); err != nil || string(now) != string(good) {
		t.Errorf("the file is not put back: %v\n%s", err, now)
	}
	if failed, err := os.ReadFile(conf + ".failed"); err != nil || string(failed) != bad {
		t.Errorf("what was changed is lost: %v", err)
	}
	_, troubles, err := child.Get("http://" + at(0) + "/api/troubles")
	if err != nil || !strings.Contains(string(troubles), "could not start") || !strings.Contains(string(troubles), "harrier.yaml.failed") {
		t.Errorf("nothing is said: %v, %s", err, troubles)
	}
	if !strings.Contains(docks(), "7CTDM5900B3X1B") || !strings.Contains(city().Trouble, "could not start") {
		t.Error("it does not run as before")
	}
}

// A newcomer goes from the link on the terminal to docks on the map.
func TestFirstRunInABrowser(t *testing.T) {
	bin, dir := whole(t), t.TempDir()
	web, node := browser(t)
	conf := filepath.Join(dir, "harrier.yaml")
	at := configured(t, dir)
	b, err := os.ReadFile(conf)
	if err != nil {
		t.Fatal(err)
	}
	empty, _, _ := strings.Cut(strings.Replace(string(b), ", open: true", "", 1), "docks:")
	write(t, dir, "harrier.yaml", empty)
	write(t, dir, "fences.geojson", aFence)
	write(t, dir, "fences.csv", aFenceAsCSV)
	write(t, dir, "bad.geojson", strings.Replace(aFence, "no-fly", "nofly", 1))
	c := start(t, bin, "serve", "--config", conf)
	link := regexp.MustCompile(`http://\S+/setup#\S+`)
	until(t, time.Minute, "the page is up", func() bool {
		return listening(at(0)) && link.MatchString(fmt.Sprint(c.Stderr))
	})
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	x := exec.CommandContext(ctx, node, "first-run-test.mjs", link.FindString(fmt.Sprint(c.Stderr)), dir)
	x.Dir = web
	if out, err := x.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if shots := os.Getenv("HARRIER_SCREENSHOTS"); shots != "" {
		for _, p := range []string{"who", "where", "docks", "start", "fleet"} {
			if err := os.Rename(filepath.Join(dir, p+".png"), filepath.Join(shots, "first-run-"+p+".png")); err != nil {
				t.Error(err)
			}
		}
	}
}
