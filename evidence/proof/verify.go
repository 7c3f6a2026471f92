package proof

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/tessera/api/layout"

	"github.com/harrier-patrol/harrier/evidence"
	"github.com/harrier-patrol/harrier/journal"
)

// Options say what is verified.
type Options struct {
	Lead string // its pictures, too; "" for those of all leads, or of a day
	Day  string // 2026-11-29, universal time; "" for all days
	Keys []string
	// Witnesses are the keys of those who must have signed the head.
	Witnesses []string
	// Pictures checks the evidence of the leaves that are asked for.
	Pictures bool

	each func(asked) error // is given each leaf that is asked for, in order
}

// Problem is something that was altered, is missing, or stands out of order.
type Problem struct {
	What string `json:"what"` // file, leaf or picture
	Is   string `json:"is"`
}

func (p Problem) String() string { return p.What + ": " + p.Is }

// Verified is what verifying came to.
type Verified struct {
	Leaves   uint64            `json:"leaves"`
	Asked    int               `json:"leaves_asked"` // of the lead or the day
	Pictures int               `json:"pictures"`     // that were checked
	Deleted  int               `json:"deleted"`      // of them, as the log records with the reason
	Days     int               `json:"days"`         // heads of days that the log still holds
	Stamps   map[string]string `json:"stamps"`       // when an authority stamped which day's head
	Root     string            `json:"root"`         // of the tree, hex
	// Witnesses who signed the last head, of so many that the log ever had.
	Witnessed []string          `json:"witnessed"`
	Witnesses int               `json:"witnesses"`
	Problems  []Problem         `json:"problems"`        // in the order of the log
	Last      map[string]uint64 `json:"last_of_streams"` // number of the last message

	first map[string]uint64             // number of the first message of each stream
	head  []byte                        // that was verified
	gone  []missing                     // pictures
	facts map[message][sha256.Size]byte // SHA-256 of what the log has of messages
}

// message is a message of a stream, by its number.
type message struct {
	stream string
	seq    uint64
}

// asked is a leaf of what is asked for.
type asked struct {
	index uint64
	raw   []byte
	leaf  Leaf
}

func (v *Verified) bad(what, format string, args ...any) {
	v.Problems = append(v.Problems, Problem{what, fmt.Sprintf(format, args...)})
}

// Verify checks a log, and the evidence of its leads, without asking anybody: heads against keys, leaves against the head, tiles against leaves, days'
// heads against the log, messages against their order, pictures against their hashes. store may be nil where no pictures are asked for.
func Verify(ctx context.Context, dir string, store *evidence.Store, o Options) (*Verified, error) {
	v := &Verified{Stamps: map[string]string{}, Last: map[string]uint64{}, first: map[string]uint64{}, facts: map[message][sha256.Size]byte{}}
	public := o.Keys
	if len(public) == 0 {
		var err error
		if public, err = readKeys(dir); err != nil {
			return nil, err
		}
	}
	keys, err := verifiers(public)
	if err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(filepath.Join(dir, layout.CheckpointPath))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("there is no transparency log in %s: harrier serve makes it; is this the configuration of the Harrier that recorded? (%w)", dir, err)
	}
	if err != nil {
		return nil, err
	}
	head, err := parseHead(raw, keys)
	if err != nil {
		v.bad(layout.CheckpointPath, "%v", err)
		var c log.Checkpoint
		if _, err := c.Unmarshal(raw); err != nil {
			return v, nil // without a head nothing else can be told
		}
		head.Size, head.Root = c.Size, c.Hash
	}
	witnesses, err := readWitnesses(dir)
	if err != nil {
		return nil, err
	}
	v.Witnesses, v.Witnessed = len(witnesses), cosigned(raw, witnesses)
	v.demand(raw, o.Witnesses)
	v.Leaves, v.Root, v.head = head.Size, fmt.Sprintf("%x", head.Root), raw
	t := newTree(dir, head, v)
	days, err := t.readDays(dir, keys)
	if err != nil {
		return nil, err
	}
	t.days = days
	seen := map[Picture]int{}
	err = t.read(ctx, o, func(a asked) error {
		v.Asked++
		if o.Pictures {
			if err := v.pictures(ctx, store, a.leaf, seen); err != nil {
				return err
			}
		}
		if o.each != nil {
			return o.each(a)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	v.judge(t.deleted)
	if o.Lead != "" && v.Asked == 0 {
		v.bad("lead "+o.Lead, "no leaf of the log is of it")
	}
	return v, nil
}

// fact is what proof knows of the facts in leaves: of a lead's revision, and of a decision.
type fact struct {
	Lead    string `json:"lead"` // of a decision
	Do      string `json:"do"`
	Verdict string `json:"verdict"` // of a second review
	State   string `json:"state"`   // of a case system's answer
	Case    string `json:"case"`
	By      string `json:"by"`
	Reason  string `json:"reason"`
	Note    string `json:"note"`
	Data    struct {
		Lead     string `json:"lead"`
		Revision int    `json:"revision"`
		State    string `json:"state"`
		Steps    []struct {
			Revision int    `json:"revision"`
			By       string `json:"by"`
			Reason   string `json:"reason"`
			Note     string `json:"note"`
		} `json:"steps"`
		Original string `json:"original"`
		Frame    string `json:"frame"`
		Crop     string `json:"crop"`
		Since    *struct {
			Before string `json:"before"`
			After  string `json:"after"`
		} `json:"since"`
		Deleted *struct {
			Reason   string   `json:"reason"`
			Pictures []string `json:"pictures"`
		} `json:"deleted"`
		Shots []struct {
			Original string `json:"original"`
			Frame    string `json:"frame"`
			Crop     string `json:"crop"`
			Clip     string `json:"clip"`
		} `json:"shots"`
	} `json:"data"`
}

// read takes from a leaf what its stream is for: what others write into the bodies of their answers names no lead and no picture.
func (x Leaf) read() (f fact) {
	_ = json.Unmarshal(x.Bytes(), &f)
	switch x.Stream {
	case "LEADS", "SIMLEADS":
		return fact{Data: f.Data}
	case "FEEDBACK", "ACCESS": // the subject names the lead
		f.Lead = x.Subject[strings.LastIndex(x.Subject, ".")+1:]
	}
	f.Data = fact{}.Data
	return f
}

// lead is the name of the lead that a leaf is of; "" for none.
func (x Leaf) lead() string {
	f := x.read()
	return cmp.Or(f.Data.Lead, f.Lead)
}

func (x Leaf) named() string {
	switch f := x.read(); {
	case f.Data.Lead != "":
		return fmt.Sprintf(", lead %s revision %d", f.Data.Lead, f.Data.Revision)
	case f.Lead != "":
		return ", on lead " + f.Lead
	}
	return ""
}

// sum is the SHA-256 of the message that a leaf stands for.
func (x Leaf) sum() (out [sha256.Size]byte) {
	if x.SHA256 != "" {
		b, _ := hex.DecodeString(x.SHA256)
		copy(out[:], b)
		return out
	}
	return sha256.Sum256(x.Bytes())
}

// Compare holds what streams have now against the log: each message of them up to where the log ends must be a leaf, as it is. Of what a stream has
// forgotten for its age it says nothing.
func (v *Verified) Compare(ctx context.Context, js jetstream.JetStream, streams []string) error {
	for _, s := range streams {
		st, err := js.Stream(ctx, s)
		if err != nil {
			return err
		}
		next := v.first[s] // that the stream should have
		if st.CachedInfo().Config.MaxAge > 0 {
			next = max(next, st.CachedInfo().State.FirstSeq)
		}
		missing := func(until uint64) {
			for ; next > 0 && next < until; next++ {
				if _, known := v.facts[message{s, next}]; known {
					v.bad(fmt.Sprintf("message %d of stream %s", next, s), "it is missing: the log has it")
				}
			}
		}
		err = journal.Replay(ctx, js, s, ">", journal.From{}, func(m journal.Msg) error {
			missing(m.Seq)
			next = m.Seq + 1
			what := fmt.Sprintf("message %d of stream %s (%s)", m.Seq, s, m.Subject)
			sum, known := v.facts[message{s, m.Seq}]
			switch {
			case m.Seq > v.Last[s] && time.Since(m.At) < behindFor:
			case m.Seq > v.Last[s]:
				v.bad(what, "the log does not have it after %s: it was cut off, or put back", time.Since(m.At).Round(time.Second))
			case !known && m.Seq < v.first[s]: // of before there was a log
			case !known:
				v.bad(what, "the log has no such message")
			case sum != sha256.Sum256(m.Data):
				v.bad(what, "it was altered: the log has another")
			}
			return nil
		})
		if err != nil {
			return err
		}
		missing(v.Last[s] + 1)
	}
	return nil
}

// behindFor is how long the log may take to have a message.
const behindFor = time.Minute

func (o Options) wants(x Leaf) bool {
	return (o.Lead == "" || x.lead() == o.Lead) && (o.Day == "" || x.At.UTC().Format(time.DateOnly) == o.Day)
}

// Picture is a piece of evidence that a lead names.
type Picture struct {
	SHA256 string
	What   string // original (sealed), frame, crop or clip (sealed)
}

// sealed says whether faces and plates can be seen in it.
func (p Picture) sealed() bool { return p.What == "original" || p.What == "clip" }

// file is its name in a bundle.
func (p Picture) file() string {
	if p.What == "clip" {
		return picturesDir + "/" + p.SHA256 + ".mp4"
	}
	return picturesDir + "/" + p.SHA256 + ".jpg"
}

// pictures of a lead's revision.
func (f fact) pictures() (out []Picture) {
	add := func(sha, what string) {
		if p := (Picture{sha, what}); sha != "" && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	add(f.Data.Original, "original")
	add(f.Data.Frame, "frame")
	add(f.Data.Crop, "crop")
	if s := f.Data.Since; s != nil {
		add(s.Before, "before")
		add(s.After, "after")
	}
	for _, s := range f.Data.Shots {
		add(s.Original, "original")
		add(s.Frame, "frame")
		add(s.Crop, "crop")
		add(s.Clip, "clip")
	}
	return out
}

// pictures checks the evidence that a leaf names, where it was not seen yet.
func (v *Verified) pictures(ctx context.Context, store *evidence.Store, x Leaf, seen map[Picture]int) error {
	if x.SHA256 != "" {
		if _, err := store.Unseal(ctx, x.SHA256); err != nil {
			v.bad(fmt.Sprintf("message %d of %s, in the evidence as %s", x.Seq, x.Stream, x.SHA256), "%s", damage(err))
		}
		return nil
	}
	f := x.read()
	for _, p := range f.pictures() {
		if n := seen[p]; n != 0 {
			if n > 0 { // missing: of which leads decides whether it may be
				v.gone[n-1].leads[f.Data.Lead] = true
			}
			continue
		}
		seen[p] = -1
		if err := ctx.Err(); err != nil {
			return err
		}
		get := store.Get
		if p.sealed() {
			get = store.Unseal
		}
		v.Pictures++
		if _, err := get(ctx, p.SHA256); errors.Is(err, evidence.ErrNotFound) {
			v.gone = append(v.gone, missing{p, f.Data.Lead, map[string]bool{f.Data.Lead: true}})
			seen[p] = len(v.gone)
		} else if err != nil {
			v.bad(fmt.Sprintf("%s %s of lead %s", p.What, p.SHA256, f.Data.Lead), "%s", damage(err))
		}
	}
	return nil
}

// missing is a picture that is not there, with the leads that name it, and the first of them.
type missing struct {
	Picture
	first string
	leads map[string]bool
}

// deletions are the pictures of which leads record that they were deleted, by lead.
type deletions map[string]map[string]bool

// take takes in what a revision records, and says whether it may: only pictures of leads that have ended are deleted.
func (d deletions) take(f fact) bool {
	x := f.Data.Deleted
	if x == nil {
		return true
	}
	if d[f.Data.Lead] == nil {
		d[f.Data.Lead] = map[string]bool{}
		if f.Data.State != "rejected" && f.Data.State != "closed" {
			return false
		}
		for _, sha := range x.Pictures {
			d[f.Data.Lead][sha] = true
		}
	}
	return true
}

// judge names the pictures that are missing without every lead that names them recording that they were deleted.
func (v *Verified) judge(deleted deletions) {
	for _, m := range v.gone {
		kept := false
		for lead := range m.leads {
			kept = kept || !deleted[lead][m.SHA256]
		}
		if !kept {
			v.Deleted++
			continue
		}
		v.bad(fmt.Sprintf("%s %s of lead %s", m.What, m.SHA256, m.first), "it is missing")
	}
}

func damage(err error) string {
	if errors.Is(err, evidence.ErrNotFound) {
		return "it is missing"
	}
	if errors.Is(err, evidence.ErrAltered) {
		return "it was altered: its bytes are not those of its hash"
	}
	return err.Error()
}
