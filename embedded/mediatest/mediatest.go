// Package mediatest starts a media server of its own for a test.
package mediatest

import (
	"fmt"
	"log/slog"
	"net"
	"testing"

	"github.com/harrier-patrol/harrier/embedded"
)

// Start starts a server, and closes it with the test. push and watch are the addresses of a dock's stream: RTMP in, RTSP out.
func Start(t testing.TB, dock string) (push, watch string) {
	t.Helper()
	// RTP's port is even, RTCP's the next
	port := func() int {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		return l.Addr().(*net.TCPAddr).Port &^ 1
	}
	rtmp, rtsp := fmt.Sprintf("127.0.0.1:%d", port()), fmt.Sprintf("127.0.0.1:%d", port())
	m, err := embedded.StartMedia(embedded.MediaOptions{RTMP: rtmp, RTSP: rtsp, Host: "127.0.0.1", RTPPort: port(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return "rtmp://" + rtmp + "/live/" + dock, "rtsp://" + rtsp + "/live/" + dock
}
