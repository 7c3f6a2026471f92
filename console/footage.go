package console

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/harrier-patrol/harrier/console/accounts"
	"github.com/harrier-patrol/harrier/console/footage"
)

// whoWatches are the roles that may watch a flight again: faces and plates can be seen in its video.
var whoWatches = []accounts.Role{accounts.Operator, accounts.Analyst, accounts.Legal}

// FootagePage is a page of flights whose video is kept.
type FootagePage struct {
	Flights []footage.Flight `json:"flights"`
	More    bool             `json:"more"`
}

// FootageTrack is what a flight's video is shown with.
type FootageTrack struct {
	Flight footage.Flight `json:"flight"`
	footage.Track
}

// openFor is how long whoever has opened a flight's video, with a reason, may read it.
const openFor = 12 * time.Hour

// maxOpened bounds how many openings are remembered; who opened the oldest opens it again.
const maxOpened = 10_000

// opened remembers who has opened which video.
type opened struct {
	mu  sync.Mutex
	all []opening
}

type opening struct {
	who, id string
	until   time.Time
}

func (o *opened) add(who, id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	o.all = slices.DeleteFunc(o.all, func(x opening) bool { return now.After(x.until) })
	o.all = append(o.all[max(0, len(o.all)-maxOpened+1):], opening{who, id, now.Add(openFor)})
}

func (o *opened) may(who, id string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	return slices.ContainsFunc(o.all, func(x opening) bool { return x.who == who && x.id == id && now.Before(x.until) })
}

// footageAPI lets flights be watched again. Video is not made unrecognisable: who opens it says why, which the audit log keeps.
func footageAPI(h huma.API, mux *http.ServeMux, o Options) {
	var open opened
	// a flight shows what lies in several subdistricts
	whole := func(ctx context.Context) error {
		if len(person(ctx).Subdistricts) > 0 {
			return huma.Error403Forbidden("your account is of some subdistricts, and a flight shows others, too: ask somebody who sees the whole district")
		}
		return nil
	}
	huma.Get(h, "/api/flights", func(ctx context.Context, in *struct {
		Dock  string `query:"dock" maxLength:"64" doc:"Of one dock only"`
		After string `query:"after" maxLength:"210" doc:"The last id of the page before"`
		Limit int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
	}) (*body[FootagePage], error) {
		if err := whole(ctx); err != nil {
			return nil, err
		}
		all, err := o.Footage.Flights()
		if err != nil {
			return nil, huma.Error503ServiceUnavailable("flights' video cannot be listed: " + err.Error())
		}
		all = slices.DeleteFunc(all, func(f footage.Flight) bool { return in.Dock != "" && f.Dock != in.Dock })
		if in.After != "" {
			i := slices.IndexFunc(all, func(f footage.Flight) bool { return f.ID == in.After })
			if i < 0 {
				return nil, huma.Error404NotFound("the page before is not there any more: begin at the first one")
			}
			all = all[i+1:]
		}
		n := min(in.Limit, len(all))
		return &body[FootagePage]{FootagePage{all[:n], n < len(all)}}, nil
	}, may(whoWatches...))
	huma.Post(h, "/api/flights/{id}/open", func(ctx context.Context, in *struct {
		ID   string `path:"id" maxLength:"210"`
		Body struct {
			Reason string `json:"reason" minLength:"1" maxLength:"500"`
		}
	}) (*body[FootageTrack], error) {
		if err := whole(ctx); err != nil {
			return nil, err
		}
		reason := strings.TrimSpace(in.Body.Reason)
		if reason == "" {
			return nil, huma.Error422UnprocessableEntity("say why the flight is watched: it is recorded")
		}
		f, err := o.Footage.Flight(in.ID)
		var t footage.Track
		if err == nil {
			t, err = o.Footage.Track(in.ID)
		}
		switch {
		case errors.Is(err, footage.ErrNone):
			return nil, huma.Error404NotFound(err.Error())
		case err != nil:
			return nil, huma.Error500InternalServerError("the footage of this flight is damaged: " + err.Error())
		}
		what, _ := json.Marshal(map[string]string{"reason": reason})
		if err := o.Log(ctx, Deed{By: person(ctx).Name, Token: person(ctx).Token, Do: "watches flight " + in.ID, What: what, Status: http.StatusOK, At: time.Now().UTC()}); err != nil {
			return nil, huma.Error503ServiceUnavailable("it cannot be recorded who watches, so nothing is opened: " + err.Error())
		}
		open.add(person(ctx).Name, in.ID)
		return &body[FootageTrack]{FootageTrack{f, t}}, nil
	}, may(whoWatches...))
	mux.HandleFunc("GET /api/flights/{id}/video", only(whoWatches, func(w http.ResponseWriter, r *http.Request) {
		id := r.PathValue("id")
		if !open.may(person(r.Context()).Name, id) {
			problem(w, http.StatusForbidden, "open the flight first, with a reason: POST /api/flights/"+id+"/open")
			return
		}
		f, err := o.Footage.Video(id)
		switch {
		case errors.Is(err, footage.ErrNone):
			problem(w, http.StatusNotFound, err.Error())
			return
		case err != nil:
			problem(w, http.StatusInternalServerError, "the video cannot be read; see the log")
			return
		}
		defer f.Close()
		w.Header().Set("Content-Type", "video/mp4")
		http.ServeContent(w, r, "", time.Time{}, f)
	}))
}
