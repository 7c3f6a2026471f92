package embedded

import (
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// NATS is a NATS server with JetStream on a folder.
type NATS struct{ s *server.Server }

// StartNATS listens on host:port and keeps its streams under dir; a token, where given, is asked of clients.
func StartNATS(host string, port int, dir, token string) (*NATS, error) {
	s, err := server.NewServer(&server.Options{
		ServerName: "harrier", Host: host, Port: port, JetStream: true, StoreDir: dir, Authorization: token,
		NoSigs: true, NoLog: true, SyncAlways: true, JetStreamMaxMemory: 64 << 20, JetStreamMaxStore: 10 << 30,
	})
	if err != nil {
		return nil, fmt.Errorf("NATS server: %w", err)
	}
	go s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		s.Shutdown()
		return nil, fmt.Errorf("NATS server on %s:%d does not come up; is the port in use? --port-offset moves all ports: %w", host, port, errors.New("not ready"))
	}
	return &NATS{s}, nil
}

// URL for clients in this process.
func (n *NATS) URL() string { return n.s.ClientURL() }

// Close stops the server.
func (n *NATS) Close() error {
	n.s.Shutdown()
	n.s.WaitForShutdown()
	return nil
}
