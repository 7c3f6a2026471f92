package console

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/harrier-patrol/harrier/evidence"
	"github.com/harrier-patrol/harrier/leads"
)

// evidencePath is where a lead's pictures are read: + lead / SHA-256.
const evidencePath = "/evidence/"

// EvidenceKey makes the keys by which whoever has a lead reads its pictures: they stand in the addresses that the lead itself has, so that its
// pictures are read with the same rights as it is, without the console's token.
type EvidenceKey []byte

// Path is the path, with its key, of a picture of a lead.
func (k EvidenceKey) Path(lead, sha string) (path, query string) {
	return evidencePath + lead + "/" + sha, "key=" + k.of(lead)
}

func (k EvidenceKey) of(lead string) string {
	h := hmac.New(sha256.New, k)
	h.Write([]byte("evidence " + lead))
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// opens says whether a request brings the key of the lead whose picture it asks for.
func (k EvidenceKey) opens(r *http.Request) bool {
	rest, is := strings.CutPrefix(r.URL.Path, evidencePath)
	lead, _, ok := strings.Cut(rest, "/")
	return is && ok && len(k) > 0 && r.Method == http.MethodGet && hmac.Equal([]byte(r.URL.Query().Get("key")), []byte(k.of(lead)))
}

// picture answers with a picture that a lead names: to know its hash is not enough.
func (o Options) picture(w http.ResponseWriter, r *http.Request) {
	x, err := o.Ledger.Read()
	if err != nil {
		problem(w, http.StatusServiceUnavailable, err.Error())
		return
	}
	lead, sha := r.PathValue("lead"), r.PathValue("sha")
	l, ok, err := x.Lead(lead)
	var b []byte
	switch {
	case err != nil:
	case !ok, !o.EvidenceKey.opens(r) && !(person(r.Context()).Has(anybody...) && person(r.Context()).Sees(l.Subdistrict)):
		err = leads.ErrNotFound
	case !slices.Contains(l.Shown(), sha):
		err = evidence.ErrNotFound
	default:
		b, err = o.Store.Get(r.Context(), sha)
	}
	switch {
	case errors.Is(err, leads.ErrNotFound), errors.Is(err, evidence.ErrNotFound):
		problem(w, http.StatusNotFound, "lead "+lead+" has no such picture")
	case err != nil:
		problem(w, http.StatusInternalServerError, "the evidence cannot be read; see the log")
	default:
		w.Header().Set("Content-Type", "image/jpeg")
		w.Header().Set("Cache-Control", "private, max-age=3600")
		_, _ = w.Write(b)
	}
}
