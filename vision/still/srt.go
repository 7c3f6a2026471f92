package still

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"golang.org/x/text/encoding/unicode"

	"github.com/harrier-patrol/harrier/geo"
)

// Fix is one entry of a DJI telemetry subtitle. Angles are NaN where the dialect has none (most).
type Fix struct {
	At                        time.Duration // from the beginning of the video
	Lon, Lat                  float64
	HeightM                   float64 // above take-off; NaN where only another height is given
	YawDeg, PitchDeg, RollDeg float64 // gimbal
	Zoom                      float64 // digital; 1 for none
	Sigma                     geo.PoseSigma
}

var (
	srtTime = regexp.MustCompile(`(\d+):(\d+):(\d+)[,.](\d+)\s*-->`)
	// [latitude: 41.4] or [latitude : 41.4]; longitude is spelt longtitude by some firmware
	srtTagged  = regexp.MustCompile(`\[\s*(latitude|longitude|longtitude|rel_alt|altitude|gb_yaw|gb_pitch|gb_roll)\s*:\s*(-?[0-9.]+)`)
	srtZoom    = regexp.MustCompile(`dzoom_ratio\s*:\s*([0-9.]+)`)
	srtRelAlt  = regexp.MustCompile(`rel_alt\s*:\s*(-?[0-9.]+)`)
	srtGimbal  = regexp.MustCompile(`gb_(yaw|pitch|roll)\s*:\s*(-?[0-9.]+)`)
	srtGPS     = regexp.MustCompile(`GPS\s*\(\s*(-?[0-9.]+)\s*,\s*(-?[0-9.]+)\s*(?:,\s*(-?[0-9.]+)(M?))?`)
	srtHeight  = regexp.MustCompile(`(?:\bH |BAROMETER:)\s*(-?[0-9.]+)`)
	srtGimbal2 = regexp.MustCompile(`G\.PRY\s*\(\s*(-?[0-9.]+)°?\s*,\s*(-?[0-9.]+)°?\s*,\s*(-?[0-9.]+)`)
)

// ParseSRT reads DJI telemetry subtitles of any known dialect. Entries that are damaged are left out and counted; a file
// with no usable entry is an error.
func ParseSRT(data []byte) (fixes []Fix, damaged int, err error) {
	text := string(data)
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		if b, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(data); err == nil {
			text = string(b)
		}
	}
	if strings.TrimSpace(strings.TrimPrefix(text, "\ufeff")) == "" {
		return nil, 0, errors.New("the subtitle file is empty")
	}
	// every time line begins an entry, whatever lies between: many programs leave blank lines out, or put blanks into them
	lines := srtTime.FindAllStringIndex(text, -1)
	if len(lines) == 0 {
		return nil, 1, errors.New("no line with times (00:00:01,000 --> 00:00:02,000): is it a subtitle file?")
	}
	for i, at := range lines {
		end := len(text)
		if i+1 < len(lines) {
			end = lines[i+1][0]
		}
		f, ok := parseFix(text[at[0]:end])
		if !ok {
			damaged++
			continue
		}
		fixes = append(fixes, f)
	}
	slices.SortStableFunc(fixes, func(a, b Fix) int { return cmp.Compare(a.At, b.At) })
	if len(fixes) == 0 {
		return nil, damaged, fmt.Errorf("no position in any of %d entries", damaged)
	}
	return fixes, damaged, nil
}

func parseFix(block string) (Fix, bool) {
	nan := math.NaN()
	f := Fix{Lon: nan, Lat: nan, HeightM: nan, YawDeg: nan, PitchDeg: nan, RollDeg: nan, Zoom: 1, Sigma: plainSigma}
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
	if m := srtZoom.FindStringSubmatch(block); m != nil {
		z := n(m[1])
		if z >= 1000 { // in ten thousandths
			z /= 10000
		}
		if z > 1 {
			f.Zoom = z
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

const (
	// after the last fix, and between two, the aircraft is not followed for longer
	maxAfter, maxGap = 2 * time.Second, 10 * time.Second
	accelSigma       = 1.5 // m/s², of what an aircraft does between two fixes
	speedSigma       = 6   // m/s, where only one fix is there
	fixTimeSigma     = 0.1 // s, by which a position may be older than the picture that it is written to
	maxSpeed         = 30  // m/s
)

// FixAt is where the aircraft was at t: on the line between the fixes before and after it, with what that may be off. ErrNoPose before the first, and
// where the fixes are too far apart or over.
func FixAt(fixes []Fix, t time.Duration) (Fix, error) {
	i := sort.Search(len(fixes), func(i int) bool { return fixes[i].At > t })
	if i == 0 {
		return Fix{}, fmt.Errorf("%w: the subtitles begin at %.1f s", ErrNoPose, fixes[0].At.Seconds())
	}
	a := fixes[i-1]
	if a.At == t {
		return a, nil
	}
	dt := (t - a.At).Seconds()
	if i == len(fixes) {
		switch {
		case t-a.At > maxAfter:
			return Fix{}, fmt.Errorf("%w: the subtitles end at %.1f s", ErrNoPose, a.At.Seconds())
		case i == 1:
			a.Sigma.HorizM = math.Hypot(a.Sigma.HorizM, speedSigma*dt)
			return a, nil
		}
		b := fixes[i-2]
		if span := (a.At - b.At).Seconds(); a.At-b.At > maxGap || geo.DistanceM(orb.Point{a.Lon, a.Lat}, orb.Point{b.Lon, b.Lat}) > maxSpeed*span+10 {
			a.Sigma.HorizM = math.Hypot(a.Sigma.HorizM, speedSigma*dt)
			return a, nil
		}
		c := between(b, a, t)
		c.Sigma.HorizM = math.Hypot(plainSigma.HorizM, accelSigma*dt*(dt+(a.At-b.At).Seconds()))
		return c, nil
	}
	b := fixes[i]
	if b.At-a.At > maxGap {
		if t-a.At <= maxAfter {
			a.Sigma.HorizM = math.Hypot(a.Sigma.HorizM, speedSigma*dt)
			return a, nil
		}
		return Fix{}, fmt.Errorf("%w: the subtitles have no position from %.1f to %.1f s", ErrNoPose, a.At.Seconds(), b.At.Seconds())
	}
	if span := (b.At - a.At).Seconds(); geo.DistanceM(orb.Point{a.Lon, a.Lat}, orb.Point{b.Lon, b.Lat}) > maxSpeed*span+10 {
		// no aircraft flies so fast: the fix jumped, and where between the two is not known
		a.Sigma.HorizM = math.Hypot(a.Sigma.HorizM, speedSigma*math.Min(dt, span-dt))
		return a, nil
	}
	return between(a, b, t), nil
}

// between is the place at t on the line through two fixes.
func between(a, b Fix, t time.Duration) Fix {
	start := time.Unix(0, 0)
	pose := func(f Fix) geo.Pose {
		return geo.Pose{Time: start.Add(f.At), Lon: f.Lon, Lat: f.Lat, HeightM: f.HeightM, YawDeg: f.YawDeg, PitchDeg: f.PitchDeg, RollDeg: f.RollDeg, Sigma: f.Sigma}
	}
	p := geo.Between(pose(a), pose(b), start.Add(t))
	k := (t - a.At).Seconds()
	speed := geo.DistanceM(orb.Point{a.Lon, a.Lat}, orb.Point{b.Lon, b.Lat}) / (b.At - a.At).Seconds()
	p.Sigma.HorizM = math.Sqrt(p.Sigma.HorizM*p.Sigma.HorizM + math.Pow(accelSigma/2*k*(b.At-t).Seconds(), 2) + math.Pow(fixTimeSigma*speed, 2))
	return Fix{At: t, Lon: p.Lon, Lat: p.Lat, HeightM: p.HeightM, YawDeg: p.YawDeg, PitchDeg: p.PitchDeg, RollDeg: p.RollDeg, Zoom: a.Zoom, Sigma: p.Sigma}
}

// Pose is the fix as a pose; ErrNoPose where height or gimbal angles are missing.
func (f Fix) Pose() (geo.Pose, error) {
	p := geo.Pose{Lon: f.Lon, Lat: f.Lat, HeightM: f.HeightM, YawDeg: f.YawDeg, PitchDeg: f.PitchDeg, RollDeg: f.RollDeg, Sigma: f.Sigma}
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
