package cloudapi

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// The published error codes and their meanings: DJI Cloud API documentation (dji-sdk/Cloud-API-Doc). The third column, what kind of
// cause it is, and with it what is to be done, is Harrier's own judgement.
//
//go:embed error-codes.tsv
var errorCodes string

// Response is what a controller does about an error.
type Response string

// Responses.
const (
	Retry  Response = "retry"  // ask again, a few times with pauses
	Wait   Response = "wait"   // ask again when the dock's state has changed
	Skip   Response = "skip"   // give this up; it will not go as it is
	Ground Response = "ground" // fly nothing from this dock until a person has seen to it
)

// Advice is what to do about an error code.
type Advice struct {
	Code      int
	Published bool
	Meaning   string // as DJI publishes it; "" where it does not
	Response  Response
	Do        string // what the operator should do
}

// causes say what is done about what kind of cause.
var causes = map[string]struct {
	response Response
	do       string
}{
	"aircraft-missing": {Ground, "find the aircraft: check the live picture and its last position, then have somebody look at the dock; put it back before releasing the dock"},
	"battery":          {Wait, "let the aircraft charge; the flight starts when the battery allows it"},
	"battery-old":      {Ground, "have the aircraft's battery replaced, then release the dock"},
	"breakpoint":       {Skip, "plan the rest of the route as a new flight; the dock cannot go on from this break point"},
	"busy":             {Wait, "nothing: the dock is busy, and is asked again"},
	"cellular":         {Skip, "see to the dongle and SIM card of the device on the next visit; flying goes on without them"},
	"clock":            {Ground, "set the dock's time (network and NTP settings), then release the dock"},
	"debugging":        {Wait, "end debugging on the dock; flights start again by themselves"},
	"emergency-stop":   {Ground, "somebody pressed the emergency stop: find out why, have it released on site, then release the dock"},
	"firmware":         {Ground, "bring dock and aircraft to firmware that goes together, then release the dock"},
	"fix":              {Wait, "nothing at first: the position is not sure enough yet; if it stays so, check the dock's RTK source and calibration"},
	"hardware":         {Ground, "look at the dock's camera, restart the dock by remote debugging, and if the error comes again have it seen to on site"},
	"live":             {Retry, "nothing at first: the stream is asked for again; if it never comes, check the dock's uplink and the media server's address"},
	"logs":             {Skip, "ask for the logs again later; flights do not depend on them"},
	"obstacle":         {Skip, "look at what stands in the way in the live picture, and plan round it"},
	"paperwork":        {Ground, "complete the registration, licence or certificate that the message names, then release the dock"},
	"passing":          {Retry, "nothing at first: it is asked again; if it stays so, check the dock's network"},
	"payload":          {Retry, "nothing for the flight: the camera action is asked for again, and left out if it fails again"},
	"person":           {Skip, "somebody else has the aircraft or stopped the task: settle who flies, then plan the rest anew"},
	"route":            {Skip, "change the route: it touches a limit of height, distance or area that the aircraft keeps to"},
	"storage":          {Wait, "let the dock finish uploading; if storage stays full, clear the aircraft's card by remote debugging"},
	"weather":          {Wait, "nothing: the flight starts when the weather allows it"},
}

type published struct{ meaning, cause string }

var codes = sync.OnceValue(func() map[int]published {
	m := map[int]published{}
	for _, line := range strings.Split(errorCodes, "\n")[1:] {
		if f := strings.Split(line, "\t"); len(f) == 3 {
			if n, err := strconv.Atoi(f[0]); err == nil {
				m[n] = published{f[1], f[2]}
			}
		}
	}
	return m
})

// AdviceOn says what an error code means and what to do about it. Of a code that DJI does not publish nothing is known: it is asked
// again a few times, then the flight is given back.
func AdviceOn(code int) Advice {
	p, ok := codes()[code]
	if !ok {
		return Advice{Code: code, Response: Retry, Do: "note what the dock was doing, and ask DJI what the code means if it comes again"}
	}
	c := causes[p.cause]
	return Advice{Code: code, Published: true, Meaning: p.meaning, Response: c.response, Do: c.do}
}

// Error is a result code with which a dock answered.
type Error struct {
	Dock, Method string
	Code         int
}

func (e *Error) Error() string {
	a := AdviceOn(e.Code)
	if !a.Published {
		return fmt.Sprintf("%s of dock %s: code %d, which DJI does not publish; %s", e.Method, e.Dock, e.Code, a.Do)
	}
	return fmt.Sprintf("%s of dock %s: %d: %s; to do: %s", e.Method, e.Dock, e.Code, strings.TrimSuffix(a.Meaning, "."), a.Do)
}

// Advice is what to do about it.
func (e *Error) Advice() Advice { return AdviceOn(e.Code) }
