package export

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"

	"github.com/harrier-patrol/harrier/evidence"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/vision/dataset"
)

func TestReviewedLeadsBecomeADataset(t *testing.T) {
	ctx := context.Background()
	store, err := evidence.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 128, 72)), nil); err != nil {
		t.Fatal(err)
	}
	sha, err := store.Seal(ctx, b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Get(ctx, sha); err == nil {
		t.Error("a sealed original is handed out as evidence that may be shown")
	}
	box, rejected := json.RawMessage("[10.0,12.0,20.0,8.0]"), json.RawMessage("[60.0,30.0,9.0,9.0]")
	all := []leads.Lead{
		{Lead: "a", State: leads.Confirmed, Class: "dump-truck", Attributes: map[string]string{"load": "open"}, Original: sha, Box: box, Flight: "f1"},
		{Lead: "b", State: leads.Rejected, Class: "stall", Original: sha, Box: rejected, Flight: "f1"},
	}
	for _, held := range []float64{0, 1} {
		out := t.TempDir()
		if n, err := Frames(ctx, store, all, out, held); err != nil || n != 1 {
			t.Fatal(n, err)
		}
		dir := out
		if held == 1 {
			dir = filepath.Join(out, "held")
		}
		p, classes, err := dataset.Read(dir, "coco")
		if err != nil {
			t.Fatal(err)
		}
		if len(p) != 1 || len(p[0].Labels) != 1 || p[0].Labels[0].Class != "dump-truck/open" || p[0].Labels[0].Box.W != 20 || len(classes) != 1 {
			t.Errorf("%+v %v", p, classes)
		}
		var c dataset.COCO
		raw, err := os.ReadFile(filepath.Join(dir, dataset.AnnotationsFile))
		if err == nil {
			err = json.Unmarshal(raw, &c)
		}
		if err != nil || len(c.Images[0].Rejected) != 1 || c.Images[0].Rejected[0].Class != "stall" {
			t.Errorf("what was rejected is not told: %+v %v", c.Images, err)
		}
	}
}
