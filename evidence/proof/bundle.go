package proof

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/client"

	"github.com/harrier-patrol/harrier/evidence"
)

// Names in a bundle.
const (
	bundleHead  = "checkpoint"
	bundleKeys  = "keys"
	bundlePage  = "index.html"
	leavesDir   = "leaves"
	picturesDir = "pictures"
)

// proofForm is the first line of an inclusion proof (c2sp.org/tlog-proof).
const proofForm = "c2sp.org/tlog-proof@v1"

// Pack writes a zip that a court can keep: all that the log has of a lead, the proof that it is there, the pictures, and a page that says in Chinese
// what each part proves. Originals with faces and plates in them are in it where they are asked for.
func Pack(ctx context.Context, dir string, store *evidence.Store, lead string, originals bool, out io.Writer) (err error) {
	var leaves []asked
	v, err := Verify(ctx, dir, store, Options{Lead: lead, Pictures: true, each: func(a asked) error { leaves = append(leaves, a); return nil }})
	if err != nil {
		return err
	}
	if len(v.Problems) > 0 {
		return fmt.Errorf("the log does not verify, so nothing is packed: %s", v.Problems[0])
	}
	public, err := readKeys(dir)
	if err != nil {
		return err
	}
	head := v.head
	files := client.FileFetcher{Root: dir}
	prover, err := client.NewProofBuilder(ctx, v.Leaves, files.ReadTile)
	if err != nil {
		return fmt.Errorf("inclusion proofs: %w", err)
	}
	z := zip.NewWriter(out)
	put := func(name string, b []byte) {
		w, e := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Now()})
		if e == nil {
			_, e = w.Write(b)
		}
		err = errors.Join(err, e)
	}
	put(bundleHead, head)
	put(bundleKeys, []byte(strings.Join(public, "\n")+"\n"))
	page := bundleFacts{Lead: lead, Leaves: v.Leaves, Root: v.Root, Keys: public, Made: time.Now()}
	kept := map[string]bool{}
	for _, a := range leaves {
		hashes, e := prover.InclusionProof(ctx, a.index)
		if e != nil {
			return fmt.Errorf("inclusion proof of leaf %d: %w", a.index, e)
		}
		name := fmt.Sprintf("%s/%d", leavesDir, a.index)
		put(name+".json", a.raw)
		put(name+".tlog-proof", writeProof(a.index, hashes, head))
		page.Facts = append(page.Facts, bundleFact{name + ".json", a.leaf.At, inChinese(a.leaf.Stream), a.leaf.chinese()})
		for _, p := range a.leaf.read().pictures() {
			if kept[p.SHA256] || p.sealed() && !originals {
				continue
			}
			kept[p.SHA256] = true
			get := store.Get
			if p.sealed() {
				get = store.Unseal
			}
			b, e := get(ctx, p.SHA256)
			if errors.Is(e, evidence.ErrNotFound) { // deleted, as a leaf says: else the log would not have verified
				continue
			}
			if e != nil {
				return e
			}
			file := p.file()
			put(file, b)
			page.Pictures = append(page.Pictures, bundlePicture{file, p.What, p.SHA256})
		}
	}
	for _, day := range stampedDays(dir) {
		for _, name := range []string{day, day + stampEnd} {
			b, e := os.ReadFile(filepath.Join(dir, daysDir, name))
			if e != nil {
				return e
			}
			put(daysDir+"/"+name, b)
		}
		page.Stamps = append(page.Stamps, day)
	}
	var html bytes.Buffer
	if e := bundleTemplate.Execute(&html, page); e != nil {
		return e
	}
	put(bundlePage, html.Bytes())
	if e := z.Close(); err == nil {
		err = e
	}
	if err != nil {
		err = fmt.Errorf("write the bundle: %w", err)
	}
	return err
}

// stampedDays are the days whose head an authority has stamped.
func stampedDays(dir string) (out []string) {
	all, _ := filepath.Glob(filepath.Join(dir, daysDir, "*"+stampEnd))
	for _, p := range all {
		out = append(out, strings.TrimSuffix(filepath.Base(p), stampEnd))
	}
	slices.Sort(out)
	return out
}

func writeProof(index uint64, hashes [][]byte, head []byte) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\nindex %d\n", proofForm, index)
	for _, h := range hashes {
		b.WriteString(base64.StdEncoding.EncodeToString(h) + "\n")
	}
	b.WriteByte('\n')
	b.Write(head)
	return b.Bytes()
}

// readProof reads an inclusion proof.
func readProof(b []byte) (index uint64, hashes [][]byte, head []byte, err error) {
	top, head, ok := bytes.Cut(b, []byte("\n\n"))
	lines := strings.Split(string(top), "\n")
	if !ok || len(lines) < 2 || lines[0] != proofForm || !strings.HasPrefix(lines[1], "index ") {
		return 0, nil, nil, fmt.Errorf("it is no %s", proofForm)
	}
	if index, err = strconv.ParseUint(strings.TrimPrefix(lines[1], "index "), 10, 64); err != nil {
		return 0, nil, nil, fmt.Errorf("its index: %w", err)
	}
	for _, l := range lines[2:] {
		h, err := base64.StdEncoding.DecodeString(l)
		if err != nil || len(h) != sha256.Size {
			return 0, nil, nil, fmt.Errorf("%q is no hash", l)
		}
		hashes = append(hashes, h)
	}
	return index, hashes, head, nil
}

// How much of a bundle is read, bytes: it may come from anybody.
const (
	maxBundleFile  = 64 << 20
	maxBundleFiles = 5000
	maxBundle      = 512 << 20
)

// VerifyBundle checks a bundle with nothing but itself: its leaves against the head, its pictures against the leaves. keys are the public keys that are
// trusted; without, those in the bundle are taken, and whoever verifies holds them against those that were published. witnesses are
// the keys of those who must have signed its head.
func VerifyBundle(r io.ReaderAt, size int64, keys []string, witnesses ...string) (*Verified, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("it is no bundle: %w", err)
	}
	if len(z.File) > maxBundleFiles {
		return nil, fmt.Errorf("it has %d files, and a bundle at most %d", len(z.File), maxBundleFiles)
	}
	v := &Verified{Stamps: map[string]string{}, Last: map[string]uint64{}}
	files := map[string][]byte{}
	total := 0
	for _, f := range z.File {
		b, err := unpack(f)
		if total += len(b); total > maxBundle {
			return nil, fmt.Errorf("it has more than %d bytes", maxBundle)
		}
		if err != nil {
			v.bad(f.Name, "%v", err)
			continue
		}
		if _, twice := files[f.Name]; twice {
			v.bad(f.Name, "it is there twice")
		}
		files[f.Name] = b
	}
	if len(keys) == 0 {
		keys = strings.Fields(string(files[bundleKeys]))
	}
	known, err := verifiers(keys)
	if err != nil {
		return nil, err
	}
	head, err := parseHead(files[bundleHead], known)
	if err != nil {
		v.bad(bundleHead, "%v", err)
		return v, nil
	}
	v.demand(files[bundleHead], witnesses)
	v.Leaves, v.Root = head.Size, fmt.Sprintf("%x", head.Root)
	named := map[string]bool{}   // pictures that leaves name
	gone := map[string]missing{} // pictures that are not there, by what is to be said of each
	deleted := deletions{}
	revisions := map[string][]int{} // of leads
	for name, raw := range files {
		leafName, is := strings.CutSuffix(name, ".json")
		if !is || !strings.HasPrefix(name, leavesDir+"/") {
			continue
		}
		v.Asked++
		index, hashes, proofHead, err := readProof(files[leafName+".tlog-proof"])
		if err != nil {
			v.bad(leafName+".tlog-proof", "%v", err)
			continue
		}
		if !bytes.Equal(proofHead, files[bundleHead]) {
			v.bad(leafName+".tlog-proof", "it is of another head than checkpoint")
			continue
		}
		if err := proof.VerifyInclusion(rfc6962.DefaultHasher, index, head.Size, rfc6962.DefaultHasher.HashLeaf(raw), hashes, head.Root); err != nil {
			v.bad(name, "it was altered, or its proof was: the log does not hold it")
			continue
		}
		var x Leaf
		if err := json.Unmarshal(raw, &x); err != nil {
			v.bad(name, "it is no message of a stream: %v", err)
			continue
		}
		f := x.read()
		if f.Data.Lead != "" {
			revisions[f.Data.Lead] = append(revisions[f.Data.Lead], f.Data.Revision)
		}
		deleted.take(f)
		for _, p := range f.pictures() {
			named[p.file()] = true
			if _, has := files[p.file()]; !has && !p.sealed() {
				gone[p.file()] = missing{p, f.Data.Lead, nil}
			}
		}
	}
	for file, m := range gone {
		if deleted[m.first][m.SHA256] {
			v.Deleted++
			continue
		}
		v.bad(file, "it is missing: a leaf names it as %s", m.What)
	}
	if v.Asked == 0 {
		v.bad(leavesDir, "there is no leaf in it")
	}
	if len(revisions) > 1 {
		v.bad(leavesDir, "they are of %d leads, and a bundle is of one", len(revisions))
	}
	for lead, all := range revisions { // what comes after the last one is not in it; what is between is missing
		slices.Sort(all)
		for i, n := range slices.Compact(all) {
			if n != i+1 {
				v.bad(leavesDir, "revision %d of lead %s is missing", i+1, lead)
				break
			}
		}
	}
	for name, b := range files {
		switch {
		case strings.HasPrefix(name, picturesDir+"/"):
			v.Pictures++
			sum := sha256.Sum256(b)
			sha := hex.EncodeToString(sum[:])
			if !strings.HasPrefix(name, picturesDir+"/"+sha+".") {
				v.bad(name, "it was altered: its SHA-256 is %s", sha)
			} else if !named[name] {
				v.bad(name, "no leaf names it")
			}
		case strings.HasPrefix(name, daysDir+"/") && strings.HasSuffix(name, stampEnd):
			day := strings.TrimSuffix(name, stampEnd)
			if _, err := parseHead(files[day], known); err != nil {
				v.bad(day, "%v", err)
			}
			at, err := checkStamp(b, files[day])
			if err != nil {
				v.bad(name, "%v", err)
				continue
			}
			v.Stamps[filepath.Base(day)] = at.UTC().Format(time.RFC3339)
		}
	}
	slices.SortFunc(v.Problems, func(a, b Problem) int { return strings.Compare(a.What, b.What) })
	return v, nil
}

func unpack(f *zip.File) ([]byte, error) {
	if f.UncompressedSize64 > maxBundleFile {
		return nil, fmt.Errorf("it has %d bytes, and a file of a bundle at most %d", f.UncompressedSize64, maxBundleFile)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("it cannot be read: %w", err)
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, maxBundleFile+1))
	if err != nil {
		return nil, fmt.Errorf("it was altered, or cannot be read: %w", err)
	}
	return b, nil
}
