package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Disk watches the free space where a folder lies, so that facts are not lost to a full disk: it warns, then lets nothing new be begun, and
// in the end gives up a reserve that it holds, so that what operators do can still be recorded.
type Disk struct {
	Dir        string
	Warn, Stop float64 // shares of the disk that are free
	Every      time.Duration
	Log        *slog.Logger
	ReadOnly   bool // only look: hold nothing back
	// Freed, where given, is called when there is room again after the disk was as good as full.
	Freed func() error

	space func(dir string) (total, free uint64, err error) // nil: asks the system

	mu    sync.Mutex
	state diskState
	share float64
	free  uint64
	err   error
}

type diskState int

const (
	roomy diskState = iota
	low
	stopped
	full
)

// How much is held back for the audit, and from which share of free space on the disk counts as full.
const (
	reserveBytes  = 64 << 20
	reserveShare  = 0.02
	fullShare     = 0.01
	fullBytes     = 32 << 20
	reserveAtOnce = 1 << 20
)

// Look asks the disk once.
func (d *Disk) Look() {
	if d.space == nil {
		d.space = statfs
	}
	total, free, err := d.space(d.Dir)
	share := 0.0
	if total > 0 {
		share = float64(free) / float64(total)
	}
	d.mu.Lock()
	now := roomy
	switch {
	case err != nil:
		now = d.state
	case share < fullShare || free < fullBytes && share < d.Stop:
		now = full
	case share < d.Stop:
		now = stopped
	case share < d.Warn:
		now = low
	}
	was := d.state
	d.share, d.free, d.err = share, free, err
	if was == full && now == stopped {
		now = full // what was freed is the reserve
	}
	d.state = now
	d.mu.Unlock()
	if err != nil {
		d.Log.Error("free space of the data folder is not known", "folder", d.Dir, "error", err)
		return
	}
	if now != was {
		switch now {
		case roomy:
			d.Log.Info("there is room on the disk again", "folder", d.Dir, "free", d.amount())
		case low:
			d.Log.Warn("the disk of the data folder is filling up", "folder", d.Dir, "free", d.amount())
		case stopped:
			d.Log.Error("the disk of the data folder is nearly full: no flight is begun until there is room", "folder", d.Dir, "free", d.amount())
		case full:
			d.Log.Error("the disk of the data folder is full: the reserve is given up so that commands can still be recorded", "folder", d.Dir, "free", d.amount())
		}
	}
	switch {
	case now == full && was != full && !d.ReadOnly:
		_ = os.Remove(d.reserve())
	case now < stopped && was == full && d.Freed != nil:
		if err := d.Freed(); err != nil {
			d.Log.Error("what stood still with the full disk does not go on by itself; restart Harrier", "error", err)
		}
	}
	if now < stopped && !d.ReadOnly {
		d.hold(total)
	}
}

func statfs(dir string) (total, free uint64, err error) {
	var st unix.Statfs_t
	err = unix.Statfs(dir, &st)
	return st.Blocks * uint64(st.Bsize), st.Bavail * uint64(st.Bsize), err
}

func (d *Disk) amount() string {
	return fmt.Sprintf("%.1f %% (%.1f GiB)", 100*d.share, float64(d.free)/(1<<30))
}

func (d *Disk) reserve() string { return filepath.Join(d.Dir, "reserve") }

// hold sees that the reserve is there.
func (d *Disk) hold(total uint64) {
	size := int64(min(reserveBytes, uint64(reserveShare*float64(total)), uint64(float64(d.free)/4)))
	if st, err := os.Stat(d.reserve()); err == nil && st.Size() > 0 || size < reserveAtOnce {
		return
	}
	f, err := os.OpenFile(d.reserve(), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return
	}
	defer f.Close()
	if err := unix.Fallocate(int(f.Fd()), 0, 0, size); err != nil {
		d.Log.Warn("no space is held back for the audit", "folder", d.Dir, "error", err)
		_ = os.Remove(d.reserve())
	}
}

// Why says why nothing new is to be begun, "" where it may.
func (d *Disk) Why() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.why()
}

// why is Why; the caller holds d.mu.
func (d *Disk) why() string {
	if d.state < stopped {
		return ""
	}
	return fmt.Sprintf("the disk of the data folder %s has only %s free, less than %.0f %%", d.Dir, d.amount(), 100*d.Stop)
}

// Report says how much is free, and an error where it is too little.
func (d *Disk) Report() (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	err, state := d.err, d.state
	switch {
	case err != nil:
		return "", err
	case state >= stopped:
		return "", errors.New(d.why())
	case state == low:
		return "", fmt.Errorf("only %s free", d.amount())
	}
	return d.amount() + " free", nil
}

// Run watches until ctx ends.
func (d *Disk) Run(ctx context.Context) error {
	t := time.NewTicker(d.Every)
	defer t.Stop()
	for {
		d.Look()
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
	}
}
