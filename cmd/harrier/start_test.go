package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/harrier-patrol/harrier/cmd/harrier/child"
	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/dock/docksim"
)

// binary builds the program once for the tests that start it whole.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "harrier-test-")
	if err != nil {
		return "", err
	}
	p := filepath.Join(dir, "harrier")
	out, err := exec.Command("go", "build", "-o", p, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return p, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if p, err := binary(); err == nil && !isShort() {
		os.RemoveAll(filepath.Dir(p))
	}
	os.Exit(code)
}

func isShort() bool {
	for _, a := range os.Args {
		if a == "-test.short=true" || a == "-test.short" {
			return true
		}
	}
	return false
}

// whole returns the program, for tests that take a minute; not in -short runs.
func whole(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("starts the whole program: not in -short runs")
	}
	p, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// configured writes a harrier.yaml of one dock into a folder, on ports that are free, and returns the addresses: at(0) is that of the page.
func configured(t *testing.T, dir string) (at func(int) string) {
	t.Helper()
	ports, err := child.FreePorts(6)
	if err != nil {
		t.Fatal(err)
	}
	at = func(i int) string { return fmt.Sprintf("127.0.0.1:%d", ports[i]) }
	write(t, dir, "harrier.yaml", fmt.Sprintf("data: data\nhttp: {listen: %q, webrtc: '127.0.0.1:0', open: true}\nmqtt: {listen: %q, user: harrier, password: secret-of-the-test}\nnats: {listen: %q}\nmedia: {listen_rtmp: %q, listen_rtsp: %q}\nstorage: {listen: %q}\n"+
		"docks: [{sn: %s, aircraft: %s, model: M4D, lon: 121.53, lat: 31.225}]\n", at(0), at(1), at(2), at(3), at(4), at(5), docksim.SN(0), docksim.AircraftSN(0)))
	return at
}

// start runs the program beside the test and ends it with it.
func start(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	c := exec.Command(name, args...)
	out := &said{}
	c.Stdout, c.Stderr = out, out
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		done := make(chan struct{})
		go func() { _ = c.Wait(); close(done) }()
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			_ = c.Process.Kill()
			<-done
			t.Errorf("%s does not end on SIGTERM", name)
		}
		if t.Failed() {
			s := out.String()
			t.Logf("%s %v said:\n%s", filepath.Base(name), args, s[max(0, len(s)-3000):])
		}
	})
	return c
}

// said is what a program has printed so far.
type said struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func until(t *testing.T, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("not within %s: %s", limit, what)
}

func listening(addr string) bool {
	c, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return false
	}
	return c.Close() == nil
}

// dial connects to the NATS of a Harrier that runs with a configuration, once it is up.
func dial(t *testing.T, path string, offset int, user string) *nats.Conn {
	t.Helper()
	var nc *nats.Conn
	until(t, time.Minute, "NATS is up", func() bool {
		c, err := config.Load(path)
		if err == nil {
			err = c.Shift(offset)
		}
		if err == nil {
			nc, err = c.DialNATS(user)
		}
		return err == nil
	})
	t.Cleanup(nc.Close)
	return nc
}
