package dataset

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// picture writes one of 60 x 40 pixels.
func picture(t testing.TB, path string) {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 60, 40))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestBadDatasetsAreSaid(t *testing.T) {
	dir := t.TempDir()
	if _, _, err := Read(dir, "coco"); err == nil || !strings.Contains(err.Error(), AnnotationsFile) {
		t.Errorf("an empty folder as COCO: %v", err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "images"), 0o755); err != nil {
		t.Fatal(err)
	}
	picture(t, filepath.Join(dir, "images", "a.png"))
	if err := os.MkdirAll(filepath.Join(dir, "labels"), 0o755); err != nil {
		t.Fatal(err)
	}
	for text, wrong := range map[string]bool{"0 0.5 0.5 0.2 0.2\n": false, "0 0.5 0.5\n": true, "0 1.5 0.5 0.2 0.2": true, "x 0.5 0.5 0.2 0.2": true, "": false} {
		if err := os.WriteFile(filepath.Join(dir, "labels", "a.txt"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, _, err := Read(dir, "yolo")
		if (err != nil) != wrong || err != nil && !strings.Contains(err.Error(), "a.txt:1") {
			t.Errorf("label %q: %v", text, err)
		}
	}
}

func FuzzYOLOLabels(f *testing.F) {
	f.Add("0 0.5 0.5 0.2 0.2\n7 0 0 1 1")
	f.Add("-1 0.5 0.5 0.2 0.2")
	f.Add("1e9 0 0 0 0")
	dir := f.TempDir()
	for _, d := range []string{"images", "labels"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			f.Fatal(err)
		}
	}
	picture(f, filepath.Join(dir, "images", "a.png"))
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(filepath.Join(dir, "labels", "a.txt"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		p, classes, err := Read(dir, "yolo")
		if err == nil && (len(p) != 1 || len(classes) > 1000) {
			t.Fatal(len(p), len(classes))
		}
	})
}

func FuzzCOCOAnnotations(f *testing.F) {
	f.Add(`{"images":[{"id":1,"file_name":"a.png","width":60,"height":40}],"annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[1,2,3,4]}],"categories":[{"id":1,"name":"shed"}]}`)
	f.Add(`{"images":[{"id":1}],"annotations":[{"image_id":2}]}`)
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(filepath.Join(dir, AnnotationsFile), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if p, _, err := Read(dir, "coco"); err == nil && len(p) == 0 {
			t.Fatal("a data set without pictures is taken")
		}
	})
}
