package embedded

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/harrier-patrol/harrier/dock/enroll"
)

// lines is a log that several goroutines write.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.b.Reset()
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("not within a minute: %s", what)
}

// guardedBroker is a broker that asks for credentials, on a free port.
func guardedBroker(t *testing.T) (addr string, log *lines) {
	t.Helper()
	creds, err := enroll.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr, log = l.Addr().String(), &lines{}
	l.Close()
	b, err := StartBroker(BrokerOptions{Addr: addr, User: "harrier", Password: "a password of the house", Docks: creds, Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return addr, log
}

// Who says nothing, announces too much or sends it too slowly is cut off, and costs no memory before it is known who it is.
func TestStrangersAtTheBrokerAreCutOff(t *testing.T) {
	addr, _ := guardedBroker(t)
	for name, first := range map[string][]byte{
		"announces 256 MB": {0x10, 0xff, 0xff, 0xff, 0x7f, 0, 4, 'M', 'Q', 'T', 'T'},
		"speaks HTTP":      []byte("GET / HTTP/1.1\r\n\r\n"),
		"says nothing":     nil,
		"one byte":         {0x10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			began := time.Now()
			if _, err := c.Write(first); err != nil {
				t.Fatal(err)
			}
			if err := c.SetReadDeadline(time.Now().Add(helloWait + 30*time.Second)); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadAll(c); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error("the connection is kept")
			}
			if took := time.Since(began); name == "announces 256 MB" && took >= helloWait {
				t.Errorf("it is waited for: %s", took)
			}
		})
	}
}

func TestRefusedLoginsAreSeen(t *testing.T) {
	addr, log := guardedBroker(t)
	for range 3 {
		c := mqtt.NewClient(mqtt.NewClientOptions().AddBroker("tcp://" + addr).SetClientID("mallory").SetUsername("harrier").SetPassword("guessed").SetConnectRetry(false))
		if tok := c.Connect(); tok.Wait() && tok.Error() == nil {
			t.Fatal("a wrong password is taken")
		}
	}
	eventually(t, "the refused login is logged", func() bool { return strings.Contains(log.String(), "MQTT login refused") })
	for _, want := range []string{"address=127.0.0.1:", "client=mallory", "user=harrier"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %s: %s", want, log)
		}
	}
	if n := strings.Count(log.String(), "MQTT login refused"); n != 1 {
		t.Errorf("three tries are told %d times", n)
	}
}

func TestMessagesToTheBrokerAreBounded(t *testing.T) {
	addr, _ := guardedBroker(t)
	lost := make(chan error, 1)
	c := mqtt.NewClient(mqtt.NewClientOptions().AddBroker("tcp://" + addr).SetUsername("harrier").SetPassword("a password of the house").SetAutoReconnect(false).SetConnectionLostHandler(func(_ mqtt.Client, err error) { lost <- err }))
	if tok := c.Connect(); tok.Wait() && tok.Error() != nil {
		t.Fatal(tok.Error())
	}
	defer c.Disconnect(50)
	c.Publish("thing/product/D/osd", 0, false, make([]byte, 10<<20))
	select {
	case <-lost:
	case <-time.After(time.Minute):
		t.Error("a message of 10 MB is taken")
	}
}

// Two servers on one folder: the second is told who holds it, and has it once the first is gone.
func TestAFolderIsOneServersOwn(t *testing.T) {
	dir := t.TempDir()
	release, err := LockFolder(dir, "harrier serve --config a.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := LockFolder(dir, "harrier serve --config b.yaml"); err == nil || !strings.Contains(err.Error(), "harrier serve --config a.yaml, process ") {
		t.Errorf("the second server: %v", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	release, err = LockFolder(dir, "harrier serve --config b.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := release(); err != nil {
		t.Error(err)
	}
}

// The disk is told in three steps; the reserve goes when it is full and comes back with the room.
func TestTheDiskIsWatched(t *testing.T) {
	dir, log := t.TempDir(), &lines{}
	freed := 0
	d := &Disk{Dir: dir, Warn: 1e-9, Stop: 1e-9, Log: slog.New(slog.NewTextHandler(log, nil)), Freed: func() error { freed++; return nil }}
	share := 0.5
	d.space = func(string) (total, free uint64, err error) { return 1 << 40, uint64(share * (1 << 40)), nil }
	d.Warn, d.Stop = 0.10, 0.05
	reserved := func() bool { _, err := os.Stat(filepath.Join(dir, "reserve")); return err == nil }
	for _, step := range []struct {
		share    float64
		why      string // of refusing, "" for none
		log      string
		reserved bool
		freed    int
	}{
		{0.5, "", "", true, 0},
		{0.08, "", "filling up", true, 0},
		{0.04, "less than 5 %", "no flight is begun", true, 0},
		{0.005, "less than 5 %", "the reserve is given up", false, 0},
		{0.03, "less than 5 %", "", false, 0}, // what came free is the reserve
		{0.2, "", "room on the disk again", true, 1},
	} {
		share = step.share
		log.Reset()
		d.Look()
		if why := d.Why(); (step.why == "") != (why == "") || !strings.Contains(why, step.why) {
			t.Errorf("at %g: refuses with %q", share, why)
		}
		if !strings.Contains(log.String(), step.log) {
			t.Errorf("at %g the log does not say %q: %s", share, step.log, log)
		}
		if reserved() != step.reserved || freed != step.freed {
			t.Errorf("at %g: reserve %v, freed %d times", share, reserved(), freed)
		}
	}
	// on a small disk little is left at a share that is much elsewhere
	d.space = func(string) (total, free uint64, err error) { return 1 << 30, fullBytes - 1, nil }
	d.Look()
	if !strings.Contains(log.String(), "the reserve is given up") || reserved() {
		t.Errorf("of a small disk: %s", log)
	}
}
