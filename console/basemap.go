package console

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// Basemap is a PMTiles file (version 3) that lies under the map: vector tiles in the schema of Protomaps' basemaps, or pictures.
type Basemap struct {
	File string
	Kind string // vector or raster
}

// Where the header of a PMTiles file says what its tiles are (https://github.com/protomaps/PMTiles, spec v3).
const (
	pmtilesHeader = 127
	pmtilesKindAt = 99
)

// OpenBasemap looks at a PMTiles file; nil for no file.
func OpenBasemap(file string) (*Basemap, error) {
	if file == "" {
		return nil, nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var h [pmtilesHeader]byte
	if _, err := io.ReadFull(f, h[:]); err != nil || string(h[:7]) != "PMTiles" || h[7] != 3 {
		return nil, fmt.Errorf("%s is no PMTiles file of version 3; convert others: pmtiles convert IN.mbtiles OUT.pmtiles", file)
	}
	switch h[pmtilesKindAt] {
	case 1:
		return &Basemap{file, "vector"}, nil
	case 2, 3, 4, 5:
		return &Basemap{file, "raster"}, nil
	}
	return nil, fmt.Errorf("%s: its header does not say whether its tiles are vectors or pictures", file)
}

// basemap gives out the base map, part by part as a browser asks for it.
func basemap(mux *http.ServeMux, o Options) {
	mux.HandleFunc("GET /map/base.json", only(anybody, func(w http.ResponseWriter, _ *http.Request) {
		kind := ""
		if o.Basemap != nil {
			kind = o.Basemap.Kind
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]string{"kind": kind})
	}))
	mux.HandleFunc("GET /map/base.pmtiles", only(anybody, func(w http.ResponseWriter, r *http.Request) {
		if o.Basemap == nil {
			problem(w, http.StatusNotFound, "there is no base map: name a PMTiles file under http.basemap")
			return
		}
		f, err := os.Open(o.Basemap.File)
		if err != nil {
			problem(w, http.StatusInternalServerError, "the base map cannot be read; see the log")
			return
		}
		defer f.Close()
		changed := time.Time{}
		if info, err := f.Stat(); err == nil {
			changed = info.ModTime()
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		http.ServeContent(w, r, "", changed, f)
	}))
}
