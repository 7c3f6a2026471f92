// Package signon lets people in by an identity provider of their organization: OpenID Connect, authorization code with PKCE.
package signon

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/harrier-patrol/harrier/console/accounts"
)

// Config says which provider, and what its groups may do.
type Config struct {
	Issuer       string `yaml:"issuer"` // https://…, as its discovery document has it
	ClientID     string `yaml:"client_id"`
	ClientSecret string `yaml:"client_secret"`
	Page         string `yaml:"page"`         // https://…, under which people reach the console: the provider sends them back to Page/api/oidc/back
	NameClaim    string `yaml:"name_claim"`   // that names the person
	GroupsClaim  string `yaml:"groups_claim"` // that lists groups
	// Roles are those of a group.
	Roles map[string][]accounts.Role `yaml:"roles"`
	Label string                     `yaml:"label"` // of the provider, on the login page
}

// Check says what is wrong with a configuration; one without an issuer asks nobody.
func (c Config) Check() error {
	if c.Issuer == "" {
		return nil
	}
	for what, at := range map[string]string{"issuer": c.Issuer, "page": c.Page} {
		u, err := url.Parse(at)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return fmt.Errorf("%s: %q is not an address like https://host", what, at)
		}
		if u.Scheme == "http" && u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1" {
			return fmt.Errorf("%s: %s would be asked without TLS: use https", what, at)
		}
	}
	if c.ClientID == "" || c.ClientSecret == "" {
		return errors.New("client_id and client_secret (or HARRIER_OIDC_SECRET) are needed: the provider gives both out where Harrier is registered")
	}
	if len(c.Roles) == 0 {
		return errors.New("roles: say which group has which roles, as {harrier-analysts: [analyst]}: without it nobody comes in")
	}
	for group, roles := range c.Roles {
		for _, r := range roles {
			if !slices.Contains(accounts.Roles, r) {
				return fmt.Errorf("roles.%s: %q is no role; there are %v", group, r, accounts.Roles)
			}
		}
	}
	return nil
}

// Provider asks an identity provider.
type Provider struct {
	Config Config

	Log *slog.Logger

	asking sync.Mutex
	found  atomic.Pointer[oidc.Provider] // once it has answered
}

// client asks the provider: one that hangs holds nobody for longer than this.
var client = &http.Client{Timeout: answerWithin}

// Way is somebody's way to the provider and back: what only their browser knows.
type Way struct{ State, Nonce, Verifier string }

// String is what the browser keeps of it.
func (w Way) String() string { return w.State + "." + w.Nonce + "." + w.Verifier }

// ReadWay reads what the browser kept.
func ReadWay(s string) (w Way, ok bool) {
	p := strings.Split(s, ".")
	if len(p) != 3 || p[0] == "" || p[1] == "" || p[2] == "" {
		return w, false
	}
	return Way{p[0], p[1], p[2]}, true
}

// Errors of who comes back.
var (
	ErrAway    = errors.New("the identity provider does not answer; try again, or log in with a password")
	ErrWay     = errors.New("the login took too long, or was begun in another browser: begin it again")
	ErrRefused = errors.New("the identity provider does not vouch for this login; begin it again, and tell an administrator if that does not help: the log says more")
	ErrRoles   = errors.New("your groups have no role here; ask an administrator of Harrier to name one of them under oidc.roles")
)

// answerWithin is how long the provider may take.
const answerWithin = 10 * time.Second

// PathBack is where the provider sends people back to.
const PathBack = "/api/oidc/back"

// ask finds the provider's addresses, once it answers.
func (p *Provider) ask(ctx context.Context) (*oidc.Provider, *oauth2.Config, error) {
	found := p.found.Load()
	if found == nil {
		if !p.asking.TryLock() { // somebody else is asking: who comes meanwhile does not wait in a row
			return nil, nil, ErrAway
		}
		defer p.asking.Unlock()
		var err error
		// its keys are fetched later, too: not within this request
		if found, err = oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), client), p.Config.Issuer); err != nil {
			p.Log.Warn("the identity provider does not answer", "error", err)
			return nil, nil, ErrAway
		}
		p.found.Store(found)
	}
	return found, &oauth2.Config{ClientID: p.Config.ClientID, ClientSecret: p.Config.ClientSecret, Endpoint: found.Endpoint(), RedirectURL: strings.TrimSuffix(p.Config.Page, "/") + PathBack, Scopes: []string{oidc.ScopeOpenID, "profile", "email", "groups"}}, nil
}

// Reach says why the provider cannot be asked.
func (c Config) Reach(ctx context.Context) error {
	_, err := oidc.NewProvider(oidc.ClientContext(ctx, client), c.Issuer)
	return err
}

// Begin is where somebody's browser goes, and what it keeps for its way back.
func (p *Provider) Begin(ctx context.Context) (to string, w Way, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	_, c, err := p.ask(ctx)
	if err != nil {
		return "", w, err
	}
	w = Way{rand.Text(), rand.Text(), oauth2.GenerateVerifier()}
	return c.AuthCodeURL(w.State, oidc.Nonce(w.Nonce), oauth2.S256ChallengeOption(w.Verifier)), w, nil
}

// Back is who came back with a code, with the roles of their groups.
func (p *Provider) Back(ctx context.Context, w Way, state, code string) (a accounts.Account, err error) {
	if subtle.ConstantTimeCompare([]byte(w.State), []byte(state)) != 1 {
		return a, ErrWay
	}
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	provider, c, err := p.ask(ctx)
	if err != nil {
		return a, err
	}
	ctx = oidc.ClientContext(ctx, client)
	token, err := c.Exchange(ctx, code, oauth2.VerifierOption(w.Verifier))
	if err != nil {
		p.Log.Warn("the identity provider does not take a code", "error", err)
		return a, ErrRefused
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := provider.Verifier(&oidc.Config{ClientID: c.ClientID}).Verify(ctx, raw)
	if err != nil {
		p.Log.Warn("an answer of the identity provider is not to be trusted", "error", err)
		return a, ErrRefused
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(w.Nonce)) != 1 {
		return a, ErrWay
	}
	claims := map[string]any{}
	if err := id.Claims(&claims); err != nil {
		return a, err
	}
	a.Name, _ = claims[p.Config.NameClaim].(string)
	if a.Name == "" {
		return a, fmt.Errorf("the identity provider does not say %q of you: set oidc.name_claim to a claim that names people", p.Config.NameClaim)
	}
	a.External = p.Config.Issuer + " " + id.Subject
	groups, _ := claims[p.Config.GroupsClaim].([]any)
	for _, g := range groups {
		name, _ := g.(string)
		for _, r := range p.Config.Roles[name] {
			if !slices.Contains(a.Roles, r) {
				a.Roles = append(a.Roles, r)
			}
		}
	}
	if len(a.Roles) == 0 {
		return a, ErrRoles
	}
	return a, nil
}
