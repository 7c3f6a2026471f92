package sweep

import (
	"bufio"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"github.com/harrier-patrol/harrier/missions/transit"
)

// peerField is a line of the file that peers/fields2cover/sweeps reads, and of the one that it writes.
type peerField struct {
	ID      int            `json:"id"`
	Polygon orb.Polygon    `json:"polygon"`
	Spacing float64        `json:"spacing"`
	Swaths  [][2]orb.Point `json:"swaths,omitempty"`
	Way     orb.LineString `json:"way,omitempty"`
	Error   string         `json:"error,omitempty"`
	Seconds float64        `json:"seconds,omitempty"`
}

// TestBesideFields2Cover compares ways over 500 random fields with those of Fields2Cover: with FIELDS=file it writes the fields, with PEER=file it
// reads what the peer made of them. Both are measured by the same rules: a line shows half a spacing to its sides and beyond its ends.
func TestBesideFields2Cover(t *testing.T) {
	const spacing = 60
	fields := make([]orb.Polygon, 500)
	rng := rand.New(rand.NewPCG(11, 12))
	for i := range fields {
		fields[i] = field(rng)
	}
	if file := os.Getenv("FIELDS"); file != "" {
		f, err := os.Create(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for i, p := range fields {
			if err := json.NewEncoder(f).Encode(peerField{ID: i, Polygon: p, Spacing: spacing}); err != nil {
				t.Fatal(err)
			}
		}
	}
	file := os.Getenv("PEER")
	if file == "" {
		t.Skip("PEER is not set: the file that missions/peers/fields2cover wrote")
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var ratios, holed, ideal, seenHere, seenThere, crossed []float64
	longer, failed, sharp := 0, 0, 0
	var here, there float64
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<24)
	for in.Scan() {
		var x peerField
		if err := json.Unmarshal(in.Bytes(), &x); err != nil {
			t.Fatal(err)
		}
		if x.ID < 0 || x.ID >= len(fields) {
			t.Fatalf("field %d is none of %d: write them anew with FIELDS", x.ID, len(fields))
		}
		p := fields[x.ID]
		began := time.Now()
		space := transit.New(nil, 0, orb.MultiPolygon{p}, spacing/2)
		lines := Cover([]orb.Polygon{p}, Options{SpacingM: spacing, AheadM: spacing / 2, Space: space}, 1)
		here += time.Since(began).Seconds()
		there += x.Seconds
		way := wayOf(t, lines, space)
		ideal = append(ideal, lengthM(way)/(planar.Area(p)/spacing))
		seenHere = append(seenHere, seenShare(p, lines, spacing/2))
		if x.Error != "" {
			failed++
			continue
		}
		var theirs []Line
		for _, s := range x.Swaths {
			if s[0] != s[1] {
				theirs = append(theirs, Line{s[0], s[1]})
			}
		}
		seenThere = append(seenThere, seenShare(p, theirs, spacing/2))
		out := 0.0
		for _, q := range along(x.Way, 1) {
			if !planar.PolygonContains(p, q) && math.Abs(planar.DistanceFrom(p, q)) > 1 {
				out++
			}
		}
		crossed = append(crossed, out)
		r := lengthM(way) / lengthM(x.Way)
		ratios = append(ratios, r)
		if len(p) > 1 {
			holed = append(holed, r)
		}
		if r > 1 {
			longer++
			if seenHere[len(seenHere)-1] > seenThere[len(seenThere)-1]+1e-3 {
				sharp++
			}
		}
	}
	if err := in.Err(); err != nil {
		t.Fatal(err)
	}
	for _, a := range [][]float64{ratios, holed, ideal, seenHere, seenThere, crossed} {
		slices.Sort(a)
	}
	if len(ratios) == 0 {
		t.Fatal("the peer covered nothing")
	}
	if seenHere[0] < 0.9999 || ratios[len(ratios)/2] > 1 {
		t.Errorf("of a field %.4f is seen; in the median the way is %.3f of the peer's", seenHere[0], ratios[len(ratios)/2])
	}
	mid := func(a []float64) float64 { return a[len(a)/2] }
	t.Logf("%d fields, %d with holes; the peer failed on %d", len(ideal), len(holed), failed)
	t.Logf("our way by theirs: median %.3f, with holes %.3f, least %.3f, most %.3f; longer on %d, on %d of them they see less", mid(ratios), mid(holed), ratios[0], ratios[len(ratios)-1], longer, sharp)
	t.Logf("seen: ours median %.4f, least %.4f; theirs %.4f, %.4f", mid(seenHere), seenHere[0], mid(seenThere), seenThere[0])
	t.Logf("our way by area / spacing: median %.3f, 95 %% %.3f, most %.3f", mid(ideal), ideal[len(ideal)*95/100], ideal[len(ideal)-1])
	t.Logf("their ways more than 1 m outside the field: %.0f m in the median, %.0f m at most; seconds: ours %.1f, theirs %.1f", mid(crossed), crossed[len(crossed)-1], here, there)
}

// seenShare is how much of a field lines show, of places 12 m apart.
func seenShare(p orb.Polygon, lines []Line, side float64) float64 {
	seen, of := 0, 0
	b := p.Bound()
	for x := b.Min[0]; x < b.Max[0]; x += 12 {
		for y := b.Min[1]; y < b.Max[1]; y += 12 {
			if q := (orb.Point{x, y}); planar.PolygonContains(p, q) {
				of++
				if slices.ContainsFunc(lines, func(l Line) bool { return l.sees(q, side, side) }) {
					seen++
				}
			}
		}
	}
	return float64(seen) / float64(of)
}
