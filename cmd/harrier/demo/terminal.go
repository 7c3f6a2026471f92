package demo

import (
	"fmt"
	_ "image/jpeg"
	"strings"
	"time"

	"github.com/harrier-patrol/harrier/leads"
)

// line is a lead as a row of the table.
func line(l leads.Lead, at time.Time) string {
	what := l.Class
	if v := l.Attributes["load"]; v != "" {
		what += "/" + v
	}
	return fmt.Sprintf("%s  %-17s %-20s %-11s %-16s %-15s %.6f,%.6f ±%.1f m  %.2f", at.Format("15:04:05"), l.Scene, what, l.Dock, l.Flight[strings.LastIndex(l.Flight, "-")+1:], l.Cell, l.Lon, l.Lat, l.Ellipse.MajorM, l.Score)
}

const tableRows = 14

// draw writes the live table over the one drawn before.
func (d *demo) draw(before int) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	var b strings.Builder
	if before > 0 {
		fmt.Fprintf(&b, "\x1b[%dA\x1b[J", before)
	}
	n := 0
	put := func(s string) { b.WriteString(s + "\n"); n++ }
	put(fmt.Sprintf("\x1b[1m%-8s  %-17s %-20s %-11s %-16s %-15s %s\x1b[0m", "time", "scene", "what", "dock", "flight", "grid cell", "position ± error (95 %), score"))
	for _, l := range d.leads[max(0, len(d.leads)-tableRows):] {
		put(line(l.Lead, l.at))
	}
	put("")
	for _, id := range d.order {
		f := d.flights[id]
		if f.State.Ended() {
			continue
		}
		drc := "DRC"
		if !f.DRC {
			drc = "OSD only"
		}
		put(fmt.Sprintf("%-11s %-10s %-8s [%-30s] %3d %%", f.Dock, f.State, drc, strings.Repeat("█", f.Percent*30/100), f.Percent))
	}
	put(fmt.Sprintf("%d leads, %s", len(d.leads), time.Since(d.began).Round(time.Second)))
	fmt.Print(b.String())
	return n
}
