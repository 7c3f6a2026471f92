package dock

import (
	"fmt"
	"strings"
	"time"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
)

// Organization is what docks are bound to: what an operator types into the dock when it is set up.
type Organization struct {
	ID          string `yaml:"id"`
	Name        string `yaml:"name"`
	BindingCode string `yaml:"binding_code"`
	// AppID, AppKey and AppLicense are those of the operator's DJI developer account; docks ask for them.
	AppID      string `yaml:"app_id"`
	AppKey     string `yaml:"app_key"`
	AppLicense string `yaml:"app_license"`
	NTPHost    string `yaml:"ntp_host"`
	NTPPort    int    `yaml:"ntp_port"`
}

// DefaultOrganization binds docks without any account.
var DefaultOrganization = Organization{ID: "harrier", Name: "Harrier", BindingCode: "harrier", NTPHost: "pool.ntp.org", NTPPort: 123}

// Codes with which this side refuses a dock's request.
const (
	refusedUnknown = 210001 // the request is not known here
	refusedBinding = 210231 // organization or binding code do not fit (as in DJI's example of airport_organization_bind)
	refusedFlight  = 210002 // no such flight
	refusedStorage = 210003 // no storage is configured
)

// request answers what a dock asks of this side.
func (s *session) request(e *cloudapi.Message, at time.Time) any {
	o := s.c.o.Organization
	switch q := e.Body.(type) {
	case *cloudapi.ConfigRequest:
		return &cloudapi.ConfigRequestReply{NTPServerHost: o.NTPHost, NTPServerPort: o.NTPPort, AppID: cloudapi.Loose(fmt.Sprintf("%q", o.AppID)), AppKey: o.AppKey, AppLicense: o.AppLicense}
	case *cloudapi.AirportBindStatusRequest:
		r := &cloudapi.AirportBindStatusRequestReply{}
		for _, d := range q.Devices {
			b := cloudapi.BindState{SN: d.SN, DeviceCallsign: s.d.Name}
			if d.SN == s.d.SN || d.SN == s.aircraftSN() {
				b.IsDeviceBindOrganization, b.OrganizationID, b.OrganizationName = true, o.ID, o.Name
			}
			r.Output.BindStatus = append(r.Output.BindStatus, b)
		}
		return r
	case *cloudapi.AirportOrganizationGetRequest:
		r := &cloudapi.AirportOrganizationGetRequestReply{Output: cloudapi.OrganizationOutput{OrganizationName: o.Name}}
		if q.OrganizationID != o.ID || q.DeviceBindingCode != o.BindingCode {
			r.Result, r.Output.OrganizationName = refusedBinding, ""
		}
		return r
	case *cloudapi.AirportOrganizationBindRequest:
		r := &cloudapi.AirportOrganizationBindRequestReply{Output: cloudapi.BindOutput{ErrInfos: []cloudapi.BindError{}}}
		for _, d := range q.BindDevices {
			if d.OrganizationID != o.ID || d.DeviceBindingCode != o.BindingCode || !s.mine(d.SN) {
				r.Output.ErrInfos = append(r.Output.ErrInfos, cloudapi.BindError{SN: d.SN, ErrCode: refusedBinding})
			}
		}
		return r
	case *cloudapi.FlightTaskResourceGetRequest:
		if f, ok := s.c.file(q.FlightID); ok {
			return &cloudapi.FlightTaskResourceGetRequestReply{Output: cloudapi.UnlockLicenseUpdate{File: f}}
		}
		return &cloudapi.Result{Result: refusedFlight}
	case *cloudapi.FlightTaskProgressGetRequest:
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.on.is(q.FlightID) {
			return &cloudapi.Result{Result: refusedFlight}
		}
		r := &cloudapi.FlightTaskProgressGetRequestReply{}
		r.Output.FlightID, r.Output.Status = q.FlightID, string(cloudapi.JobStatusInProgress)
		r.Output.Progress.Percent = s.on.ev.Percent
		return r
	}
	switch e.Name() {
	case cloudapi.MethodFlightAreasGet:
		return s.c.areaFiles()
	}
	s.c.o.Log.Warn("a dock asks what is not known here; it is refused", "dock", s.d.SN, "method", e.Name())
	return &cloudapi.Result{Result: refusedUnknown}
}

// mine says whether a serial number is of this dock or its aircraft. Where the configuration does not name the aircraft, any that is not
// another dock's is taken.
func (s *session) mine(sn string) bool {
	if sn == s.d.SN || strings.EqualFold(sn, s.d.Aircraft) {
		return true
	}
	return s.d.Aircraft == "" && s.c.docks[sn] == nil
}
