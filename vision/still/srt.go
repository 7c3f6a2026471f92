package still

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/harrier-patrol/harrier/geo"
)

// Fix is one entry of a DJI telemetry subtitle. Angles are NaN where the dialect has none (most).
type Fix struct {
	At                        time.Duration // from the beginning of the video
	Lon, Lat                  float64
	HeightM                   float64 // above take-off; NaN where only another height is given
	YawDeg, PitchDeg, RollDeg float64 // gimbal
}

var (
	srtTime = regexp.MustCompile(`(\d+):(\d+):(\d+)[,.](\d+)\s*-->`)
	// [latitude: 41.4] or [latitude : 41.4]; longitude is spelt longtitude by some firmware
	srtTagged  = regexp.MustCompile(`\[\s*(latitude|longitude|longtitude|rel_alt|altitude|gb_yaw|gb_pitch|gb_roll)\s*:\s*(-?[0-9.]+)`)
	srtRelAlt  = regexp.MustCompile(`rel_alt\s*:\s*(-?[0-9.]+)`)
	srtGimbal  = regexp.MustCompile(`gb_(yaw|pitch|roll)\s*:\s*(-?[0-9.]+)`)
	srtGPS     = regexp.MustCompile(`GPS\s*\(\s*(-?[0-9.]+)\s*,\s*(-?[0-9.]+)\s*(?:,\s*(-?[0-9.]+)(M?))?`)
	srtHeight  = regexp.MustCompile(`(?:\bH |BAROMETER:)\s*(-?[0-9.]+)`)
	srtGimbal2 = regexp.MustCompile(`G\.PRY\s*\(\s*(-?[0-9.]+)°?\s*,\s*(-?[0-9.]+)°?\s*,\s*(-?[0-9.]+)`)
)

// ParseSRT reads DJI telemetry subtitles of any known dialect. Entries that are damaged are left out and counted; a file
// with no usable entry is an error.
func ParseSRT(data []byte) (fixes []Fix, damaged int, err error) {
	text := strings.TrimPrefix(strings.ReplaceAll(string(data), "\r\n", "\n"), "\ufeff")
	if strings.TrimSpace(text) == "" {
		return nil, 0, errors.New("the subtitle file is empty")
	}
	for _, block := range strings.Split(text, "\n\n") {
		if strings.TrimSpace(block) == "" {
			continue
		}
		f, ok := parseFix(block)
		if !ok {
			damaged++
			continue
		}
		fixes = append(fixes, f)
	}
	if len(fixes) == 0 {
		return nil, damaged, fmt.Errorf("no position in any of %d entries", damaged)
	}
	return fixes, damaged, nil
}

func parseFix(block string) (Fix, bool) {
	nan := math.NaN()
	f := Fix{Lon: nan, Lat: nan, HeightM: nan, YawDeg: nan, PitchDeg: nan, RollDeg: nan}
	t := srtTime.FindStringSubmatch(block)
	if t == nil {
		return f, false
	}
	n := func(s string) float64 {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return nan
		}
		return v
	}
	f.At = time.Duration((n(t[1])*3600 + n(t[2])*60 + n(t[3]) + n("0."+t[4])) * float64(time.Second))
	for _, m := range srtTagged.FindAllStringSubmatch(block, -1) {
		switch v := n(m[2]); m[1] {
		case "latitude":
			f.Lat = v
		case "longitude", "longtitude":
			f.Lon = v
		}
	}
	if m := srtRelAlt.FindStringSubmatch(block); m != nil {
		f.HeightM = n(m[1])
	}
	for _, m := range srtGimbal.FindAllStringSubmatch(block, -1) {
		switch v := n(m[2]); m[1] {
		case "yaw":
			f.YawDeg = v
		case "pitch":
			f.PitchDeg = v
		case "roll":
			f.RollDeg = v
		}
	}
	if m := srtGPS.FindStringSubmatch(block); m != nil {
		// consumer aircraft write longitude first; those that write the height with an M (M300) write latitude first
		f.Lon, f.Lat = n(m[1]), n(m[2])
		if m[4] == "M" && math.Abs(n(m[1])) <= 90 {
			f.Lon, f.Lat = f.Lat, f.Lon
		}
	}
	if m := srtHeight.FindStringSubmatch(block); m != nil {
		f.HeightM = n(m[1])
	}
	if m := srtGimbal2.FindStringSubmatch(block); m != nil {
		f.PitchDeg, f.RollDeg, f.YawDeg = n(m[1]), n(m[2]), n(m[3])
	}
	ok := math.Abs(f.Lat) <= 90 && math.Abs(f.Lon) <= 180 && !(f.Lat == 0 && f.Lon == 0)
	return f, ok
}

// FixAt is the fix that holds at t: the last at or before it.
func FixAt(fixes []Fix, t time.Duration) Fix {
	out := fixes[0]
	for _, f := range fixes {
		if f.At > t {
			break
		}
		out = f
	}
	return out
}

// Pose is the fix as a pose; ErrNoPose where height or gimbal angles are missing.
func (f Fix) Pose() (geo.Pose, error) {
	p := geo.Pose{Lon: f.Lon, Lat: f.Lat, HeightM: f.HeightM, YawDeg: f.YawDeg, PitchDeg: f.PitchDeg, RollDeg: f.RollDeg, Sigma: plainSigma}
	var missing []string
	for _, x := range []struct {
		name string
		v    float64
	}{{"height above take-off", f.HeightM}, {"gimbal yaw", f.YawDeg}, {"gimbal pitch", f.PitchDeg}} {
		if math.IsNaN(x.v) {
			missing = append(missing, x.name)
		}
	}
	if len(missing) > 0 {
		return p, fmt.Errorf("%w: this SRT dialect has no %s", ErrNoPose, strings.Join(missing, ", "))
	}
	if math.IsNaN(p.RollDeg) {
		p.RollDeg = 0
	}
	return p, p.Check()
}
