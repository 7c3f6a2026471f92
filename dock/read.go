package dock

import (
	"context"
	"encoding/json"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/dock/media"
	"github.com/harrier-patrol/harrier/journal"
)

// ReadFlights are all flight events that are kept, in their order.
func ReadFlights(ctx context.Context, js jetstream.JetStream) (out []FlightEvent, err error) {
	_, err = ReadFlightsFrom(ctx, js, journal.From{}, func(ev FlightEvent) { out = append(out, ev) })
	return out, err
}

// ReadFlightsFrom reads the flight events that were kept from a point on, in their order, and returns from where to read on.
func ReadFlightsFrom(ctx context.Context, js jetstream.JetStream, from journal.From, each func(FlightEvent)) (next journal.From, err error) {
	next = from
	err = journal.Replay(ctx, js, "FLIGHTS", SubjectFlights+">", from, func(m journal.Msg) error {
		next = journal.From{Seq: m.Seq + 1}
		var ev FlightEvent
		if err := json.Unmarshal(m.Data, &ev); err != nil {
			return err
		}
		each(ev)
		return nil
	})
	return next, err
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
