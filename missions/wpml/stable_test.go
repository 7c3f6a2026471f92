package wpml_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/harrier-patrol/harrier/missions"
	"github.com/harrier-patrol/harrier/missions/wpml"
)

// ours is what our code finds in an archive.
func ours(kmz []byte) (out []string) {
	f, err := wpml.Open(kmz)
	if err != nil {
		return []string{err.Error()}
	}
	for _, p := range f.Check() {
		out = append(out, p.String())
	}
	return out
}

func TestSamplesAreValid(t *testing.T) {
	for name, kmz := range samples() {
		if got := validate(kmz); len(got) > 0 {
			t.Errorf("%s: the validator finds %q", name, got)
		}
		if got := ours(kmz); len(got) > 0 {
			t.Errorf("%s: Check finds %q", name, got)
		}
	}
}

func TestWriteReadWriteIsStable(t *testing.T) {
	for name, kmz := range samples() {
		rewrite := func(b []byte) []byte {
			f, err := wpml.Open(b)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if b, err = f.Bytes(); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			return b
		}
		once := rewrite(kmz)
		if !bytes.Equal(once, rewrite(once)) {
			t.Errorf("%s: not the same the second time", name)
		}
		if got := validate(once); len(got) > 0 {
			t.Errorf("%s: the validator finds %q", name, got)
		}
		before, errA := unpack(kmz)
		after, errB := unpack(once)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		for file, body := range before {
			if !strings.Contains(file, "/res/") {
				a, errA := parseTree([]byte(body))
				b, errB := parseTree([]byte(after[file]))
				if errA != nil || errB != nil || a.flat() != b.flat() {
					t.Errorf("%s: %s has not the same elements: %v %v", name, file, errA, errB)
				}
			} else if after[file] != body {
				t.Errorf("%s: %s is not as it was", name, file)
			}
		}
	}
}

// flat is an element and all below it, with their texts.
func (x *el) flat() string {
	out := x.name
	if len(x.kids) == 0 {
		out += "=" + x.text
	}
	for _, k := range x.kids {
		out += " " + k.flat()
	}
	return "(" + out + ")"
}

// noTemplate is what the documentation misses in routes with heights above the ellipsoid: in a template they would stand above the geoid, which is not
// known where they are written.
var noTemplate = []string{"waylines Folder 0: template 0 is not there"}

func TestWhatWeWritePasses(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		in := missions.Route{Aircraft: []string{"M4D", "M3D", "M30", ""}[r.IntN(4)], Ellipsoidal: r.IntN(2) == 0, Unlinked: []missions.Unlinked{missions.UnlinkedFliesOn, missions.UnlinkedReturns, missions.UnlinkedLands, missions.UnlinkedHovers}[r.IntN(4)]}
		lon, lat := r.Float64()*340-170, r.Float64()*160-80
		for range 2 + r.IntN(60) {
			w := missions.Waypoint{Lon: lon, Lat: lat, HeightM: 5 + r.Float64()*115, SpeedMS: 1 + r.Float64()*14, PitchDeg: r.Float64()*120 - 90, Photo: r.IntN(2) == 0}
			if r.IntN(2) == 0 {
				yaw := r.Float64()*540 - 180
				w.YawDeg = &yaw
			}
			in.Waypoints = append(in.Waypoints, w)
			lon, lat = lon+r.Float64()*0.01-0.005, lat+r.Float64()*0.01-0.005
		}
		kmz, err := wpml.Write(in)
		if err != nil {
			t.Errorf("%+v: %v", in, err)
		} else if got := validate(kmz); len(got) > 0 && !(in.Ellipsoidal && slices.Equal(got, noTemplate)) {
			t.Errorf("%s, ellipsoidal %v: %q", in.Aircraft, in.Ellipsoidal, got)
		}
	}
}
