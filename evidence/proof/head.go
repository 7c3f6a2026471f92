package proof

import (
	"fmt"
	"os"
	"strings"

	"github.com/transparency-dev/formats/log"
	"golang.org/x/mod/sumdb/note"
)

// Head is a signed head of the log: how many leaves it has, and the root of their tree.
type Head struct {
	Size uint64
	Root []byte
}

// daysDir holds the last head of each day, with its time stamp where an authority is configured.
const daysDir = "days"

// readHead reads a head, and checks that one of the keys signed it.
func readHead(path string, keys []note.Verifier) (h Head, err error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return h, err
	}
	return parseHead(raw, keys)
}

func parseHead(raw []byte, keys []note.Verifier) (h Head, err error) {
	// the name of the log is that of its keys; of several keys any may have signed
	var last error
	for _, k := range keys {
		c, _, _, err := log.ParseCheckpoint(raw, k.Name(), k)
		if err == nil {
			return Head{c.Size, c.Hash}, nil
		}
		last = err
	}
	if last == nil {
		last = fmt.Errorf("no key is known to check it by")
	}
	return h, fmt.Errorf("its signature does not hold: %w", last)
}

// verifiers are public keys, one a line.
func verifiers(public []string) (out []note.Verifier, err error) {
	for _, p := range public {
		v, err := note.NewVerifier(strings.TrimSpace(p))
		if err != nil {
			return nil, fmt.Errorf("public key %q: %w", p, err)
		}
		out = append(out, v)
	}
	return out, nil
}
