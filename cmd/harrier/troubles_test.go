package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"golang.org/x/sys/unix"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/dock/docksim"
	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/watch"
)

// configFor writes a configuration with one simulated dock, and its data in a folder.
func configFor(t *testing.T, data string) string {
	t.Helper()
	conf := filepath.Join(t.TempDir(), "harrier.yaml")
	text := fmt.Sprintf("data: %s\nhttp: {open: true}\ndocks: [{sn: %s, aircraft: %s, model: M4D, lon: 121.53, lat: 31.225}]\n", data, docksim.SN(0), docksim.AircraftSN(0))
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return conf
}

// Two servers on one data folder: the second does not start, and says who is there.
func TestTwoServersOnOneDataFolder(t *testing.T) {
	bin := whole(t)
	data := t.TempDir()
	first, second := configFor(t, data), configFor(t, data)
	start(t, bin, "serve", "--config", first, "--port-offset", "20600")
	until(t, time.Minute, "the first is up", func() bool { return listening("127.0.0.1:28680") })
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, bin, "serve", "--config", second, "--port-offset", "20650").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "is in use by harrier serve --config "+first) {
		t.Errorf("the second server: %v\n%s", err, out)
	}
}

// A finding of a scene that nobody knows is a dead letter that is told everywhere; a lead comes of the one behind it.
func TestAPoisonFindingStopsNobody(t *testing.T) {
	bin := whole(t)
	conf := configFor(t, t.TempDir())
	start(t, bin, "serve", "--config", conf, "--port-offset", "20700")
	nc := dial(t, conf, 20700, config.NATSHarrier)
	send := func(id, scene string) {
		b, err := json.Marshal(vision.Finding{ID: id, Flight: "F", Scene: scene, Class: "stall", Lon: 121.53, Lat: 31.225, Score: 0.9, Simulated: true})
		if err != nil {
			t.Fatal(err)
		}
		js, err := nc.JetStream()
		if err != nil {
			t.Fatal(err)
		}
		until(t, time.Minute, "the finding is kept", func() bool { _, err := js.Publish(watch.SubjectFindings+"F", b); return err == nil })
	}
	send("F-1.1", "smoke")
	send("F-1.2", "street-stall")
	get := func(path string, into any) bool {
		res, err := http.Get("http://127.0.0.1:28780" + path)
		if err != nil {
			return false
		}
		defer res.Body.Close()
		return res.StatusCode == http.StatusOK && json.NewDecoder(res.Body).Decode(into) == nil
	}
	var page struct{ Total int }
	until(t, time.Minute, "the lead behind it", func() bool { return get("/api/leads", &page) && page.Total == 1 })
	var dead []struct{ ID, Reason string }
	until(t, time.Minute, "the dead letter", func() bool { return get("/api/dead-letters", &dead) && len(dead) == 1 })
	if !strings.Contains(dead[0].Reason, `"smoke"`) {
		t.Errorf("%+v", dead)
	}
	out, err := exec.Command(bin, "dead-letters", "--config", conf, "--port-offset", "20700").CombinedOutput()
	if err != nil || !strings.Contains(string(out), dead[0].ID) {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := exec.Command(bin, "doctor", "--config", conf, "--port-offset", "20700").CombinedOutput(); err == nil || !strings.Contains(string(out), "✗ dead letters") {
		t.Errorf("the doctor does not tell: %v\n%s", err, out)
	}
}

// A disk that fills up is told; pages are answered and commands recorded while it is as good as full; when nothing can be written any more that is the reason
// that is given; and when there is room again all goes on by itself.
func TestADiskThatFillsAndIsFreed(t *testing.T) {
	bin := whole(t)
	data := t.TempDir()
	if err := unix.Mount("tmpfs", data, "tmpfs", 0, "size=256m"); err != nil {
		t.Skip("a small disk can be mounted by root only: ", err)
	}
	conf := configFor(t, data)
	srv := exec.Command(bin, "serve", "--config", conf, "--port-offset", "20800")
	log, err := os.Create(filepath.Join(t.TempDir(), "log.txt"))
	if err != nil {
		t.Fatal(err)
	}
	srv.Stdout, srv.Stderr = log, log
	if err := srv.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = srv.Process.Kill()
		_ = srv.Wait()
		if err := unix.Unmount(data, 0); err != nil {
			t.Error(err)
		}
		if b, err := os.ReadFile(log.Name()); err == nil && t.Failed() {
			t.Logf("serve said:\n%s", b[max(0, len(b)-4000):])
		}
	})
	nc := dial(t, conf, 20800, config.NATSOperator)
	n := 0
	command := func(limit time.Duration) (r dock.Reply, err error) {
		n++
		action := dock.GroundDock
		if n%2 == 0 {
			action = dock.ReleaseDock
		}
		b, err := json.Marshal(dock.Command{Key: fmt.Sprint("k", n), Action: action, Operator: "Li", Reason: fmt.Sprint("crane ", n)})
		if err != nil {
			return r, err
		}
		var m *nats.Msg
		if m, err = nc.Request(dock.SubjectCommands+docksim.SN(0), b, limit); err == nil {
			err = json.Unmarshal(m.Data, &r)
		}
		return r, err
	}
	troubles := func() (out []string, ok bool) {
		c := http.Client{Timeout: 3 * time.Second}
		res, err := c.Get("http://127.0.0.1:28880/api/troubles")
		if err != nil {
			return nil, false
		}
		defer res.Body.Close()
		return out, json.NewDecoder(res.Body).Decode(&out) == nil
	}
	until(t, time.Minute, "all is well", func() bool {
		r, err := command(5 * time.Second)
		x, ok := troubles()
		return err == nil && r.OK && ok && len(x) == 0
	})
	fill := filepath.Join(data, "other")
	leave := func(bytes uint64) { // so much free
		var st unix.Statfs_t
		if err := unix.Statfs(data, &st); err != nil {
			t.Fatal(err)
		}
		f, err := os.OpenFile(fill, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		free := st.Bavail * uint64(st.Bsize)
		for free > bytes {
			k, err := f.Write(make([]byte, min(1<<20, free-bytes)))
			if err != nil {
				return
			}
			free -= uint64(k)
		}
	}
	leave(8 << 20) // 3 %
	until(t, time.Minute, "the disk is told to be nearly full", func() bool {
		x, ok := troubles()
		return ok && len(x) > 0 && strings.Contains(x[0], "less than 5 %")
	})
	if r, err := command(20 * time.Second); err != nil || !r.OK {
		t.Errorf("a command with the last percent: %+v %v", r, err)
	}
	for range 20 { // the reserve too
		leave(0)
		time.Sleep(200 * time.Millisecond)
	}
	refused := 0
	until(t, time.Minute, "a command is refused with the reason", func() bool {
		r, err := command(20 * time.Second)
		if err == nil && !r.OK && strings.Contains(r.Error, "not carried out") {
			refused++
		}
		return refused > 0
	})
	if _, ok := troubles(); !ok {
		t.Error("the page does not answer")
	}
	if err := os.Remove(fill); err != nil {
		t.Fatal(err)
	}
	freed := time.Now()
	until(t, time.Minute, "all is well again", func() bool {
		r, err := command(5 * time.Second)
		x, ok := troubles()
		return err == nil && r.OK && ok && len(x) == 0
	})
	t.Logf("well again %.1f s after there was room", time.Since(freed).Seconds())
}

func TestTheDataFolderIsItsUsersOwn(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	c.Data = dir
	b := &base{conf: c, log: newLog(false)}
	if err := b.ownData("test"); err != nil {
		t.Fatal(err)
	}
	if _, err := config.NATSPasswords(config.NATSPasswordsIn(dir), true); err != nil {
		t.Fatal(err)
	}
	if _, err := ownSecret(filepath.Join(dir, "storage.key")); err != nil {
		t.Fatal(err)
	}
	err := filepath.Walk(dir, func(p string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %o", p, info.Mode().Perm())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}
