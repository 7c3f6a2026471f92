package gate

import (
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
)

func TestTheGateSaysValueAndLimit(t *testing.T) {
	now := time.Date(2026, 6, 1, 4, 0, 0, 0, time.UTC) // noon in Shanghai
	fine := func() *Report {
		r := &Report{Heard: now, Dock: cloudapi.DockProperties{ModeCode: new(cloudapi.DockModeIdle), DroneInDock: new(cloudapi.DroneInDockInside), WindSpeed: new(3.0), DroneChargeState: &cloudapi.DroneChargeState{CapacityPercent: 90},
			PositionState: &cloudapi.PositionState{IsFixed: cloudapi.RTKFixFixed}, Storage: &cloudapi.Storage{Total: 80 << 20, Used: 1 << 20}}}
		r.note(&r.Dock, now)
		return r
	}
	d := orb.Point{121.5, 31.2}
	l := DefaultLimits("M4D")
	if cs := fine().Checks(now, l, d, nil); cs != nil {
		t.Fatalf("a fine dock is blocked: %s", Said(cs))
	}
	for want, spoil := range map[string]func(*Report){
		"online: silent for 20 s (a report at least every 15s)": func(r *Report) { r.Heard = now.Add(-20 * time.Second) },
		"mode: remote debugging (idle)":                         func(r *Report) { r.Dock.ModeCode = new(cloudapi.DockModeRemoteDebugging) },
		"emergency stop: pressed (released)":                    func(r *Report) { r.Dock.EmergencyStopState = new(cloudapi.SwitchOn) },
		"cover: in an abnormal state (closed or open)":          func(r *Report) { r.Dock.CoverState = new(cloudapi.CoverStateAbnormal) },
		"aircraft in the dock: outside (inside)":                func(r *Report) { r.Dock.DroneInDock = new(cloudapi.DroneInDockOutside) },
		"wind: 12.1 m/s (at most 12 m/s)":                       func(r *Report) { r.Dock.WindSpeed = new(12.1) },
		"rain: moderate rain (at most light rain)":              func(r *Report) { r.Dock.Rainfall = new(cloudapi.RainfallModerate) },
		"temperature: -31 °C (-30 to 50 °C)":                    func(r *Report) { r.Dock.EnvironmentTemperature = new(-31.0) },
		"battery: 49 % (at least 50 %)":                         func(r *Report) { r.Dock.DroneChargeState.CapacityPercent = 49 },
		"storage: 1000 MB free (at least 1024 MB)":              func(r *Report) { r.Dock.Storage = &cloudapi.Storage{Total: 1 << 20, Used: 1<<20 - 1000<<10} },
		"position: no RTK fix, 20 satellites (an RTK fix)":      func(r *Report) { r.Dock.PositionState = &cloudapi.PositionState{GPSNumber: 20} },
		"network: no signal (a signal)":                         func(r *Report) { r.Dock.NetworkState = &cloudapi.NetworkState{} },
		"alarms: HMS 0x16100083 (none of level warning)": func(r *Report) {
			r.TakeAlarms(&cloudapi.HMSReport{List: []cloudapi.HMSAlarm{{Level: cloudapi.HMSLevelWarning, Code: "0x16100083"}}}, now)
		},
		"other aircraft: B-5931 at 100 m (none near for 1m0s)": func(r *Report) {
			r.TakeTraffic(cloudapi.AirsenseWarnings{{ICAO: new("B-5931"), Distance: new(100), WarningLevel: new(cloudapi.WarningLevel(3))}}, now)
		},
	} {
		r := fine()
		spoil(r)
		if got := Said(r.Checks(now, l, d, nil)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := Said(fine().Checks(now.Add(12*time.Hour), l, d, nil)); !strings.Contains(got, "silent") {
		t.Errorf("%q", got)
	}
	r := fine()
	r.Heard = now.Add(12 * time.Hour)
	r.note(&r.Dock, r.Heard)
	if got := Said(r.Checks(now.Add(12*time.Hour), l, d, nil)); !strings.HasPrefix(got, "daylight: the sun is ") {
		t.Errorf("midnight: %q", got)
	}
	if got := Said(fine().Checks(now, l, d, []Hold{{Operator: "Li", Reason: "crane on the roof"}})); got != "hold: Li: crane on the roof (until released)" {
		t.Errorf("%q", got)
	}
}

func TestTheLifeOfADockIsWhatItReports(t *testing.T) {
	now := time.Now()
	mode := func(d cloudapi.DockMode, in cloudapi.DroneInDock, a cloudapi.AircraftMode) *Report {
		return &Report{Heard: now, Flown: now, Dock: cloudapi.DockProperties{ModeCode: &d, DroneInDock: &in}, Aircraft: cloudapi.AircraftProperties{ModeCode: &a}}
	}
	charging := mode(cloudapi.DockModeIdle, cloudapi.DroneInDockInside, cloudapi.AircraftModeStandby)
	charging.Dock.DroneChargeState = &cloudapi.DroneChargeState{State: cloudapi.ChargeStateCharging, CapacityPercent: 30}
	for i, c := range []struct {
		r       *Report
		blocked []Check
		want    Life
	}{
		{&Report{}, nil, Offline},
		{mode(cloudapi.DockModeIdle, cloudapi.DroneInDockInside, cloudapi.AircraftModeStandby), nil, Idle},
		{mode(cloudapi.DockModeIdle, cloudapi.DroneInDockInside, cloudapi.AircraftModeStandby), []Check{{Condition: ConditionWind}}, Blocked},
		{charging, []Check{{Condition: ConditionBattery}}, Charging},
		{charging, []Check{{Condition: ConditionBattery}, {Condition: ConditionWind}}, Blocked},
		{mode(cloudapi.DockModeWorking, cloudapi.DroneInDockInside, cloudapi.AircraftModePreparing), nil, Readying},
		{mode(cloudapi.DockModeWorking, cloudapi.DroneInDockOutside, cloudapi.AircraftModeWayline), nil, InFlight},
		{mode(cloudapi.DockModeWorking, cloudapi.DroneInDockOutside, cloudapi.AircraftModeReturningHome), nil, GoingHome},
		{mode(cloudapi.DockModeRemoteDebugging, cloudapi.DroneInDockInside, cloudapi.AircraftModeStandby), []Check{{Condition: ConditionMode}}, Maintenance},
	} {
		if got := c.r.Life(now, c.blocked); got != c.want {
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
			r := &Report{Heard: now}
			merge(&r.Dock, &p)
			r.note(&p, now.Add(-c.age))
			got := r.Checks(now, DefaultLimits("M4D"), orb.Point{}, nil)
			if c.want == "" {
				if len(got) > 0 {
					t.Errorf("blocked: %s", Said(got))
				}
				return
			}
			if len(got) != 1 || got[0].Condition != ConditionUnknown || !strings.Contains(got[0].Value, c.want) {
				t.Errorf("got %q, wanted that %s is not reported", Said(got), c.want)
			}
			if life := r.Life(now, got); life != Blocked {
				t.Errorf("it is %s", life)
			}
		})
	}
}
