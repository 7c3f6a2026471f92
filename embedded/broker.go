// Package embedded runs, in Harrier's own process, the services that a deployment may also have beside it: an MQTT broker,
// a NATS server and a media server.
package embedded

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"
	"golang.org/x/net/netutil"

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
	Log            *slog.Logger
}

// What anybody may ask of the broker before it is known who they are, and what docks may: their largest messages have some 100 kB.
const (
	maxMessage    = 1 << 20
	maxClients    = 10_000
	helloWait     = 10 * time.Second // for the packet that says who comes
	maxSilence    = 10 * time.Minute // of a client that announces no keepalive
	maxQueued     = 8192             // messages that wait for a client
	sessionLasts  = 24 * time.Hour
	refusedQuiet  = time.Minute // refused logins of one address are told once in so long
	refusedOthers = 1000        // addresses of which that is remembered
)

// authHook lets in who has a credential, and lets each do what is theirs.
type authHook struct {
	mochi.HookBase
	o      BrokerOptions
	server *mochi.Server

	mu      sync.Mutex
	refused map[string]refusals // by address
}

// refusals are logins of one address that were refused.
type refusals struct {
	told  time.Time
	since int
}

func (k *authHook) ID() string { return "authHook" }

func (k *authHook) Provides(b byte) bool {
	return bytes.Contains([]byte{mochi.OnConnect, mochi.OnConnectAuthenticate, mochi.OnACLCheck}, []byte{b})
}

// open says that everybody may do everything: no password is set and no dock is enrolled (the broker then listens on localhost only).
func (k *authHook) open() bool {
	return k.o.Password == "" && (k.o.Docks == nil || !k.o.Docks.Any())
}

func (k *authHook) controller(user, password string) bool {
	return k.o.Password != "" && user == k.o.User && password == k.o.Password
}

func (k *authHook) OnConnectAuthenticate(cl *mochi.Client, p packets.Packet) bool {
	user, password := string(p.Connect.Username), string(p.Connect.Password)
	if !k.open() && !k.controller(user, password) && (k.o.Docks == nil || !k.o.Docks.Check(user, password)) {
		k.tell(cl, user, "wrong user or password")
		return false
	}
	// nobody takes over another's session by naming it
	if other, ok := k.server.Clients.Get(cl.ID); ok && string(other.Properties.Username) != user {
		k.tell(cl, user, "its client id is that of "+string(other.Properties.Username))
		return false
	}
	return true
}

// OnConnect sees that a client that goes silent is noticed.
func (k *authHook) OnConnect(cl *mochi.Client, _ packets.Packet) error {
	if longest := uint16(maxSilence / time.Second); cl.State.Keepalive == 0 || cl.State.Keepalive > longest {
		cl.State.Keepalive = longest
	}
	return nil
}

// tell says that a login was refused; of one address once a minute, with how many there were.
func (k *authHook) tell(cl *mochi.Client, user, why string) {
	if k.o.Log == nil {
		return
	}
	host, _, err := net.SplitHostPort(cl.Net.Remote)
	if err != nil {
		host = cl.Net.Remote
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.refused == nil || len(k.refused) > refusedOthers {
		k.refused = map[string]refusals{}
	}
	r := k.refused[host]
	if r.since++; time.Since(r.told) > refusedQuiet {
		k.o.Log.Warn("MQTT login refused", "address", cl.Net.Remote, "client", clipped(cl.ID), "user", clipped(user), "reason", why, "refused", r.since)
		r = refusals{told: time.Now()}
	}
	k.refused[host] = r
}

// clipped is what a stranger says of itself, short enough for a log.
func clipped(s string) string { return s[:min(len(s), 64)] }

// hurried closes connections that do not say who they are.
type hurried struct{ net.Listener }

func (h hurried) Accept() (net.Conn, error) {
	c, err := h.Listener.Accept()
	if err == nil {
		err = c.SetDeadline(time.Now().Add(helloWait))
	}
	return c, err
}

func (k *authHook) OnACLCheck(cl *mochi.Client, topic string, write bool) bool {
	user := string(cl.Properties.Username)
	return k.open() || k.o.Password != "" && user == k.o.User || k.o.Docks != nil && k.o.Docks.May(user, topic, write)
}

// StartBroker starts a broker.
func StartBroker(o BrokerOptions) (*Broker, error) {
	caps := mochi.NewDefaultServerCapabilities()
	caps.MaximumPacketSize, caps.MaximumClients, caps.MaximumClientWritesPending, caps.MaximumSessionExpiryInterval = maxMessage, maxClients, maxQueued, uint32(sessionLasts/time.Second)
	s := mochi.New(&mochi.Options{Capabilities: caps, Logger: slog.New(slog.DiscardHandler)})
	if err := s.AddHook(&authHook{o: o, server: s}, nil); err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", o.Addr)
	if err != nil {
		return nil, fmt.Errorf("MQTT broker: %w; is another broker running? --port-offset moves all ports", err)
	}
	l = hurried{netutil.LimitListener(l, maxClients)}
	if o.TLS != nil {
		l = tls.NewListener(l, o.TLS)
	}
	if err := s.AddListener(listeners.NewNet("mqtt", l)); err != nil {
		l.Close()
		return nil, fmt.Errorf("MQTT broker on %s: %w", o.Addr, err)
	}
	if err := s.Serve(); err != nil {
		return nil, fmt.Errorf("MQTT broker on %s: %w", o.Addr, err)
	}
	return &Broker{s}, nil
}

// Close stops the broker.
func (b *Broker) Close() error { return b.s.Close() }
