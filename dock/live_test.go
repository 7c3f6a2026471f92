package dock

import (
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
)

func TestTheMainCameraIsShown(t *testing.T) {
	s := &session{d: Dock{SN: "D", Model: "M3TD"}}
	if got := s.payloadIndex(); got != "81-0-0" {
		t.Errorf("by model: %s", got)
	}
	camera := func(sn, index string) cloudapi.LiveDevice {
		return cloudapi.LiveDevice{SN: &sn, CameraList: []cloudapi.LiveCamera{{CameraIndex: &index}}}
	}
	s.rep.Dock.LiveCapacity = &cloudapi.LiveCapacity{DeviceList: []cloudapi.LiveDevice{camera("D", "165-0-0"), camera("A", "39-0-7"), camera("A", "53-0-0")}}
	if got := s.payloadIndex(); got != "53-0-0" {
		t.Errorf("by what the dock can show: %s", got)
	}
	s.rep.Aircraft.PayloadsByIndex = map[string]cloudapi.PayloadProperties{"39-0-7": {}, "52-0-0": {}}
	if got := s.payloadIndex(); got != "52-0-0" {
		t.Errorf("by what the aircraft reports: %s", got)
	}
}

// A camera that streams already may stream to anywhere: it is stopped, and asked again.
func TestAStreamThatIsOnIsStoppedFirst(t *testing.T) {
	w := newWorld(t)
	d := Dock{SN: "SIMLIVE", Aircraft: "SIMAL", Model: "M3D"}
	c, _ := w.controller(d)
	s := newScripted(t, w, d.SN)
	s.set(func() { s.codes[cloudapi.MethodLiveStartPush] = codeLiveAlready })
	if err := c.Fly(t.Context(), testFlight(d.SN, "l1", time.Minute)); err != nil {
		t.Fatal(err)
	}
	s.eventually("the stream stopped", func() bool {
		b := s.bodies[cloudapi.MethodLiveStopPush]
		return len(b) > 0 && b[0].(*cloudapi.LiveStopPush).VideoID == "SIMAL/80-0-0/normal-0"
	})
	s.set(func() { delete(s.codes, cloudapi.MethodLiveStartPush) })
	s.eventually("asked again", func() bool { return len(s.bodies[cloudapi.MethodLiveStartPush]) > 1 })
	s.lands(cloudapi.JobStatusOK, 0, nil)
	w.until(t, d.SN, "done", func(e FlightEvent) bool { return e.Flight == "l1" && e.State == Done })
}
