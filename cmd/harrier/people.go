package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/term"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/console"
	"github.com/harrier-patrol/harrier/console/accounts"
	"github.com/harrier-patrol/harrier/console/notify"
	"github.com/harrier-patrol/harrier/console/signon"
	"github.com/harrier-patrol/harrier/journal"
)

// people are who may come to the console, and what they did there.
type people struct {
	keeper  *accounts.Keeper
	machine string
	signOn  *signon.Provider
	desk    *console.Desk
	notices *notify.Teller
	js      jetstream.JetStream
	say     *slog.Logger
}

// openAccounts opens the accounts, and prints the link of the first start where there is none.
func (b *base) openAccounts(ctx context.Context) (p people, err error) {
	p.js, p.say = b.js, b.log
	if p.keeper, err = accounts.Open(ctx, b.js); err != nil {
		return p, err
	}
	if p.desk, err = console.OpenDesk(ctx, b.js); err != nil {
		return p, fmt.Errorf("key-value desk: %w", err)
	}
	p.keeper.Demo = b.conf.HTTP.Open
	if b.conf.OIDC.Issuer != "" {
		p.signOn = &signon.Provider{Config: b.conf.OIDC, Log: b.log}
	}
	if p.machine, err = ownSecret(config.ConsoleTokenIn(b.data)); err != nil {
		return p, err
	}
	code, err := p.keeper.SetupCode(ctx)
	if err == nil && code != "" && !b.conf.HTTP.Open {
		// behind #: it is not sent to the server, and stands in no log
		fmt.Fprintf(os.Stderr, "\nNobody has an account yet. Make the first administrator here, once:\n\n  %s\n\n", b.addrs.Page.JoinPath("setup").String()+"#"+code)
	}
	return p, err
}

// log keeps a change.
func (p people) log(ctx context.Context, d console.Deed) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	err := journal.Publish(ctx, p.js, accounts.SubjectDeeds, "", d)
	if err != nil {
		p.say.Error("what somebody changed is not in the audit log", "by", d.By, "do", d.Do, "error", err)
	}
	return err
}

// audit are the last n changes before a moment, the newest first: read from ever farther back, until there are so many.
func (p people) audit(ctx context.Context, before time.Time, n int) (out []console.Deed, err error) {
	if before.IsZero() {
		before = time.Now().Add(time.Minute) // clocks differ
	}
	for back := 24 * time.Hour; ; back *= 8 {
		from := journal.From{Time: before.Add(-back)}
		all := back > auditKept
		if all {
			from = journal.From{}
		}
		out = nil
		err = journal.Replay(ctx, p.js, accounts.StreamDeeds, accounts.SubjectDeeds, from, func(m journal.Msg) error {
			var d console.Deed
			if json.Unmarshal(m.Data, &d) == nil && d.At.Before(before) {
				if out = append(out, d); len(out) > 2*n {
					out = append(out[:0], out[len(out)-n:]...)
				}
			}
			return nil
		})
		if err != nil || all || len(out) >= n {
			break
		}
	}
	out = out[max(0, len(out)-n):]
	slices.Reverse(out)
	return out, err
}

// auditKept is from how far back on all of it is read.
const auditKept = 10 * 365 * 24 * time.Hour

// accountCmd is who may come to the console.
type accountCmd struct {
	Add      accountAdd      `cmd:"" help:"Make an account; its password is asked for, or read from standard input."`
	Password accountPassword `cmd:"" help:"Give an account a new password."`
	List     accountList     `cmd:"" help:"List accounts, with their roles and subdistricts."`
}

// withAccounts gives f the accounts of a Harrier that runs.
func withAccounts(ctx context.Context, file string, f func(*accounts.Keeper) error) error {
	c, err := config.Load(file)
	if err != nil {
		return err
	}
	return c.WithJetStream(func(js jetstream.JetStream) error {
		k, err := accounts.Open(ctx, js)
		if err != nil {
			return err
		}
		return f(k)
	})
}

// askPassword reads a password: without showing it where somebody types.
func askPassword() (string, error) {
	if term.IsTerminal(int(os.Stdin.Fd())) {
		fmt.Fprint(os.Stderr, "password: ")
		b, err := term.ReadPassword(int(os.Stdin.Fd()))
		fmt.Fprintln(os.Stderr)
		return string(b), err
	}
	var s string
	if _, err := fmt.Scanln(&s); err != nil {
		return "", fmt.Errorf("the password is read from standard input: %w", err)
	}
	return s, nil
}

type accountAdd struct {
	Name        string   `arg:"" help:"By which decisions are signed."`
	Role        []string `required:"" enum:"viewer,operator,analyst,legal,admin" help:"viewer, operator (plans and flies), analyst (checks evidence), legal (confirms) or admin; several with commas."`
	Subdistrict []string `help:"Codes of 9 digits whose leads it sees; all without."`
	Config      string   `default:"harrier.yaml" help:"Configuration of the Harrier that runs." type:"path"`
}

func (x *accountAdd) Run(ctx context.Context) error {
	a := accounts.Account{Name: x.Name, Subdistricts: x.Subdistrict, MadeBy: "harrier account"}
	for _, r := range x.Role {
		a.Roles = append(a.Roles, accounts.Role(r))
	}
	if err := a.Check(); err != nil {
		return err
	}
	password, err := askPassword()
	if err != nil {
		return err
	}
	if err := withAccounts(ctx, x.Config, func(k *accounts.Keeper) error { return k.Add(ctx, a, password) }); err != nil {
		return err
	}
	fmt.Printf("account %s made: %s\n", x.Name, strings.Join(x.Role, ", "))
	return nil
}

type accountPassword struct {
	Name   string `arg:"" help:"Of the account."`
	Config string `default:"harrier.yaml" help:"Configuration of the Harrier that runs." type:"path"`
}

func (x *accountPassword) Run(ctx context.Context) error {
	password, err := askPassword()
	if err != nil {
		return err
	}
	if password == "" {
		return errors.New("no password was given")
	}
	return withAccounts(ctx, x.Config, func(k *accounts.Keeper) error {
		a, err := k.Account(ctx, x.Name)
		if err != nil {
			return err
		}
		return k.Change(ctx, a, password)
	})
}

type accountList struct {
	Config string `default:"harrier.yaml" help:"Configuration of the Harrier that runs." type:"path"`
}

func (x *accountList) Run(ctx context.Context) error {
	return withAccounts(ctx, x.Config, func(k *accounts.Keeper) error {
		all, err := k.Accounts(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "name\troles\tsubdistricts\tmade\tby\t")
		for _, a := range all {
			roles := make([]string, len(a.Roles))
			for i, r := range a.Roles {
				roles[i] = string(r)
			}
			state := ""
			if a.Disabled {
				state = "disabled"
			}
			where := "all"
			if len(a.Subdistricts) > 0 {
				where = strings.Join(a.Subdistricts, " ")
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", a.Name, strings.Join(roles, ", "), where, a.Made.Format(time.DateOnly), a.MadeBy, state)
		}
		return w.Flush()
	})
}
