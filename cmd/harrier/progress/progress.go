// Package progress tells on the terminal how far a command is.
package progress

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
)

// Bar is a bar with the time left, on a terminal; elsewhere only what is said is written.
type Bar struct {
	of, n int
	began time.Time
	tty   bool
	said  map[string]int
}

// New is a bar of so many steps.
func New(of int) *Bar {
	i, err := os.Stderr.Stat()
	return &Bar{of: of, began: time.Now(), said: map[string]int{}, tty: err == nil && i.Mode()&os.ModeCharDevice != 0}
}

func (p *Bar) Step(what string) {
	p.n++
	if !p.tty {
		return
	}
	left := ""
	if p.n > 1 {
		left = (time.Since(p.began) / time.Duration(p.n-1) * time.Duration(p.of-p.n+1)).Round(time.Second).String() + " left"
	}
	fmt.Fprintf(os.Stderr, "\r\x1b[K[%-30s] %d/%d %s  %.40s", strings.Repeat("█", 30*(p.n-1)/p.of), p.n, p.of, left, what)
}

// Note says something of a file; what many files share is said for the first few, and summed up at the end.
func (p *Bar) Note(file, s string) {
	if p.said[s]++; p.said[s] > 3 {
		return
	}
	if p.tty {
		fmt.Fprint(os.Stderr, "\r\x1b[K")
	}
	fmt.Fprintf(os.Stderr, "harrier: %s: %s\n", file, s)
}

func (p *Bar) Done() {
	if p.tty {
		fmt.Fprint(os.Stderr, "\r\x1b[K")
	}
	for _, s := range slices.Sorted(maps.Keys(p.said)) {
		if n := p.said[s]; n > 3 {
			fmt.Fprintf(os.Stderr, "harrier: … and %d more files: %s\n", n-3, s)
		}
	}
}

// SomeFailed says that a command went on past inputs that failed; each was already reported.
type SomeFailed struct {
	N, Of int
	Text  string // in place of "N of Of inputs failed"
}

func (e SomeFailed) Error() string {
	return cmp.Or(e.Text, fmt.Sprintf("%d of %d inputs failed", e.N, e.Of))
}
