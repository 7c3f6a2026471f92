package accounts

import (
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/embedded/natstest"
)

const secret = "correct horse battery"

func opened(t *testing.T, names ...string) *Keeper {
	t.Helper()
	_, _, js := natstest.Start(t)
	k, err := Open(t.Context(), js)
	if err != nil {
		t.Fatal(err)
	}
	k.MemoryKB = 64
	for _, n := range names {
		if err := k.Add(t.Context(), Account{Name: n, Roles: []Role{Admin}}, secret); err != nil {
			t.Fatal(err)
		}
	}
	return k
}

// Whoever knew the old password is out: with the sessions and the tokens that he made.
func TestANewPasswordEndsWhatTheOldOneOpened(t *testing.T) {
	k := opened(t, "Li", "Wang")
	ctx := t.Context()
	session, err := k.Login(ctx, "Li", secret, "here")
	if err != nil {
		t.Fatal(err)
	}
	token := func(of string) string {
		_, s, err := k.AddToken(ctx, &Person{Name: of, Roles: []Role{Admin}}, "a program", []Role{Viewer}, time.Now().Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	his, others := token("Li"), token("Wang")
	if p, err := k.Token(ctx, his); err != nil || p.Name != "Li" || p.Has(Operator) || !p.Has(Viewer) {
		t.Fatalf("%+v, %v", p, err)
	}
	a, err := k.Account(ctx, "li ") // names differ by more than their case
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Change(ctx, a, "another good one"); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Session(ctx, session); !errors.Is(err, ErrLogin) {
		t.Errorf("his session: %v", err)
	}
	if _, err := k.Token(ctx, his); !errors.Is(err, ErrLogin) {
		t.Errorf("his token: %v", err)
	}
	if p, err := k.Token(ctx, others); err != nil || p.Name != "Wang" {
		t.Errorf("the token of another: %+v, %v", p, err)
	}
	if _, err := k.Login(ctx, "Li", secret, "here"); !errors.Is(err, ErrLogin) {
		t.Errorf("the old password: %v", err)
	}
	if _, err := k.Login(ctx, "Li", "another good one", "here"); err != nil {
		t.Error(err)
	}
}

// Two administrators who disable each other at the same moment: one of them stays.
func TestOneAdministratorStays(t *testing.T) {
	for range 10 {
		k := opened(t, "Li", "Wang")
		var wg sync.WaitGroup
		for _, n := range []string{"Li", "Wang"} {
			a, err := k.Account(t.Context(), n)
			if err != nil {
				t.Fatal(err)
			}
			a.Disabled = true
			wg.Go(func() {
				if err := k.Change(t.Context(), a, ""); err != nil && !errors.Is(err, ErrLastOne) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		all, err := k.Accounts(t.Context())
		if err != nil || all[0].Disabled == all[1].Disabled {
			t.Fatalf("%+v, %v", all, err)
		}
	}
}

// A token is good for what its account may now, not for what it could when it was made.
func TestATokenHasNoMoreThanItsAccount(t *testing.T) {
	k := opened(t, "Li", "Wang")
	_, s, err := k.AddToken(t.Context(), &Person{Name: "Li", Roles: []Role{Admin}}, "a program", []Role{Operator}, time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		roles    []Role
		disabled bool
		want     bool
	}{{[]Role{Operator}, false, true}, {[]Role{Viewer}, false, false}, {[]Role{Admin}, true, false}, {[]Role{Admin}, false, true}} {
		a, err := k.Account(t.Context(), "Li")
		if err != nil {
			t.Fatal(err)
		}
		a.Roles, a.Disabled = c.roles, c.disabled
		if err := k.Change(t.Context(), a, ""); err != nil {
			t.Fatal(err)
		}
		if p, err := k.Token(t.Context(), s); (err == nil) != c.want || c.want && !p.Has(Operator) {
			t.Errorf("%v, disabled %v: %+v, %v", c.roles, c.disabled, p, err)
		}
	}
	if _, _, err := k.AddToken(t.Context(), &Person{Name: "Li", Roles: []Role{Viewer}}, "x", []Role{Operator}, time.Now().Add(time.Hour)); err == nil {
		t.Error("a viewer gives away more than he has")
	}
	if _, err := k.Token(t.Context(), "hrr_guess"); !errors.Is(err, ErrLogin) {
		t.Error(err)
	}
}

// Tokens of somebody whom the identity provider knows end when they have not come by it for long: it may not know them any more.
func TestTokensEndWithLoginsByTheProvider(t *testing.T) {
	k := opened(t)
	ctx := t.Context()
	if _, err := k.Enter(ctx, Account{Name: "Zhao", Roles: []Role{Operator}, External: "https://id u1"}); err != nil {
		t.Fatal(err)
	}
	_, s, err := k.AddToken(ctx, &Person{Name: "Zhao", Roles: []Role{Operator}}, "a program", []Role{Operator}, time.Now().Add(90*24*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Token(ctx, s); err != nil {
		t.Fatal(err)
	}
	a, err := k.Account(ctx, "Zhao")
	if err != nil {
		t.Fatal(err)
	}
	a.Entered = time.Now().Add(-seenWithin - time.Hour)
	b, err := json.Marshal(a)
	if err == nil {
		_, err = k.accounts.Update(ctx, keyOf("Zhao"), b, a.Revision)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Token(ctx, s); !errors.Is(err, ErrLogin) {
		t.Errorf("a token of somebody who did not come for long: %v", err)
	}
	if _, err := k.Enter(ctx, Account{Name: "Zhao", Roles: []Role{Operator}, External: "https://id u1"}); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Token(ctx, s); err != nil {
		t.Errorf("and once they did: %v", err)
	}
}
