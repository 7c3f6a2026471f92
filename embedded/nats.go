package embedded

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// NATS is a NATS server with JetStream on a folder.
type NATS struct {
	o NATSOptions

	mu sync.Mutex
	s  *server.Server
}

// NATSUser is somebody who may come to NATS, and the subjects that they may publish to and subscribe to. Replies says that they may answer
// requests too.
type NATSUser struct {
	Name, Password           string
	Publish, PublishDeny     []string
	Subscribe, SubscribeDeny []string
	Replies                  bool
}

// NATSOptions say where a NATS server listens, what it keeps, and who may come.
type NATSOptions struct {
	Host   string
	Port   int // 0: any that is free
	Dir    string
	Users  []NATSUser // none: everybody may do everything
	NoSync bool       // do not wait for the disk: to fill streams for a bench
}

// maxStore is no limit: each stream has its own, and the disk is watched.
const maxStore = 1 << 50

// StartNATS starts a server. What is acknowledged lies on the disk.
func StartNATS(o NATSOptions) (*NATS, error) {
	n := &NATS{o: o}
	return n, n.start()
}

func (n *NATS) start() error {
	conf := &server.Options{
		ServerName: "harrier", Host: n.o.Host, Port: n.o.Port, JetStream: true, StoreDir: n.o.Dir,
		NoSigs: true, NoLog: true, SyncAlways: !n.o.NoSync, JetStreamMaxMemory: 64 << 20, JetStreamMaxStore: maxStore,
		AuthTimeout: 5, MaxConn: 4096,
	}
	if n.o.Port == 0 {
		conf.Port = server.RANDOM_PORT
	}
	for _, u := range n.o.Users {
		p := &server.Permissions{Publish: &server.SubjectPermission{Allow: u.Publish, Deny: u.PublishDeny}, Subscribe: &server.SubjectPermission{Allow: u.Subscribe, Deny: u.SubscribeDeny}}
		if len(u.Publish) == 0 {
			p.Publish.Deny = []string{">"}
		}
		if len(u.Subscribe) == 0 {
			p.Subscribe.Deny = []string{">"}
		}
		if u.Replies {
			p.Response = &server.ResponsePermission{MaxMsgs: 1, Expires: 2 * time.Minute}
		}
		conf.Users = append(conf.Users, &server.User{Username: u.Name, Password: u.Password, Permissions: p})
	}
	s, err := server.NewServer(conf)
	if err != nil {
		return fmt.Errorf("NATS server: %w", err)
	}
	go s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		s.Shutdown()
		return fmt.Errorf("NATS server on %s:%d does not come up; is the port in use? --port-offset moves all ports: %w", n.o.Host, n.o.Port, errors.New("not ready"))
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.s = s
	return nil
}

// URL for clients in this process.
func (n *NATS) URL() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.s.ClientURL()
}

// Restart stops the server and starts it again on the same port: a stream that could not write, because the disk was full, writes again only
// then. Clients connect again by themselves.
func (n *NATS) Restart() error {
	n.mu.Lock()
	s := n.s
	n.mu.Unlock()
	if a, ok := s.Addr().(*net.TCPAddr); ok {
		n.o.Port = a.Port
	}
	s.Shutdown()
	s.WaitForShutdown()
	return n.start()
}

// Close stops the server.
func (n *NATS) Close() error {
	n.mu.Lock()
	s := n.s
	n.mu.Unlock()
	s.Shutdown()
	s.WaitForShutdown()
	return nil
}
