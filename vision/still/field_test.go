package still

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
)

// Stills and recordings as they come from the field: each case is a kind that was once misread.

func nowhere() (float64, float64, error) { return 0, 0, errors.New("no position in EXIF") }

// told is a still's metadata with changes; a nil takes a property away.
func told(changes map[string]any) (tags, xmp map[string]any) {
	tags = map[string]any{"Model": "M3T", "FocalLengthIn35mmFormat": 24.0}
	xmp = map[string]any{"GpsLatitude": "31.2250000", "GpsLongitude": "121.5300000", "RelativeAltitude": "+80.0", "GimbalYawDegree": "+30.0", "GimbalPitchDegree": "-45.0", "GimbalRollDegree": "+0.0"}
	for k, v := range changes {
		of := xmp
		if name, is := strings.CutPrefix(k, "exif:"); is {
			k, of = name, tags
		}
		if of[k] = v; v == nil {
			delete(of, k)
		}
	}
	return tags, xmp
}

func TestWhatAStillDoesNotSayStaysUnknown(t *testing.T) {
	zero := map[string]any{"GimbalYawDegree": "+0.0", "GimbalPitchDegree": "+0.0"}
	with := func(more map[string]any) map[string]any {
		out := map[string]any{}
		for _, m := range []map[string]any{zero, more} {
			for k, v := range m {
				out[k] = v
			}
		}
		return out
	}
	for _, c := range []struct {
		name    string
		changes map[string]any
		unknown string // of the pose: which are not numbers
		says    string
	}{
		{"all is told", nil, "", ""},
		{"no gimbal", map[string]any{"GimbalYawDegree": nil, "GimbalPitchDegree": nil, "GimbalRollDegree": nil}, "yaw pitch roll", "gimbal yaw"},
		{"no height", map[string]any{"RelativeAltitude": nil}, "height", "height above take-off"},
		{"all angles zero, the airframe lives", with(map[string]any{"FlightYawDegree": "+179.9"}), "yaw pitch roll", "all are 0"},
		{"all angles zero, the airframe's too", with(map[string]any{"FlightYawDegree": "+0.0"}), "", ""},
		{"no place", map[string]any{"GpsLatitude": nil, "GpsLongitude": nil}, "", "position"},
		{"GNSS invalid by EXIF", map[string]any{"exif:GPSStatus": "V"}, "", "valid position"},
		{"GNSS invalid by XMP", map[string]any{"GpsStatus": "Invalid"}, "", "valid position"},
		{"cropped", map[string]any{"exif:PixelXDimension": 4000.0, "exif:PixelYDimension": 2250.0}, "", "part of a picture of 4000 x 2250"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Meta{Width: 1000, Height: 750}
			tags, xmp := told(c.changes)
			m.read(tags, xmp, nowhere)
			for name, v := range map[string]float64{"yaw": m.Pose.YawDeg, "pitch": m.Pose.PitchDeg, "roll": m.Pose.RollDeg, "height": m.Pose.HeightM} {
				if got := math.IsNaN(v); got != strings.Contains(c.unknown, name) {
					t.Errorf("%s is %g", name, v)
				}
			}
			if c.says == "" && m.PoseErr != nil || c.says != "" && (m.PoseErr == nil || !strings.Contains(m.PoseErr.Error(), c.says)) {
				t.Errorf("it says %v", m.PoseErr)
			}
		})
	}
}

func TestZoomAndSizeOfAStill(t *testing.T) {
	lens := func(w, h int, changes map[string]any) float64 {
		m := Meta{Width: w, Height: h}
		tags, xmp := told(changes)
		c, ok := m.camera(tags, xmp)
		if !ok || c.Width != w || c.Height != h {
			t.Fatalf("%+v", c)
		}
		return c.FocalPx
	}
	plain := lens(4000, 3000, nil)
	for name, c := range map[string]struct{ got, want float64 }{
		"no zoom":                 {lens(4000, 3000, map[string]any{"exif:DigitalZoomRatio": 0.0}), plain},
		"twice":                   {lens(4000, 3000, map[string]any{"exif:DigitalZoomRatio": 2.0}), 2 * plain},
		"calibrated, four times":  {lens(4000, 3000, map[string]any{"exif:DigitalZoomRatio": 4.0, "CalibratedFocalLength": "2700"}), 4 * 2700},
		"made half as large":      {lens(2000, 1500, map[string]any{"exif:PixelXDimension": 4000.0, "exif:PixelYDimension": 3000.0}), plain / 2},
		"calibrated, half":        {lens(2000, 1500, map[string]any{"exif:PixelXDimension": 4000.0, "exif:PixelYDimension": 3000.0, "CalibratedFocalLength": "2700"}), 1350},
		"dewarped, half, zoomed":  {lens(2000, 1500, map[string]any{"exif:PixelXDimension": 4000.0, "exif:PixelYDimension": 3000.0, "DewarpData": "2018-09-01;2700,2700,10,-10,0,0,0,0,0", "exif:DigitalZoomRatio": 2.0}), 2700},
		"size said by other tags": {lens(2000, 1500, map[string]any{"exif:ExifImageWidth": 4000.0, "exif:ExifImageHeight": 3000.0, "CalibratedFocalLength": "2700"}), 1350},
	} {
		if math.Abs(c.got/c.want-1) > 1e-9 {
			t.Errorf("%s: %.1f pixels, wanted %.1f", name, c.got, c.want)
		}
	}
}

// srt writes fixes at full seconds, 12 m/s to the north.
func srt(sep, between string, seconds ...int) string {
	var b strings.Builder
	for n, s := range seconds {
		if n > 0 {
			b.WriteString(between)
		}
		fmt.Fprintf(&b, "%d%s00:00:%02d,000 --> 00:00:%02d,000%s[latitude: %.6f] [longitude: 121.530000] [rel_alt: 80.000 abs_alt: 98.2] [gb_yaw: 0.0 gb_pitch: -90.0 gb_roll: 0.0]%s", n+1, sep, s, s+1, sep, 31.225+12*float64(s)/110857, sep)
	}
	return b.String()
}

func TestEveryTimeLineBeginsAFix(t *testing.T) {
	u16 := func(s string) string {
		out := []byte{0xff, 0xfe}
		for _, u := range utf16.Encode([]rune(s)) {
			out = binary.LittleEndian.AppendUint16(out, u)
		}
		return string(out)
	}
	for name, text := range map[string]string{
		"good": srt("\n", "\n", 0, 1, 2), "no blank lines": srt("\n", "", 0, 1, 2), "a blank in the blank line": srt("\n", " \n", 0, 1, 2), "a tab": srt("\r\n", "\t\r\n", 0, 1, 2),
		"CR CR LF": srt("\r\r\n", "\r\r\n", 0, 1, 2), "CR": srt("\r", "\r", 0, 1, 2), "two blank lines": srt("\n", "\n\n", 0, 1, 2), "UTF-16": u16(srt("\n", "\n", 0, 1, 2)), "out of order": srt("\n", "\n", 2, 0, 1),
	} {
		fixes, damaged, err := ParseSRT([]byte(text))
		if err != nil || damaged > 0 || len(fixes) != 3 {
			t.Errorf("%s: %d fixes, %d damaged, %v", name, len(fixes), damaged, err)
			continue
		}
		for i, f := range fixes {
			if f.At != time.Duration(i)*time.Second || math.Abs(f.Lat-31.225-12*float64(i)/110857) > 2e-6 {
				t.Errorf("%s: fix %d at %s, %.6f", name, i, f.At, f.Lat)
			}
		}
	}
}

func TestARecordingIsLocatedBetweenItsFixes(t *testing.T) {
	at := func(text string, s float64) (northM, sigmaM float64, err error) {
		fixes, _, e := ParseSRT([]byte(text))
		if e != nil {
			t.Fatal(e)
		}
		f, err := FixAt(fixes, time.Duration(s*1e9))
		return (f.Lat - 31.225) * 110857, f.Sigma.HorizM, err
	}
	steady := srt("\n", "\n", 0, 1, 2, 3)
	for _, s := range []float64{0, 0.4, 1.6, 2.9} {
		if n, sigma, err := at(steady, s); err != nil || math.Abs(n-12*s) > 0.3 || sigma < 1 {
			t.Errorf("at %.1f s: %.1f m north, wanted %.1f; sigma %.1f, %v", s, n, 12*s, sigma, err)
		}
	}
	if n, sigma, err := at(srt("\n", "\n", 0, 4), 2); err != nil || math.Abs(n-24) > 0.3 || sigma < 2 {
		t.Errorf("between fixes four seconds apart: %.1f m, sigma %.1f, %v", n, sigma, err)
	}
	for name, c := range map[string]struct {
		text string
		s    float64
	}{"before the first": {srt("\n", "\n", 5, 6), 2}, "after the last": {steady, 9}, "in a gap": {srt("\n", "\n", 0, 30), 15}} {
		if _, _, err := at(c.text, c.s); !errors.Is(err, ErrNoPose) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n, sigma, err := at(srt("\n", "\n", 0), 1.5); err != nil || math.Abs(n-18) > 3*sigma {
		t.Errorf("one fix, a second and a half ago: %.1f m with a sigma of %.1f m, in truth 18, %v", n, sigma, err)
	}
	zoomed := strings.ReplaceAll(steady, "[rel_alt", "[dzoom_ratio: 40000, delta:0] [rel_alt")
	if fixes, _, err := ParseSRT([]byte(zoomed)); err != nil || fixes[0].Zoom != 4 {
		t.Errorf("zoom %v, %v", fixes, err)
	}
}
