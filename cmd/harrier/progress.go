package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
)

// progress is a bar with the time left, on a terminal; elsewhere only what is said is written.
type progress struct {
	of, n int
	began time.Time
	tty   bool
	said  map[string]int
}

func newProgress(of int) *progress {
	i, err := os.Stderr.Stat()
	return &progress{of: of, began: time.Now(), said: map[string]int{}, tty: err == nil && i.Mode()&os.ModeCharDevice != 0}
}

func (p *progress) step(what string) {
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

// note says something of a file; what many files share is said for the first few, and summed up at the end.
func (p *progress) note(file, s string) {
	if p.said[s]++; p.said[s] > 3 {
		return
	}
	if p.tty {
		fmt.Fprint(os.Stderr, "\r\x1b[K")
	}
	fmt.Fprintf(os.Stderr, "harrier: %s: %s\n", file, s)
}

func (p *progress) done() {
	if p.tty {
		fmt.Fprint(os.Stderr, "\r\x1b[K")
	}
	for _, s := range slices.Sorted(maps.Keys(p.said)) {
		if n := p.said[s]; n > 3 {
			fmt.Fprintf(os.Stderr, "harrier: … and %d more files: %s\n", n-3, s)
		}
	}
}
