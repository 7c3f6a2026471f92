package main

import (
	"bytes"
	"context"
	"encoding/json"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/dock/media"
	"github.com/harrier-patrol/harrier/evidence"
	"github.com/harrier-patrol/harrier/missions/wpml"
	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/still"
	"github.com/harrier-patrol/harrier/vision/watch"
)

// A flight takes photos at its waypoints, the dock uploads them after landing, and what they show becomes findings; one photo never comes,
// and is reported missing by its waypoint.
func TestPhotosOfAFlightAreLookedAt(t *testing.T) {
	bin := whole(t)
	dir := t.TempDir()
	city, faults := filepath.Join(dir, "city"), filepath.Join(dir, "faults.yaml")
	if err := os.WriteFile(faults, []byte("script:\n- {dock: SIMDOCK0001, flight: 1, fault: media-lost}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	start(t, bin, "docksim", "--airborne", "--photos", "--docks", "1", "--flying", "1", "--seed", "4714", "--mqtt", "tcp://127.0.0.1:22383", "--city", city, "--faults", faults)
	conf := filepath.Join(city, "harrier.yaml")
	until(t, time.Minute, "the city is written", func() bool { _, err := os.Stat(conf); return err == nil })
	shorten(t, filepath.Join(city, "SIMDOCK0001.kmz"), 3)
	start(t, bin, "serve", "--config", conf, "--port-offset", "20500")
	nc := dial(t, conf, 20500, config.NATSHarrier)
	told, err := nc.SubscribeSync(media.Subject + ">")
	if err != nil {
		t.Fatal(err)
	}
	findings, err := nc.SubscribeSync(watch.SubjectFindings + ">")
	if err != nil {
		t.Fatal(err)
	}
	// two of the three photos arrive; the account is settled when the third is overdue, which takes longer than a test may
	var m media.Account
	kv := func() bool {
		js, err := nc.JetStream()
		if err != nil {
			return false
		}
		b, err := js.KeyValue("media")
		if err != nil {
			return false
		}
		keys, err := b.Keys()
		if err != nil || len(keys) == 0 {
			return false
		}
		e, err := b.Get(keys[0])
		return err == nil && json.Unmarshal(e.Value(), &m) == nil && len(m.Files) == 2
	}
	until(t, 120*time.Second, "two photos are in the account", kv)
	if m.State != media.Awaited || len(m.Shots) != 3 || m.Shots[0].File != "" || m.Shots[1].File == "" || m.Shots[2].File == "" || m.Counted != 3 {
		t.Errorf("account %+v", m)
	}
	if msg, err := told.NextMsg(100 * time.Millisecond); err == nil {
		t.Errorf("it was settled early: %s", msg.Data)
	}
	store, err := evidence.OpenFolder(filepath.Join(city, "harrier-data", "evidence"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range m.Files {
		b, err := store.Unseal(context.Background(), f.Original)
		if err != nil {
			t.Fatal(err)
		}
		x, err := still.Read(b)
		if err != nil || x.PoseErr != nil || x.Width < 4000 || x.Height < 3000 || x.Model != "M4D" || time.Since(x.Time) > 3*time.Minute {
			t.Errorf("%s: %+v, %v", f.Name, x, err)
		}
	}
	seen, photo := 0, vision.Finding{}
	until(t, 60*time.Second, "a finding from a photo", func() bool {
		for {
			msg, err := findings.NextMsg(time.Millisecond)
			if err != nil {
				return photo.ID != ""
			}
			var f vision.Finding
			if json.Unmarshal(msg.Data, &f) != nil {
				continue
			}
			if seen++; strings.Contains(f.ID, "DJI_") {
				photo = f
			}
		}
	})
	if b, err := store.Get(context.Background(), photo.Frame); err != nil {
		t.Error(err)
	} else if c, err := jpeg.DecodeConfig(bytes.NewReader(b)); err != nil || c.Width < 4000 {
		t.Errorf("the frame that is shown: %+v, %v", c, err)
	}
	if left, err := filepath.Glob(filepath.Join(city, "harrier-data", "uploads", "*", "*", "*")); err != nil || len(left) > 0 {
		t.Errorf("still in the bucket: %v %v", left, err)
	}
	t.Logf("%d findings, the photo's: %s %s at %.6f, %.6f, score %.2f", seen, photo.Scene, photo.Class, photo.Lon, photo.Lat, photo.Score)
}

// shorten leaves the first n waypoints of a route.
func shorten(t *testing.T, path string, n int) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := wpml.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	r.Waypoints = r.Waypoints[:n]
	if b, err = wpml.Write(r); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
}
