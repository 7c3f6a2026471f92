package docksim

import (
	"fmt"
	"math"
	"os"

	"github.com/paulmach/orb"
	"go.yaml.in/yaml/v3"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/docksim/town"
	"github.com/harrier-patrol/harrier/geo"
)

func orbPoint(lon, lat float64) orb.Point { return orb.Point{lon, lat} }

// Settings is how far simulated docks are from ideal: the one place for it. A YAML file with these keys replaces any of them.
type Settings struct {
	ClockOffsetS    float64    `yaml:"clock_offset_s"`     // docks' clocks are off by up to this
	VideoDelayS     [2]float64 `yaml:"video_delay_s"`      // a picture is this old when it is sent
	VideoDriftS     float64    `yaml:"video_drift_s"`      // its slow drift, ± over some minutes
	MQTTDelayS      [2]float64 `yaml:"mqtt_delay_s"`       // messages are this late
	DelayInfoSigmaS float64    `yaml:"delay_info_sigma_s"` // delay_info_push is off by this, once a flight
	RTKHorizM       float64    `yaml:"rtk_horiz_m"`
	RTKVertM        float64    `yaml:"rtk_vert_m"`
	GNSSSigmaM      float64    `yaml:"gnss_sigma_m"`      // without RTK
	GNSSTauS        float64    `yaml:"gnss_tau_s"`        // and over how long it wanders
	YawBiasDeg      float64    `yaml:"gimbal_yaw_bias"`   // σ of the constant bias of an aircraft
	PitchBiasDeg    float64    `yaml:"gimbal_pitch_bias"` //
	GimbalNoiseDeg  float64    `yaml:"gimbal_noise"`      // white
	SpeedMS         [2]float64 `yaml:"speed_ms"`          // of patrols
	NoRTKEvery      int        `yaml:"no_rtk_every"`      // every n-th flight has no RTK
	NoDRCEvery      int        `yaml:"no_drc_every"`      // every n-th flying dock refuses DRC
	DRCEvery        int        `yaml:"drc_every"`         // where not 0: only every n-th dock grants DRC
	Calm            bool       `yaml:"calm"`              // no weather
	LiveFails       float64    `yaml:"live_start_fails"`  // share of live starts that fail at first
	IDREveryS       float64    `yaml:"idr_every_s"`
}

// DefaultSettings are the documented ones.
func DefaultSettings() Settings {
	return Settings{
		ClockOffsetS: 2, VideoDelayS: [2]float64{0.4, 1.5}, VideoDriftS: 0.1, MQTTDelayS: [2]float64{0.03, 0.3},
		DelayInfoSigmaS: 0.15, RTKHorizM: 0.02, RTKVertM: 0.04, GNSSSigmaM: 1, GNSSTauS: 60, YawBiasDeg: 0.5,
		PitchBiasDeg: 0.2, GimbalNoiseDeg: 0.1, SpeedMS: [2]float64{8, 12}, NoRTKEvery: 3, NoDRCEvery: 2, LiveFails: 0.5, IDREveryS: 2,
	}
}

// LoadSettings reads a file over the defaults.
func LoadSettings(path string) (Settings, error) {
	s := DefaultSettings()
	f, err := os.Open(path)
	if err != nil {
		return s, err
	}
	defer f.Close()
	d := yaml.NewDecoder(f)
	d.KnownFields(true)
	if err := d.Decode(&s); err != nil {
		return s, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

// sensor is how an aircraft sees itself: a true pose with its errors.
type sensor struct {
	d            *town.Dice
	s            Settings
	rtk          bool
	yawB, pitchB float64
	ge, gn, gu   float64 // wandering GNSS error
}

func newSensor(d *town.Dice, s Settings, rtk bool) *sensor {
	x := &sensor{d: d, s: s, rtk: rtk, yawB: d.NormFloat64() * s.YawBiasDeg, pitchB: d.NormFloat64() * s.PitchBiasDeg}
	x.ge, x.gn, x.gu = d.NormFloat64()*s.GNSSSigmaM, d.NormFloat64()*s.GNSSSigmaM, d.NormFloat64()*s.GNSSSigmaM
	return x
}

// wander lets the GNSS error drift (an Ornstein-Uhlenbeck process).
func (x *sensor) wander(dt float64) {
	k := math.Exp(-dt / x.s.GNSSTauS)
	q := x.s.GNSSSigmaM * math.Sqrt(1-k*k)
	for _, v := range []*float64{&x.ge, &x.gn, &x.gu} {
		*v = *v*k + q*x.d.NormFloat64()
	}
}

func (x *sensor) read(p town.TruePose) town.TruePose {
	if x.rtk {
		p.E += x.d.NormFloat64() * x.s.RTKHorizM
		p.N += x.d.NormFloat64() * x.s.RTKHorizM
		p.U += x.d.NormFloat64() * x.s.RTKVertM
	} else {
		p.E, p.N, p.U = p.E+x.ge, p.N+x.gn, p.U+x.gu
	}
	p.YawDeg += x.yawB + x.d.NormFloat64()*x.s.GimbalNoiseDeg
	p.PitchDeg += x.pitchB + x.d.NormFloat64()*x.s.GimbalNoiseDeg
	p.RollDeg += x.d.NormFloat64() * x.s.GimbalNoiseDeg
	return p
}

// siteHeightM is the height of every simulated dock above the ellipsoid.
const siteHeightM = 12

// osd is what an aircraft that reads itself at p reports over OSD.
func (x *sensor) osd(frame geo.Frame, p town.TruePose) *cloudapi.AircraftProperties {
	at := frame.From(p.E, p.N)
	a := &cloudapi.AircraftProperties{ModeCode: new(cloudapi.AircraftModeWayline), Latitude: new(at.Lat()), Longitude: new(at.Lon()), Elevation: new(p.U), Height: new(p.U + siteHeightM),
		AttitudeHead: new(p.YawDeg), HorizontalSpeed: new(hypot(p.Ve, p.Vn)),
		PayloadsByIndex: map[string]cloudapi.PayloadProperties{payload: {GimbalPitch: new(p.PitchDeg), GimbalRoll: new(p.RollDeg), GimbalYaw: new(p.YawDeg)}}}
	a.PositionState = &cloudapi.AircraftPositionState{IsFixed: cloudapi.RTKFixFixing, Quality: 4, GPSNumber: 22}
	if x.rtk {
		a.PositionState = &cloudapi.AircraftPositionState{IsFixed: cloudapi.RTKFixFixed, Quality: 5, GPSNumber: 26, RTKNumber: 28}
	}
	return a
}

// drc is the same over the DRC channel.
func (x *sensor) drc(frame geo.Frame, p town.TruePose) *cloudapi.OSDInfoPush {
	at := frame.From(p.E, p.N)
	return &cloudapi.OSDInfoPush{AttitudeHead: p.YawDeg, Latitude: at.Lat(), Longitude: at.Lon(), Height: p.U + siteHeightM,
		SpeedX: p.Ve, SpeedY: p.Vn, GimbalPitch: p.PitchDeg, GimbalRoll: p.RollDeg, GimbalYaw: p.YawDeg}
}

// Times are the settings with the errors of position and gimbal k times as large.
func (s Settings) Times(k float64) Settings {
	for _, v := range []*float64{&s.RTKHorizM, &s.RTKVertM, &s.GNSSSigmaM, &s.YawBiasDeg, &s.PitchBiasDeg, &s.GimbalNoiseDeg} {
		*v *= k
	}
	return s
}
