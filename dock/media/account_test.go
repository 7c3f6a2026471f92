package media

import (
	"slices"
	"testing"

	"github.com/harrier-patrol/harrier/missions"
)

func TestWhatIsMissingIsNamed(t *testing.T) {
	shots := []Shot{{Waypoint: 2, Lon: 121.5, Lat: 31.2}, {Waypoint: 4, Lon: 121.501, Lat: 31.2}}
	for _, c := range []struct {
		what    string
		counted int
		files   []File
		missing []string
	}{
		{"all there, by their marks", 2, []File{{Name: "DJI_20260501100304_0002_W_WP004.jpeg"}, {Name: "DJI_20260501100304_0001_W_WP002.jpeg"}}, nil},
		{"one not there", 2, []File{{Name: "DJI_20260501100304_0002_W_WP004.jpeg"}}, []string{"photo at waypoint 2 (121.500000, 31.200000)"}},
		{"no marks, but places", 2, []File{{Name: "a.jpeg", Lon: 121.50102, Lat: 31.2}}, []string{"photo at waypoint 2 (121.500000, 31.200000)"}},
		{"the dock counted more than the route asked for", 4, []File{{Name: "DJI_20260501100304_0001_W_WP002.jpeg"}, {Name: "DJI_20260501100304_0003_W_WP004.jpeg"}, {Name: "DJI_20260501100304_0004_V.mp4"}}, []string{"file number 0002"}},
		{"more, and their numbers do not tell", 4, []File{{Name: "DJI_20260501100304_0001_W_WP002.jpeg"}, {Name: "DJI_20260501100304_0002_W_WP004.jpeg"}}, []string{"2 of the 4 files that the dock counted"}},
		{"waypoint 40 is not 4", 0, []File{{Name: "DJI_20260501100304_0001_W_WP040.jpeg"}, {Name: "DJI_20260501100304_0002_W_WP002.jpeg"}}, []string{"photo at waypoint 4 (121.501000, 31.200000)"}},
		{"nothing came and nothing was counted", 0, nil, []string{"photo at waypoint 2 (121.500000, 31.200000)", "photo at waypoint 4 (121.501000, 31.200000)"}},
	} {
		m := Account{Shots: slices.Clone(shots), Files: c.files, Counted: c.counted}
		m.match()
		if got := m.missing(); !slices.Equal(got, c.missing) {
			t.Errorf("%s: missing %q, want %q", c.what, got, c.missing)
		}
	}
}

func TestPhotosAreExpectedOfWhatWasFlown(t *testing.T) {
	f := missions.Flight{Route: missions.Route{Waypoints: []missions.Waypoint{{Photo: true}, {Photo: true}, {}, {Photo: true}, {Photo: true}}}}
	at := func(f missions.Flight, reached int) (out []int) {
		for _, s := range ShotsOf(f, reached) {
			out = append(out, s.Waypoint)
		}
		return out
	}
	if got := at(f, 5); !slices.Equal(got, []int{1, 2, 4, 5}) {
		t.Error(got)
	}
	if got := at(f, 2); !slices.Equal(got, []int{1, 2}) {
		t.Error(got)
	}
	f.Break = &missions.Break{Waypoint: 1}
	if got := at(f, 4); !slices.Equal(got, []int{4}) {
		t.Error(got)
	}
}
