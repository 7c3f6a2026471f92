package wpml

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
)

// File is a KMZ: what was drawn (wpmz/template.kml), what is flown of it (wpmz/waylines.wpml), and what lies beside them (wpmz/res).
type File struct {
	Version   string // of WPML, as "1.0.6"
	Template  *Node  // nil where there is none
	Waylines  *Node
	Resources map[string][]byte // by path below wpmz
}

// Names within the archive.
const (
	folder       = "wpmz/"
	templateName = folder + "template.kml"
	waylinesName = folder + "waylines.wpml"
)

// Bounds of an archive: a route is some hundred kilobytes, with pictures to shoot again some megabytes. What unpacks to more than maxRatio times
// its size is no route.
const (
	maxBytes = 16 << 20
	maxFiles = 1000
	maxRatio = 200
)

// Open reads a KMZ whole. What an archive may not hold is refused with the reason: paths that lead out of it, files twice, more than it can
// be, what is packed to burst.
func Open(kmz []byte) (*File, error) {
	if len(kmz) > maxBytes {
		return nil, fmt.Errorf("KMZ of %d bytes is larger than %d", len(kmz), maxBytes)
	}
	z, err := zip.NewReader(bytes.NewReader(kmz), int64(len(kmz)))
	if err != nil {
		return nil, fmt.Errorf("not a KMZ (zip) archive: %w", err)
	}
	if len(z.File) > maxFiles {
		return nil, fmt.Errorf("KMZ holds %d files; more than %d is no route", len(z.File), maxFiles)
	}
	f := &File{Resources: map[string][]byte{}}
	seen := map[string]bool{}
	total := 0
	var waylines, template []byte
	for _, e := range z.File {
		if strings.HasSuffix(e.Name, "/") {
			continue
		}
		if err := unsafe(e.Name); err != nil {
			return nil, err
		}
		if seen[e.Name] {
			return nil, fmt.Errorf("KMZ holds %q twice", e.Name)
		}
		seen[e.Name] = true
		b, err := unpack(e, maxBytes-total)
		if err != nil {
			return nil, err
		}
		total += len(b)
		switch {
		case e.Name == waylinesName:
			waylines = b
		case e.Name == templateName:
			template = b
		case strings.HasPrefix(e.Name, folder):
			f.Resources[strings.TrimPrefix(e.Name, folder)] = b
		case strings.EqualFold(path.Base(e.Name), "waylines.wpml"):
			return nil, misplaced(e.Name)
		}
	}
	if waylines == nil {
		return nil, errors.New("KMZ has no wpmz/waylines.wpml: is it a waypoint route?")
	}
	if f.Waylines, f.Version, err = parseNode(waylines); err != nil {
		return nil, fmt.Errorf("waylines.wpml: %w", err)
	}
	if template != nil {
		version := ""
		if f.Template, version, err = parseNode(template); err != nil {
			return nil, fmt.Errorf("template.kml: %w", err)
		}
		if f.Version == "" {
			f.Version = version
		}
	}
	return f, nil
}

func misplaced(name string) error {
	return fmt.Errorf("waylines.wpml lies at %q in the KMZ, where docks do not look for it: it must be wpmz/waylines.wpml, with a forward slash", name)
}

// unsafe says what is wrong with a name in an archive.
func unsafe(name string) error {
	if strings.EqualFold(path.Base(strings.ReplaceAll(name, "\\", "/")), "waylines.wpml") && name != waylinesName {
		return misplaced(name)
	}
	if strings.HasPrefix(name, "/") || strings.Contains(name, "\\") || strings.Contains(name, ":") || slices.Contains(strings.Split(name, "/"), "..") || len(name) > 250 {
		return fmt.Errorf("KMZ holds %.80q: names lead down from its own folder, with forward slashes", name)
	}
	return nil
}

// unpack reads a file of an archive, of at most so many bytes.
func unpack(e *zip.File, most int) ([]byte, error) {
	r, err := e.Open()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e.Name, err)
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", e.Name, err)
	case len(b) > most:
		return nil, fmt.Errorf("%s: the archive unpacks to more than %d bytes: no route does", e.Name, maxBytes)
	case len(b) > 1<<20 && uint64(len(b)) > maxRatio*max(e.CompressedSize64, 1):
		return nil, fmt.Errorf("%s: packed %d times smaller than it is: no route is", e.Name, uint64(len(b))/max(e.CompressedSize64, 1))
	}
	return b, nil
}

// Bytes writes the KMZ. The same file is written the same.
func (f *File) Bytes() ([]byte, error) {
	version := f.Version
	if version == "" {
		version = writtenVersion
	}
	files := map[string][]byte{waylinesName: f.Waylines.document(version)}
	if f.Template != nil {
		files[templateName] = f.Template.document(version)
	}
	for name, b := range f.Resources {
		files[folder+name] = b
	}
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := unsafe(name); err != nil {
			return nil, err
		}
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(files[name])
		}
		if err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}
