package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// powerEnv says how often the power is lost in the next test.
const powerEnv = "HARRIER_POWER_LOSSES"

// When the power is lost, what was written and not synced is gone: after each kill every file is cut to where it was last synced, one that never was to nothing.
// What had been acknowledged is there all the same, and the log verifies.
func TestPowerIsLost(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("no strace here: `make test` installs it")
	}
	if err := exec.Command(strace, "-f", "--seccomp-bpf", "-e", "trace=fsync", "true").Run(); err != nil {
		t.Skip("processes may not be traced here: ", err)
	}
	bin, losses := whole(t), 2
	if n, err := strconv.Atoi(os.Getenv(powerEnv)); err == nil {
		losses = n
	}
	cutOff := 0
	killAgainAndAgain(t, losses, func(data, conf string) func() {
		traces := t.TempDir()
		before := sizes(t, data)
		c := exec.Command(strace, "-ff", "-y", "-ttt", "-T", "-qq", "-s", "0", "--seccomp-bpf", "-e", "trace="+strings.Join(traced, ","), "-o", filepath.Join(traces, "t"), bin, "serve", "--config", conf)
		c.Stdout, c.Stderr = t.Output(), t.Output()
		c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		return func() {
			// strace writes down the last of it once what it traces is dead
			children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", c.Process.Pid, c.Process.Pid))
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range strings.Fields(string(children)) {
				pid, _ := strconv.Atoi(p)
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
			_ = c.Wait()
			cutOff += loseUnsynced(t, data, before, readTraces(t, traces))
		}
	})
	if cutOff == 0 {
		t.Error("nothing was lost: the test tests nothing")
	}
	t.Logf("%d bytes were written, not synced, and lost", cutOff)
}

// traced are the system calls by which files come to be what they are.
var traced = []string{"openat", "close", "write", "pwrite64", "lseek", "ftruncate", "fsync", "fdatasync", "rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat"}

// call is a system call that returned.
type call struct {
	began, ended float64
	name, args   string
	returned     int64
}

var callForm = regexp.MustCompile(`^([0-9.]+) (\w+)\((.*)\)\s+= (-?[0-9]+)(?:<[^>]*>)?.* <([0-9.]+)>$`)

// readTraces reads what threads called, in the order in which it began.
func readTraces(t *testing.T, dir string) (out []call) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "t.*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			m := callForm.FindStringSubmatch(lines.Text())
			if m == nil {
				continue // of one that did not return
			}
			c := call{name: m[2], args: m[3]}
			c.began, _ = strconv.ParseFloat(m[1], 64)
			took, _ := strconv.ParseFloat(m[5], 64)
			c.ended = c.began + took
			c.returned, _ = strconv.ParseInt(m[4], 10, 64)
			out = append(out, c)
		}
		f.Close()
	}
	slices.SortFunc(out, func(a, b call) int { return cmp.Compare(a.began, b.began) })
	return out
}

// sizes of all files in a folder.
func sizes(t *testing.T, dir string) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		i, err := d.Info()
		if err == nil {
			out[path] = i.Size()
		}
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return out
}

// file is what is known of one: what was written to it and when, and up to where it was synced.
type file struct {
	size, synced int64
	always       bool // it is written with O_SYNC
	written      []written
}

type written struct {
	ended float64
	to    int64
}

var (
	fdForm   = regexp.MustCompile(`^([0-9]+)<([^>]*)>`)
	pathForm = regexp.MustCompile(`"([^"]*)"`)
)

// loseUnsynced cuts files to where they were synced, and returns how many bytes that took.
func loseUnsynced(t *testing.T, dir string, before map[string]int64, calls []call) (lost int) {
	t.Helper()
	files, at := map[string]*file{}, map[string]int64{} // by path; offsets by number and path
	of := func(path string) *file {
		if files[path] == nil {
			files[path] = &file{size: before[path], synced: before[path]}
		}
		return files[path]
	}
	for _, c := range calls {
		if c.returned < 0 {
			continue
		}
		fd := fdForm.FindStringSubmatch(c.args)
		switch c.name {
		case "openat":
			if p := pathForm.FindStringSubmatch(c.args); p != nil {
				f := of(p[1])
				if strings.Contains(c.args, "O_TRUNC") {
					*f = file{}
				}
				f.always = strings.Contains(c.args, "SYNC")
				key := fmt.Sprint(c.returned, p[1])
				at[key] = 0
				if strings.Contains(c.args, "O_APPEND") {
					at[key] = f.size
				}
			}
		case "rename", "renameat", "renameat2":
			if p := pathForm.FindAllStringSubmatch(c.args, 2); len(p) == 2 {
				files[p[1][1]] = of(p[0][1])
				delete(files, p[0][1])
			}
		case "link", "linkat":
			if p := pathForm.FindAllStringSubmatch(c.args, 2); len(p) == 2 {
				files[p[1][1]] = of(p[0][1])
			}
		case "unlink", "unlinkat":
			if p := pathForm.FindStringSubmatch(c.args); p != nil {
				delete(files, p[1])
				delete(before, p[1])
			}
		}
		if fd == nil || !strings.HasPrefix(fd[2], "/") { // a socket, a pipe
			continue
		}
		f, key := of(fd[2]), fd[1]+fd[2]
		args := strings.Split(c.args, ", ")
		switch c.name {
		case "write":
			at[key] += c.returned
			f.write(c.ended, at[key])
		case "pwrite64":
			offset, _ := strconv.ParseInt(args[len(args)-1], 10, 64)
			f.write(c.ended, offset+c.returned)
		case "lseek":
			at[key] = c.returned
		case "ftruncate":
			f.size, _ = strconv.ParseInt(args[1], 10, 64)
			f.synced = min(f.synced, f.size)
			f.written = slices.DeleteFunc(f.written, func(w written) bool { return w.to > f.size })
		case "fsync", "fdatasync":
			for _, w := range f.written {
				if w.ended <= c.began {
					f.synced = max(f.synced, w.to)
				}
			}
		}
	}
	for path, size := range sizes(t, dir) {
		f := of(path)
		if size <= f.synced || filepath.Base(path) == "harrier.lock" {
			continue
		}
		if err := os.Truncate(path, f.synced); err != nil {
			t.Fatal(err)
		}
		lost += int(size - f.synced)
	}
	return lost
}

func (f *file) write(ended float64, to int64) {
	f.size = max(f.size, to)
	if f.always {
		f.synced = max(f.synced, to)
	}
	f.written = append(f.written, written{ended, to})
}

// The model of files itself: what is synced stays, what was written later or renamed without is lost.
func TestWhatAPowerLossLeaves(t *testing.T) {
	dir := t.TempDir()
	p := func(name string) string { return filepath.Join(dir, name) }
	for name, size := range map[string]int{"log": 30, "new": 20, "moved": 10, "old": 5, "hasty": 10} {
		if err := os.WriteFile(p(name), make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	n := 0.0
	did := func(name, args string, returned int64) call { n++; return call{n, n + 0.5, name, args, returned} }
	lost := loseUnsynced(t, dir, map[string]int64{p("old"): 5}, []call{
		did("openat", fmt.Sprintf(`AT_FDCWD, %q, O_WRONLY|O_CREAT`, p("log")), 3), did("write", "3<"+p("log")+`>, ""..., 10`, 10), did("fsync", "3<"+p("log")+">", 0), did("write", "3<"+p("log")+`>, ""..., 20`, 20),
		did("openat", fmt.Sprintf(`AT_FDCWD, %q, O_WRONLY|O_CREAT`, p("new")), 4), did("pwrite64", "4<"+p("new")+`>, ""..., 20, 0`, 20),
		did("openat", fmt.Sprintf(`AT_FDCWD, %q, O_WRONLY|O_CREAT`, p("tmp")), 5), did("write", "5<"+p("tmp")+`>, ""..., 10`, 10), did("fsync", "5<"+p("tmp")+">", 0), did("rename", fmt.Sprintf("%q, %q", p("tmp"), p("moved")), 0),
		did("openat", fmt.Sprintf(`AT_FDCWD, %q, O_WRONLY|O_CREAT`, p("tmp2")), 6), did("write", "6<"+p("tmp2")+`>, ""..., 10`, 10), did("rename", fmt.Sprintf("%q, %q", p("tmp2"), p("hasty")), 0),
	})
	got := sizes(t, dir)
	for name, want := range map[string]int64{"log": 10, "new": 0, "moved": 10, "old": 5, "hasty": 0} {
		if got[p(name)] != want {
			t.Errorf("%s has %d bytes, want %d", name, got[p(name)], want)
		}
	}
	if lost != 50 {
		t.Errorf("%d bytes are lost, want 50", lost)
	}
	if m := callForm.FindStringSubmatch(`1764444444.123456 fsync(12</data/nats/1.blk>) = 0 <0.000218>`); m == nil || m[2] != "fsync" || m[4] != "0" || m[5] != "0.000218" {
		t.Errorf("a line of strace is read as %q", m)
	}
}
