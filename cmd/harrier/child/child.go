// Package child starts processes of Harrier for the demo and the benches, and measures them.
package child

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Child is a process that dies with this one.
type Child struct {
	Cmd  *exec.Cmd
	Done chan struct{}
	once sync.Once
}

// Start runs a program whose output goes to log.
func Start(log io.Writer, name string, args ...string) (*Child, error) {
	c := &Child{Cmd: exec.Command(name, args...), Done: make(chan struct{})}
	c.Cmd.Stdout, c.Cmd.Stderr = log, log
	// Ctrl-C reaches the demo only, which then stops its children in order
	c.Cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	c.Cmd.Env = append(os.Environ(), "OPENCV_FOR_THREADS_NUM=1", "OMP_NUM_THREADS=1", "GOGC=60")
	if err := c.Cmd.Start(); err != nil {
		return nil, err
	}
	go func() { _ = c.Cmd.Wait(); close(c.Done) }()
	return c, nil
}

// PID is its number.
func (c *Child) PID() int { return c.Cmd.Process.Pid }

// Running says whether it has not ended yet.
func (c *Child) Running() bool {
	select {
	case <-c.Done:
		return false
	default:
		return true
	}
}

// Stop asks the process to end, and after two seconds ends it.
func (c *Child) Stop() {
	c.once.Do(func() {
		_ = c.Cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-c.Done:
		case <-time.After(2 * time.Second):
			slog.Warn("a process does not end by itself", "command", c.Cmd.Args[1])
			_ = c.Cmd.Process.Kill()
			<-c.Done
		}
	})
}

// Kill ends the process as a crash would.
func (c *Child) Kill() {
	c.once.Do(func() {
		_ = c.Cmd.Process.Kill()
		<-c.Done
	})
}

// WaitFor waits until ok, or until the process has ended.
func WaitFor(ctx context.Context, limit time.Duration, c *Child, ok func() bool) error {
	t := time.NewTicker(50 * time.Millisecond)
	defer t.Stop()
	end := time.After(limit)
	for !ok() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-c.Done:
			return errors.New("ended by itself")
		case <-end:
			return fmt.Errorf("not up within %s", limit)
		case <-t.C:
		}
	}
	return nil
}

// Tail is the last lines of a log, for an error message.
func Tail(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	l := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(l[max(0, len(l)-8):], "\n")
}

// PSSMiB is the memory of a process, what it shares counted in part.
func PSSMiB(pid int) (float64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0, err
	}
	for _, l := range strings.Split(string(b), "\n") {
		if f := strings.Fields(l); len(f) > 1 && f[0] == "Pss:" {
			k, err := strconv.ParseFloat(f[1], 64)
			return k / 1024, err
		}
	}
	return 0, errors.New("no Pss")
}

// CPUSeconds is what a process has used of processors.
func CPUSeconds(pid int) (float64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	f := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	if len(f) < 13 {
		return 0, errors.New("short stat")
	}
	u, err1 := strconv.ParseFloat(f[11], 64)
	s, err2 := strconv.ParseFloat(f[12], 64)
	return (u + s) / 100, errors.Join(err1, err2) // USER_HZ is 100 on Linux
}

// Get fetches a page.
func Get(url string) (n int, b []byte, err error) {
	res, err := http.Get(url)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	if b, err = io.ReadAll(res.Body); err == nil && res.StatusCode != http.StatusOK {
		err = errors.New(res.Status)
	}
	return len(b), b, err
}

// FreePorts finds ports that nobody listens on.
func FreePorts(n int) ([]int, error) {
	var out []int
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		out = append(out, l.Addr().(*net.TCPAddr).Port)
	}
	return out, nil
}
