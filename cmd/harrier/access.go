package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/crypto/bcrypt"

	"github.com/harrier-patrol/harrier/embedded"
)

// Users of NATS. Who reads leads cannot fly docks, and nobody but an administrator deletes what was kept.
const (
	natsAdmin    = "admin"    // everything
	natsHarrier  = "harrier"  // harrier serve and controller
	natsOperator = "operator" // sees all, and commands docks
	natsViewer   = "viewer"   // sees leads, flights and what was seen
	natsCases    = "cases"    // a case system: reads leads, says what it did with them
)

// inbox is the prefix of a user's reply subjects: nobody hears the replies to another.
func inbox(user string) string { return "_INBOX_" + user }

// What a case system missed while it was away comes on subjectCases, from a consumer of the stream LEADS that Harrier makes. It may not make its own, nor ask
// one for messages, nor acknowledge: JetStream answers with its own rights on whatever subject is named for the answer.
const (
	leadsForCases = "cases"
	subjectCases  = "cases.leads"
)

// viewed is what a viewer may see.
var viewed = []string{"leads.>", "sim.leads.>", "harrier.flights.>", "harrier.progress.>", "harrier.pose.>", "harrier.coverage.>", "harrier.changes.>", "harrier.tracks.>", "harrier.findings.>", "harrier.media.>",
	"harrier.calendar.>", "harrier.jobs.>"}

// deletes are JetStream's operations by which something that was kept is lost.
var deletes = []string{"$JS.API.STREAM.DELETE.>", "$JS.API.STREAM.PURGE.>", "$JS.API.STREAM.MSG.DELETE.>", "$JS.API.STREAM.RESTORE.>", "$JS.API.STREAM.SNAPSHOT.>", "$JS.API.STREAM.PEER.>", "$JS.API.STREAM.LEADER.>", "$JS.API.ACCOUNT.>",
	"$JS.API.META.>", "$JS.API.SERVER.>"}

// natsUsers are the users of NATS with what each may do; passwords by user.
func natsUsers(passwords map[string]string) []embedded.NATSUser {
	users := []embedded.NATSUser{
		{Name: natsAdmin, Publish: []string{">"}, Subscribe: []string{">"}, Replies: true},
		{Name: natsHarrier, Replies: true,
			Publish: []string{"harrier.>", "leads.>", "sim.leads.>", "$JS.API.>", "$JS.ACK.>", "$JS.FC.>", "$KV.>"}, PublishDeny: deletes,
			Subscribe: []string{"harrier.>", "leads.>", "sim.leads.>", "cases.feedback.>", inbox(natsHarrier) + ".>"}},
		{Name: natsOperator, Publish: []string{"harrier.commands.*"}, Subscribe: append(slices.Clone(viewed), "harrier.audit.>", inbox(natsOperator)+".>")},
		{Name: natsViewer, Subscribe: append(slices.Clone(viewed), inbox(natsViewer)+".>")},
		{Name: natsCases,
			Publish:   []string{"cases.feedback.*"},
			Subscribe: []string{"leads.>", subjectCases, inbox(natsCases) + ".>"}},
	}
	for i := range users {
		users[i].Password = passwords[users[i].Name]
	}
	return users
}

// natsPasswordsIn is the file of the passwords of the embedded server's users.
func natsPasswordsIn(data string) string { return filepath.Join(data, "nats-users.json") }

// natsPasswords reads the passwords of NATS' users, and makes those that are missing where the file may be written.
func natsPasswords(path string, write bool) (map[string]string, error) {
	out := map[string]string{}
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil && !(write && errors.Is(err, fs.ErrNotExist)) {
		return nil, fmt.Errorf("passwords of NATS' users: %w", err)
	}
	made := false
	for _, u := range natsUsers(nil) {
		if len(out[u.Name]) < minSecret {
			out[u.Name], made = rand.Text(), true
		}
	}
	if !made || !write {
		return out, nil
	}
	if b, err = json.MarshalIndent(out, "", "  "); err == nil {
		if err = os.WriteFile(path+".new", b, 0o600); err == nil {
			err = os.Rename(path+".new", path)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("passwords of NATS' users: %w", err)
	}
	return out, nil
}

// dialNATS connects to the NATS of a configuration as a user: to the embedded server of a Harrier that runs, or to an external one as the
// configuration says.
func (c config) dialNATS(user string, opts ...nats.Option) (*nats.Conn, error) {
	address, err := c.natsAddress(user)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("nats.url is not an address like nats://host:4222")
	}
	if u.User != nil {
		password, _ := u.User.Password()
		name := u.User.Username()
		opts = append(opts, nats.UserInfo(name, password))
		if slices.ContainsFunc(natsUsers(nil), func(x embedded.NATSUser) bool { return x.Name == name }) { // a user of one's own has the usual inbox
			opts = append(opts, nats.CustomInboxPrefix(inbox(name)))
		}
		u.User = nil
	}
	nc, err := nats.Connect(u.String(), append(opts, nats.Name("harrier"))...)
	if err != nil {
		return nil, fmt.Errorf("NATS %s: %w; is it running, and are user and password right?", u, err)
	}
	return nc, nil
}

// withJetStream gives f the JetStream of a Harrier that runs with a configuration.
func (c config) withJetStream(f func(jetstream.JetStream) error, opts ...nats.Option) error {
	nc, err := c.dialNATS(natsHarrier, opts...)
	if err != nil {
		return err
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		return err
	}
	return f(js)
}

// natsAddress is where a user comes to NATS, with its password: to the embedded server, or as the configuration's user to an external one.
func (c config) natsAddress(user string) (string, error) {
	if c.NATS.URL != "" {
		u, err := url.Parse(c.NATS.URL)
		if err != nil || u.Host == "" {
			return "", fmt.Errorf("nats.url is not an address like nats://host:4222")
		}
		if c.NATS.User != "" {
			u.User = url.UserPassword(c.NATS.User, c.NATS.Password)
		}
		return u.String(), nil
	}
	data, err := c.dataFolder()
	if err != nil {
		return "", err
	}
	passwords, err := natsPasswords(natsPasswordsIn(data), false)
	if err != nil {
		return "", fmt.Errorf("%w; is harrier serve running with this configuration?", err)
	}
	return (&url.URL{Scheme: "nats", User: url.UserPassword(user, passwords[user]), Host: c.NATS.Listen}).String(), nil
}

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
	passwords, err := natsPasswords(users, true)
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
`, conf, users, conf, x.Listen, natsHarrier)
	return nil
}

// writeNATSConfig writes the configuration of a nats-server.
func writeNATSConfig(w io.Writer, listen, store string, sync bool, passwords map[string]string) error {
	always := ", sync_interval: always"
	if !sync {
		always = ""
	}
	fmt.Fprintf(w, "# Written by harrier nats init: who may come to NATS, and what each may do.\nlisten: %q\njetstream { store_dir: %q%s }\nauthorization {\n  users: [\n", listen, store, always)
	for _, u := range natsUsers(passwords) {
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
	c, err := loadConfig(x.Config)
	if err == nil {
		err = c.shift(x.PortOffset)
	}
	if err != nil {
		return err
	}
	if c.NATS.URL != "" {
		return errors.New("nats.url names an external server: its users are those of its own configuration (harrier nats init)")
	}
	data, err := c.dataFolder()
	if err != nil {
		return err
	}
	passwords, err := natsPasswords(natsPasswordsIn(data), false)
	if err != nil {
		return fmt.Errorf("%w; harrier serve makes them at its first start", err)
	}
	for _, u := range natsUsers(passwords) {
		a := url.URL{Scheme: "nats", User: url.UserPassword(u.Name, u.Password), Host: c.NATS.Listen}
		fmt.Printf("%-9s %s   (replies: --inbox-prefix %s)\n", u.Name, a.String(), inbox(u.Name))
	}
	return nil
}
