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

// video gives browsers the live video of docks: by WHEP, and as HLS where no UDP passes.
func video(mux *http.ServeMux, o Options) {
	mux.HandleFunc("POST /api/docks/{sn}/whep", only(anybody, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Content-Type") != "application/sdp" {
			problem(w, http.StatusUnsupportedMediaType, "an offer is application/sdp")
			return
		}
		stream := streamOf(o, r.PathValue("sn"))
		if stream == "" {
			problem(w, http.StatusNotFound, noVideo)
			return
		}
		offer, err := io.ReadAll(io.LimitReader(r.Body, maxOffer))
		if err != nil {
			problem(w, http.StatusBadRequest, "the offer cannot be read: "+err.Error())
			return
		}
		asked := r.WithContext(context.WithoutCancel(r.Context()))
		may := func() bool { p, err := o.asks(asked); return err != nil || p != nil } // where it cannot be asked, who watches goes on
		id, answer, err := o.Live.Watch(r.Context(), r.PathValue("sn"), stream, string(offer), may)
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
	mux.HandleFunc("GET /api/docks/{sn}/hls/{file}", only(anybody, func(w http.ResponseWriter, r *http.Request) {
		stream := streamOf(o, r.PathValue("sn"))
		if stream == "" {
			problem(w, http.StatusNotFound, noVideo)
			return
		}
		data, kind, err := o.Live.File(r.Context(), r.PathValue("sn"), stream, r.PathValue("file"))
		switch {
		case errors.Is(err, live.ErrFull):
			problem(w, http.StatusServiceUnavailable, err.Error())
		case errors.Is(err, live.ErrNoFile):
			problem(w, http.StatusNotFound, err.Error())
		case err != nil:
			problem(w, http.StatusBadGateway, err.Error())
		default:
			w.Header().Set("Content-Type", kind)
			_, _ = w.Write(data)
		}
	}))
}

const noVideo = "this dock has no flight whose video could be shown"

// streamOf is the address of a dock's live stream, "" where it has none.
func streamOf(o Options, sn string) string {
	all := o.Docks()
	if i := slices.IndexFunc(all, func(d dock.Status) bool { return d.SN == sn }); i >= 0 {
		return all[i].Stream
	}
	return ""
}
