package docksim

import (
	"time"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/docksim/town"
)

// online tells the dock's topology: with its aircraft while that is on.
func (d *simDock) online() {
	d.mu.Lock()
	on := d.task != nil
	d.mu.Unlock()
	topo := cloudapi.Topo{Type: 3, SubType: 2, Version: new(1), SubDevices: []cloudapi.SubDevice{}}
	if on {
		topo.SubDevices = append(topo.SubDevices, cloudapi.SubDevice{SN: AircraftSN(d.i), Type: 100, Index: "A"})
	}
	d.post(cloudapi.Topic(d.sn, cloudapi.KindStatus), 1, cloudapi.MethodUpdateTopo, newID(), newID(), &topo)
	d.post(cloudapi.Topic(d.sn, cloudapi.KindState), 1, "", newID(), newID(), &cloudapi.DockProperties{LiveCapacity: liveCapacity(d.i, on)})
}

// liveCapacity is what can be shown live: one stream of the aircraft's camera while that is on.
func liveCapacity(i int, on bool) *cloudapi.LiveCapacity {
	c := &cloudapi.LiveCapacity{AvailableVideoNumber: new(0), CoexistVideoNumberMax: new(1), DeviceList: []cloudapi.LiveDevice{}}
	if on {
		c.AvailableVideoNumber = new(1)
		c.DeviceList = []cloudapi.LiveDevice{{SN: new(AircraftSN(i)), AvailableVideoNumber: new(1), CoexistVideoNumberMax: new(1), CameraList: []cloudapi.LiveCamera{
			{CameraIndex: &payload, AvailableVideoNumber: new(1), CoexistVideoNumberMax: new(1), VideoList: []cloudapi.LiveVideo{{VideoIndex: new("normal-0"), VideoType: new("wide"), SwitchableVideoTypes: []string{"wide"}}}}}}}
	}
	return c
}

// osd reports the dock in the three parts in which its firmware does, and the aircraft where it is on.
func (d *simDock) osd() {
	d.mu.Lock()
	t := d.task
	mode, inDock, cover := cloudapi.DockModeIdle, cloudapi.DroneInDockInside, cloudapi.CoverStateClosed
	if d.debugging {
		mode = cloudapi.DockModeRemoteDebugging
	}
	if t != nil {
		mode = cloudapi.DockModeWorking
		if t.inAir {
			inDock = cloudapi.DroneInDockOutside
		}
		if t.step >= cloudapi.FlightTaskStepOpenCover && t.step < cloudapi.FlightTaskStepDockEndsWork {
			cover = cloudapi.CoverStateOpen
		}
	}
	if d.missing {
		inDock = cloudapi.DroneInDockOutside
	}
	charge := &cloudapi.DroneChargeState{CapacityPercent: int(d.battery.percent)}
	if d.battery.charging && t == nil {
		charge.State = cloudapi.ChargeStateCharging
	}
	wind, rain, temp, stopped := d.sky.wind(), cloudapi.Rainfall(d.sky.rain), d.sky.tempC, cloudapi.Switch(0)
	if d.stop {
		stopped = cloudapi.SwitchOn
	}
	home := Site(d.i)
	topic := cloudapi.Topic(d.sn, cloudapi.KindOSD)
	online := cloudapi.DeviceOnlineStatus(0)
	var a *cloudapi.AircraftProperties
	if t != nil {
		online = 1
		at := *t.fl.read.Load()
		if !t.inAir && !d.f.o.Airborne {
			at = town.TruePose{} // in the dock
		}
		a = t.fl.sensor.osd(t.fl.frame, at)
		a.Battery = &cloudapi.Battery{CapacityPercent: int(d.battery.percent), ReturnHomePower: 12}
		switch {
		case d.f.o.Airborne:
			a.Battery.CapacityPercent = 100 - int(t.fl.percent.Load())/3
		case !t.inAir:
			a.ModeCode = new(cloudapi.AircraftModePreparing)
		case t.home:
			a.ModeCode = new(cloudapi.AircraftModeReturningHome)
		case t.paused.Load():
			a.ModeCode = new(cloudapi.AircraftModeLiveFlightControls)
		}
		if d.f.o.Clock.Now().Before(t.noRTK) {
			a.PositionState = &cloudapi.AircraftPositionState{IsFixed: cloudapi.RTKFixFixing, Quality: 4, GPSNumber: 22}
		}
	}
	d.mu.Unlock()
	d.post(topic, 0, "", newID(), newID(), &cloudapi.DockProperties{ModeCode: &mode, DroneInDock: &inDock, CoverState: &cover, Rainfall: &rain, WindSpeed: &wind, EnvironmentTemperature: &temp,
		EmergencyStopState: &stopped, Latitude: &home[1], Longitude: &home[0], Height: new(float64(siteHeightM)), DroneChargeState: charge,
		NetworkState: &cloudapi.NetworkState{Type: 2, Quality: 5, Rate: 800}, PositionState: &cloudapi.PositionState{IsCalibration: 1, IsFixed: cloudapi.RTKFixFixed, Quality: 5, GPSNumber: 12, RTKNumber: 28},
		Storage: &cloudapi.Storage{Total: 80 << 20, Used: 1 << 20}, SubDevice: &cloudapi.DockAircraft{DeviceSN: AircraftSN(d.i), DeviceModelKey: "0-100-0", DeviceOnlineStatus: online, DevicePaired: 1}})
	d.post(topic, 0, "", newID(), newID(), &cloudapi.DockProperties{WirelessLink: &cloudapi.WirelessLink{FourGQuality: 4, SDRQuality: 5}, MediaFileDetail: &cloudapi.MediaFileDetail{}})
	d.post(topic, 0, "", newID(), newID(), &cloudapi.DockProperties{JobNumber: new(d.f.jobs()), ElectricSupplyVoltage: new(230), WorkingVoltage: new(25440), WorkingCurrent: new(1120.0)})
	if a != nil {
		d.post(cloudapi.Topic(AircraftSN(d.i), cloudapi.KindOSD), 0, "", newID(), newID(), a)
	}
}

// jobs is how many flights the fleet began.
func (f *Fleet) jobs() int { return int(f.count.Load()) }

// drcIdle is how long a dock keeps its DRC channel without a heartbeat (DJI: DRC-heart beat).
const drcIdle = 5 * time.Minute

// beat answers a heartbeat of the DRC channel.
func (d *simDock) beat(payload []byte) {
	m, err := cloudapi.Decode(cloudapi.KindDRCDown, true, payload)
	if err != nil {
		d.f.o.Log.Warn("drc/down", "dock", d.sn, "error", err)
		return
	}
	if b, is := m.Body.(*cloudapi.HeartBeat); is {
		d.mu.Lock()
		d.beaten = d.f.o.Clock.Now()
		d.mu.Unlock()
		d.post(cloudapi.Topic(d.sn, cloudapi.KindDRCUp), 0, cloudapi.MethodHeartBeat, "", "", &cloudapi.HeartBeatReply{Seq: b.Seq, Timestamp: b.Timestamp})
	}
}

// drc reports over the DRC channel where it was granted.
func (d *simDock) drc() {
	d.mu.Lock()
	t, hz := d.task, d.osdHz
	if hz > 0 && d.f.o.Clock.Since(d.beaten) > drcIdle {
		d.osdHz = 0
		d.mu.Unlock()
		d.post(cloudapi.Topic(d.sn, cloudapi.KindEvents), 1, cloudapi.MethodDRCStatusNotify, newID(), newID(), &cloudapi.DRCStatusNotify{})
		return
	}
	on := t != nil && hz > 0 && t.inAir
	d.mu.Unlock()
	if !on {
		return
	}
	topic := cloudapi.Topic(d.sn, cloudapi.KindDRCUp)
	d.post(topic, 0, cloudapi.MethodOSDInfoPush, "", "", t.fl.sensor.drc(t.fl.frame, *t.fl.read.Load()))
	if int(time.Now().UnixMilli()/200)%5 == 0 {
		ms := int((time.Duration(t.fl.delayNS.Load()) + t.fl.infoOff) / time.Millisecond)
		d.post(topic, 0, cloudapi.MethodDelayInfoPush, "", "", &cloudapi.DelayInfoPush{SDRCmdDelay: 20, LiveViewDelayList: []cloudapi.LiveDelay{{VideoID: AircraftSN(d.i) + "/" + payload + "/normal-0", LiveViewDelayTime: int64(max(0, ms))}}})
	}
}
