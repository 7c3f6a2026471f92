// Package still reads what a still or a recording says of itself: the pose of its camera from XMP, EXIF or DJI's SRT
// subtitles, and the camera.
package still

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // formats that may be inspected
	_ "image/png"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/bep/imagemeta"

	"github.com/harrier-patrol/harrier/geo"
)

// ErrNoPose says that a file does not tell where its camera was and looked; the message says what is missing.
var ErrNoPose = errors.New("no pose")

// Meta is what a still says of itself.
type Meta struct {
	Width, Height int
	Format        string // "jpeg" or "png": what it is, whatever it is called
	Model         string
	Time          time.Time
	Camera        geo.Camera
	HasCamera     bool
	Pose          geo.Pose
	PoseErr       error  // wraps ErrNoPose where there is no pose
	Edited        string // the program that wrote it after the aircraft did; pixels may not match the pose
}

// What a still's pose is good to where it does not say: plain GNSS, and a barometer since take-off.
var plainSigma = geo.PoseSigma{HorizM: 1.5, VertM: 1.0, YawDeg: 1, PitchDeg: 0.3, RollDeg: 0.3}

// Largest picture that is read, in pixels.
const maxPixels = 500e6

// Read reads a still's metadata. It fails for what is no picture at all, and for a JPEG that breaks off.
func Read(data []byte) (Meta, error) {
	var m Meta
	if len(data) == 0 {
		return m, errors.New("the file is empty")
	}
	conf, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return m, fmt.Errorf("not a JPEG or PNG picture, or damaged at its beginning: %w", err)
	}
	if float64(conf.Width)*float64(conf.Height) > maxPixels {
		return m, fmt.Errorf("%d x %d pixels are more than the %.0f million that are read; cut it into parts", conf.Width, conf.Height, maxPixels/1e6)
	}
	m.Width, m.Height, m.Format = conf.Width, conf.Height, format
	if format == "jpeg" && !bytes.HasSuffix(bytes.TrimRight(data, "\x00"), []byte{0xFF, 0xD9}) {
		if _, _, err := image.Decode(bytes.NewReader(data)); err != nil {
			return m, fmt.Errorf("the picture breaks off (%w); copy it again from the aircraft's card", err)
		}
	}
	m.read(tags(data, format))
	return m, nil
}

// tags collects EXIF (first) and XMP properties by their names; what cannot be read is not there.
func tags(data []byte, format string) (exif map[string]any, xmp map[string]any, at func() (float64, float64, error)) {
	var all imagemeta.Tags
	f := imagemeta.JPEG
	if format == "png" {
		f = imagemeta.PNG
	}
	_, _ = imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(data), ImageFormat: f, Sources: imagemeta.EXIF | imagemeta.XMP, Timeout: 5 * time.Second,
		ShouldHandleTag: func(imagemeta.TagInfo) bool { return true },
		HandleTag:       func(t imagemeta.TagInfo) error { all.Add(t); return nil },
	})
	exif, xmp = map[string]any{}, map[string]any{}
	for k, v := range all.EXIF() {
		exif[k] = v.Value
	}
	for k, v := range all.XMP() {
		xmp[k] = v.Value
	}
	return exif, xmp, all.GetLatLong
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case float32:
		return float64(v), true
	case int:
		return float64(v), true
	case uint16:
		return float64(v), true
	case uint32:
		return float64(v), true
	case interface{ Float64() float64 }:
		return v.Float64(), true
	case string:
		f, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(v), "+"), 64)
		return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
	}
	return 0, false
}

// camera is the lens as the file tells it: what was calibrated in the factory (DewarpData, then CalibratedFocalLength, in pixels) beats the
// equivalent focal length, and that what is known of the aircraft.
func (m *Meta) camera(tags, x map[string]any) (geo.Camera, bool) {
	// what is said in pixels is said of the picture as it was taken
	w, h := m.taken(tags)
	c, ok := m.lens(tags, x, w, h)
	if ok && (w != m.Width || h != m.Height) {
		c = c.Scaled(m.Width, m.Height)
	}
	if z, is := number(tags["DigitalZoomRatio"]); ok && is && z > 1 && !math.IsInf(z, 0) { // 0 says that there was none
		c = c.Zoomed(z)
	}
	return c, ok
}

// taken is the size of the picture as it was taken, by its metadata: editors leave that alone when they make a picture smaller. Where the metadata
// does not say, it is as large as it is.
func (m *Meta) taken(tags map[string]any) (w, h int) {
	x, okX := number(tags["PixelXDimension"])
	y, okY := number(tags["PixelYDimension"])
	if !okX || !okY {
		x, okX = number(tags["ExifImageWidth"])
		y, okY = number(tags["ExifImageHeight"])
	}
	if !okX || !okY || x < 16 || y < 16 || x > 1e6 || y > 1e6 {
		return m.Width, m.Height
	}
	return int(x), int(y)
}

// cropped says that a picture is a part of the one that was taken: its sides are in another proportion.
func (m *Meta) cropped(tags map[string]any) bool {
	w, h := m.taken(tags)
	return math.Abs(float64(w)*float64(m.Height)/(float64(h)*float64(m.Width))-1) > 0.01
}

func (m *Meta) lens(tags, x map[string]any, w, h int) (geo.Camera, bool) {
	c := geo.Camera{Width: w, Height: h, CX: float64(w) / 2, CY: float64(h) / 2}
	if s, ok := x["DewarpData"].(string); ok {
		if d, err := parseDewarp(s); err == nil {
			c.FocalPx, c.CX, c.CY = (d.fx+d.fy)/2, c.CX+d.cx, c.CY+d.cy
			// DewarpFlag 1: the aircraft has rectified the picture already
			if f, ok := number(x["DewarpFlag"]); !ok || f != 1 {
				c.Lens = d.lens
			}
			return c, true
		}
	}
	if f, ok := number(x["CalibratedFocalLength"]); ok && f > 100 {
		c.FocalPx = f
		ox, okX := number(x["CalibratedOpticalCenterX"])
		oy, okY := number(x["CalibratedOpticalCenterY"])
		if okX && okY && math.Abs(ox-c.CX) < c.CX/4 && math.Abs(oy-c.CY) < c.CY/4 {
			c.CX, c.CY = ox, oy
		}
		return c, true
	}
	if f, ok := number(tags["FocalLengthIn35mmFormat"]); ok && f > 0 {
		return geo.CameraFrom35mm(w, h, f, 4.0/3), true
	}
	k, err := geo.CameraOf(m.Model, "wide", 0, w, h)
	return k, err == nil
}

// dewarp is a lens as DJI's DewarpData gives it, in pixels of the whole picture; the centre counts from the picture's.
type dewarp struct {
	fx, fy, cx, cy float64
	lens           geo.Lens
}

// parseDewarp reads "2018-09-01;fx,fy,cx,cy,k1,k2,p1,p2,k3".
func parseDewarp(s string) (dewarp, error) {
	_, list, ok := strings.Cut(s, ";")
	parts := strings.Split(list, ",")
	if !ok || len(parts) != 9 {
		return dewarp{}, fmt.Errorf("DewarpData %q is not a date and nine numbers", s)
	}
	var v [9]float64
	for i, p := range parts {
		f, err := strconv.ParseFloat(strings.TrimSpace(p), 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return dewarp{}, fmt.Errorf("DewarpData %q: %q is no number", s, p)
		}
		v[i] = f
	}
	if v[0] < 100 || v[1] < 100 || math.Abs(v[0]/v[1]-1) > 0.05 {
		return dewarp{}, fmt.Errorf("DewarpData %q: focal lengths of %g and %g pixels", s, v[0], v[1])
	}
	return dewarp{v[0], v[1], v[2], v[3], geo.Lens{K1: v[4], K2: v[5], P1: v[6], P2: v[7], K3: v[8]}}, nil
}

// lives says whether the airframe's own angles are there, and not all 0.
func lives(x map[string]any) bool {
	for _, k := range []string{"FlightYawDegree", "FlightPitchDegree", "FlightRollDegree"} {
		if v, ok := number(x[k]); ok && v != 0 {
			return true
		}
	}
	return false
}

func (m *Meta) read(tags, x map[string]any, at func() (float64, float64, error)) {
	m.Model, _ = tags["Model"].(string)
	if s, ok := tags["DateTimeOriginal"].(string); ok {
		m.Time, _ = time.Parse("2006:01:02 15:04:05", s)
	}
	if s, ok := x["UTCAtExposure"].(string); ok { // to the microsecond, where EXIF has the local time to the second
		if at, err := time.Parse("2006-01-02T15:04:05.999999", s); err == nil {
			m.Time = at
		}
	}
	if t, _ := x["CreatorTool"].(string); t != "" && !strings.Contains(strings.ToLower(t), "dji") {
		m.Edited = t
	}
	m.Camera, m.HasCamera = m.camera(tags, x)
	var missing []string
	get := func(what string, keys ...string) float64 {
		for _, k := range keys {
			if v, ok := number(x[k]); ok {
				return v
			}
		}
		missing = append(missing, what)
		return math.NaN()
	}
	lat, okLat := number(x["GpsLatitude"])
	lon, okLon := number(x["GpsLongitude"])
	if !okLon {
		lon, okLon = number(x["GpsLongtitude"]) // as DJI spells it in some firmware
	}
	if !okLat || !okLon {
		var err error
		lat, lon, err = at()
		okLat = err == nil && (lat != 0 || lon != 0)
		okLon = okLat
	}
	if !okLat || !okLon {
		missing = append(missing, "position")
	}
	if s, _ := tags["GPSStatus"].(string); strings.HasPrefix(strings.ToUpper(strings.TrimSpace(s)), "V") {
		missing = append(missing, "a valid position (EXIF GPSStatus V: the receiver had none when it was taken)")
	} else if s, _ := x["GpsStatus"].(string); strings.EqualFold(strings.TrimSpace(s), "Invalid") {
		missing = append(missing, "a valid position (GpsStatus Invalid: the receiver had none when it was taken)")
	}
	p := geo.Pose{Time: m.Time, Lon: lon, Lat: lat, Sigma: plainSigma}
	p.HeightM = get("height above take-off", "RelativeAltitude")
	p.YawDeg = get("gimbal yaw", "GimbalYawDegree")
	p.PitchDeg = get("gimbal pitch", "GimbalPitchDegree")
	p.RollDeg = get("gimbal roll", "GimbalRollDegree")
	if a, ok := number(x["RtkStdLon"]); ok {
		b, _ := number(x["RtkStdLat"])
		c, _ := number(x["RtkStdHgt"])
		if a > 0 && a < 5 {
			p.Sigma.HorizM, p.Sigma.VertM = math.Hypot(a, b), math.Max(c, 0.02)
		}
	}
	if p.YawDeg == 0 && p.PitchDeg == 0 && p.RollDeg == 0 && lives(x) {
		p.YawDeg, p.PitchDeg, p.RollDeg = math.NaN(), math.NaN(), math.NaN()
		missing = append(missing, "gimbal angles (all are 0 while the airframe's are not: some firmware writes that)")
	}
	m.Pose = p
	switch {
	case len(missing) > 0:
		m.PoseErr = fmt.Errorf("%w: its metadata lacks %s", ErrNoPose, strings.Join(missing, ", "))
	case m.cropped(tags):
		w, h := m.taken(tags)
		m.PoseErr = fmt.Errorf("%w: it is a part of a picture of %d x %d (its metadata says so), and does not say which; take the original", ErrNoPose, w, h)
	case !m.HasCamera:
		m.PoseErr = fmt.Errorf("%w: its metadata lacks the focal length; give --fov", ErrNoPose)
	default:
		if err := p.Check(); err != nil {
			m.PoseErr = fmt.Errorf("%w: %w", ErrNoPose, err)
		}
	}
}
