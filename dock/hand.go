package dock

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/gate"
	"github.com/harrier-patrol/harrier/dock/media"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/missions"
)

// Actions an operator can ask for.
const (
	StartFlight  = "start"
	StrikeFlight = "strike"
	Pause        = "pause"
	Resume       = "resume"
	ReturnHomeTo = "return-home"
	CancelReturn = "cancel-return"
	LookAt       = "look-at"
	TakePhoto    = "photo"
	TakeOver     = "take-over"
	GroundDock   = "ground"
	ReleaseDock  = "release"
	CallService  = "call"
	SetProperty  = "set"
)

// actions says of each whether it flies the aircraft: then it is for the operator who has the aircraft.
var actions = map[string]bool{StartFlight: false, StrikeFlight: false, Pause: true, Resume: true, ReturnHomeTo: false, CancelReturn: true, LookAt: true, TakePhoto: true, TakeOver: false,
	GroundDock: false, ReleaseDock: false, CallService: false, SetProperty: false}

// All is the name by which a command goes to every dock: return-home, ground and release.
const All = "all"

// Command is what an operator asks of a dock. Key makes it happen once, however often it is sent.
type Command struct {
	Key      string  `json:"key"`
	Action   string  `json:"action"`
	Operator string  `json:"operator"`
	Reason   string  `json:"reason"`
	Lon      float64 `json:"lon,omitempty"` // of look-at, and of start without a route, WGS-84
	Lat      float64 `json:"lat,omitempty"`
	HeightM  float64 `json:"height_m,omitempty"` // of look-at, above the ellipsoid; of start, above take-off
	// Route and Scenes are of start: what to fly, and what to look for on the way.
	Route  *missions.Route `json:"route,omitempty"`
	Scenes []string        `json:"scenes,omitempty"`
	Flight string          `json:"flight,omitempty"` // of strike: the flight to take off the list
	// Method and Data are of call: a service of DJI's Cloud API and its data; Data is of set too: properties and their values.
	Method string          `json:"method,omitempty"`
	Data   json.RawMessage `json:"data,omitempty"`
}

// flies says whether a command flies the aircraft.
func (c Command) flies() bool {
	return actions[c.Action] || c.Action == CallService && needs(c.Method) == inTheAir
}

// How long the parts of a command may be, bytes.
const (
	maxOperator = 200
	maxReason   = 2000
	maxData     = 64 << 10
)

// Check says what is wrong with a command.
func (c Command) Check() error {
	known := make([]string, 0, len(actions))
	for a := range actions {
		known = append(known, a)
	}
	slices.Sort(known)
	nowhere := c.Lon < -180 || c.Lon > 180 || c.Lat < -90 || c.Lat > 90 || c.Lon == 0 && c.Lat == 0
	switch _, ok := actions[c.Action]; {
	case !ok:
		return fmt.Errorf("no action %q; known: %s", c.Action, strings.Join(known, ", "))
	case c.Key == "" || len(c.Key) > 200:
		return errors.New("a command needs a key of at most 200 characters: it happens once for each")
	case c.Operator == "":
		return errors.New("a command needs an operator: every action is logged with who and why")
	case len(c.Operator) > maxOperator || len(c.Reason) > maxReason || len(c.Flight) > maxReason || len(c.Method) > maxOperator || len(c.Data) > maxData || len(c.Scenes) > 100:
		return fmt.Errorf("a command's operator may have %d bytes, its reason %d, its data %d: it is logged for good", maxOperator, maxReason, maxData)
	case c.Reason == "":
		return errors.New("a command needs a reason: every action is logged with who and why")
	case c.Action == LookAt && nowhere:
		return fmt.Errorf("look-at needs lon and lat in degrees (WGS-84), has %g, %g", c.Lon, c.Lat)
	case c.Action == StartFlight && c.Route == nil && (nowhere || c.HeightM <= 0):
		return errors.New("start needs a route (waypoints), or lon, lat and height_m of a point to take off to")
	case c.Action == StrikeFlight && c.Flight == "":
		return errors.New("strike needs a flight: the one to take off the dock's list")
	case c.Action == SetProperty && len(c.Data) == 0:
		return errors.New("set needs data: properties and their values")
	case c.Action == CallService:
		_, err := checkService(c.Method, c.Data)
		return err
	}
	return nil
}

// Reply answers a command.
type Reply struct {
	OK    bool   `json:"ok"`
	Error string `json:"error,omitempty"`
	// Data is what the dock replied to call and set, and the flight that start made.
	Data json.RawMessage `json:"data,omitempty"`
}

// Send sends a command to a dock, or to all of them, and waits for what becomes of it. The error says that no controller answered; a refusal is a reply.
func Send(ctx context.Context, nc *nats.Conn, sn string, c Command) (r Reply, err error) {
	b, err := json.Marshal(c)
	if err != nil {
		return r, err
	}
	ctx, cancel := context.WithTimeout(ctx, commandWithin)
	defer cancel()
	m, err := nc.RequestWithContext(ctx, SubjectCommands+sn, b)
	if err != nil {
		return r, fmt.Errorf("no controller holds dock %s: %w", sn, err)
	}
	return r, json.Unmarshal(m.Data, &r)
}

// commandWithin is how long a command may take until it is answered.
const commandWithin = 20 * time.Second

// Entry is an action as it is logged on harrier.audit.<dock>: what became of a command, or what Harrier did by itself (operator "harrier").
type Entry struct {
	Command
	Dock   string    `json:"dock"`
	Flight string    `json:"flight,omitempty"`
	At     time.Time `json:"at"`
	Error  string    `json:"error,omitempty"`
	// Asked says that this is the command as it came, before it was carried out; what became of it is an entry of its own.
	Asked bool `json:"asked,omitempty"`
}

// Buckets of what must outlive a controller.
const (
	bucketFleet    = "fleet"    // every dock's state as last known
	bucketHolds    = "holds"    // by dock
	bucketCommands = "commands" // replies by key: a command is carried out once
	bucketFlights  = "flights"  // handed to docks, with their routes: who takes a dock over goes on with them
)

// flightsKept is longer than any window and flight.
const flightsKept = 24 * time.Hour

// commandsKept: a command that is sent again later than this is a new one.
const commandsKept = 24 * time.Hour

func (c *Controller) openBuckets(ctx context.Context) (err error) {
	open := func(kv *jetstream.KeyValue, conf jetstream.KeyValueConfig) {
		if err == nil {
			if *kv, err = c.js.CreateOrUpdateKeyValue(ctx, conf); err != nil {
				err = fmt.Errorf("key-value %s: %w; does NATS run with JetStream?", conf.Bucket, err)
			}
		}
	}
	open(&c.fleet, jetstream.KeyValueConfig{Bucket: bucketFleet, Description: "every dock's state as last known"})
	open(&c.holds, jetstream.KeyValueConfig{Bucket: bucketHolds, Description: "docks that stay on the ground until released", History: 10})
	open(&c.flights, jetstream.KeyValueConfig{Bucket: bucketFlights, Description: "flights handed to docks, by name", TTL: flightsKept})
	open(&c.commands, jetstream.KeyValueConfig{Bucket: bucketCommands, Description: "what became of commands, by key", TTL: commandsKept})
	open(&c.media, jetstream.KeyValueConfig{Bucket: media.Bucket, Description: "what came of the media of flights", TTL: media.Kept})
	return err
}

// commandNote is what is kept of a command by its key: what was asked, and the reply.
type commandNote struct {
	Asked string `json:"asked"` // action, service and flight
	Reply
}

// executeOnce carries a command out for the first message with its key; whoever sends it again hears what became of it.
func (s *session) executeOnce(ctx context.Context, c Command) (json.RawMessage, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	key := s.d.SN + "." + journal.Key(c.Key)
	note := commandNote{Asked: strings.TrimSpace(c.Action + " " + c.Method + " " + c.Flight)}
	b, err := json.Marshal(note)
	if err != nil {
		return nil, err
	}
	rev, err := s.c.commands.Create(ctx, key, b)
	if errors.Is(err, jetstream.ErrKeyExists) {
		e, err := s.c.commands.Get(ctx, key)
		if err != nil {
			return nil, err
		}
		var r commandNote
		if err := json.Unmarshal(e.Value(), &r); err != nil {
			return nil, err
		}
		switch {
		case r.Asked != note.Asked:
			return nil, fmt.Errorf("the key %q was used for another command on dock %s already; a new command needs a key of its own", c.Key, s.d.SN)
		case r.OK:
			return r.Data, nil
		case r.Error == "":
			return nil, errors.New("this command was taken before, and its outcome is not known: look at the dock's state, and send a new one if need be")
		}
		return r.Data, errors.New(r.Error)
	}
	if err != nil {
		return nil, fmt.Errorf("command not carried out: it could not be recorded: %w", err)
	}
	// what cannot be recorded is not done
	if err := s.c.record(ctx, s.d.SN, s.flight(), c, nil, true); err != nil {
		_ = s.c.commands.Delete(ctx, key, jetstream.LastRevision(rev)) // so that it may be sent again
		return nil, fmt.Errorf("command not carried out, as it cannot be recorded: %w", err)
	}
	data, err := s.command(ctx, c)
	s.c.log(ctx, s.d.SN, s.flight(), c, err)
	note.Reply = Reply{OK: err == nil, Data: data}
	if err != nil {
		note.Error = err.Error()
	}
	b, merr := json.Marshal(note)
	if merr == nil {
		_, merr = s.c.commands.Update(ctx, key, b, rev)
	}
	if merr != nil && ctx.Err() == nil {
		s.c.o.Log.Error("outcome of a command not noted", "dock", s.d.SN, "key", c.Key, "error", merr)
	}
	return data, err
}

// log notes an action, with who and why.
func (c *Controller) log(ctx context.Context, sn, flight string, cmd Command, outcome error) {
	c.o.Log.Info("action", "dock", sn, "flight", flight, "action", cmd.Action, "operator", cmd.Operator, "reason", cmd.Reason, "error", outcome)
	if err := c.record(ctx, sn, flight, cmd, outcome, false); err != nil && ctx.Err() == nil {
		c.o.Log.Error("outcome of an action not kept in the audit", "dock", sn, "error", err)
	}
}

// record keeps an action in the audit: that it is asked for, or what became of it.
func (c *Controller) record(ctx context.Context, sn, flight string, cmd Command, outcome error, asked bool) error {
	e := Entry{Command: cmd, Dock: sn, Flight: flight, At: c.o.Clock.Now().UTC(), Asked: asked}
	if outcome != nil {
		e.Error = outcome.Error()
	}
	pctx, cancel := context.WithTimeout(ctx, factWait)
	defer cancel()
	return journal.Publish(pctx, c.js, SubjectAudit+sn, "", e)
}

// own is how Harrier names itself where it acts.
const own = "harrier"

// command carries out what an operator asks.
func (s *session) command(ctx context.Context, c Command) (json.RawMessage, error) {
	switch c.Action {
	case GroundDock:
		return nil, s.ground(ctx, c.Operator, c.Reason)
	case ReleaseDock:
		return nil, s.release(ctx)
	case StartFlight:
		return s.startByHand(ctx, c)
	case StrikeFlight:
		return nil, s.strike(ctx, c)
	case SetProperty:
		return s.setProperties(ctx, c.Data)
	case CallService:
		if !c.flies() {
			return s.service(ctx, c)
		}
	}
	s.mu.Lock()
	on, has := s.on.underWay(), s.on.pilot
	payload := s.payloadIndex()
	s.mu.Unlock()
	if !on {
		return nil, fmt.Errorf("dock %s has no flight on", s.d.SN)
	}
	if flies := c.flies(); flies && has != "" && has != c.Operator {
		return nil, fmt.Errorf("%s has the aircraft of dock %s; take it over first (action %s)", has, s.d.SN, TakeOver)
	} else if flies || c.Action == TakeOver {
		s.mu.Lock()
		s.on.pilot = c.Operator
		s.mu.Unlock()
	}
	var err error
	switch c.Action {
	case TakeOver:
	case Pause:
		err = s.ask(ctx, cloudapi.MethodFlightTaskPause, nil)
	case Resume:
		err = s.ask(ctx, cloudapi.MethodFlightTaskRecovery, nil)
	case ReturnHomeTo:
		err = s.bringHome(ctx, c.Operator+": "+c.Reason)
	case CancelReturn:
		if err = s.ask(ctx, cloudapi.MethodReturnHomeCancel, nil); err == nil {
			s.change(ctx, func(ev *FlightEvent) { ev.State, ev.Reason = Flying, "" })
		}
	case CallService:
		return s.service(ctx, c)
	case LookAt:
		if err = s.grab(ctx, cloudapi.MethodCameraLookAt); err == nil {
			err = s.call(ctx, cloudapi.MethodCameraLookAt, &cloudapi.CameraLookAt{PayloadIndex: payload, Longitude: c.Lon, Latitude: c.Lat, Height: c.HeightM})
		}
	case TakePhoto:
		if err = s.grab(ctx, cloudapi.MethodCameraPhotoTake); err == nil {
			err = s.call(ctx, cloudapi.MethodCameraPhotoTake, &cloudapi.CameraPhotoTake{PayloadIndex: payload})
		}
	}
	return nil, err
}

// bringHome sends the aircraft home, with the reason for the flight's record.
func (s *session) bringHome(ctx context.Context, reason string) error {
	if err := s.ask(ctx, cloudapi.MethodReturnHome, nil); err != nil {
		return err
	}
	s.change(ctx, func(ev *FlightEvent) { ev.State, ev.Reason = Returning, reason })
	return nil
}

// ground keeps the dock from starting anything until it is released; a flight that is on goes on.
func (s *session) ground(ctx context.Context, operator, reason string) error {
	s.mu.Lock()
	held := slices.ContainsFunc(s.holds, func(h gate.Hold) bool { return h.Operator == operator && h.Reason == reason })
	holds := s.holds
	s.mu.Unlock()
	if held {
		return nil
	}
	return s.setHolds(ctx, append(slices.Clone(holds), gate.Hold{Operator: operator, Reason: reason, Since: s.c.o.Clock.Now().UTC()}))
}

func (s *session) release(ctx context.Context) error {
	s.mu.Lock()
	n := len(s.holds)
	s.mu.Unlock()
	if n == 0 {
		return fmt.Errorf("dock %s is not held", s.d.SN)
	}
	return s.setHolds(ctx, nil)
}

// setHolds keeps the holds before they count: they outlive the controller.
func (s *session) setHolds(ctx context.Context, h []gate.Hold) error {
	b, err := json.Marshal(h)
	if err == nil {
		_, err = s.c.holds.Put(ctx, s.d.SN, b)
	}
	if err != nil {
		return fmt.Errorf("hold of dock %s not kept: %w", s.d.SN, err)
	}
	s.mu.Lock()
	s.holds = h
	s.mu.Unlock()
	s.touch()
	return nil
}
