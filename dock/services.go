package dock

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
)

// service is what an operator's call of a documented service needs.
type service int

const (
	anytime  service = iota
	atRest           // no flight on: remote debugging and what takes the dock's time
	inTheAir         // a flight on, and the aircraft in the operator's hand
	ours             // Harrier's own: there is an action for it, or nobody may
)

// needs says what a service needs. Of the flight and the payload (DJI: DRC, live flight controls) all need the aircraft; remote debugging and
// firmware need the dock at rest; what flights are made of is Harrier's.
func needs(method string) service {
	switch method {
	case cloudapi.MethodFlightTaskPrepare, cloudapi.MethodFlightTaskExecute, cloudapi.MethodFlightTaskUndo, cloudapi.MethodFlightTaskCreate, cloudapi.MethodFlightTaskStop,
		cloudapi.MethodFlightTaskPause, cloudapi.MethodFlightTaskRecovery, cloudapi.MethodReturnHome, cloudapi.MethodReturnHomeCancel, cloudapi.MethodTakeoffToPoint,
		cloudapi.MethodDRCModeEnter, cloudapi.MethodDRCModeExit, cloudapi.MethodLiveStartPush, cloudapi.MethodLiveStopPush, cloudapi.MethodFlightSetupAbort:
		return ours
	case cloudapi.MethodFlightAreasUpdate, cloudapi.MethodUploadFlightTaskMediaPrioritize, cloudapi.MethodFileUploadList, cloudapi.MethodFileUploadStart, cloudapi.MethodFileUploadUpdate,
		cloudapi.MethodLiveCameraChange, cloudapi.MethodLiveLensChange, cloudapi.MethodLiveSetQuality, cloudapi.MethodUnlockLicenseList, cloudapi.MethodAlarmStateSwitch,
		cloudapi.MethodSupplementLightOpen, cloudapi.MethodSupplementLightClose, cloudapi.MethodCloudControlAuthRequest, cloudapi.MethodCloudControlRelease:
		return anytime
	case cloudapi.MethodFlightAuthorityGrab, cloudapi.MethodPayloadAuthorityGrab, cloudapi.MethodFlyToPoint, cloudapi.MethodFlyToPointStop, cloudapi.MethodFlyToPointUpdate,
		cloudapi.MethodReturnSpecificHome, cloudapi.MethodGimbalReset, cloudapi.MethodPhotoStorageSet, cloudapi.MethodVideoStorageSet:
		return inTheAir
	}
	for _, p := range []string{"camera_", "ir_metering_", "poi_", "in_flight_", "psdk_", "speaker_", "custom_data_"} {
		if strings.HasPrefix(method, p) {
			return inTheAir
		}
	}
	return atRest
}

// checkService reads the data of a call strictly: a field that is not documented is somebody's mistake, and is named.
func checkService(method string, data json.RawMessage) (any, error) {
	if !cloudapi.IsService(method) {
		return nil, fmt.Errorf("no service %q in DJI's Cloud API", method)
	}
	if needs(method) == ours {
		return nil, fmt.Errorf("%s is not to be called: flights are started, paused, resumed and ended by the actions for it", method)
	}
	if len(data) == 0 || bytes.Equal(data, []byte("null")) {
		data = json.RawMessage("{}")
	}
	raw, err := json.Marshal(map[string]any{"method": method, "data": data})
	if err != nil {
		return nil, err
	}
	m, err := cloudapi.Decode(cloudapi.KindServices, true, raw)
	if err != nil {
		return nil, err
	}
	if m.Body == nil { // a service without data
		if !bytes.Equal(bytes.TrimSpace(data), []byte("{}")) {
			return nil, fmt.Errorf("%s takes no data", method)
		}
		return nil, nil
	}
	if len(m.Undocumented) > 0 {
		return nil, fmt.Errorf("%s: not as DJI documents it: %s", method, strings.Join(m.Undocumented, ", "))
	}
	return m.Body, nil
}

// service calls a documented service for an operator, and returns what the dock replied.
func (s *session) service(ctx context.Context, c Command) (json.RawMessage, error) {
	body, err := checkService(c.Method, c.Data)
	if err != nil {
		return nil, err
	}
	switch n := needs(c.Method); {
	case n == atRest && s.underWay() != "":
		return nil, fmt.Errorf("dock %s has a flight on: %s is for a dock at rest", s.d.SN, c.Method)
	case n == inTheAir && s.underWay() == "":
		return nil, fmt.Errorf("dock %s has no flight on", s.d.SN)
	case n == inTheAir:
		if err := s.grab(ctx, c.Method); err != nil {
			return nil, err
		}
	}
	return s.exchange(ctx, c.Method, body)
}

// grab takes the authority that a service of the flight or the payload asks for.
func (s *session) grab(ctx context.Context, method string) error {
	switch {
	case method == cloudapi.MethodFlightAuthorityGrab || method == cloudapi.MethodPayloadAuthorityGrab:
		return nil
	case strings.HasPrefix(method, "fly_to_") || strings.HasPrefix(method, "poi_"):
		return s.call(ctx, cloudapi.MethodFlightAuthorityGrab, nil)
	case method == cloudapi.MethodReturnSpecificHome || strings.HasPrefix(method, "in_flight_"):
		return nil
	}
	return s.call(ctx, cloudapi.MethodPayloadAuthorityGrab, &cloudapi.PayloadAuthorityGrab{PayloadIndex: s.camera()})
}

// setProperties writes properties of the dock and its aircraft, and says which were not taken.
func (s *session) setProperties(ctx context.Context, data json.RawMessage) (json.RawMessage, error) {
	raw, err := json.Marshal(map[string]any{"data": data})
	if err != nil {
		return nil, fmt.Errorf("properties: %w", err)
	}
	m, err := cloudapi.Decode(cloudapi.KindPropertySet, true, raw)
	if err != nil {
		return nil, err
	}
	switch p, is := m.Body.(*cloudapi.PropertySet); {
	case !is || len(bytes.TrimSpace(data)) <= 2:
		return nil, errors.New("data must name the properties to set, such as {\"night_lights_state\": 1}")
	case len(m.Undocumented) > 0:
		return nil, fmt.Errorf("not properties that DJI lets one set: %s", strings.Join(m.Undocumented, ", "))
	default:
		r, err := s.send(ctx, cloudapi.KindPropertySet, "", p)
		if err != nil {
			return nil, err
		}
		var failed []string
		if reply, is := r.Body.(*cloudapi.PropertySetReply); is {
			for name, res := range reply.Properties {
				failed = append(failed, refused(name, res)...)
			}
		}
		if len(failed) > 0 {
			slices.Sort(failed)
			return json.RawMessage(r.Data), fmt.Errorf("not set: %s", strings.Join(failed, ", "))
		}
		return json.RawMessage(r.Data), nil
	}
}

// refused names the properties, or parts of one, that were not set.
func refused(name string, r cloudapi.PropertyResult) (out []string) {
	if r.Result != nil && *r.Result != 0 {
		out = append(out, fmt.Sprintf("%s (%d)", name, *r.Result))
	}
	for part, p := range r.Parts {
		out = append(out, refused(name+"/"+part, p)...)
	}
	return out
}

// SubjectJobs is where it is told how far jobs of remote debugging are: + dock; nothing is kept.
const SubjectJobs = "harrier.jobs."

// Job is how far a job of remote debugging is, as the dock tells it.
type Job struct {
	Dock   string          `json:"dock"`
	Method string          `json:"method"`
	Data   json.RawMessage `json:"data"`
}

// job passes on how far a job of the dock is.
func (s *session) job(e *cloudapi.Message) error {
	b, err := json.Marshal(Job{s.d.SN, e.Name(), json.RawMessage(e.Data)})
	if err != nil {
		return err
	}
	return s.c.nc.Publish(SubjectJobs+s.d.SN, b)
}
