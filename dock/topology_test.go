package dock

import (
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
)

func TestATopologyWithoutAircraftMeansThatItIsOff(t *testing.T) {
	w := newWorld(t)
	d := Dock{SN: "SIMTOPO", Aircraft: "SIMATOPO", Model: "M4D"}
	c, _ := w.controller(d)
	s := newScripted(t, w, d.SN)
	s.set(func() { s.props.DroneInDock = new(cloudapi.DroneInDockOutside) })
	k := c.docks[d.SN]
	s.eventually("its aircraft is out", func() (out bool) {
		k.locked(func() { out = k.rep.Dock.DroneInDock != nil && *k.rep.Dock.DroneInDock == cloudapi.DroneInDockOutside })
		return out
	})
	airborne := func() (in, known bool) {
		k.locked(func() {
			in = k.rep.Airborne(time.Now())
			n, there := k.rep.Battery(time.Now())
			known = there && n == 60 // of the dock's charger it is known still
		})
		return in, known
	}
	k.locked(func() {
		k.rep.Flown, k.rep.Aircraft = time.Now(), cloudapi.AircraftProperties{ModeCode: new(cloudapi.AircraftModeWayline), Battery: &cloudapi.Battery{CapacityPercent: 60}}
	})
	if in, _ := airborne(); !in {
		t.Fatal("it is not in the air")
	}
	s.send(cloudapi.KindStatus, cloudapi.MethodUpdateTopo, "off", &cloudapi.Topo{Type: 3, SubDevices: []cloudapi.SubDevice{}})
	s.eventually("an aircraft that is off is not in the air, and its battery is not known", func() bool { in, known := airborne(); return !in && !known })
}
