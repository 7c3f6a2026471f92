package accounts

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/harrier-patrol/harrier/journal"
	"github.com/nats-io/nats.go/jetstream"
)

// Token lets a program ask as an account, with some of its roles.
type Token struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"` // what it is for
	Account string    `json:"account"`
	Roles   []Role    `json:"roles"` // never more than the account has when it is used
	Made    time.Time `json:"made"`
	Expires time.Time `json:"expires"`
}

// tokenMark begins every token, so that it is found where it should not be.
const tokenMark = "hrr_"

// seenWithin: tokens of an account of the identity provider are good for so long after its last login.
const seenWithin = 30 * 24 * time.Hour

// tokenLasts is the longest that a token is good for.
const tokenLasts = 366 * 24 * time.Hour

// AddToken makes a token of a person, and returns its secret: it is not kept.
func (k *Keeper) AddToken(ctx context.Context, of *Person, name string, roles []Role, expires time.Time) (t Token, secret string, err error) {
	now := time.Now().UTC().Truncate(time.Second)
	switch {
	case strings.TrimSpace(name) == "" || len(name) > 100:
		return t, "", errors.New("name: say what the token is for, in at most 100 characters")
	case len(roles) == 0:
		return t, "", errors.New("roles: at least one is needed")
	case !expires.After(now) || expires.After(now.Add(tokenLasts)):
		return t, "", errors.New("expires: a time within a year from now")
	}
	for _, r := range roles {
		if !of.Has(r) || !slices.Contains(Roles, r) {
			return t, "", fmt.Errorf("role %q is not yours to give", r)
		}
	}
	if _, err := k.Account(ctx, of.Name); err != nil {
		return t, "", fmt.Errorf("tokens are of accounts: %w", err)
	}
	secret = tokenMark + rand.Text() + rand.Text()
	t = Token{ID: rand.Text()[:12], Name: name, Account: of.Name, Roles: roles, Made: now, Expires: expires.UTC().Truncate(time.Second)}
	b, err := json.Marshal(t)
	if err == nil {
		_, err = k.tokens.Create(ctx, journal.Key(secret), b)
	}
	return t, secret, err
}

// Token is who comes with a token; ErrLogin where it is none, or over.
func (k *Keeper) Token(ctx context.Context, secret string) (*Person, error) {
	if !strings.HasPrefix(secret, tokenMark) {
		return nil, ErrLogin
	}
	e, err := k.tokens.Get(ctx, journal.Key(secret))
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return nil, ErrLogin
	}
	if err != nil {
		return nil, err
	}
	var t Token
	if err := json.Unmarshal(e.Value(), &t); err != nil {
		return nil, err
	}
	if time.Now().After(t.Expires) {
		return nil, ErrLogin
	}
	a, err := k.enabled(ctx, t.Account)
	if err != nil {
		return nil, err
	}
	// of who has not come by the identity provider for long it is not known whether it still knows them
	if a.External != "" && time.Since(a.Entered) > seenWithin {
		return nil, ErrLogin
	}
	p := personOf(a)
	own := *p
	p.Roles, p.Token = nil, t.Name
	for _, r := range t.Roles {
		if own.Has(r) {
			p.Roles = append(p.Roles, r)
		}
	}
	if len(p.Roles) == 0 {
		return nil, ErrLogin
	}
	return p, nil
}

// Tokens are all of them, the newest first.
func (k *Keeper) Tokens(ctx context.Context) (out []Token, err error) {
	err = each(ctx, k.tokens, func(e jetstream.KeyValueEntry) error {
		var t Token
		if err := json.Unmarshal(e.Value(), &t); err != nil {
			return err
		}
		out = append(out, t)
		return nil
	})
	slices.SortFunc(out, func(a, b Token) int { return b.Made.Compare(a.Made) })
	return out, err
}

// endTokens ends all tokens of an account.
func (k *Keeper) endTokens(ctx context.Context, account string) error {
	_, err := deleteWhere(ctx, k.tokens, func(t Token) bool { return t.Account == account })
	return err
}

// EndToken ends a token by its id.
func (k *Keeper) EndToken(ctx context.Context, id string) error {
	n, err := deleteWhere(ctx, k.tokens, func(t Token) bool { return t.ID == id })
	if err == nil && n == 0 {
		return ErrNone
	}
	return err
}
