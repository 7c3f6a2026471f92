package docksim

import (
	"fmt"
	"os"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/harrier-patrol/harrier/dock/docksim/town"
)

// Fault is what goes wrong on a flight.
type Fault string

// Faults.
const (
	FaultLiveStart   Fault = "live-start"   // the stream does not start the first three times
	FaultLostReply   Fault = "lost-reply"   // the answer to flighttask_execute gets lost
	FaultLowBattery  Fault = "low-battery"  // the battery falls to 20 % on the way; the aircraft breaks off and comes home
	FaultGust        Fault = "gust"         // the wind at the dock rises by 12 m/s for three minutes
	FaultRTKLoss     Fault = "rtk-loss"     // no RTK fix for two minutes
	FaultHMS         Fault = "hms"          // a health alarm of the aircraft in the air
	FaultObstacle    Fault = "obstacle"     // the aircraft stops before an obstacle and comes home
	FaultNotFound    Fault = "not-found"    // the aircraft is not found in the dock after landing, until somebody has put it back
	FaultMediaUpload Fault = "media-upload" // each photo is uploaded at the third try only
	FaultMediaLost   Fault = "media-lost"   // the first photo cannot be read from the aircraft's card, and never comes
	FaultReboot      Fault = "reboot"       // the dock is silent for a minute and a half while its aircraft flies on
)

// AllFaults in their order.
var AllFaults = []Fault{FaultLiveStart, FaultLostReply, FaultLowBattery, FaultGust, FaultRTKLoss, FaultHMS, FaultObstacle, FaultNotFound, FaultReboot, FaultMediaUpload, FaultMediaLost}

// Faults say what goes wrong and when: by chance, and by script.
type Faults struct {
	Chance float64  `yaml:"chance"` // share of flights with a fault
	Kinds  []Fault  `yaml:"kinds"`  // that are drawn from; none is all
	Script []Strike `yaml:"script"`
}

// Strike is a fault of one flight of a dock.
type Strike struct {
	Dock   string  `yaml:"dock"`   // serial number
	Flight int     `yaml:"flight"` // which of its flights, from 1
	Fault  Fault   `yaml:"fault"`
	At     float64 `yaml:"at"` // share of the route after which it strikes, 0 to 1
}

// LoadFaults reads a file of faults.
func LoadFaults(path string) (Faults, error) {
	var f Faults
	r, err := os.Open(path)
	if err != nil {
		return f, err
	}
	defer r.Close()
	d := yaml.NewDecoder(r)
	d.KnownFields(true)
	if err := d.Decode(&f); err != nil {
		return f, fmt.Errorf("%s: %w", path, err)
	}
	return f, f.check()
}

func (f Faults) check() error {
	if f.Chance < 0 || f.Chance > 1 {
		return fmt.Errorf("chance must be 0 to 1, is %g", f.Chance)
	}
	kinds := slices.Clone(f.Kinds)
	for i, s := range f.Script {
		if s.Flight < 1 || s.At < 0 || s.At > 1 {
			return fmt.Errorf("script[%d]: flight counts from 1, and at is 0 to 1", i)
		}
		kinds = append(kinds, s.Fault)
	}
	for _, k := range kinds {
		if !slices.Contains(AllFaults, k) {
			return fmt.Errorf("no fault %q; known: %v", k, AllFaults)
		}
	}
	return nil
}

// draw is the fault of a dock's n-th flight, "" for none, and where it strikes.
func (f Faults) draw(d *town.Dice, sn string, n int) (Fault, float64) {
	for _, s := range f.Script {
		if s.Dock == sn && s.Flight == n {
			return s.Fault, s.At
		}
	}
	if !d.Chance(f.Chance) {
		return "", 0
	}
	kinds := f.Kinds
	if len(kinds) == 0 {
		kinds = AllFaults
	}
	return kinds[int(d.Between(0, float64(len(kinds))-1e-9))], d.Between(0.2, 0.8)
}
