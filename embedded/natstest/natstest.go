// Package natstest starts a NATS server of its own for a test.
package natstest

import (
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/embedded"
)

// Start starts a server, connects to it, and closes both with the test.
func Start(t testing.TB, opts ...nats.Option) (*embedded.NATS, *nats.Conn, jetstream.JetStream) {
	t.Helper()
	s, err := embedded.StartNATS(embedded.NATSOptions{Host: "127.0.0.1", Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	nc, js := Connect(t, s.URL(), opts...)
	return s, nc, js
}

// Connect connects to a server, and closes the connection with the test.
func Connect(t testing.TB, url string, opts ...nats.Option) (*nats.Conn, jetstream.JetStream) {
	t.Helper()
	nc, err := nats.Connect(url, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	return nc, js
}
