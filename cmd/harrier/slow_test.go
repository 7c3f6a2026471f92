package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/cmd/harrier/child"
)

// Who sends a request a byte at a time is cut off in time, and keeps nobody else waiting.
func TestSlowRequestsAreCutOff(t *testing.T) {
	t.Parallel()
	ports, err := child.FreePorts(1)
	if err != nil {
		t.Fatal(err)
	}
	at := fmt.Sprintf("127.0.0.1:%d", ports[0])
	p := &parts{}
	if err := p.listen(at, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) })); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- p.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-ran; err != nil {
			t.Error(err)
		}
	}()
	var wg sync.WaitGroup
	drip := func(head, rest string, within time.Duration) {
		wg.Go(func() {
			c, err := net.Dial("tcp", at)
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			began := time.Now()
			if _, err := io.WriteString(c, head); err != nil {
				t.Error(err)
				return
			}
			gone := make(chan struct{})
			go func() { _, _ = io.Copy(io.Discard, c); close(gone) }() // until the server closes
			tick := time.NewTicker(200 * time.Millisecond)
			defer tick.Stop()
			for {
				select {
				case <-gone:
					return
				case <-tick.C:
					_, _ = io.WriteString(c, rest)
				}
				if time.Since(began) > within {
					t.Errorf("%q goes on after %s", head, within)
					return
				}
			}
		})
	}
	for range 100 {
		drip("GET / HTTP/1.1\r\nHost: x\r\n", "a", headersWithin+10*time.Second)
		drip("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n", "a", requestWithin+10*time.Second)
	}
	// meanwhile others are answered
	for range 20 {
		asked := time.Now()
		r, err := http.Get("http://" + at + "/")
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if took := time.Since(asked); took > 5*time.Second {
			t.Errorf("somebody else waits %s", took)
		}
	}
	wg.Wait()
}
