package docksim

import (
	"math"
	"time"

	"github.com/harrier-patrol/harrier/dock/docksim/town"
)

// weather at a dock: wind is a mean that wanders with gusts on it, rain comes in spells.
type weather struct {
	d        *town.Dice
	windMS   float64
	rain     int // 0 none, 1 light, 2 moderate, 3 heavy
	dry      float64
	tempC    float64
	gustMS   float64 // added by a fault
	gustLeft float64 // seconds
}

// Weather of a spring day in Pudong: mean wind 3.5 m/s, σ 1.8 m/s over a quarter of an hour; a spell of rain every ten hours.
const (
	windMeanMS, windSigmaMS, windTauS = 3.5, 1.8, 900
	drySpellS, wetSpellS              = 10 * 3600, 20 * 60
)

func newWeather(d *town.Dice) *weather {
	w := &weather{d: d, windMS: windMeanMS + windSigmaMS*d.NormFloat64(), tempC: d.Between(14, 22)}
	w.dry = d.ExpFloat64() * drySpellS
	return w
}

// step lets dt seconds pass.
func (w *weather) step(dt float64) {
	k := math.Exp(-dt / windTauS)
	w.windMS = windMeanMS + (w.windMS-windMeanMS)*k + windSigmaMS*math.Sqrt(1-k*k)*w.d.NormFloat64()
	if w.dry -= dt; w.dry < 0 {
		if w.rain == 0 {
			w.rain, w.dry = 1+int(w.d.Between(0, 2.99)), w.d.ExpFloat64()*wetSpellS
		} else {
			w.rain, w.dry = 0, w.d.ExpFloat64()*drySpellS
		}
	}
	if w.gustLeft -= dt; w.gustLeft <= 0 {
		w.gustMS = 0
	}
}

// wind at the dock, m/s.
func (w *weather) wind() float64 { return math.Max(0, w.windMS) + w.gustMS }

// energy of an aircraft: what it burns in the air and takes from the dock (M4D in Dock 3: 54 min in still air, 27 min from 15 to 95 %).
type energy struct {
	percent  float64
	charging bool
}

const (
	flightMin    = 54.0
	chargePerMin = (95.0 - 15.0) / 27.0
	chargeBelow  = 90.0 // the dock charges again from here
)

// step lets dt pass in the air or in the dock, with a wind in m/s.
func (e *energy) step(dt time.Duration, inAir bool, windMS float64) {
	m := dt.Minutes()
	switch {
	case inAir:
		e.charging = false
		e.percent -= m * 100 / flightMin * (1 + 0.5*(windMS/12)*(windMS/12))
	case e.charging:
		if e.percent += m * chargePerMin; e.percent >= 100 {
			e.percent, e.charging = 100, false
		}
	case e.percent < chargeBelow:
		e.charging = true
	}
	e.percent = math.Max(0, e.percent)
}
