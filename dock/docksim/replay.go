package docksim

import (
	"math"
	"time"

	"github.com/paulmach/orb"
	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/docksim/town"
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
func (r Replay) Fly() (*town.Town, error) {
	place := town.NewTown(r.Seed, "replay", orb.Point{121.53, 31.225})
	defer place.Ground.Close()
	d := town.NewDice(r.Seed, 4242)
	q := town.Qualities[r.Quality]
	cam := geo.CameraFromDiagonal(q.Width, q.Height, 84)
	ren, err := town.NewRenderer(cam)
	if err != nil {
		return nil, err
	}
	defer ren.Close()
	one := func(v float64) [2]float64 { return [2]float64{v, v} }
	p := newPilot(place.Frame, routeOver(place, d, one(r.HeightM), one(r.PitchDeg), one(r.SpeedMS)))
	sensor := newSensor(d, r.Settings, r.RTK)
	epoch := time.Unix(1_800_000_000, 0).UTC()
	clockOff := time.Duration(d.Between(-1, 1) * r.Settings.ClockOffsetS * float64(time.Second))
	base, phase := d.Between(r.Settings.VideoDelayS[0], r.Settings.VideoDelayS[1]), d.Between(0, 2*math.Pi)
	infoOff := d.NormFloat64() * r.Settings.DelayInfoSigmaS
	ready := epoch
	late := func(at time.Time) time.Time { // messages keep their order
		t := at.Add(time.Duration(d.Between(r.Settings.MQTTDelayS[0], r.Settings.MQTTDelayS[1]) * float64(time.Second)))
		if t.Before(ready) {
			t = ready
		}
		ready = t
		return t
	}
	const tick = time.Second / town.FrameRate
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
		if i%(2*town.FrameRate) == 0 {
			r.OSD(sensor.osd(place.Frame, read), at.Add(clockOff), late(at))
		}
		if r.DRC && i%(town.FrameRate/5) == 2 {
			r.DRCInfo(sensor.drc(place.Frame, read), at.Add(clockOff), late(at))
			if i%town.FrameRate == 2 {
				r.Delay(delay.Seconds()+infoOff, late(at))
			}
		}
		f := ReplayFrame{PTS: since, Captured: at, Arrived: at.Add(delay), Camera: cam, Pose: trueGeoPose(place, p.at, at)}
		pic := none
		if r.PictureEvery > 0 && since >= nextPicture {
			nextPicture += r.PictureEvery
			ren.Render(place, place.Eye(cam, p.at), since.Seconds())
			pic = ren.Frame
		}
		if err := r.Frame(f, pic); err != nil {
			return nil, err
		}
	}
	return place, nil
}

func trueGeoPose(t *town.Town, p town.TruePose, at time.Time) geo.Pose {
	q := t.Frame.From(p.E, p.N)
	return geo.Pose{Time: at, Lon: q.Lon(), Lat: q.Lat(), HeightM: p.U, YawDeg: p.YawDeg, PitchDeg: p.PitchDeg, RollDeg: p.RollDeg, VelE: p.Ve, VelN: p.Vn}
}
