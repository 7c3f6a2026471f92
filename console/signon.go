package console

import (
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/harrier-patrol/harrier/console/accounts"
	"github.com/harrier-patrol/harrier/console/signon"
)

// wayCookie keeps somebody's way to the identity provider and back; wayLasts is how long it may take.
const (
	wayCookie = "harrier-way"
	wayLasts  = 10 * time.Minute
	pathBegin = "/api/oidc/begin"
)

// arrival is the page that somebody sees who comes back from the identity provider: the session's cookie is sent by pages of our own only, so one must be between.
var arrival = template.Must(template.New("").Parse(`<!doctype html><html lang="zh"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
{{if .Wrong}}<title>Harrier</title><body style="font:16px/1.6 sans-serif;margin:10vh auto;max-width:34em;padding:0 1em"><h1 style="font-size:1.2em">未能登录 · You are not logged in</h1><p lang="en">{{.Wrong}}</p><p><a href="/login">返回登录页 · Back to the login page</a></p>
{{else}}<meta http-equiv="refresh" content="0;url=/fleet"><title>Harrier</title><p><a href="/fleet">Harrier</a></p>{{end}}`))

// signOn lets people in who come by the identity provider.
func signOn(mux *http.ServeMux, o Options) {
	if o.SignOn == nil {
		return
	}
	secure := strings.HasPrefix(o.SignOn.Config.Page, "https:")
	way := func(value string, lasts time.Duration) *http.Cookie {
		return &http.Cookie{Name: wayCookie, Value: value, Path: "/api/oidc/", HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode, MaxAge: int(lasts.Seconds())}
	}
	answer := func(w http.ResponseWriter, status int, wrong error) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status)
		said := struct{ Wrong string }{}
		if wrong != nil {
			said.Wrong = wrong.Error()
		}
		_ = arrival.Execute(w, said)
	}
	mux.HandleFunc("GET "+pathBegin, func(w http.ResponseWriter, r *http.Request) {
		to, on, err := o.SignOn.Begin(r.Context())
		if err != nil {
			answer(w, http.StatusBadGateway, err)
			return
		}
		http.SetCookie(w, way(on.String(), wayLasts))
		http.Redirect(w, r, to, http.StatusFound)
	})
	mux.HandleFunc("GET "+signon.PathBack, func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, way("", -time.Second)) // it is good once
		c, err := r.Cookie(wayCookie)
		var on signon.Way
		ok := err == nil
		if ok {
			on, ok = signon.ReadWay(c.Value)
		}
		q := r.URL.Query()
		switch {
		case !ok:
			answer(w, http.StatusForbidden, signon.ErrWay)
			return
		case q.Get("error") != "":
			answer(w, http.StatusForbidden, fmt.Errorf("the identity provider says: %.100s %.300s", q.Get("error"), q.Get("error_description")))
			return
		}
		good, err := o.Accounts.TryFrom(hostOf(r.RemoteAddr))
		if err != nil {
			answer(w, http.StatusTooManyRequests, err)
			return
		}
		a, err := o.SignOn.Back(r.Context(), on, q.Get("state"), q.Get("code"))
		var secret string
		if errors.Is(err, signon.ErrRoles) {
			err = errors.Join(err, o.Accounts.Leave(r.Context(), a.External))
		}
		if err == nil {
			secret, err = o.Accounts.Enter(r.Context(), a)
		}
		switch {
		case errors.Is(err, signon.ErrAway):
			good() // it is nobody's fault who comes
			answer(w, http.StatusBadGateway, err)
			return
		case err != nil:
			answer(w, http.StatusForbidden, err)
			return
		}
		good()
		session := sessionCookieOf(secret, accounts.SessionLasts, secure)
		http.SetCookie(w, &session)
		if o.Log != nil {
			_ = o.Log(r.Context(), Deed{By: a.Name, Do: "GET " + signon.PathBack, Status: http.StatusOK, From: r.RemoteAddr, At: time.Now().UTC()})
		}
		answer(w, http.StatusOK, nil)
	})
}
