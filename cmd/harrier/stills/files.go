package stills

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

var inspectable = map[string]bool{".jpg": true, ".jpeg": true, ".png": true, ".mp4": true, ".mov": true}

// expand turns folders and globs into files, each once, in order.
func expand(paths []string) ([]string, error) {
	var out []string
	seen := map[string]bool{}
	add := func(p string) {
		if !seen[p] {
			seen[p] = true
			out = append(out, p)
		}
	}
	for _, p := range paths {
		matches := []string{p}
		if _, err := os.Stat(p); err != nil {
			if matches, err = filepath.Glob(p); err != nil || len(matches) == 0 {
				return nil, fmt.Errorf("%s: no such file, folder or glob", p)
			}
		}
		for _, m := range matches {
			info, err := os.Stat(m)
			if err != nil {
				return nil, err
			}
			if !info.IsDir() {
				add(m)
				continue
			}
			err = filepath.WalkDir(m, func(q string, d fs.DirEntry, err error) error {
				if err == nil && !d.IsDir() && inspectable[strings.ToLower(filepath.Ext(q))] {
					add(q)
				}
				return err
			})
			if err != nil {
				return nil, err
			}
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: no stills (JPEG, PNG) or recordings (MP4) there", strings.Join(paths, " "))
	}
	return out, nil
}
