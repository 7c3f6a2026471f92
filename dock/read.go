package dock

import (
	"context"
	"encoding/json"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/dock/media"
	"github.com/harrier-patrol/harrier/journal"
)

// ReadFlights are all flight events that are kept, in their order.
func ReadFlights(ctx context.Context, js jetstream.JetStream) (out []FlightEvent, err error) {
	err = ReadFlightsSince(ctx, js, time.Time{}, func(ev FlightEvent) { out = append(out, ev) })
	return out, err
}

// ReadFlightsSince reads the flight events that were kept from a moment on, in their order.
func ReadFlightsSince(ctx context.Context, js jetstream.JetStream, since time.Time, each func(FlightEvent)) error {
	return journal.Replay(ctx, js, "FLIGHTS", SubjectFlights+">", journal.From{Time: since}, func(m journal.Msg) error {
		var ev FlightEvent
		if err := json.Unmarshal(m.Data, &ev); err != nil {
			return err
		}
		each(ev)
		return nil
	})
}

// ReadMedia is what came of the files of each flight, as it was told last.
func ReadMedia(ctx context.Context, js jetstream.JetStream) (map[string]media.Account, error) {
	out := map[string]media.Account{}
	return out, journal.Replay(ctx, js, "MEDIA", media.Subject+">", journal.From{}, func(m journal.Msg) error {
		var x media.Account
		if err := json.Unmarshal(m.Data, &x); err != nil {
			return err
		}
		out[x.Flight] = x
		return nil
	})
}
