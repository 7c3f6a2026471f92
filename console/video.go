package console

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"

	"github.com/harrier-patrol/harrier/console/live"
	"github.com/harrier-patrol/harrier/dock"
)

// maxOffer bounds the offer of a browser, bytes.
const maxOffer = 64 << 10

// video gives browsers the live video of docks (WHEP).
func video(mux *http.ServeMux, o Options) {
	mux.HandleFunc("POST /api/docks/{sn}/whep", only(anybody, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Content-Type") != "application/sdp" {
			problem(w, http.StatusUnsupportedMediaType, "an offer is application/sdp")
			return
		}
		all := o.Docks()
		i := slices.IndexFunc(all, func(d dock.Status) bool { return d.SN == r.PathValue("sn") })
		if i < 0 || all[i].Stream == "" {
			problem(w, http.StatusNotFound, "this dock has no flight whose video could be shown")
			return
		}
		offer, err := io.ReadAll(io.LimitReader(r.Body, maxOffer))
		if err != nil {
			problem(w, http.StatusBadRequest, "the offer cannot be read: "+err.Error())
			return
		}
		asked := r.WithContext(context.WithoutCancel(r.Context()))
		may := func() bool { p, err := o.asks(asked); return err != nil || p != nil } // where it cannot be asked, who watches goes on
		id, answer, err := o.Live.Watch(r.Context(), all[i].SN, all[i].Stream, string(offer), may)
		switch {
		case errors.Is(err, live.ErrFull):
			problem(w, http.StatusServiceUnavailable, err.Error())
			return
		case errors.Is(err, live.ErrOffer):
			problem(w, http.StatusUnprocessableEntity, err.Error())
			return
		case err != nil:
			problem(w, http.StatusBadGateway, err.Error())
			return
		}
		w.Header().Set("Content-Type", "application/sdp")
		w.Header().Set("Location", r.URL.Path+"/"+id)
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, answer)
	}))
	mux.HandleFunc("DELETE /api/docks/{sn}/whep/{id}", only(anybody, func(w http.ResponseWriter, r *http.Request) {
		o.Live.End(r.PathValue("id"))
		w.WriteHeader(http.StatusNoContent)
	}))
}
