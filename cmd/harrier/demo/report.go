package demo

import (
	"fmt"
	"image"
	_ "image/jpeg"
	"maps"
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/harrier-patrol/harrier/vision/score"
)

func (d *demo) report(truth string) (Report, error) {
	r := Report{Frames: map[string]int64{}, CPUs: d.cpu, PSS: d.peak, Seconds: time.Since(d.began).Seconds()}
	t, err := score.ReadTruth(truth)
	if err != nil {
		return r, fmt.Errorf("truth: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, k := range []string{"received", "decoded", "analysed"} {
		r.Frames[k] = d.counts[k]
	}
	r.Tiles, r.Leads = d.counts["tiles"], len(d.leads)
	for _, id := range d.order {
		r.Flights = append(r.Flights, d.flights[id])
	}
	var places []score.Lead
	var late []float64
	capture := map[string][]float64{}
	for _, l := range d.leads {
		u := d.updated[l.Lead.Lead]
		places = append(places, score.Lead{Scene: u.Scene, Lon: u.Lon, Lat: u.Lat, Cov: u.Cov})
		if n, ok := d.numbers[l.Frame]; ok {
			if f, ok := t.Frames[l.Flight][n]; ok {
				late = append(late, l.at.Sub(f.Captured).Seconds())
				capture[l.Dock] = append(capture[l.Dock], math.Abs(l.Captured.Sub(f.Captured).Seconds()))
			}
		}
	}
	r.CaptureS = map[string]score.Spread{}
	for k, v := range capture {
		r.CaptureS[k] = score.SpreadOf(v)
	}
	var errs, found, major []float64
	var byThing map[int]int
	r.Scenes, byThing, errs = score.Leads(places, t.Things)
	r.Seen3s = score.Recognised(places, byThing, r.Scenes, t.Things, d.tracks)
	byDock, inside := map[string][]float64{}, 0.0
	for i, e := range errs {
		if math.IsNaN(e) {
			continue
		}
		l := d.leads[i]
		found, major = append(found, e), append(major, places[i].Cov.Ellipse().MajorM)
		byDock[l.Dock] = append(byDock[l.Dock], e)
		if places[i].Inside {
			inside++
		}
	}
	r.ByDockM = map[string]score.Spread{}
	for k, v := range byDock {
		r.ByDockM[k] = score.SpreadOf(v)
	}
	if len(found) > 0 {
		r.Inside = inside / float64(len(found))
	}
	r.PositionM, r.EllipseM, r.LatencyS = score.SpreadOf(found), score.SpreadOf(major), score.SpreadOf(late)
	return r, nil
}

// readNumbers reads the numbers of the frames of the leads so far; it takes longer than somebody who pressed Ctrl-C wants to wait.
func (d *demo) readNumbers() {
	d.mu.Lock()
	got := slices.Clone(d.leads)
	d.mu.Unlock()
	for _, l := range got {
		if _, known := d.numbers[l.Frame]; known {
			continue
		}
		if n, err := d.frameNumber(l.Lead.Lead, l.Frame); err == nil {
			d.numbers[l.Frame] = n
		}
	}
}

// frameNumber reads the strip of 32 blocks along the top of a lead's frame.
func (d *demo) frameNumber(lead, sha string) (uint32, error) {
	res, err := http.Get(d.base + "/evidence/" + lead + "/" + sha)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	m, _, err := image.Decode(res.Body)
	if err != nil {
		return 0, err
	}
	var n uint32
	w := m.Bounds().Dx()
	for i := range 32 {
		r, g, b, _ := m.At((2*i+1)*w/64, 6).RGBA()
		n <<= 1
		if r+g+b > 3*0x7fff {
			n |= 1
		}
	}
	return n, nil
}

func (d *demo) summary(r Report) {
	fmt.Printf("\n%d leads in %.0f s\n", r.Leads, r.Seconds)
	for _, s := range slices.Sorted(maps.Keys(r.Scenes)) {
		x := r.Scenes[s]
		fmt.Printf("  %-18s shown %3d  found %3d  missed %3d  false %3d\n", s, x.Truth, x.Found, x.Missed, x.False)
	}
	r.Seen3s.Print()
	fmt.Printf("  position error  median %.1f m, 95 %% within %.1f m; %.0f %% inside the 95 %% ellipse (semi-major axis %.1f m in the median)\n", r.PositionM.Median, r.PositionM.P95, 100*r.Inside, r.EllipseM.Median)
	if len(r.CaptureS) > 0 {
		fmt.Printf("  latency         median %.1f s, 95 %% within %.1f s\n", r.LatencyS.Median, r.LatencyS.P95)
	}
	fmt.Printf("  frames          %d received, %d decoded, %d looked at in %d tiles\n  memory          %.0f MiB at most, all processes\n", r.Frames["received"], r.Frames["decoded"], r.Frames["analysed"], r.Tiles, r.PSS["sum"])
	for _, f := range r.Flights {
		fmt.Printf("  flight %-30s %s %s\n", f.Flight, f.State, f.Reason)
	}
}
