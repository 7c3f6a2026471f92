package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// child is a process of the demo; it dies with it.
type child struct {
	cmd  *exec.Cmd
	done chan struct{}
	once sync.Once
}

func startChild(log io.Writer, name string, args ...string) (*child, error) {
	c := &child{cmd: exec.Command(name, args...), done: make(chan struct{})}
	c.cmd.Stdout, c.cmd.Stderr = log, log
	// Ctrl-C reaches the demo only, which then stops its children in order
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	c.cmd.Env = append(os.Environ(), "OPENCV_FOR_THREADS_NUM=1", "OMP_NUM_THREADS=1", "GOGC=60")
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { _ = c.cmd.Wait(); close(c.done) }()
	return c, nil
}

func (c *child) pid() int { return c.cmd.Process.Pid }

func (c *child) running() bool {
	select {
	case <-c.done:
		return false
	default:
		return true
	}
}

// stop asks the process to end, and after two seconds ends it.
func (c *child) stop() {
	c.once.Do(func() {
		_ = c.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-c.done:
		case <-time.After(2 * time.Second):
			slog.Warn("a process of the demo does not end by itself", "command", c.cmd.Args[1])
			_ = c.cmd.Process.Kill()
			<-c.done
		}
	})
}

// kill ends the process as a crash would.
func (c *child) kill() {
	c.once.Do(func() {
		_ = c.cmd.Process.Kill()
		<-c.done
	})
}

func waitFor(ctx context.Context, limit time.Duration, c *child, ok func() bool) error {
	t := time.NewTicker(50 * time.Millisecond)
	defer t.Stop()
	end := time.After(limit)
	for !ok() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-c.done:
			return errors.New("ended by itself")
		case <-end:
			return fmt.Errorf("not up within %s", limit)
		case <-t.C:
		}
	}
	return nil
}

// tail is the last lines of a log, for an error message.
func tail(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	l := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(l[max(0, len(l)-8):], "\n")
}

func pssMiB(pid int) (float64, error) {
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

func cpuSeconds(pid int) (float64, error) {
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
