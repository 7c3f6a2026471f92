// Package embedded runs, in Harrier's own process, the services that a deployment may also have beside it: an MQTT broker,
// a NATS server and a media server.
package embedded

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"

	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/harrier-patrol/harrier/dock/enroll"
)

// Broker is an MQTT broker.
type Broker struct{ s *mochi.Server }

// BrokerOptions say who may come to the broker.
type BrokerOptions struct {
	Addr           string // host:port
	User, Password string // of the controller; without a password everybody may do everything, until a dock is enrolled
	Docks          *enroll.Credentials
	TLS            *tls.Config // nil: in the clear
}

// doorkeeper lets in who has a credential, and lets each do what is theirs.
type doorkeeper struct {
	mochi.HookBase
	o      BrokerOptions
	server *mochi.Server
}

func (k *doorkeeper) ID() string { return "doorkeeper" }

func (k *doorkeeper) Provides(b byte) bool {
	return bytes.Contains([]byte{mochi.OnConnectAuthenticate, mochi.OnACLCheck}, []byte{b})
}

// open says that everybody may do everything: no password is set and no dock is enrolled (the broker then listens on localhost only).
func (k *doorkeeper) open() bool {
	return k.o.Password == "" && (k.o.Docks == nil || !k.o.Docks.Any())
}

func (k *doorkeeper) controller(user, password string) bool {
	return k.o.Password != "" && user == k.o.User && password == k.o.Password
}

func (k *doorkeeper) OnConnectAuthenticate(cl *mochi.Client, p packets.Packet) bool {
	user, password := string(p.Connect.Username), string(p.Connect.Password)
	if !k.open() && !k.controller(user, password) && (k.o.Docks == nil || !k.o.Docks.Check(user, password)) {
		return false
	}
	// nobody takes over another's session by naming it
	if other, ok := k.server.Clients.Get(cl.ID); ok && !other.Closed() && string(other.Properties.Username) != user {
		return false
	}
	return true
}

func (k *doorkeeper) OnACLCheck(cl *mochi.Client, topic string, write bool) bool {
	user := string(cl.Properties.Username)
	return k.open() || k.o.Password != "" && user == k.o.User || k.o.Docks != nil && k.o.Docks.May(user, topic, write)
}

// StartBroker starts a broker.
func StartBroker(o BrokerOptions) (*Broker, error) {
	caps := mochi.NewDefaultServerCapabilities()
	s := mochi.New(&mochi.Options{Capabilities: caps, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err := s.AddHook(&doorkeeper{o: o, server: s}, nil); err != nil {
		return nil, err
	}
	if err := s.AddListener(listeners.NewTCP(listeners.Config{ID: "mqtt", Address: o.Addr, TLSConfig: o.TLS})); err != nil {
		return nil, fmt.Errorf("MQTT broker: %w; is another broker running? --port-offset moves all ports", err)
	}
	if err := s.Serve(); err != nil {
		return nil, fmt.Errorf("MQTT broker on %s: %w", o.Addr, err)
	}
	return &Broker{s}, nil
}

// Close stops the broker.
func (b *Broker) Close() error { return b.s.Close() }
