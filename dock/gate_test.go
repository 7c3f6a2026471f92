package dock

import (
	"strings"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
)

func TestTheGateSaysValueAndLimit(t *testing.T) {
	now := time.Date(2026, 6, 1, 4, 0, 0, 0, time.UTC) // noon in Shanghai
	fine := func() *report {
		r := &report{heard: now, dock: cloudapi.DockProperties{ModeCode: new(cloudapi.DockModeIdle), DroneInDock: new(cloudapi.DroneInDockInside), WindSpeed: new(3.0), DroneChargeState: &cloudapi.DroneChargeState{CapacityPercent: 90},
			PositionState: &cloudapi.PositionState{IsFixed: cloudapi.RTKFixFixed}, Storage: &cloudapi.Storage{Total: 80 << 20, Used: 1 << 20}}}
		r.told(&r.dock, now)
		return r
	}
	d := Dock{SN: "D", Model: "M4D", Lon: 121.5, Lat: 31.2}
	l := DefaultLimits("M4D")
	if cs := fine().gate(now, l, d, nil); cs != nil {
		t.Fatalf("a fine dock is blocked: %s", said(cs))
	}
	for want, spoil := range map[string]func(*report){
		"online: silent for 20 s (a report at least every 15s)": func(r *report) { r.heard = now.Add(-20 * time.Second) },
		"mode: remote debugging (idle)":                         func(r *report) { r.dock.ModeCode = new(cloudapi.DockModeRemoteDebugging) },
		"emergency stop: pressed (released)":                    func(r *report) { r.dock.EmergencyStopState = new(cloudapi.SwitchOn) },
		"cover: in an abnormal state (closed or open)":          func(r *report) { r.dock.CoverState = new(cloudapi.CoverStateAbnormal) },
		"aircraft in the dock: outside (inside)":                func(r *report) { r.dock.DroneInDock = new(cloudapi.DroneInDockOutside) },
		"wind: 12.1 m/s (at most 12 m/s)":                       func(r *report) { r.dock.WindSpeed = new(12.1) },
		"rain: moderate rain (at most light rain)":              func(r *report) { r.dock.Rainfall = new(cloudapi.RainfallModerate) },
		"temperature: -31 °C (-30 to 50 °C)":                    func(r *report) { r.dock.EnvironmentTemperature = new(-31.0) },
		"battery: 49 % (at least 50 %)":                         func(r *report) { r.dock.DroneChargeState.CapacityPercent = 49 },
		"storage: 1000 MB free (at least 1024 MB)":              func(r *report) { r.dock.Storage = &cloudapi.Storage{Total: 1 << 20, Used: 1<<20 - 1000<<10} },
		"position: no RTK fix, 20 satellites (an RTK fix)":      func(r *report) { r.dock.PositionState = &cloudapi.PositionState{GPSNumber: 20} },
		"network: no signal (a signal)":                         func(r *report) { r.dock.NetworkState = &cloudapi.NetworkState{} },
		"alarms: HMS 0x16100083 (none of level warning)": func(r *report) {
			r.hms(&cloudapi.HMSReport{List: []cloudapi.HMSAlarm{{Level: cloudapi.HMSLevelWarning, Code: "0x16100083"}}}, now)
		},
		"other aircraft: B-5931 at 100 m (none near for 1m0s)": func(r *report) {
			r.airsense(cloudapi.AirsenseWarnings{{ICAO: new("B-5931"), Distance: new(100), WarningLevel: new(cloudapi.WarningLevel(3))}}, now)
		},
	} {
		r := fine()
		spoil(r)
		if got := said(r.gate(now, l, d, nil)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := said(fine().gate(now.Add(12*time.Hour), l, d, nil)); !strings.Contains(got, "silent") {
		t.Errorf("%q", got)
	}
	r := fine()
	r.heard = now.Add(12 * time.Hour)
	r.told(&r.dock, r.heard)
	if got := said(r.gate(now.Add(12*time.Hour), l, d, nil)); !strings.HasPrefix(got, "daylight: the sun is ") {
		t.Errorf("midnight: %q", got)
	}
	if got := said(fine().gate(now, l, d, []Hold{{Operator: "Li", Reason: "crane on the roof"}})); got != "hold: Li: crane on the roof (until released)" {
		t.Errorf("%q", got)
	}
}

func TestTheLifeOfADockIsWhatItReports(t *testing.T) {
	now := time.Now()
	mode := func(d cloudapi.DockMode, in cloudapi.DroneInDock, a cloudapi.AircraftMode) *report {
		return &report{heard: now, flown: now, dock: cloudapi.DockProperties{ModeCode: &d, DroneInDock: &in}, aircraft: cloudapi.AircraftProperties{ModeCode: &a}}
	}
	charging := mode(cloudapi.DockModeIdle, cloudapi.DroneInDockInside, cloudapi.AircraftModeStandby)
	charging.dock.DroneChargeState = &cloudapi.DroneChargeState{State: cloudapi.ChargeStateCharging, CapacityPercent: 30}
	for i, c := range []struct {
		r       *report
		blocked []Check
		want    Life
	}{
		{&report{}, nil, Offline},
		{mode(cloudapi.DockModeIdle, cloudapi.DroneInDockInside, cloudapi.AircraftModeStandby), nil, Idle},
		{mode(cloudapi.DockModeIdle, cloudapi.DroneInDockInside, cloudapi.AircraftModeStandby), []Check{{Condition: ConditionWind}}, Blocked},
		{charging, []Check{{Condition: ConditionBattery}}, Charging},
		{charging, []Check{{Condition: ConditionBattery}, {Condition: ConditionWind}}, Blocked},
		{mode(cloudapi.DockModeWorking, cloudapi.DroneInDockInside, cloudapi.AircraftModePreparing), nil, Readying},
		{mode(cloudapi.DockModeWorking, cloudapi.DroneInDockOutside, cloudapi.AircraftModeWayline), nil, InFlight},
		{mode(cloudapi.DockModeWorking, cloudapi.DroneInDockOutside, cloudapi.AircraftModeReturningHome), nil, GoingHome},
		{mode(cloudapi.DockModeRemoteDebugging, cloudapi.DroneInDockInside, cloudapi.AircraftModeStandby), []Check{{Condition: ConditionMode}}, Maintenance},
	} {
		if got := c.r.life(now, c.blocked); got != c.want {
			t.Errorf("case %d: %s, want %s", i, got, c.want)
		}
	}
}

// What must be known before anything flies is known and fresh, or the dock is not understood.
func TestADockThatIsNotUnderstoodIsNotFlown(t *testing.T) {
	now := time.Date(2026, 6, 1, 4, 0, 0, 0, time.UTC)
	all := cloudapi.DockProperties{ModeCode: new(cloudapi.DockModeIdle), DroneInDock: new(cloudapi.DroneInDockInside), DroneChargeState: &cloudapi.DroneChargeState{CapacityPercent: 90},
		PositionState: &cloudapi.PositionState{IsFixed: cloudapi.RTKFixFixed}}
	for _, c := range []struct {
		name  string
		spoil func(*cloudapi.DockProperties)
		age   time.Duration
		want  string
	}{
		{"all is told", func(*cloudapi.DockProperties) {}, 0, ""},
		{"no mode", func(p *cloudapi.DockProperties) { p.ModeCode = nil }, 0, "mode_code"},
		{"no aircraft", func(p *cloudapi.DockProperties) { p.DroneInDock = nil }, 0, "drone_in_dock"},
		{"no battery", func(p *cloudapi.DockProperties) { p.DroneChargeState = nil }, 0, "drone_charge_state"},
		{"no position", func(p *cloudapi.DockProperties) { p.PositionState = nil }, 0, "position_state"},
		{"nothing", func(p *cloudapi.DockProperties) { *p = cloudapi.DockProperties{} }, 0, "mode_code, drone_in_dock, drone_charge_state, position_state"},
		{"told a minute ago", func(*cloudapi.DockProperties) {}, time.Minute, "mode_code"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := all
			c.spoil(&p)
			r := &report{heard: now}
			merge(&r.dock, &p)
			r.told(&p, now.Add(-c.age))
			got := r.gate(now, DefaultLimits("M4D"), Dock{}, nil)
			if c.want == "" {
				if len(got) > 0 {
					t.Errorf("blocked: %s", said(got))
				}
				return
			}
			if len(got) != 1 || got[0].Condition != ConditionUnknown || !strings.Contains(got[0].Value, c.want) {
				t.Errorf("got %q, wanted that %s is not reported", said(got), c.want)
			}
			if life := r.life(now, got); life != Blocked {
				t.Errorf("it is %s", life)
			}
		})
	}
}

func TestATopologyWithoutAircraftMeansThatItIsOff(t *testing.T) {
	w := newWorld(t)
	d := Dock{SN: "SIMTOPO", Aircraft: "SIMATOPO", Model: "M4D"}
	c, _ := w.controller(d)
	s := newScripted(t, w, d.SN)
	s.set(func() { s.props.DroneInDock = new(cloudapi.DroneInDockOutside) })
	k := c.docks[d.SN]
	s.eventually("its aircraft is out", func() (out bool) {
		k.locked(func() { out = k.rep.dock.DroneInDock != nil && *k.rep.dock.DroneInDock == cloudapi.DroneInDockOutside })
		return out
	})
	airborne := func() (in, known bool) {
		k.locked(func() {
			in = k.rep.airborne(time.Now())
			n, there := k.rep.battery(time.Now())
			known = there && n == 60 // of the dock's charger it is known still
		})
		return in, known
	}
	k.locked(func() {
		k.rep.flown, k.rep.aircraft = time.Now(), cloudapi.AircraftProperties{ModeCode: new(cloudapi.AircraftModeWayline), Battery: &cloudapi.Battery{CapacityPercent: 60}}
	})
	if in, _ := airborne(); !in {
		t.Fatal("it is not in the air")
	}
	s.send(cloudapi.KindStatus, cloudapi.MethodUpdateTopo, "off", &cloudapi.Topo{Type: 3, SubDevices: []cloudapi.SubDevice{}})
	s.eventually("an aircraft that is off is not in the air, and its battery is not known", func() bool { in, known := airborne(); return !in && !known })
}
