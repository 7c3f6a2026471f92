// Package layerfile reads and writes the files in which bureaus keep polygons: GeoJSON, Shapefile, GeoPackage, KML, and CSV with WKT.
// Read returns a geo.Layer in the file's own datum; what it means is geo's business.
package layerfile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/harrier-patrol/harrier/geo"
)

// ErrNoDatum says that neither the file nor the caller names the datum.
var ErrNoDatum = errors.New("the file does not say its datum; give --datum WGS-84, CGCS2000, GCJ-02 or PROJ parameters")

// Options of Read.
type Options struct {
	// Datum is what the caller says of the file; empty: what the file says.
	Datum string
	// Otherwise is the datum where nobody says anything; empty makes that an error.
	Otherwise string
}

// Read reads a layer. A file that cannot be read as a whole is an error; what is wrong with a single feature stands in the feature. The datum is
// what the caller says; a file that says another is refused.
func Read(path string, o Options) (*geo.Layer, error) {
	var l *geo.Layer
	var said string // by the file
	var err error
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".geojson", ".json":
		l, said, err = readGeoJSON(path)
	case ".shp":
		l, said, err = readShapefile(path)
	case ".gpkg":
		l, said, err = readGeoPackage(path)
	case ".kml":
		l, said, err = readKML(path)
	case ".csv", ".tsv", ".txt":
		l, said, err = readCSV(path)
	default:
		return nil, fmt.Errorf("%s: files end in .geojson, .shp, .gpkg, .kml or .csv, not %q", path, ext)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	l.File = path
	if err := name(l, said, o); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return l, nil
}

// name settles the datum between what the file says and what the caller says.
func name(l *geo.Layer, said string, o Options) error {
	given := o.Datum
	var fromFile, fromCaller geo.Datum
	var err error
	if said != "" {
		if fromFile, err = geo.ParseDatum(said); err != nil && given == "" {
			return fmt.Errorf("what it says of its datum: %w; give --datum", err)
		}
	}
	if given != "" {
		if fromCaller, err = geo.ParseDatum(given); err != nil {
			return err
		}
	}
	same := func(a, b geo.Datum) bool {
		deg := func(n string) string { // CGCS2000 is WGS-84 within centimetres
			if n == geo.CGCS2000 {
				return geo.WGS84
			}
			return n
		}
		return deg(a.Name) == deg(b.Name)
	}
	switch {
	case given != "" && fromFile.Name != "" && fromFile.Projected() != fromCaller.Projected() && !byStandard(l):
		return fmt.Errorf("it says that its datum is %s, not %s", fromFile.Name, fromCaller.Name)
	case given != "" && fromFile.Name != "" && !same(fromFile, fromCaller) && !fromCaller.Projected() && !byStandard(l) && fromCaller.Name != geo.GCJ02:
		return fmt.Errorf("it says that its datum is %s, not %s", fromFile.Name, fromCaller.Name)
	case given != "":
		l.Datum, l.DatumFrom = fromCaller, "as given"
	case fromFile.Name != "":
		l.Datum = fromFile
		if l.DatumFrom == "" {
			l.DatumFrom = "as the file says"
		}
	case o.Otherwise != "":
		l.DatumFrom = "as configured for files that do not say"
		if l.Datum, err = geo.ParseDatum(o.Otherwise); err != nil {
			return err
		}
	default:
		return ErrNoDatum
	}
	return nil
}

// standard is the source of a datum that only a format's standard names: it may be said otherwise.
const standard = "by RFC 7946, since the file does not say otherwise"

func byStandard(l *geo.Layer) bool { return l.DatumFrom == standard || l.DatumFrom == standardKML }

// open reads a whole file as text: what is read of it are parts of that one text.
func open(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", errors.Unwrap(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if info.IsDir() {
		return "", errors.New("it is a folder")
	}
	var b strings.Builder
	b.Grow(int(info.Size()))
	if _, err := io.Copy(&b, f); err != nil {
		return "", err
	}
	if b.Len() == 0 {
		return "", errors.New("the file is empty")
	}
	return b.String(), nil
}

// inParts calls part with the ranges into which all processors share n things, and waits for them.
func inParts(n int, part func(from, to int)) {
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			part(w*n/workers, (w+1)*n/workers)
		}()
	}
	wg.Wait()
}
