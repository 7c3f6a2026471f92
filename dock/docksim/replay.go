package docksim

import (
	"math"
	"time"

	"github.com/paulmach/orb"
	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/geo"
)

// Replay is a flight over a made-up town that is flown as fast as it can be rendered: the same aircraft, sensors, clocks and pictures
// as a live simulated dock, handed over by calls instead of wires. For benches and tests of what is made of them.
type Replay struct {
	Seed             uint64
	HeightM, SpeedMS float64
	PitchDeg         float64 // below level
	Duration         time.Duration
	RTK, DRC         bool
	Settings         Settings
	Quality          int
	// PictureEvery renders a picture so often; 0 renders none.
	PictureEvery time.Duration

	// OSD, DRCInfo and Delay hear what the dock sends, with the dock's stamp and the arrival here.
	OSD     func(a *cloudapi.AircraftProperties, stamp, arrived time.Time)
	DRCInfo func(o *cloudapi.OSDInfoPush, stamp, arrived time.Time)
	Delay   func(seconds float64, arrived time.Time)
	// Frame hears of every frame; picture is empty but every PictureEvery, and is not to be kept.
	Frame func(f ReplayFrame, picture gocv.Mat) error
}

// ReplayFrame is a frame of the video with what only the simulator knows of it.
type ReplayFrame struct {
	PTS      time.Duration
	Arrived  time.Time
	Captured time.Time // in truth
	Pose     geo.Pose  // in truth
	Camera   geo.Camera
}

// Fly flies the route. It returns the town that was flown over.
func (r Replay) Fly() (*Town, error) {
	town := NewTown(r.Seed, "replay", orb.Point{121.53, 31.225})
	defer town.ground.Close()
	d := newDice(r.Seed, 4242)
	q := Qualities[r.Quality]
	cam := geo.CameraFromDiagonal(q.Width, q.Height, 84)
	ren, err := newRenderer(cam)
	if err != nil {
		return nil, err
	}
	defer ren.Close()
	one := func(v float64) [2]float64 { return [2]float64{v, v} }
	p := newPilot(town.frame, town.route(d, one(r.HeightM), one(r.PitchDeg), one(r.SpeedMS)))
	sensor := newSensor(d, r.Settings, r.RTK)
	epoch := time.Unix(1_800_000_000, 0).UTC()
	clockOff := time.Duration(d.between(-1, 1) * r.Settings.ClockOffsetS * float64(time.Second))
	base, phase := d.between(r.Settings.VideoDelayS[0], r.Settings.VideoDelayS[1]), d.between(0, 2*math.Pi)
	infoOff := d.NormFloat64() * r.Settings.DelayInfoSigmaS
	ready := epoch
	late := func(at time.Time) time.Time { // messages keep their order
		t := at.Add(time.Duration(d.between(r.Settings.MQTTDelayS[0], r.Settings.MQTTDelayS[1]) * float64(time.Second)))
		if t.Before(ready) {
			t = ready
		}
		ready = t
		return t
	}
	const tick = time.Second / frameRate
	none := gocv.NewMat()
	defer none.Close()
	nextPicture := time.Duration(0)
	for i := 0; time.Duration(i)*tick < r.Duration; i++ {
		since := time.Duration(i) * tick
		at := epoch.Add(since)
		sensor.wander(tick.Seconds())
		if p.step(tick.Seconds()) {
			break
		}
		read := sensor.read(p.at)
		delay := videoDelay(base, phase, r.Settings, since.Seconds())
		if i%(2*frameRate) == 0 {
			r.OSD(sensor.osd(town.frame, read), at.Add(clockOff), late(at))
		}
		if r.DRC && i%(frameRate/5) == 2 {
			r.DRCInfo(sensor.drc(town.frame, read), at.Add(clockOff), late(at))
			if i%frameRate == 2 {
				r.Delay(delay.Seconds()+infoOff, late(at))
			}
		}
		f := ReplayFrame{PTS: since, Captured: at, Arrived: at.Add(delay), Camera: cam, Pose: trueGeoPose(town, p.at, at)}
		pic := none
		if r.PictureEvery > 0 && since >= nextPicture {
			nextPicture += r.PictureEvery
			ren.render(town, town.eye(cam, p.at), since.Seconds())
			pic = ren.frame
		}
		if err := r.Frame(f, pic); err != nil {
			return nil, err
		}
	}
	return town, nil
}

func trueGeoPose(t *Town, p truePose, at time.Time) geo.Pose {
	q := t.frame.From(p.e, p.n)
	return geo.Pose{Time: at, Lon: q.Lon(), Lat: q.Lat(), HeightM: p.u, YawDeg: p.yawDeg, PitchDeg: p.pitchDeg, RollDeg: p.rollDeg, VelE: p.ve, VelN: p.vn}
}

// Outlines are the town's buildings as a bureau would give them: heights good to a metre, and a few missing.
func (t *Town) Outlines(missing float64, heightOffM float64) []geo.Building {
	d := newDice(t.Seed, 31)
	var out []geo.Building
	for _, b := range t.Buildings {
		if d.chance(missing) {
			continue
		}
		ring := orb.Ring{t.ToFrame(b.X0, b.Y0), t.ToFrame(b.X1, b.Y0), t.ToFrame(b.X1, b.Y1), t.ToFrame(b.X0, b.Y1), t.ToFrame(b.X0, b.Y0)}
		out = append(out, geo.Building{Outline: orb.Polygon{ring}, HeightM: math.Round((b.H+d.between(-heightOffM, heightOffM))*10) / 10})
	}
	return out
}
