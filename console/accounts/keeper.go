package accounts

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/harrier-patrol/harrier/journal"
	"github.com/nats-io/nats.go/jetstream"
)

// The key-value stores.
const (
	bucketAccounts = "accounts"
	bucketSessions = "sessions"
	bucketTokens   = "tokens"
)

// SessionLasts is how long somebody stays logged in: a shift.
const SessionLasts = 12 * time.Hour

// Keeper keeps accounts, sessions and tokens.
type Keeper struct {
	accounts, sessions, tokens jetstream.KeyValue
	// Demo lets sessions of people without an account count: of a demo, which others cannot reach.
	Demo bool
	// MemoryKB is what hashing a new password takes, so that guessing it is dear; 0 is 64 MiB. Tests take less.
	MemoryKB uint32

	nobodys func() string // a hash that is compared with where there is no account: it takes as long to say no

	names, hosts tries
	changing     sync.Mutex // accounts, one at a time: two administrators do not disable each other
	mu           sync.Mutex
	some         bool   // there are accounts: then there always are
	setup        string // the code of the first start; "" once it was used
}

// Open opens the stores, and makes those that are missing.
func Open(ctx context.Context, js jetstream.JetStream) (*Keeper, error) {
	k := &Keeper{}
	k.nobodys = sync.OnceValue(func() string { return k.hash(rand.Text()) })
	for _, b := range []struct {
		kv   *jetstream.KeyValue
		conf jetstream.KeyValueConfig
	}{
		{&k.accounts, jetstream.KeyValueConfig{Bucket: bucketAccounts, Description: "who may come to the console", History: 10, MaxBytes: 16 << 20}},
		{&k.sessions, jetstream.KeyValueConfig{Bucket: bucketSessions, Description: "who is logged in, by hash", TTL: SessionLasts, MaxBytes: 64 << 20}},
		{&k.tokens, jetstream.KeyValueConfig{Bucket: bucketTokens, Description: "tokens of programs, by hash", History: 1, MaxBytes: 16 << 20}},
	} {
		kv, err := js.CreateOrUpdateKeyValue(ctx, b.conf)
		if err != nil {
			return nil, fmt.Errorf("key-value %s: %w; does NATS run with JetStream?", b.conf.Bucket, err)
		}
		*b.kv = kv
	}
	return k, nil
}

func (k *Keeper) hash(password string) string {
	return hash(password, cmp.Or(k.MemoryKB, usualMemoryKB))
}

// keyOf is the key of an account: names differ by more than their case.
func keyOf(name string) string { return journal.Key(strings.ToLower(strings.TrimSpace(name))) }

// Account is the one of a name.
func (k *Keeper) Account(ctx context.Context, name string) (a Account, err error) {
	e, err := k.accounts.Get(ctx, keyOf(name))
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return a, ErrNone
	}
	if err != nil {
		return a, err
	}
	err = json.Unmarshal(e.Value(), &a)
	a.Revision = e.Revision()
	return a, err
}

// Accounts are all of them, by name.
func (k *Keeper) Accounts(ctx context.Context) (out []Account, err error) {
	err = each(ctx, k.accounts, func(e jetstream.KeyValueEntry) error {
		var a Account
		if err := json.Unmarshal(e.Value(), &a); err != nil {
			return err
		}
		a.Revision = e.Revision()
		out = append(out, a)
		return nil
	})
	slices.SortFunc(out, func(a, b Account) int { return strings.Compare(a.Name, b.Name) })
	return out, err
}

// each calls f with every entry that is there.
func each(ctx context.Context, kv jetstream.KeyValue, f func(jetstream.KeyValueEntry) error) error {
	w, err := kv.WatchAll(ctx, jetstream.IgnoreDeletes())
	if err != nil {
		return err
	}
	defer func() { _ = w.Stop() }()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case e := <-w.Updates():
			if e == nil {
				return nil
			}
			if err := f(e); err != nil {
				return err
			}
		}
	}
}

// Add makes an account with a password.
func (k *Keeper) Add(ctx context.Context, a Account, password string) error {
	a.Name = strings.TrimSpace(a.Name)
	if err := errors.Join(a.Check(), checkPassword(a.Name, password)); err != nil {
		return err
	}
	a.Password, a.Made = k.hash(password), time.Now().UTC().Truncate(time.Second)
	b, err := json.Marshal(a)
	if err != nil {
		return err
	}
	if _, err = k.accounts.Create(ctx, keyOf(a.Name), b); errors.Is(err, jetstream.ErrKeyExists) {
		return ErrTaken
	}
	return err
}

// Change changes an account's roles, subdistricts and whether it is disabled; its revision is the one that was looked at. A new password is set where one
// is given: it ends the account's sessions and tokens. Sessions of it that are on have its new rights at once.
func (k *Keeper) Change(ctx context.Context, a Account, password string) error {
	k.changing.Lock()
	defer k.changing.Unlock()
	was, err := k.Account(ctx, a.Name)
	if err != nil {
		return err
	}
	if was.Revision != a.Revision {
		return ErrMoved
	}
	a.Name, a.Password, a.External, a.Entered, a.Made, a.MadeBy = was.Name, was.Password, was.External, was.Entered, was.Made, was.MadeBy
	if err := a.Check(); err != nil {
		return err
	}
	if password != "" {
		if a.External != "" {
			return ErrExternal
		}
		if err := checkPassword(a.Name, password); err != nil {
			return err
		}
		a.Password = k.hash(password)
	}
	if slices.Contains(was.Roles, Admin) && !was.Disabled && (a.Disabled || !slices.Contains(a.Roles, Admin)) {
		all, err := k.Accounts(ctx)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(all, func(b Account) bool { return b.Name != a.Name && !b.Disabled && slices.Contains(b.Roles, Admin) }) {
			return ErrLastOne
		}
	}
	b, err := json.Marshal(a)
	if err != nil {
		return err
	}
	if _, err := k.accounts.Update(ctx, keyOf(a.Name), b, was.Revision); err != nil {
		if journal.Moved(err) {
			return ErrMoved
		}
		return err
	}
	if password != "" { // whoever knew the old one is out, with all that he made
		return errors.Join(k.endSessions(ctx, a.Name), k.endTokens(ctx, a.Name))
	}
	return nil
}

// SetupCode is the code by which the first administrator makes an account; "" where there are accounts. It is one of this process.
func (k *Keeper) SetupCode(ctx context.Context) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.some {
		return "", nil
	}
	all, err := k.Accounts(ctx)
	if k.some = len(all) > 0; err != nil || k.some {
		return "", err
	}
	if k.setup == "" {
		k.setup = rand.Text()
	}
	return k.setup, nil
}

// Setup makes the first administrator, once.
func (k *Keeper) Setup(ctx context.Context, code, name, password string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.setup == "" || subtle.ConstantTimeCompare([]byte(code), []byte(k.setup)) != 1 {
		return ErrSetup
	}
	all, err := k.Accounts(ctx)
	if err != nil {
		return err
	}
	if len(all) > 0 {
		k.setup = ""
		return ErrSetup
	}
	if err := k.Add(ctx, Account{Name: name, Roles: []Role{Admin}, MadeBy: "first start"}, password); err != nil {
		return err
	}
	k.setup = ""
	return nil
}

// deleteWhere deletes the entries that fit, and says how many did.
func deleteWhere[T any](ctx context.Context, kv jetstream.KeyValue, fits func(T) bool) (n int, err error) {
	var keys []string
	err = each(ctx, kv, func(e jetstream.KeyValueEntry) error {
		var x T
		if json.Unmarshal(e.Value(), &x) == nil && fits(x) {
			keys = append(keys, e.Key())
		}
		return nil
	})
	for _, key := range keys {
		err = errors.Join(err, kv.Delete(ctx, key))
	}
	return len(keys), err
}
