package proof

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2"
	fnote "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/api/layout"
	"golang.org/x/mod/sumdb/note"
)

// Witness is another process that co-signs heads (c2sp.org/tlog-witness).
type Witness struct {
	URL string `yaml:"url"`
	Key string `yaml:"key"` // as it prints it
}

// witnessesFile lists the key of every witness that a log ever had.
const witnessesFile = "witnesses"

// groupOf are the witnesses that are asked for each head. A head that not all of them have signed stands all the same: what is recorded does not wait for
// somebody else; Unwitnessed tells of it.
func groupOf(all []Witness) (tessera.WitnessGroup, error) {
	var out []tessera.Witness
	for _, w := range all {
		u, err := url.Parse(w.URL)
		if err != nil || u.Host == "" {
			return tessera.WitnessGroup{}, fmt.Errorf("witness %q is no address like https://host", w.URL)
		}
		x, err := tessera.NewWitness(strings.TrimSpace(w.Key), u)
		if err != nil {
			return tessera.WitnessGroup{}, fmt.Errorf("key of witness %s: %w; it is what harrier evidence witness prints", w.URL, err)
		}
		out = append(out, x)
	}
	switch len(out) {
	case 0:
		return tessera.WitnessGroup{}, nil
	case 1:
		return tessera.NewWitnessGroup(1, out[0]), nil
	}
	g := tessera.NewWitnessGroup(1, out[0])
	for _, x := range out[1:] {
		g = tessera.NewWitnessGroup(2, g, x)
	}
	return g, nil
}

// rememberWitnesses writes the keys of witnesses beside the log.
func rememberWitnesses(dir string, all []Witness) error {
	known, err := readWitnesses(dir)
	if err != nil {
		return err
	}
	next := slices.Clone(known)
	for _, w := range all {
		if k := strings.TrimSpace(w.Key); !slices.Contains(next, k) {
			next = append(next, k)
		}
	}
	if len(next) == len(known) {
		return nil
	}
	if err := renameio.WriteFile(filepath.Join(dir, witnessesFile), []byte(strings.Join(next, "\n")+"\n"), 0o644); err != nil {
		return fmt.Errorf("witnesses of the transparency log: %w", err)
	}
	return nil
}

func readWitnesses(dir string) ([]string, error) {
	b, err := os.ReadFile(filepath.Join(dir, witnessesFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("witnesses of the transparency log: %w", err)
	}
	return strings.Fields(string(b)), nil
}

// cosigned are the names of those of some witnesses who signed a head.
func cosigned(head []byte, keys []string) (out []string) {
	for _, k := range keys {
		v, err := fnote.NewVerifierForCosignatureV1(k)
		if err != nil {
			continue
		}
		if n, err := note.Open(head, note.VerifierList(v)); err == nil && len(n.Sigs) == 1 {
			out = append(out, v.Name())
		}
	}
	return out
}

// demand names the witnesses who have not signed a head.
func (v *Verified) demand(head []byte, witnesses []string) {
	for _, k := range witnesses {
		if k = strings.TrimSpace(k); len(cosigned(head, []string{k})) == 0 {
			v.bad(layout.CheckpointPath, "witness %s has not signed it", k)
		}
	}
}

// Unwitnessed are the addresses of the witnesses who have not signed the last head.
func (l *Log) Unwitnessed() (out []string) {
	if len(l.witnesses) == 0 {
		return nil
	}
	head, err := os.ReadFile(filepath.Join(l.dir, layout.CheckpointPath))
	if err != nil {
		return nil // there is none yet
	}
	for _, w := range l.witnesses {
		if len(cosigned(head, []string{strings.TrimSpace(w.Key)})) == 0 {
			out = append(out, w.URL)
		}
	}
	return out
}
