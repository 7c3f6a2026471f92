// Package enroll gives every dock a credential of its own and says what it may do with it: in the password and access files of
// Mosquitto, which the embedded broker enforces just the same.
package enroll

import (
	"bytes"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/renameio/v2"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
)

// Files in the folder of credentials.
const (
	fileDocks     = "docks.json"     // which docks, and their DRC passwords; for Harrier alone
	filePasswords = "passwd"         // Mosquitto's password_file
	fileAccess    = "acl"            // Mosquitto's acl_file
	fileMosquitto = "mosquitto.conf" // the lines that a Mosquitto needs
)

// Dock that is enrolled.
type Dock struct {
	SN       string    `json:"sn"`
	Aircraft string    `json:"aircraft"`
	Since    time.Time `json:"since"`
	// DRC is the password of the user SN-drc, which the dock is told for every flight (drc_mode_enter).
	DRC string `json:"drc"`
}

// Credentials is a folder of credentials.
type Credentials struct {
	dir string

	mu     sync.Mutex
	at     time.Time // of the password file that was read
	looked time.Time // for a newer one
	docks  map[string]Dock
	users  map[string]string         // hash by user
	may    map[string]map[right]bool // by user
}

// Open reads a folder of credentials; one that is not there yet is empty.
func Open(dir string) (*Credentials, error) {
	c := &Credentials{dir: dir}
	return c, c.read()
}

// Controller is the user as which Harrier itself comes to the broker; it may do everything.
const Controller = "harrier"

// DRCUser is the user as which a dock comes for its DRC channel.
func DRCUser(sn string) string { return sn + "-drc" }

func (c *Credentials) read() error {
	docks, users := map[string]Dock{}, map[string]string{}
	b, err := os.ReadFile(filepath.Join(c.dir, fileDocks))
	if errors.Is(err, fs.ErrNotExist) {
		c.docks, c.users = docks, users
		return nil
	}
	if err != nil {
		return err
	}
	var all []Dock
	if err := json.Unmarshal(b, &all); err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(c.dir, fileDocks), err)
	}
	for _, d := range all {
		docks[d.SN] = d
	}
	p := filepath.Join(c.dir, filePasswords)
	st, err := os.Stat(p)
	if err != nil {
		return err
	}
	if b, err = os.ReadFile(p); err != nil {
		return err
	}
	for i, line := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		user, hash, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok {
			return fmt.Errorf("%s, line %d: not user:hash", p, i+1)
		}
		users[user] = hash
	}
	c.at, c.docks, c.users = st.ModTime(), docks, users
	c.grant()
	return nil
}

// grant works out what everybody may do.
func (c *Credentials) grant() {
	c.may = map[string]map[right]bool{}
	for sn := range c.docks {
		for _, user := range []string{sn, DRCUser(sn)} {
			c.may[user] = map[right]bool{}
			for _, r := range c.rights(user) {
				c.may[user][r] = true
			}
		}
	}
}

// lookEvery is how long a broker goes on with what it read: it asks for every message.
const lookEvery = time.Second

// fresh reads the folder again where somebody has enrolled a dock since.
func (c *Credentials) fresh() {
	if st, err := os.Stat(filepath.Join(c.dir, filePasswords)); err == nil && !st.ModTime().Equal(c.at) {
		_ = c.read() // what is half written is read the next time; until then what was known holds
	}
}

// now is fresh, at most every second.
func (c *Credentials) now() {
	if time.Since(c.looked) > lookEvery {
		c.looked = time.Now()
		c.fresh()
	}
}

// Any says whether a dock is enrolled: then nobody comes in without a credential.
func (c *Credentials) Any() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now()
	return len(c.docks) > 0
}

var serial = regexp.MustCompile(`^[A-Za-z0-9]{4,32}$`)

// Enroll gives a dock a new credential, and its DRC channel another; one that it had is void. The password is returned once, and kept as
// a hash. aircraft is the serial number of its aircraft, in whose name it may speak besides.
func (c *Credentials) Enroll(sn, aircraft string) (password string, err error) {
	for what, s := range map[string]string{"dock": sn, "aircraft": aircraft} {
		if !serial.MatchString(s) {
			return "", fmt.Errorf("%s %q is no serial number: 4 to 32 letters and digits", what, s)
		}
	}
	if sn == Controller {
		return "", fmt.Errorf("%q is the controller's own name", sn)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.read(); err != nil {
		return "", err
	}
	password = secret()
	d := Dock{SN: sn, Aircraft: aircraft, Since: time.Now().UTC().Truncate(time.Second), DRC: secret()}
	c.docks[sn] = d
	c.users[sn], c.users[DRCUser(sn)] = hashed(password), hashed(d.DRC)
	return password, c.write()
}

// Admit sets the password of the controller.
func (c *Credentials) Admit(password string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.read(); err != nil {
		return err
	}
	c.users[Controller] = hashed(password)
	return c.write()
}

// Dismiss takes a dock's credentials away.
func (c *Credentials) Dismiss(sn string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.read(); err != nil {
		return err
	}
	if _, ok := c.docks[sn]; !ok {
		return fmt.Errorf("dock %s is not enrolled in %s", sn, c.dir)
	}
	delete(c.docks, sn)
	delete(c.users, sn)
	delete(c.users, DRCUser(sn))
	return c.write()
}

// DRC is the password of a dock's DRC channel.
func (c *Credentials) DRC(sn string) (password string, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fresh()
	d, ok := c.docks[sn]
	return d.DRC, ok
}

// Check says whether a password is that of a user.
func (c *Credentials) Check(user, password string) bool {
	c.mu.Lock()
	c.fresh()
	hash := c.users[user]
	c.mu.Unlock()
	return hash != "" && fits(hash, password)
}

// May says whether a user may publish to a topic, or subscribe to a filter.
func (c *Credentials) May(user, topic string, write bool) bool {
	if user == Controller {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now()
	return c.may[user][right{topic, write}] // rights have no wildcards, so a filter with one asks for more
}

type right struct {
	topic string
	write bool
}

// rights of a user: a dock speaks in its own name and its aircraft's, and hears what is for it.
func (c *Credentials) rights(user string) (out []right) {
	if sn, is := strings.CutSuffix(user, "-drc"); is {
		if _, ok := c.docks[sn]; ok {
			return []right{{cloudapi.Topic(sn, cloudapi.KindDRCUp), true}, {cloudapi.Topic(sn, cloudapi.KindDRCDown), false}}
		}
	}
	d, ok := c.docks[user]
	if !ok {
		return nil
	}
	for _, k := range []cloudapi.Kind{cloudapi.KindStatus, cloudapi.KindOSD, cloudapi.KindState, cloudapi.KindEvents, cloudapi.KindRequests, cloudapi.KindServicesReply, cloudapi.KindPropertySetReply, cloudapi.KindDRCUp} {
		out = append(out, right{cloudapi.Topic(d.SN, k), true})
	}
	for _, k := range []cloudapi.Kind{cloudapi.KindStatusReply, cloudapi.KindServices, cloudapi.KindEventsReply, cloudapi.KindRequestsReply, cloudapi.KindPropertySet, cloudapi.KindDRCDown} {
		out = append(out, right{cloudapi.Topic(d.SN, k), false})
	}
	return append(out, right{cloudapi.Topic(d.Aircraft, cloudapi.KindOSD), true}, right{cloudapi.Topic(d.Aircraft, cloudapi.KindState), true})
}

// write works out rights and writes all files, the password file last: it is what readers look at.
func (c *Credentials) write() error {
	c.grant()
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return err
	}
	var all []Dock
	for _, d := range c.docks {
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b Dock) int { return strings.Compare(a.SN, b.SN) })
	docks, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	var acl, passwords bytes.Buffer
	fmt.Fprintf(&acl, "# Written by harrier dock enroll. A dock speaks in its own name only, and hears only what is for it.\nuser %s\ntopic readwrite #\n", Controller)
	for _, d := range all {
		for _, user := range []string{d.SN, DRCUser(d.SN)} {
			fmt.Fprintf(&acl, "\nuser %s\n", user)
			for _, r := range c.rights(user) {
				fmt.Fprintf(&acl, "topic %s %s\n", map[bool]string{true: "write", false: "read"}[r.write], r.topic)
			}
		}
	}
	users := make([]string, 0, len(c.users))
	for u := range c.users {
		users = append(users, u)
	}
	slices.Sort(users)
	for _, u := range users {
		fmt.Fprintf(&passwords, "%s:%s\n", u, c.users[u])
	}
	dir, err := filepath.Abs(c.dir)
	if err != nil {
		return err
	}
	conf := fmt.Sprintf("# Written by harrier dock enroll: the lines that a Mosquitto needs; include_dir this folder's parent, or copy them.\nallow_anonymous false\npassword_file %s\nacl_file %s\n",
		filepath.Join(dir, filePasswords), filepath.Join(dir, fileAccess))
	for _, f := range []struct {
		name string
		data []byte
	}{{fileDocks, docks}, {fileAccess, acl.Bytes()}, {fileMosquitto, []byte(conf)}, {filePasswords, passwords.Bytes()}} {
		p := filepath.Join(c.dir, f.name)
		if err := renameio.WriteFile(p, f.data, 0o600); err != nil {
			return err
		}
	}
	st, err := os.Stat(filepath.Join(c.dir, filePasswords))
	if err == nil {
		c.at = st.ModTime()
	}
	return err
}

// secret is a password that fits on a dock's keyboard: 20 letters and digits, 100 bits and more.
func secret() string { return rand.Text()[:20] }

// iterations of PBKDF2; the passwords are random, so that few do.
const iterations = 1000

// hashed is a password in Mosquitto's format $7$: PBKDF2 with SHA-512 (mosquitto_passwd(1)).
func hashed(password string) string {
	salt := make([]byte, 12)
	rand.Read(salt)
	return entry(password, salt, iterations)
}

func entry(password string, salt []byte, n int) string {
	key, err := pbkdf2.Key(sha512.New, password, salt, n, 64)
	if err != nil {
		panic(err) // only for lengths that are not asked for
	}
	e := base64.StdEncoding
	return fmt.Sprintf("$7$%d$%s$%s", n, e.EncodeToString(salt), e.EncodeToString(key))
}

// maxIterations bounds what a password file may ask of this machine.
const maxIterations = 1_000_000

func fits(hash, password string) bool {
	f := strings.Split(hash, "$")
	if len(f) != 5 || f[1] != "7" {
		return false
	}
	n, err := strconv.Atoi(f[2])
	salt, err2 := base64.StdEncoding.DecodeString(f[3])
	if err != nil || err2 != nil || n < 1 || n > maxIterations {
		return false
	}
	return subtle.ConstantTimeCompare([]byte(entry(password, salt, n)), []byte(hash)) == 1
}
