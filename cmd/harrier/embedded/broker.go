// Package embedded runs, in Harrier's own process, the services that a deployment may also have beside it: an MQTT broker,
// a NATS server and a media server.
package embedded

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"

	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"
)

// Broker is an MQTT broker.
type Broker struct{ s *mochi.Server }

// credential lets in who knows it; an empty one lets in everybody (the broker then listens on localhost only).
type credential struct {
	mochi.HookBase
	user, password string
}

func (c *credential) ID() string { return "credential" }

func (c *credential) Provides(b byte) bool {
	return bytes.Contains([]byte{mochi.OnConnectAuthenticate, mochi.OnACLCheck}, []byte{b})
}

func (c *credential) OnConnectAuthenticate(_ *mochi.Client, p packets.Packet) bool {
	return c.password == "" || string(p.Connect.Username) == c.user && string(p.Connect.Password) == c.password
}

func (c *credential) OnACLCheck(*mochi.Client, string, bool) bool { return true }

// StartBroker listens on addr (host:port).
func StartBroker(addr, user, password string) (*Broker, error) {
	caps := mochi.NewDefaultServerCapabilities()
	s := mochi.New(&mochi.Options{Capabilities: caps, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err := s.AddHook(&credential{user: user, password: password}, nil); err != nil {
		return nil, err
	}
	if err := s.AddListener(listeners.NewTCP(listeners.Config{ID: "mqtt", Address: addr})); err != nil {
		return nil, fmt.Errorf("MQTT broker: %w; is another broker running? --port-offset moves all ports", err)
	}
	if err := s.Serve(); err != nil {
		return nil, fmt.Errorf("MQTT broker on %s: %w", addr, err)
	}
	return &Broker{s}, nil
}

// Close stops the broker.
func (b *Broker) Close() error { return b.s.Close() }
