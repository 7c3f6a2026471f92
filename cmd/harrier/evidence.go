package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/cmd/harrier/progress"
	"github.com/harrier-patrol/harrier/evidence/proof"
	"github.com/harrier-patrol/harrier/evidence/witness"
	"github.com/harrier-patrol/harrier/journal"
)

// evidenceCmd proves what was recorded.
type evidenceCmd struct {
	Verify  evidenceVerify  `cmd:"" help:"Check that nothing that was recorded was altered, removed or exchanged."`
	Witness evidenceWitness `cmd:"" help:"Sign heads of another Harrier's log, as a second process on another machine."`
	Bundle  evidenceBundle  `cmd:"" help:"Write all that is recorded of a lead, with its proof, into one zip."`
}

type evidenceVerify struct {
	What    string   `arg:"" optional:"" help:"A lead, or a day (2026-11-29, universal time); empty: everything."`
	Config  string   `default:"harrier.yaml" help:"Configuration of the Harrier that recorded it; it need not run." type:"path"`
	Bundle  string   `help:"Check this bundle instead; needs nothing else." type:"existingfile"`
	Key     []string `help:"Public key that is trusted; without, those beside the log or in the bundle."`
	Witness []string `help:"Key of a witness who must have signed the last head; without, nobody must."`
	JSON    bool     `name:"json" help:"As JSON."`
}

func (x *evidenceVerify) Run(ctx context.Context) error {
	v, err := x.verify(ctx)
	if err != nil {
		return err
	}
	if x.JSON {
		e := json.NewEncoder(os.Stdout)
		e.SetIndent("", " ")
		if err := e.Encode(v); err != nil {
			return err
		}
	} else {
		for _, p := range v.Problems {
			fmt.Println("✗", p)
		}
		fmt.Printf("%d leaves under the root %s; %d of them asked for, %d pictures checked (%d deleted, as is recorded), %d days' heads hold, %d stamped by an authority\n", v.Leaves, v.Root, v.Asked, v.Pictures, v.Deleted, v.Days, len(v.Stamps))
	}
	if v.Witnesses > 0 && !x.JSON {
		fmt.Printf("the last head is signed by %d of %d witnesses: %s\n", len(v.Witnessed), v.Witnesses, strings.Join(v.Witnessed, ", "))
	}
	if n := len(v.Problems); n > 0 {
		return progress.SomeFailed{Text: fmt.Sprintf("%d things were altered, are missing or stand out of order", n)}
	}
	if !x.JSON {
		fmt.Println("✓ nothing was altered")
	}
	return nil
}

func (x *evidenceVerify) verify(ctx context.Context) (*proof.Verified, error) {
	if x.Bundle != "" {
		f, err := os.Open(x.Bundle)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		i, err := f.Stat()
		if err != nil {
			return nil, err
		}
		return proof.VerifyBundle(f, i.Size(), x.Key, x.Witness...)
	}
	c, err := config.Load(x.Config)
	if err != nil {
		return nil, err
	}
	data, err := c.DataFolder()
	if err != nil {
		return nil, err
	}
	store, err := c.OpenEvidence(ctx)
	if err != nil {
		return nil, err
	}
	o := proof.Options{Lead: x.What, Keys: x.Key, Witnesses: x.Witness, Pictures: true}
	if _, err := time.Parse(time.DateOnly, x.What); err == nil {
		o.Lead, o.Day = "", x.What
	}
	v, err := proof.Verify(ctx, logIn(data), store, o)
	if err != nil {
		return nil, err
	}
	asked := false
	err = c.WithJetStream(func(js jetstream.JetStream) error {
		asked = true
		return v.Compare(ctx, js, config.Proven)
	}, nats.Timeout(2*time.Second))
	if !asked {
		fmt.Fprintln(os.Stderr, "Harrier does not run: its streams are not held against the log")
		return v, nil
	}
	return v, err
}

type evidenceBundle struct {
	Lead      string `arg:"" help:"The lead."`
	Out       string `required:"" help:"The zip." type:"path"`
	Config    string `default:"harrier.yaml" help:"Configuration of the Harrier that recorded it." type:"path"`
	Originals bool   `help:"With the originals, in which faces and plates can be seen; Harrier must run, and records who asked, and why."`
	By        string `help:"Who asks for originals."`
	Reason    string `help:"Why."`
}

func (x *evidenceBundle) Run(ctx context.Context) error {
	c, err := config.Load(x.Config)
	if err != nil {
		return err
	}
	data, err := c.DataFolder()
	if err != nil {
		return err
	}
	store, err := c.OpenEvidence(ctx)
	if err != nil {
		return err
	}
	if x.Originals {
		if x.By == "" || x.Reason == "" {
			return errors.New("--originals needs --by and --reason: who opens sealed pictures is recorded")
		}
		err := c.WithJetStream(func(js jetstream.JetStream) error {
			return journal.Publish(ctx, js, proof.SubjectAccess+x.Lead, "", proof.Access{Lead: x.Lead, By: x.By, Reason: x.Reason, At: time.Now().UTC()})
		})
		if err != nil {
			return fmt.Errorf("the access cannot be recorded, so nothing is opened: %w", err)
		}
	}
	f, err := os.CreateTemp(filepath.Dir(x.Out), ".bundle-")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	err = proof.Pack(ctx, logIn(data), store, x.Lead, x.Originals, f)
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), x.Out)
	}
	if err == nil {
		fmt.Println(x.Out)
	}
	return err
}

type evidenceWitness struct {
	Listen string   `default:"127.0.0.1:8099" help:"Where heads are taken."`
	Data   string   `required:"" help:"Folder that keeps its key and what it has signed." type:"path"`
	Name   string   `required:"" help:"Name of its key, as bureau.example/witness."`
	Log    []string `required:"" help:"Public key of the log: a line of the file keys beside it."`
}

// Run signs heads until ctx ends.
func (x *evidenceWitness) Run(ctx context.Context) error {
	w, err := witness.Open(ctx, x.Data, x.Name, x.Log)
	if err != nil {
		return err
	}
	var p parts
	defer func() { _ = p.Close() }()
	if err := p.listen(x.Listen, w); err != nil {
		return err
	}
	fmt.Printf("evidence:\n  witnesses:\n  - {url: \"http://%s\", key: %q}\n", x.Listen, w.Public)
	return p.Run(ctx)
}

// logIn is the folder of the transparency log in a data folder.
func logIn(data string) string { return filepath.Join(data, "log") }

// openNotary opens the transparency log, and what makes leaves of the streams.
func (b *base) openNotary(ctx context.Context) (*proof.Notary, error) {
	c := b.conf.Evidence
	key, err := proof.KeyIn(filepath.Join(b.data, "log.key"), c.Log)
	if c.Key != "" {
		key, err = proof.ReadKey(c.Key)
	}
	if err != nil {
		return nil, err
	}
	l, err := proof.Open(ctx, logIn(b.data), key, c.Witnesses, b.log)
	if err != nil {
		return nil, err
	}
	b.onClose(l.Close)
	n := &proof.Notary{Log: l, Streams: slices.Clone(config.Proven), Store: b.depot.Store, Out: b.log}
	if c.Timestamp != "" {
		n.Stamps = &proof.Authority{URL: c.Timestamp}
	}
	return n, nil
}
