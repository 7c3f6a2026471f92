package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/cmd/harrier/child"
	"github.com/harrier-patrol/harrier/cmd/harrier/config"
)

// The consumers in testdata do what a consumer should; one that answers everything twice does not, and is told so.
func TestConsumersConform(t *testing.T) {
	bin := whole(t)
	dir := t.TempDir()
	built := filepath.Join(dir, "consumer")
	if out, err := exec.Command("go", "build", "-o", built, "../../testdata/consumer").CombinedOutput(); err != nil {
		t.Fatalf("%s", out)
	}
	source, err := os.ReadFile("../../testdata/consumer/consumer.py")
	if err != nil {
		t.Fatal(err)
	}
	// a case of its own for every message, and no word of what becomes of it
	careless := write(t, dir, "careless.py", strings.NewReplacer("if revision <= known:", "if False:", "        if known:\n            return", "        if False:\n            return",
		`number = "CASE-" + lead`, `number = "CASE-" + lead + "-" + str(len(telling)) + str(revision) + str(id(message))`).Replace(string(source)))
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	python := filepath.Join(cache, "harrier", "python", "bin", "python3")
	hasNATS := exec.Command(python, "-c", "import nats").Run() == nil
	for _, c := range []struct {
		name    string
		command []string
		python  bool
		code    int
		says    string
	}{
		{"in Go", []string{built}, false, 0, ""},
		{"in Python", []string{python, "../../testdata/consumer/consumer.py"}, true, 0, ""},
		{"careless", []string{python, careless}, true, exitSomeFailed, "✗ no lead becomes two cases"},
		{"none", []string{"true"}, false, exitUnusable, "no consumer answers"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.python && !hasNATS {
				t.Skip("no nats-py here: `./setup.sh test` installs it")
			}
			ports, err := child.FreePorts(1)
			if err != nil {
				t.Fatal(err)
			}
			wait := "60s"
			if c.name == "none" {
				wait = "2s"
			}
			check := exec.Command(bin, "leads", "check", "--port", strconv.Itoa(ports[0]), "--password", "password-of-the-test", "--wait", wait, "--settle", "10s")
			var out bytes.Buffer
			check.Stdout, check.Stderr = &out, &out
			if err := check.Start(); err != nil {
				t.Fatal(err)
			}
			until(t, 30*time.Second, "NATS is up", func() bool { return listening("127.0.0.1:" + strconv.Itoa(ports[0])) })
			consumer := exec.Command(c.command[0], append(c.command[1:], "nats://cases:password-of-the-test@127.0.0.1:"+strconv.Itoa(ports[0]))...)
			if err := consumer.Start(); err != nil {
				t.Fatal(err)
			}
			_ = check.Wait()
			_ = consumer.Process.Kill()
			_ = consumer.Wait()
			if code := check.ProcessState.ExitCode(); code != c.code || !strings.Contains(out.String(), c.says) || c.code == 0 && strings.Count(out.String(), "✓") != 5 {
				t.Errorf("it ends with %d:\n%s", code, out.String())
			}
		})
	}
}

// Samples are listed, replayed and exported by the commands for integrators, and the index can be made again while Harrier rests.
func TestLeadsForIntegrators(t *testing.T) {
	bin := whole(t)
	dir := t.TempDir()
	conf, path := quiet(t, dir)
	serve := exec.Command(bin, "serve", "--config", path)
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = serve.Process.Kill(); _ = serve.Wait() })
	dial(t, path, 0, config.NATSHarrier)
	do := func(args ...string) string {
		t.Helper()
		out, code := printed(t, append(args, "--config", path)...)
		if code != 0 {
			t.Fatalf("%v ends with %d:\n%s", args, code, out)
		}
		return out
	}
	revisions := strings.Count(do("leads", "sample", "--leads", "80", "--every", "0s"), "\n")
	if listed := do("leads", "--state", "closed"); revisions < 120 || strings.Count(listed, "\n") < 5 {
		t.Errorf("%d revisions; closed:\n%s", revisions, listed)
	}
	if n := strings.Count(do("leads", "replay"), "\n"); n != revisions {
		t.Errorf("%d of %d revisions replayed", n, revisions)
	}
	if n := strings.Count(do("leads", "replay", "--from", time.Now().Add(time.Hour).Format(time.RFC3339)), "\n"); n != 0 {
		t.Errorf("%d revisions replayed of what is to come", n)
	}
	for _, format := range []string{"geojson", "csv", "gpkg"} {
		file := filepath.Join(dir, "leads."+format)
		if out := do("leads", "export", "--format", format, "--out", file); !strings.HasPrefix(out, "80 leads") {
			t.Errorf("%s: %s", format, out)
		}
	}
	// the console shows what others kept
	until(t, time.Minute, "the index has the samples", func() bool {
		_, b, err := child.Get("http://" + conf.HTTP.Listen + "/api/leads")
		return err == nil && bytes.Contains(b, []byte(`"total":80`))
	})
	// forms that leads name are served
	_, b, err := child.Get("http://" + conf.HTTP.Listen + "/schemas/lead.1.json")
	if err != nil || !bytes.Contains(b, []byte(`"title": "A revision of a lead`)) {
		t.Errorf("schema: %.100s, %v", b, err)
	}
	if _, b, err := child.Get("http://" + conf.HTTP.Listen + "/asyncapi.json"); err != nil || !bytes.Contains(b, []byte(`"asyncapi": "3.0.0"`)) {
		t.Errorf("AsyncAPI: %.100s, %v", b, err)
	}
	if out, code := printed(t, "index", "rebuild", "--config", path); code != exitUnusable || !strings.Contains(out, "harrier serve") {
		t.Errorf("rebuilt beside a Harrier that runs: %d\n%s", code, out)
	}
	_ = serve.Process.Signal(os.Interrupt)
	_ = serve.Wait()
	if out := do("index", "rebuild"); !strings.HasPrefix(out, "80 leads of "+strconv.Itoa(revisions)+" revisions") {
		t.Errorf("rebuilt: %s", out)
	}
}
