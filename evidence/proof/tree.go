package proof

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/api/layout"
	"golang.org/x/mod/sumdb/note"
)

// tree is the log as its files have it, read from its beginning.
type tree struct {
	dir     string
	head    Head
	v       *Verified
	leaves  *compact.Range // of the entries
	nodes   *compact.Range // of the lowest tiles
	days    []dayHead      // by their size
	levels  [][][]byte     // hashes of full tiles, by level, as the entries make them
	deleted deletions      // of pictures, as leads record them
	told    []Problem      // entries that are not what the lowest tiles say, and the tiles that are not what the entries say
	tiles   []Problem
}

type dayHead struct {
	name string
	head Head
}

func newTree(dir string, h Head, v *Verified) *tree {
	f := compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}
	return &tree{dir: dir, head: h, v: v, deleted: deletions{}, leaves: f.NewEmptyRange(0), nodes: f.NewEmptyRange(0)}
}

// readDays reads the days' heads, and their stamps.
func (t *tree) readDays(dir string, keys []note.Verifier) (out []dayHead, err error) {
	entries, err := os.ReadDir(filepath.Join(dir, daysDir))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		name := filepath.Join(daysDir, e.Name())
		if _, err := time.Parse(time.DateOnly, e.Name()); err != nil {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		h, err := parseHead(raw, keys)
		switch {
		case err != nil:
			t.v.bad(name, "%v", err)
		case h.Size > t.head.Size:
			t.v.bad(name, "it signs %d leaves, and the log has %d: leaves are missing at its end", h.Size, t.head.Size)
		default:
			out = append(out, dayHead{name, h})
		}
		if token, err := os.ReadFile(filepath.Join(dir, name+stampEnd)); err == nil {
			if at, err := checkStamp(token, raw); err != nil {
				t.v.bad(name+stampEnd, "%v", err)
			} else {
				t.v.Stamps[e.Name()] = at.UTC().Format(time.RFC3339)
			}
		}
	}
	slices.SortFunc(out, func(a, b dayHead) int { return int(a.head.Size) - int(b.head.Size) })
	return out, nil
}

// read goes through all leaves, and hands on those that are asked for.
func (t *tree) read(ctx context.Context, o Options, each func(asked) error) error {
	for first := uint64(0); first < t.head.Size; first += layout.EntryBundleWidth {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(t.head.Size-first, layout.EntryBundleWidth)
		index := first / layout.EntryBundleWidth
		entries, name := t.bundle(index, n)
		tile, tileName := t.tile(0, index, n)
		var whole [][]byte
		for i := range n {
			at := first + i
			var entry []byte
			if int(i) < len(entries) {
				entry = entries[i]
			}
			hash := rfc6962.DefaultHasher.HashLeaf(entry)
			node := hash
			if int(i) < len(tile) {
				node = tile[i]
			}
			if entry == nil {
				hash = node // so that the rest can be told
			}
			leaf, what := t.take(at, entry, name)
			if entry != nil && !bytes.Equal(hash, node) {
				t.told = append(t.told, Problem{what, "it was altered: it is not what the log holds"})
				t.tiles = append(t.tiles, Problem{fmt.Sprintf("%s, hash %d", tileName, i), "it was altered: it is not that of " + what})
			}
			if bytes.Contains(leaf.Fact, []byte(`"deleted":{`)) {
				if f := leaf.read(); !t.deleted.take(f) {
					t.v.bad(fmt.Sprintf("leaf %d (revision %d of lead %s)", at, f.Data.Revision, f.Data.Lead), "it says that pictures were deleted of a lead that had not ended")
				}
			}
			if entry != nil && o.wants(leaf) {
				if err := each(asked{at, entry, leaf}); err != nil {
					return err
				}
			}
			if err := t.leaves.Append(hash, nil); err != nil {
				return err
			}
			if err := t.nodes.Append(node, nil); err != nil {
				return err
			}
			whole = append(whole, hash)
			t.signedBefore(at + 1)
		}
		if n == layout.EntryBundleWidth {
			t.full(0, rootOf(whole))
		}
	}
	t.conclude()
	t.upper()
	return nil
}

// bundle reads the entries of a file; what is not there is told.
func (t *tree) bundle(index, n uint64) (entries [][]byte, name string) {
	raw, name, err := t.file(func(p uint8) string { return layout.EntriesPath(index, p) }, n)
	if err != nil {
		t.v.bad(name, "it is missing: leaves %d to %d cannot be read (%v)", index*layout.EntryBundleWidth, index*layout.EntryBundleWidth+n-1, err)
		return nil, name
	}
	var b api.EntryBundle
	if err := b.UnmarshalText(raw); err != nil || uint64(len(b.Entries)) < n {
		t.v.bad(name, "it was altered: it does not hold %d entries", n)
		return b.Entries, name
	}
	return b.Entries[:n], name
}

func (t *tree) tile(level, index, n uint64) (nodes [][]byte, name string) {
	raw, name, err := t.file(func(p uint8) string { return layout.TilePath(level, index, p) }, n)
	if err != nil {
		t.v.bad(name, "it is missing (%v)", err)
		return nil, name
	}
	var tile api.HashTile
	if err := tile.UnmarshalText(raw); err != nil || uint64(len(tile.Nodes)) < n {
		t.v.bad(name, "it was altered: it does not hold %d hashes", n)
		return nil, name
	}
	return tile.Nodes[:n], name
}

// file reads a file of n entries or hashes: a full one, also where a part of it is enough.
func (t *tree) file(path func(p uint8) string, n uint64) ([]byte, string, error) {
	full := path(0)
	raw, err := os.ReadFile(filepath.Join(t.dir, full))
	if err == nil || n == layout.TileWidth {
		return raw, full, err
	}
	part := path(uint8(n))
	raw, err = os.ReadFile(filepath.Join(t.dir, part))
	return raw, part, err
}

// signedBefore holds the days' heads of this size against the leaves so far.
func (t *tree) signedBefore(size uint64) {
	for len(t.days) > 0 && t.days[0].head.Size <= size {
		d := t.days[0]
		t.days = t.days[1:]
		if d.head.Size < size {
			continue // of no leaves
		}
		if root, err := t.leaves.GetRootHash(nil); err != nil || !bytes.Equal(root, d.head.Root) {
			t.v.bad(d.name, "the log does not hold what it signed then: of the first %d leaves some were altered, removed or exchanged", size)
			continue
		}
		t.v.Days++
	}
}

// conclude says whether entries or tiles were altered: what the head signed was not.
func (t *tree) conclude() {
	root := func(r *compact.Range) []byte {
		if t.head.Size == 0 {
			return rfc6962.DefaultHasher.EmptyRoot()
		}
		h, err := r.GetRootHash(nil)
		if err != nil {
			return nil
		}
		return h
	}
	entries, tiles := bytes.Equal(root(t.leaves), t.head.Root), bytes.Equal(root(t.nodes), t.head.Root)
	switch {
	case entries && tiles:
	case tiles:
		t.v.Problems = append(t.v.Problems, t.told...)
	case entries:
		t.v.Problems = append(t.v.Problems, t.tiles...)
	default:
		t.v.Problems = append(t.v.Problems, t.told...)
		t.v.bad(layout.CheckpointPath, "neither the entries nor the tiles make the root that it signs: it was exchanged, or both were altered")
	}
}

// full notes the hash of a full tile, and of those above it that it fills.
func (t *tree) full(level int, hash []byte) {
	for len(t.levels) <= level {
		t.levels = append(t.levels, nil)
	}
	t.levels[level] = append(t.levels[level], hash)
	if n := len(t.levels[level]); n%layout.TileWidth == 0 {
		t.full(level+1, rootOf(t.levels[level][n-layout.TileWidth:]))
	}
}

// upper holds the tiles above the lowest against what those below make.
func (t *tree) upper() {
	for level, hashes := range t.levels {
		for first := 0; first < len(hashes); first += layout.TileWidth {
			n := min(len(hashes)-first, layout.TileWidth)
			tile, name := t.tile(uint64(level+1), uint64(first/layout.TileWidth), uint64(n))
			for i, h := range tile {
				if !bytes.Equal(h, hashes[first+i]) {
					t.v.bad(name, "hash %d was altered", i)
				}
			}
		}
	}
}

// rootOf is the root of a full tile.
func rootOf(hashes [][]byte) []byte {
	for len(hashes) > 1 {
		var up [][]byte
		for i := 0; i < len(hashes); i += 2 {
			up = append(up, rfc6962.DefaultHasher.HashChildren(hashes[i], hashes[i+1]))
		}
		hashes = up
	}
	return hashes[0]
}

// take reads a leaf, and checks that it follows the one before of its stream; what names it in words.
func (t *tree) take(at uint64, entry []byte, file string) (x Leaf, what string) {
	what = fmt.Sprintf("leaf %d (%s)", at, file)
	if entry == nil {
		return x, what
	}
	if err := json.Unmarshal(entry, &x); err != nil || x.Stream == "" {
		t.v.bad(what, "it was altered: it is no message of a stream")
		return Leaf{}, what
	}
	what = fmt.Sprintf("leaf %d (%s), message %d of %s%s", at, file, x.Seq, x.Stream, x.named())
	last, had := t.v.Last[x.Stream]
	if !had {
		t.v.first[x.Stream] = x.Seq
	}
	switch {
	case had && x.Seq <= last:
		t.v.bad(what, "it is out of order, or there twice: message %d stands before it", last)
	case had && x.Seq > last+1:
		t.v.bad(what, "messages %d to %d before it are missing", last+1, x.Seq-1)
	}
	t.v.Last[x.Stream] = max(last, x.Seq)
	t.v.facts[message{x.Stream, x.Seq}] = x.sum()
	return x, what
}
