package main

import (
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestAClockThatIsSetIsTold(t *testing.T) {
	now := time.Now()
	c := &clockWatch{log: slog.New(slog.DiscardHandler)}
	for _, x := range []struct {
		by   time.Duration
		want string
	}{{0, ""}, {time.Second, ""}, {-time.Hour, "set back by 1h0m0s"}, {2 * time.Minute, "set ahead by 2m0s"}} {
		c.look(x.by, now)
		if got := c.Trouble(now); !strings.Contains(got, x.want) || (got == "") != (x.want == "") {
			t.Errorf("by %s: %q", x.by, got)
		}
	}
	if got := c.Trouble(now.Add(25 * time.Hour)); got != "" {
		t.Errorf("a day later: %q", got)
	}
}
