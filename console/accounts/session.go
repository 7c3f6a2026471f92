package accounts

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/harrier-patrol/harrier/journal"
	"github.com/nats-io/nats.go/jetstream"
)

// session is one as it is kept, under the hash of its secret.
type session struct {
	Name  string    `json:"name"`
	Roles []Role    `json:"roles,omitempty"` // of who has no account: demo
	Since time.Time `json:"since"`
}

// Login begins a session with a password, from an address, and returns its secret.
func (k *Keeper) Login(ctx context.Context, name, password, from string) (secret string, err error) {
	now := time.Now()
	n := keyOf(name)
	if !k.hosts.take(from, triesOfHost, now) {
		return "", ErrTooOften
	}
	if !k.names.take(n, triesOfName, now) {
		return "", ErrTooOften
	}
	if len(password) > mostPassword {
		return "", ErrLogin
	}
	a, err := k.Account(ctx, name)
	if err != nil && !errors.Is(err, ErrNone) {
		return "", err
	}
	of := k.nobodys()
	if err == nil && a.External == "" {
		of = a.Password
	}
	if ok := matches(password, of); !ok || err != nil || a.Disabled || a.External != "" {
		return "", ErrLogin
	}
	k.names.forget(n)
	k.hosts.back(from) // its wrong ones stay: one good account would open the way for guesses from there
	return k.begin(ctx, session{Name: a.Name, Since: now.UTC()})
}

// TryFrom notes a try to come in from an address before it is made; good takes it back where it succeeds. ErrTooOften after so many that did not.
func (k *Keeper) TryFrom(from string) (good func(), err error) {
	if !k.hosts.take(from, triesOfHost, time.Now()) {
		return nil, ErrTooOften
	}
	return func() { k.hosts.back(from) }, nil
}

// Enter begins a session of somebody whom an identity provider knows (External), with the roles that it says they have. Their account is made when they come for the
// first time; what an administrator said of it since (subdistricts, disabled) stays.
func (k *Keeper) Enter(ctx context.Context, a Account) (secret string, err error) {
	k.changing.Lock()
	defer k.changing.Unlock()
	// who is known there keeps the account that was made first, whatever they are called now: a new name gives nobody new rights
	all, err := k.Accounts(ctx)
	if err != nil {
		return "", err
	}
	if i := slices.IndexFunc(all, func(b Account) bool { return b.External == a.External }); i >= 0 {
		a.Name = all[i].Name
	}
	was, err := k.Account(ctx, a.Name)
	switch {
	case errors.Is(err, ErrNone):
		a.Made, a.MadeBy = time.Now().UTC().Truncate(time.Second), "identity provider"
	case err != nil:
		return "", err
	case was.External != a.External:
		return "", ErrNotTheirs
	case was.Disabled:
		return "", ErrLogin
	default:
		roles := a.Roles
		a = was
		a.Roles = roles
	}
	a.Entered = time.Now().UTC().Truncate(time.Second)
	if err := a.Check(); err != nil {
		return "", err
	}
	b, err := json.Marshal(a)
	if err != nil {
		return "", err
	}
	if a.Revision == 0 {
		_, err = k.accounts.Create(ctx, keyOf(a.Name), b)
	} else {
		_, err = k.accounts.Update(ctx, keyOf(a.Name), b, a.Revision)
	}
	if err != nil {
		return "", err
	}
	return k.begin(ctx, session{Name: a.Name, Since: time.Now().UTC()})
}

// Leave ends the sessions and tokens of somebody whom the identity provider gives no role any more.
func (k *Keeper) Leave(ctx context.Context, external string) error {
	k.changing.Lock()
	defer k.changing.Unlock()
	all, err := k.Accounts(ctx)
	for _, a := range all {
		if a.External != "" && a.External == external {
			err = errors.Join(err, k.endSessions(ctx, a.Name), k.endTokens(ctx, a.Name))
		}
	}
	return err
}

// Begin begins a session of somebody without an account: of a demo.
func (k *Keeper) Begin(ctx context.Context, p Person) (secret string, err error) {
	return k.begin(ctx, session{Name: p.Name, Roles: p.Roles, Since: time.Now().UTC()})
}

func (k *Keeper) begin(ctx context.Context, s session) (secret string, err error) {
	secret = rand.Text() + rand.Text()
	b, err := json.Marshal(s)
	if err == nil {
		_, err = k.sessions.Create(ctx, journal.Key(secret), b)
	}
	return secret, err
}

// Session is who has a session; ErrLogin where it is none, or over.
func (k *Keeper) Session(ctx context.Context, secret string) (*Person, error) {
	e, err := k.sessions.Get(ctx, journal.Key(secret))
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return nil, ErrLogin
	}
	if err != nil {
		return nil, err
	}
	var s session
	if err := json.Unmarshal(e.Value(), &s); err != nil {
		return nil, err
	}
	if time.Since(s.Since) > SessionLasts {
		return nil, ErrLogin
	}
	if s.Roles != nil {
		if !k.Demo {
			return nil, ErrLogin
		}
		return &Person{Name: s.Name, Roles: s.Roles}, nil
	}
	return k.Person(ctx, s.Name)
}

// Person is who an account is; ErrLogin where there is none, or it is disabled.
func (k *Keeper) Person(ctx context.Context, name string) (*Person, error) {
	a, err := k.enabled(ctx, name)
	if err != nil {
		return nil, err
	}
	return personOf(a), nil
}

// enabled is an account that may come in; ErrLogin where there is none, or it is disabled.
func (k *Keeper) enabled(ctx context.Context, name string) (Account, error) {
	a, err := k.Account(ctx, name)
	if errors.Is(err, ErrNone) || err == nil && a.Disabled {
		return a, ErrLogin
	}
	return a, err
}

func personOf(a Account) *Person {
	return &Person{Name: a.Name, Roles: a.Roles, Subdistricts: a.Subdistricts}
}

// Logout ends a session.
func (k *Keeper) Logout(ctx context.Context, secret string) error {
	return k.sessions.Delete(ctx, journal.Key(secret))
}

// endSessions ends all sessions of an account.
func (k *Keeper) endSessions(ctx context.Context, name string) error {
	_, err := deleteWhere(ctx, k.sessions, func(s session) bool { return s.Name == name })
	return err
}
