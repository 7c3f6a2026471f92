package main

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/crypto/bcrypt"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
)

type natsCmd struct {
	Init  natsInitCmd  `cmd:"" help:"Write the configuration of an external nats-server: its users, what each may do, and JetStream."`
	Users natsUsersCmd `cmd:"" help:"Print the addresses by which each user comes to the embedded server."`
}

type natsInitCmd struct {
	Out       string `required:"" help:"Folder that receives nats-server.conf and nats-users.json." type:"path"`
	Listen    string `default:"127.0.0.1:4222" help:"host:port of the server."`
	Store     string `default:"/var/lib/nats" help:"Folder of its streams."`
	Before210 bool   `name:"before-2.10" help:"For a nats-server before 2.10, such as Debian 12's: it cannot promise that what it acknowledges is on the disk."`
}

func (x *natsInitCmd) Run() error {
	if err := os.MkdirAll(x.Out, 0o700); err != nil {
		return err
	}
	users := filepath.Join(x.Out, "nats-users.json")
	passwords, err := config.NATSPasswords(users, true)
	if err != nil {
		return err
	}
	conf := filepath.Join(x.Out, "nats-server.conf")
	var b strings.Builder
	if err := writeNATSConfig(&b, x.Listen, x.Store, !x.Before210, passwords); err != nil {
		return err
	}
	if err := os.WriteFile(conf, []byte(b.String()), 0o600); err != nil {
		return err
	}
	fmt.Printf(`Written: %s (users and what each may do; passwords as hashes)
         %s (the passwords themselves: keep it to yourself)
Start the server: nats-server -c %s
In harrier.yaml:  nats: {url: nats://%s, user: %s}, with HARRIER_NATS_PASSWORD from nats-users.json
`, conf, users, conf, x.Listen, config.NATSHarrier)
	return nil
}

// writeNATSConfig writes the configuration of a nats-server.
func writeNATSConfig(w io.Writer, listen, store string, sync bool, passwords map[string]string) error {
	always := ", sync_interval: always"
	if !sync {
		always = ""
	}
	fmt.Fprintf(w, "# Written by harrier nats init: who may come to NATS, and what each may do.\nlisten: %q\njetstream { store_dir: %q%s }\nauthorization {\n  users: [\n", listen, store, always)
	for _, u := range config.NATSUsers(passwords) {
		hash, err := bcrypt.GenerateFromPassword([]byte(u.Password), bcrypt.DefaultCost)
		if err != nil {
			return err
		}
		list := func(of []string) string {
			quoted := make([]string, len(of))
			for i, s := range of {
				quoted[i] = strconv.Quote(s)
			}
			return "[" + strings.Join(quoted, ", ") + "]"
		}
		side := func(allow, deny []string) string {
			if len(allow) == 0 {
				return `{ deny: [">"] }`
			}
			if len(deny) == 0 {
				return fmt.Sprintf("{ allow: %s }", list(allow))
			}
			return fmt.Sprintf("{ allow: %s, deny: %s }", list(allow), list(deny))
		}
		fmt.Fprintf(w, "    { user: %q, password: %q, permissions: {\n        publish: %s\n        subscribe: %s\n", u.Name, hash, side(u.Publish, u.PublishDeny), side(u.Subscribe, u.SubscribeDeny))
		if u.Replies {
			fmt.Fprint(w, "        allow_responses: { max: 1, expires: \"2m\" }\n")
		}
		fmt.Fprint(w, "    } }\n")
	}
	_, err := fmt.Fprint(w, "  ]\n}\n")
	return err
}

type natsUsersCmd struct {
	Config     string `default:"harrier.yaml" help:"Configuration." type:"path"`
	PortOffset int    `help:"Added to every port."`
}

func (x *natsUsersCmd) Run() error {
	c, err := config.Load(x.Config)
	if err == nil {
		err = c.Shift(x.PortOffset)
	}
	if err != nil {
		return err
	}
	if c.NATS.URL != "" {
		return errors.New("nats.url names an external server: its users are those of its own configuration (harrier nats init)")
	}
	data, err := c.DataFolder()
	if err != nil {
		return err
	}
	passwords, err := config.NATSPasswords(config.NATSPasswordsIn(data), false)
	if err != nil {
		return fmt.Errorf("%w; harrier serve makes them at its first start", err)
	}
	for _, u := range config.NATSUsers(passwords) {
		a := url.URL{Scheme: "nats", User: url.UserPassword(u.Name, u.Password), Host: c.NATS.Listen}
		fmt.Printf("%-9s %s   (replies: --config.Inbox-prefix %s)\n", u.Name, a.String(), config.Inbox(u.Name))
	}
	return nil
}
