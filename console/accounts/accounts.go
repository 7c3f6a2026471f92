// Package accounts says who may come in: people with passwords (argon2id) and roles, their sessions, and tokens for programs. All of it is kept in
// JetStream's key-value stores; passwords, sessions and tokens as hashes only.
package accounts

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/harrier-patrol/harrier/journal"
)

// SubjectDeeds is where it is kept what people changed on the console.
const SubjectDeeds = "harrier.deeds"

// StreamDeeds is the stream of it.
const StreamDeeds = "DEEDS"

// Streams are the facts that are kept of people; no message of them can be deleted.
var Streams = []journal.Stream{{Name: StreamDeeds, Subjects: []string{SubjectDeeds}, MaxBytes: 1 << 30, Audit: true}}

// Role is what somebody does here.
type Role string

// Roles. Everybody sees what is there; an administrator may do all that others may, and says who they are.
const (
	Viewer   Role = "viewer"
	Operator Role = "operator" // plans and flies
	Analyst  Role = "analyst"  // looks at leads: the technical check
	Legal    Role = "legal"    // confirms: the legal check
	Admin    Role = "admin"
)

// Roles are all of them.
var Roles = []Role{Viewer, Operator, Analyst, Legal, Admin}

// Account is a person who may come in.
type Account struct {
	Name         string    `json:"name"`
	Roles        []Role    `json:"roles"`
	Subdistricts []string  `json:"subdistricts"`       // codes of 9 digits whose leads it sees; none for all
	Password     string    `json:"password"`           // argon2id, as PHC strings have it
	External     string    `json:"external,omitempty"` // issuer and subject at an identity provider; such an account has no password
	Entered      time.Time `json:"entered,omitzero"`   // when it last came in by the identity provider
	Disabled     bool      `json:"disabled"`
	Made         time.Time `json:"made"`
	MadeBy       string    `json:"made_by"`
	// Revision goes up with every change.
	Revision uint64 `json:"-"`
}

// Person is who asks: an account, or a program with one's token.
type Person struct {
	Name         string
	Roles        []Role
	Subdistricts []string
	Token        string // name of the token that it came with, "" for none
}

// Has says whether a person has one of some roles; an administrator has all.
func (p *Person) Has(roles ...Role) bool {
	return slices.ContainsFunc(p.Roles, func(r Role) bool { return r == Admin || slices.Contains(roles, r) })
}

// Sees says whether a person sees what lies in a subdistrict ("" where none is known).
func (p *Person) Sees(subdistrict string) bool {
	return len(p.Subdistricts) == 0 || slices.Contains(p.Subdistricts, subdistrict)
}

// Errors of who wants to come in.
var (
	ErrExternal  = errors.New("this account is of an identity provider: its password is changed there")
	ErrNotTheirs = errors.New("an account of this name is somebody else's, or has a password: ask an administrator to rename one of the two")
	ErrLogin     = errors.New("name or password is wrong, or the account is disabled")
	ErrNone      = errors.New("there is no such account")
	ErrTaken     = errors.New("there is an account with this name already")
	ErrMoved     = errors.New("somebody else has changed this account: look at it again")
	ErrSetup     = errors.New("this link is none of a first start, or was used: harrier account add makes an account, too")
	ErrLastOne   = errors.New("this is the last administrator: make another one first")
	ErrTooOften  = errors.New("too many wrong passwords: wait a quarter of an hour")
)

// name is what an account may be called: it stands in decisions and logs.
var name = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}._@ -]{0,62}[\p{L}\p{N}]$`)

var subdistrict = regexp.MustCompile(`^[0-9]{9}$`)

// reserved are names that are not people's.
var reserved = []string{"harrier", "demo", "system"}

// leastPassword is how long a password is (NIST SP 800-63B asks for 8, and 15 where nothing else is asked for); mostPassword bounds what is hashed.
const leastPassword, mostPassword = 12, 256

// checkPassword says what is wrong with a new password.
func checkPassword(name, password string) error {
	switch n := len([]rune(password)); {
	case n < leastPassword:
		return fmt.Errorf("a password has at least %d characters, this has %d", leastPassword, n)
	case len(password) > mostPassword:
		return fmt.Errorf("a password has at most %d bytes", mostPassword)
	case strings.Contains(strings.ToLower(password), strings.ToLower(name)):
		return errors.New("the password holds the name: take another one")
	case len(strings.Trim(password, password[:1])) == 0:
		return errors.New("the password is one character again and again: take another one")
	}
	return nil
}

// Check says what is wrong with an account.
func (a *Account) Check() error {
	switch {
	case !name.MatchString(a.Name):
		return fmt.Errorf("name %q: 2 to 64 letters, digits, and . _ @ - between them", a.Name)
	case slices.ContainsFunc(reserved, func(r string) bool {
		return strings.EqualFold(a.Name, r) || strings.HasPrefix(strings.ToLower(a.Name), r+"-")
	}):
		return fmt.Errorf("name %q is Harrier's own: take another one", a.Name)
	case len(a.Roles) == 0:
		return errors.New("roles: at least one is needed")
	case len(a.Subdistricts) > 1000:
		return errors.New("subdistricts: at most 1000")
	}
	for _, r := range a.Roles {
		if !slices.Contains(Roles, r) {
			return fmt.Errorf("role %q is none of viewer, operator, analyst, legal and admin", r)
		}
	}
	for _, s := range a.Subdistricts {
		if !subdistrict.MatchString(s) {
			return fmt.Errorf("subdistrict %q is no code of 9 digits", s)
		}
	}
	return nil
}
