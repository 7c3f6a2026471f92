package geo_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"
	"golang.org/x/sync/errgroup"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/geo/geotest"
	"github.com/harrier-patrol/harrier/geo/layerfile"
)

// writeCity writes the made-up district as a bureau would give it: grid and fences as GeoJSON, the register as CSV with WKT.
func writeCity(tb testing.TB, dir string, c geotest.District) {
	tb.Helper()
	for name, f := range map[string][]geo.Feature{"grid.geojson": c.Cells, "fences.geojson": c.Fences} {
		if err := layerfile.WriteGeoJSON(filepath.Join(dir, name), f); err != nil {
			tb.Fatal(err)
		}
	}
	f, err := os.Create(filepath.Join(dir, "register.csv"))
	if err != nil {
		tb.Fatal(err)
	}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "number,status,kind,wkt")
	for _, x := range c.Register {
		fmt.Fprintf(w, "%s,%s,%s,%q\n", x.Fields[0].Value, x.Fields[1].Value, x.Fields[2].Value, wkt.MarshalString(x.Geometry))
	}
	if err := w.Flush(); err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
	conf := "city: {grid: grid.geojson, fences: fences.geojson, register: register.csv, datum: WGS-84}\n"
	if err := os.WriteFile(filepath.Join(dir, "harrier.yaml"), []byte(conf), 0o644); err != nil {
		tb.Fatal(err)
	}
}

// BenchmarkLoad reads and checks the whole district from its files. HARRIER_MADE_CITY names a folder in which the files are left, for
// whoever wants to time `harrier geo whereis --config` on them.
func BenchmarkLoad(b *testing.B) {
	dir := os.Getenv("HARRIER_MADE_CITY")
	if dir == "" {
		dir = b.TempDir()
	}
	city := geotest.Make(geotest.Cells, geotest.Fences, geotest.Structures)
	writeCity(b, dir, city)
	outline := city.Outline
	city = geotest.District{}
	runtime.GC()
	stop, peak := make(chan struct{}), uint64(0)
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		var m runtime.MemStats
		for {
			select {
			case <-stop:
				return
			case <-time.After(50 * time.Millisecond):
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapAlloc)
			}
		}
	}()
	var kept uint64
	for b.Loop() {
		var g *geo.Grid
		var fs *geo.Fences
		var r *geo.Register
		read := func(name string) (*geo.Layer, error) {
			return layerfile.Read(filepath.Join(dir, name), layerfile.Options{Otherwise: geo.WGS84})
		}
		bad := func(problems []geo.Problem) error {
			if geo.Errors(problems) > 0 {
				return fmt.Errorf("%d problems, first %v", len(problems), problems[0])
			}
			return nil
		}
		var eg errgroup.Group
		eg.Go(func() error {
			l, err := read("grid.geojson")
			if err != nil {
				return err
			}
			var p []geo.Problem
			g, p = geo.NewGrid(l, nil, outline, nil)
			return bad(p)
		})
		eg.Go(func() error {
			l, err := read("register.csv")
			if err != nil {
				return err
			}
			e, p := geo.ReadEntries(l, outline)
			r = geo.NewRegister(e)
			return bad(p)
		})
		eg.Go(func() error {
			l, err := read("fences.geojson")
			if err != nil {
				return err
			}
			var p []geo.Problem
			fs, p = geo.ReadFences(l)
			return bad(p)
		})
		if err := eg.Wait(); err != nil {
			b.Fatal(err)
		}
		if g.Len() < geotest.Cells*9/10 || fs.Len() != geotest.Fences || r.Len() != geotest.Structures {
			b.Fatal(g.Len(), fs.Len(), r.Len())
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		kept = m.HeapAlloc
		if _, ok := g.At(orb.Point{121.5, 31.2}); !ok {
			b.Fatal("no cell")
		}
		runtime.KeepAlive(r)
	}
	close(stop)
	wg.Wait()
	b.ReportMetric(float64(peak)/(1<<20), "peak-heap-MiB")
	b.ReportMetric(float64(kept)/(1<<20), "kept-MiB")
}
