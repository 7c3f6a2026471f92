package bench

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/cmd/harrier/child"
	"github.com/harrier-patrol/harrier/embedded"
)

// printReport prints what a bench measured, as JSON on standard output.
func printReport(r any) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Println(string(b))
	return err
}

// benchWorld is what a bench of docks flies in: a folder, free ports, a NATS server in this process, and processes that log into the folder.
type benchWorld struct {
	dir, exe             string
	brokerPort, httpPort int
	natsURL              string
	nc                   *nats.Conn
	js                   jetstream.JetStream
	closers              []func() error
}

// newBenchWorld makes one in a folder that is kept; without one in a folder that goes with it.
func newBenchWorld(keep string) (w *benchWorld, err error) {
	w = &benchWorld{dir: keep}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	if keep == "" {
		if w.dir, err = os.MkdirTemp("", "harrier-bench-"); err != nil {
			return w, err
		}
		w.closers = append(w.closers, func() error { return os.RemoveAll(w.dir) })
	} else if err := os.MkdirAll(keep, 0o755); err != nil {
		return w, err
	}
	if w.exe, err = os.Executable(); err != nil {
		return w, err
	}
	ports, err := child.FreePorts(3)
	if err != nil {
		return w, err
	}
	w.brokerPort, w.httpPort = ports[0], ports[1]
	n, err := embedded.StartNATS(embedded.NATSOptions{Host: "127.0.0.1", Port: ports[2], Dir: filepath.Join(w.dir, "nats")})
	if err != nil {
		return w, err
	}
	w.closers, w.natsURL = append(w.closers, n.Close), n.URL()
	if w.nc, err = nats.Connect(w.natsURL); err != nil {
		return w, err
	}
	w.closers = append(w.closers, func() error { w.nc.Close(); return nil })
	w.js, err = jetstream.New(w.nc)
	return w, err
}

// close ends what was started, last things first.
func (w *benchWorld) close() (err error) {
	for i := len(w.closers) - 1; i >= 0; i-- {
		err = errors.Join(err, w.closers[i]())
	}
	w.closers = nil
	return err
}

// start runs this program with other arguments; name is of its log.
func (w *benchWorld) start(name string, args ...string) (*child.Child, error) {
	return w.run(name, w.exe, args...)
}

func (w *benchWorld) run(name, exe string, args ...string) (*child.Child, error) {
	log, err := os.OpenFile(filepath.Join(w.dir, name+".log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	return child.Start(log, exe, args...)
}

// mosquitto starts a Mosquitto on the world's port, which keeps sessions over its restart.
func (w *benchWorld) mosquitto() (*child.Child, error) {
	conf := filepath.Join(w.dir, "mosquitto.conf")
	text := fmt.Sprintf("listener %d 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location %s/\nautosave_on_changes false\nmax_queued_messages 20000\nuser root\nset_tcp_nodelay true\n", w.brokerPort, w.dir)
	if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
		return nil, err
	}
	return w.run("mosquitto", "mosquitto", "-c", conf)
}
