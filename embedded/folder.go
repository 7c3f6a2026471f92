package embedded

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// LockFolder makes a data folder this process's own until the lock is released (or the process ends, however): two servers on one folder
// would overwrite each other's facts. who says what holds it, for the error that another gets.
func LockFolder(dir, who string) (release func() error, err error) {
	p := filepath.Join(dir, "lock")
	f, err := os.OpenFile(p, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		holder, _ := os.ReadFile(p)
		f.Close()
		if len(holder) == 0 {
			holder = []byte("another process")
		}
		return nil, fmt.Errorf("data folder %s is in use by %s: stop that first, or give this one a folder of its own (data: in the configuration)", dir, strings.TrimSpace(string(holder)))
	}
	if err = f.Truncate(0); err == nil {
		_, err = fmt.Fprintf(f, "%s, process %d, since %s\n", who, os.Getpid(), time.Now().Format(time.RFC3339))
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("data folder: %w", err)
	}
	return f.Close, nil
}
