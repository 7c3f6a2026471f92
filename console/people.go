package console

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/harrier-patrol/harrier/console/accounts"
)

// Me is who asks.
type Me struct {
	Name         string          `json:"name" doc:"Empty for nobody"`
	Roles        []accounts.Role `json:"roles"`
	Subdistricts []string        `json:"subdistricts" doc:"Whose leads are seen; none for all"`
	Demo         bool            `json:"demo" doc:"Everybody who reaches this console is let in"`
	SignOn       string          `json:"sign_on,omitempty" doc:"What the identity provider is called by which people come in; empty for none"`
	Zone         string          `json:"zone" doc:"In which times are told, as Asia/Shanghai"`
	Setup        bool            `json:"setup" doc:"There is no account yet: open the link that Harrier printed"`
}

// Account is somebody who may come in.
type Account struct {
	Name         string          `json:"name"`
	Roles        []accounts.Role `json:"roles"`
	Subdistricts []string        `json:"subdistricts"`
	Disabled     bool            `json:"disabled"`
	Made         time.Time       `json:"made"`
	MadeBy       string          `json:"made_by"`
	External     bool            `json:"external" doc:"Of the identity provider, which gives its roles"`
	Revision     uint64          `json:"revision"`
}

// cookieOut sets or takes the session's cookie.
type cookieOut struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      Me
}

type secretBody struct {
	Token  accounts.Token `json:"token"`
	Secret string         `json:"secret" doc:"It is shown once"`
}

// RightsBody is what somebody may do.
type RightsBody struct {
	Roles        []accounts.Role `json:"roles" minItems:"1" maxItems:"5" enum:"viewer,operator,analyst,legal,admin"`
	Subdistricts []string        `json:"subdistricts,omitempty" maxItems:"1000" doc:"Whose leads are seen; none for all"`
}

// SessionInput is what is known of how somebody comes.
type SessionInput struct {
	Proto string `header:"X-Forwarded-Proto" hidden:"true"`
	ctx   huma.Context
}

// Resolve keeps the request's context.
func (s *SessionInput) Resolve(ctx huma.Context) []error {
	s.ctx = ctx
	return nil
}

func (s *SessionInput) secure() bool { return s.ctx.TLS() != nil || s.Proto == "https" }

func (s *SessionInput) host() string { return hostOf(s.ctx.RemoteAddr()) }

func (s *SessionInput) cookie(secret string, lasts time.Duration) http.Cookie {
	return sessionCookieOf(secret, lasts, s.secure())
}

// sessionCookieOf is the cookie of a session; a secure one is sent over TLS only.
func sessionCookieOf(secret string, lasts time.Duration, secure bool) http.Cookie {
	c := http.Cookie{Name: sessionCookie, Value: secret, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, MaxAge: int(lasts.Seconds())}
	if secure {
		c.Name, c.Secure = sessionCookieTLS, true
	}
	return c
}

func (s *SessionInput) had() string {
	for _, name := range []string{sessionCookieTLS, sessionCookie} {
		if c, err := huma.ReadCookie(s.ctx, name); err == nil {
			return c.Value
		}
	}
	return ""
}

// accountError is the HTTP answer to an error of accounts.
func accountError(err error) error {
	switch {
	case errors.Is(err, accounts.ErrLogin), errors.Is(err, accounts.ErrSetup):
		return huma.Error401Unauthorized(err.Error())
	case errors.Is(err, accounts.ErrTooOften):
		return huma.Error429TooManyRequests(err.Error())
	case errors.Is(err, accounts.ErrNone):
		return huma.Error404NotFound(err.Error())
	case errors.Is(err, accounts.ErrMoved):
		return huma.Error412PreconditionFailed(err.Error())
	case errors.Is(err, accounts.ErrTaken), errors.Is(err, accounts.ErrLastOne), errors.Is(err, accounts.ErrExternal):
		return huma.Error409Conflict(err.Error())
	}
	return huma.Error422UnprocessableEntity(err.Error())
}

func (o Options) me(ctx context.Context, p *accounts.Person) (Me, error) {
	m := Me{Name: p.Name, Roles: p.Roles, Subdistricts: p.Subdistricts, Demo: o.Open, Zone: cmp.Or(o.Zone, "Asia/Shanghai")}
	if m.Roles == nil {
		m.Roles = []accounts.Role{}
	}
	if m.Subdistricts == nil {
		m.Subdistricts = []string{}
	}
	if o.SignOn != nil {
		m.SignOn = cmp.Or(o.SignOn.Config.Label, "SSO")
	}
	if p.Name == "" {
		code, err := o.Accounts.SetupCode(ctx)
		m.Setup = code != ""
		return m, err
	}
	return m, nil
}

// sessionAPI lets people in and out.
func sessionAPI(h huma.API, o Options) {
	huma.Get(h, "/api/session", func(ctx context.Context, _ *struct{}) (*body[Me], error) {
		m, err := o.me(ctx, person(ctx))
		if err != nil {
			return nil, huma.Error503ServiceUnavailable(err.Error())
		}
		return &body[Me]{m}, nil
	}, may(nobody...))
	huma.Post(h, "/api/session", func(ctx context.Context, in *struct {
		SessionInput
		Body struct {
			Name     string `json:"name" minLength:"1" maxLength:"100"`
			Password string `json:"password" maxLength:"256"`
		}
	}) (*cookieOut, error) {
		var secret string
		var err error
		if role := accounts.Role(in.Body.Name); o.Open && in.Body.Password == "" && slices.Contains(accounts.Roles, role) {
			secret, err = o.Accounts.Begin(ctx, accounts.Person{Name: "demo-" + string(role), Roles: []accounts.Role{role}})
		} else {
			secret, err = o.Accounts.Login(ctx, in.Body.Name, in.Body.Password, in.host())
		}
		if err != nil {
			return nil, accountError(err)
		}
		p, err := o.Accounts.Session(ctx, secret)
		if err != nil {
			return nil, accountError(err)
		}
		if had := in.had(); had != "" { // whoever logs in gets a new session, and the one before is over
			_ = o.Accounts.Logout(ctx, had)
		}
		m, err := o.me(ctx, p)
		return &cookieOut{in.cookie(secret, accounts.SessionLasts), m}, err
	}, may(nobody...))
	huma.Delete(h, "/api/session", func(ctx context.Context, in *SessionInput) (*cookieOut, error) {
		if had := in.had(); had != "" {
			if err := o.Accounts.Logout(ctx, had); err != nil {
				return nil, huma.Error503ServiceUnavailable(err.Error())
			}
		}
		m, err := o.me(ctx, &accounts.Person{})
		return &cookieOut{in.cookie("", -time.Second), m}, err
	}, may(nobody...))
	huma.Post(h, "/api/setup", func(ctx context.Context, in *struct {
		SessionInput
		Body struct {
			Code     string `json:"code" maxLength:"100" doc:"Of the link that Harrier printed when it was started"`
			Name     string `json:"name" minLength:"1" maxLength:"100"`
			Password string `json:"password" maxLength:"256"`
		}
	}) (*cookieOut, error) {
		if err := o.Accounts.Setup(ctx, in.Body.Code, in.Body.Name, in.Body.Password); err != nil {
			return nil, accountError(err)
		}
		secret, err := o.Accounts.Login(ctx, in.Body.Name, in.Body.Password, in.host())
		if err != nil {
			return nil, accountError(err)
		}
		p, err := o.Accounts.Session(ctx, secret)
		if err != nil {
			return nil, accountError(err)
		}
		m, err := o.me(ctx, p)
		return &cookieOut{in.cookie(secret, accounts.SessionLasts), m}, err
	}, may(nobody...))
}

// peopleAPI is for administrators: accounts, tokens, the audit log.
func peopleAPI(h huma.API, o Options) {
	admin := may(accounts.Admin)
	huma.Get(h, "/api/accounts", func(ctx context.Context, _ *struct{}) (*body[[]Account], error) {
		all, err := o.Accounts.Accounts(ctx)
		if err != nil {
			return nil, huma.Error503ServiceUnavailable(err.Error())
		}
		out := []Account{}
		for _, a := range all {
			x := Account{a.Name, a.Roles, a.Subdistricts, a.Disabled, a.Made, a.MadeBy, a.External != "", a.Revision}
			if x.Subdistricts == nil {
				x.Subdistricts = []string{}
			}
			out = append(out, x)
		}
		return &body[[]Account]{out}, nil
	}, admin)
	huma.Post(h, "/api/accounts", func(ctx context.Context, in *struct {
		Body struct {
			Name     string `json:"name" minLength:"2" maxLength:"64"`
			Password string `json:"password" maxLength:"256"`
			RightsBody
		}
	}) (*struct{}, error) {
		a := accounts.Account{Name: in.Body.Name, Roles: in.Body.Roles, Subdistricts: in.Body.Subdistricts, MadeBy: person(ctx).Name}
		if err := o.Accounts.Add(ctx, a, in.Body.Password); err != nil {
			return nil, accountError(err)
		}
		return nil, nil
	}, admin)
	huma.Put(h, "/api/accounts/{name}", func(ctx context.Context, in *struct {
		IfMatch
		Name string `path:"name" maxLength:"64"`
		Body struct {
			Revision    int    `json:"revision,omitempty" minimum:"1" doc:"That was looked at"`
			Disabled    bool   `json:"disabled,omitempty"`
			NewPassword string `json:"new_password,omitempty" maxLength:"256"`
			RightsBody
		}
	}) (*struct{}, error) {
		b := in.Body
		revision, err := in.of(b.Revision)
		if err != nil {
			return nil, err
		}
		if err := o.Accounts.Change(ctx, accounts.Account{Name: in.Name, Roles: b.Roles, Subdistricts: b.Subdistricts, Disabled: b.Disabled, Revision: uint64(revision)}, b.NewPassword); err != nil {
			return nil, accountError(err)
		}
		return nil, nil
	}, admin)
	huma.Put(h, "/api/password", func(ctx context.Context, in *struct {
		SessionInput
		Body struct {
			Password    string `json:"password" maxLength:"256" doc:"As it is"`
			NewPassword string `json:"new_password" maxLength:"256"`
		}
	}) (*cookieOut, error) {
		p := person(ctx)
		secret, err := o.Accounts.Login(ctx, p.Name, in.Body.Password, in.host())
		if err != nil {
			return nil, accountError(err)
		}
		_ = o.Accounts.Logout(ctx, secret)
		a, err := o.Accounts.Account(ctx, p.Name)
		if err == nil {
			err = o.Accounts.Change(ctx, a, in.Body.NewPassword)
		}
		if err == nil {
			secret, err = o.Accounts.Login(ctx, p.Name, in.Body.NewPassword, in.host())
		}
		if err != nil {
			return nil, accountError(err)
		}
		m, err := o.me(ctx, p)
		return &cookieOut{in.cookie(secret, accounts.SessionLasts), m}, err
	}, may(anybody...))
	huma.Get(h, "/api/tokens", func(ctx context.Context, _ *struct{}) (*body[[]accounts.Token], error) {
		all, err := o.Accounts.Tokens(ctx)
		if err != nil {
			return nil, huma.Error503ServiceUnavailable(err.Error())
		}
		return &body[[]accounts.Token]{append([]accounts.Token{}, all...)}, nil
	}, admin)
	huma.Post(h, "/api/tokens", func(ctx context.Context, in *struct {
		Body struct {
			Name    string          `json:"name" minLength:"1" maxLength:"100" doc:"What it is for"`
			Roles   []accounts.Role `json:"roles" minItems:"1" maxItems:"5" enum:"viewer,operator,analyst,legal,admin"`
			Expires time.Time       `json:"expires" doc:"Within a year"`
		}
	}) (*body[secretBody], error) {
		t, secret, err := o.Accounts.AddToken(ctx, person(ctx), in.Body.Name, in.Body.Roles, in.Body.Expires)
		if err != nil {
			return nil, accountError(err)
		}
		return &body[secretBody]{secretBody{t, secret}}, nil
	}, admin)
	huma.Delete(h, "/api/tokens/{id}", func(ctx context.Context, in *struct {
		ID string `path:"id" maxLength:"40"`
	}) (*struct{}, error) {
		if err := o.Accounts.EndToken(ctx, in.ID); err != nil {
			return nil, accountError(err)
		}
		return nil, nil
	}, admin)
	huma.Get(h, "/api/audit", func(ctx context.Context, in *struct {
		Before time.Time `query:"before" doc:"Only what was done before; the newest without"`
		Limit  int       `query:"limit" minimum:"1" maximum:"500" default:"100"`
	}) (*body[[]Deed], error) {
		all, err := o.Audit(ctx, in.Before, in.Limit)
		if err != nil {
			return nil, huma.Error503ServiceUnavailable(err.Error())
		}
		return &body[[]Deed]{append([]Deed{}, all...)}, nil
	}, admin)
}
