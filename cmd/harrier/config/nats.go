package config

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/renameio/v2"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/console/accounts"
	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/dock/calendar"
	"github.com/harrier-patrol/harrier/embedded"
	"github.com/harrier-patrol/harrier/evidence/proof"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads/ledger"
	"github.com/harrier-patrol/harrier/leads/report"
	"github.com/harrier-patrol/harrier/missions/book"
	"github.com/harrier-patrol/harrier/missions/plans"
	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/watch"
)

// Users of NATS. Who reads leads cannot fly docks, and nobody but an administrator deletes what was kept.
const (
	NATSAdmin    = "admin"    // everything
	NATSHarrier  = "harrier"  // harrier serve and controller
	NATSOperator = "operator" // sees all, and commands docks
	NATSViewer   = "viewer"   // sees leads, flights and what was seen
	NATSCases    = "cases"    // a case system: reads leads, says what it did with them
)

// Inbox is the prefix of a user's reply subjects: nobody hears the replies to another.
func Inbox(user string) string { return "_INBOX_" + user }

// What a case system missed while it was away comes on SubjectCases, from a consumer of the stream LEADS that Harrier makes. It may not make its own, nor ask
// one for messages, nor acknowledge: JetStream answers with its own rights on whatever subject is named for the answer.
const (
	LeadsForCases = "cases"
	SubjectCases  = ledger.SubjectCases
)

// viewed is what a viewer may see: what rooms say of the facts that they keep, and what is told of docks without being kept.
func viewed() []string {
	out := append(slices.Clone(dock.Told), vision.SubjectBoxes+">")
	for _, s := range Streams() {
		out = append(out, s.Viewed...)
	}
	return out
}

// deletes are JetStream's operations by which something that was kept is lost.
var deletes = []string{"$JS.API.STREAM.DELETE.>", "$JS.API.STREAM.PURGE.>", "$JS.API.STREAM.MSG.DELETE.>", "$JS.API.STREAM.RESTORE.>", "$JS.API.STREAM.SNAPSHOT.>", "$JS.API.STREAM.PEER.>", "$JS.API.STREAM.LEADER.>", "$JS.API.ACCOUNT.>",
	"$JS.API.META.>", "$JS.API.SERVER.>"}

// NATSUsers are the users of NATS with what each may do; passwords by user.
func NATSUsers(passwords map[string]string) []embedded.NATSUser {
	users := []embedded.NATSUser{
		{Name: NATSAdmin, Publish: []string{">"}, Subscribe: []string{">"}, Replies: true},
		{Name: NATSHarrier, Replies: true,
			Publish: []string{"harrier.>", "leads.>", SubjectCases, "sim.leads.>", "$JS.API.>", "$JS.ACK.>", "$JS.FC.>", "$KV.>", "$O.>"}, PublishDeny: deletes,
			Subscribe: []string{"harrier.>", "leads.>", "sim.leads.>", "cases.feedback.>", Inbox(NATSHarrier) + ".>"}},
		{Name: NATSOperator, Publish: []string{"harrier.commands.*", book.Subject}, Subscribe: append(viewed(), "harrier.audit.>", Inbox(NATSOperator)+".>")},
		{Name: NATSViewer, Subscribe: append(viewed(), Inbox(NATSViewer)+".>")},
		{Name: NATSCases,
			Publish:   []string{"cases.feedback.*"},
			Subscribe: []string{"leads.>", SubjectCases, Inbox(NATSCases) + ".>"}},
	}
	for i := range users {
		users[i].Password = passwords[users[i].Name]
	}
	return users
}

// NATSPasswordsIn is the file of the passwords of the embedded server's users.
func NATSPasswordsIn(data string) string { return filepath.Join(data, "nats-users.json") }

// NATSPasswords reads the passwords of NATS' users, and makes those that are missing where the file may be written.
func NATSPasswords(path string, write bool) (map[string]string, error) {
	out := map[string]string{}
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil && !(write && errors.Is(err, fs.ErrNotExist)) {
		return nil, fmt.Errorf("passwords of NATS' users: %w", err)
	}
	made := false
	for _, u := range NATSUsers(nil) {
		if len(out[u.Name]) < minSecret {
			out[u.Name], made = rand.Text(), true
		}
	}
	if !made || !write {
		return out, nil
	}
	if b, err = json.MarshalIndent(out, "", "  "); err == nil {
		err = renameio.WriteFile(path, b, 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("passwords of NATS' users: %w", err)
	}
	return out, nil
}

// DialNATS connects to the NATS of a configuration as a user: to the embedded server of a Harrier that runs, or to an external one as the
// configuration says.
func (c Config) DialNATS(user string, opts ...nats.Option) (*nats.Conn, error) {
	address, err := c.NATSAddress(user)
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
		if slices.ContainsFunc(NATSUsers(nil), func(x embedded.NATSUser) bool { return x.Name == name }) { // a user of one's own has the usual Inbox
			opts = append(opts, nats.CustomInboxPrefix(Inbox(name)))
		}
		u.User = nil
	}
	nc, err := nats.Connect(u.String(), append(opts, nats.Name("harrier"))...)
	if err != nil {
		return nil, fmt.Errorf("NATS %s: %w; is it running, and are user and password right?", u, err)
	}
	return nc, nil
}

// WithJetStream gives f the JetStream of a Harrier that runs with a configuration.
func (c Config) WithJetStream(f func(jetstream.JetStream) error, opts ...nats.Option) error {
	nc, err := c.DialNATS(NATSHarrier, opts...)
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

// NATSAddress is where a user comes to NATS, with its password: to the embedded server, or as the configuration's user to an external one.
func (c Config) NATSAddress(user string) (string, error) {
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
	data, err := c.DataFolder()
	if err != nil {
		return "", err
	}
	passwords, err := NATSPasswords(NATSPasswordsIn(data), false)
	if err != nil {
		return "", fmt.Errorf("%w; is harrier serve running with this configuration?", err)
	}
	return (&url.URL{Scheme: "nats", User: url.UserPassword(user, passwords[user]), Host: c.NATS.Listen}).String(), nil
}

// Proven are the streams of which the transparency log has every message: all that is recorded of leads.
var Proven = []string{"LEADS", "SIMLEADS", "REVIEWS", "FEEDBACK", "ACCESS"}

// Streams are all that is kept; each room declares its own.
func Streams() []journal.Stream {
	return slices.Concat(book.Streams, plans.Streams, dock.Streams, calendar.Streams, watch.Streams, ledger.Streams, report.Streams, proof.Streams, accounts.Streams, []journal.Stream{journal.DeadLetters})
}
