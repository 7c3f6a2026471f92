// Package dataset reads and writes Picture pictures: COCO and YOLO.
package dataset

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/harrier-patrol/harrier/vision"
)

// COCO is a data set in COCO's form: https://cocodataset.org/#format-data. What Harrier adds to it is marked.
type COCO struct {
	Images      []Image      `json:"images"`
	Annotations []Annotation `json:"annotations"`
	Categories  []Category   `json:"categories"`
}

type Image struct {
	ID       int     `json:"id"`
	FileName string  `json:"file_name"`
	Width    int     `json:"width"`
	Height   int     `json:"height"`
	GSDM     float64 `json:"gsd_m,omitempty"`  // Harrier's: metres a pixel in the middle
	Source   string  `json:"source,omitempty"` // Harrier's: where it comes from
	// Rejected are Harrier's: boxes that were taken for something and are none, so that training learns them as background.
	Rejected []Rejected `json:"rejected,omitempty"`
}

type Rejected struct {
	Class string     `json:"class"`
	BBox  [4]float64 `json:"bbox"`
}

type Annotation struct {
	ID       int        `json:"id"`
	ImageID  int        `json:"image_id"`
	Category int        `json:"category_id"`
	BBox     [4]float64 `json:"bbox"` // x, y, w, h in pixels
	Area     float64    `json:"area"`
	IsCrowd  int        `json:"iscrowd"`
	Visible  *float64   `json:"visible,omitempty"` // Harrier's: share that nothing hides
	Marks    []string   `json:"marks,omitempty"`   // Harrier's, of dump trucks: dirty, spillage
}

type Category struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

// AnnotationsFile is where a folder's annotations are.
const AnnotationsFile = "annotations.json"

// Result is a detection as COCO's results files have it, so that other tools can count again; the numbers of pictures and of classes
// are those of the data set (of YOLO: their place), and what the numbers mean is written beside them.
type Result struct {
	ImageID  int        `json:"image_id"`
	Category int        `json:"category_id"` // of classes that the data set does not have: numbers after its own
	BBox     [4]float64 `json:"bbox"`
	Score    float64    `json:"score"`
	FileName string     `json:"file_name"` // in the data set
	Class    string     `json:"class"`
}

const ResultsFile = "detections.json"

// Numbers gives the classes that a network tells the numbers that a data set has for them, and new ones to those it does not have.
func Numbers(classes []Category, told []string) map[string]int {
	out, next := map[string]int{}, 0
	for _, k := range classes {
		out[k.Name] = k.ID
		next = max(next, k.ID+1)
	}
	for _, name := range told {
		if _, ok := out[name]; !ok {
			out[name] = next
			next++
		}
	}
	return out
}

// WriteResults writes what was found in the pictures of a data set in dir; numbers are those of the classes.
func WriteResults(path, dir string, numbers map[string]int, pictures []Picture, found [][]vision.Detection) error {
	out := []Result{}
	for i, p := range pictures {
		name, err := filepath.Rel(dir, p.Path)
		if err != nil {
			return err
		}
		for _, d := range found[i] {
			b := d.Box
			out = append(out, Result{p.ID, numbers[d.Class], [4]float64{tenth(b.X), tenth(b.Y), tenth(b.W), tenth(b.H)}, math.Round(1e4*d.Score) / 1e4, filepath.ToSlash(name), d.Class})
		}
	}
	b, err := json.Marshal(out)
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o644)
}

// number is the number of a class, which is added where it is new.
func (c *COCO) number(name string) int {
	for _, k := range c.Categories {
		if k.Name == name {
			return k.ID
		}
	}
	c.Categories = append(c.Categories, Category{len(c.Categories) + 1, name})
	return len(c.Categories)
}

// Annotate adds a box, x, y, w, h in pixels, to a picture; visible is the share that nothing hides, where it is known.
func (c *COCO) Annotate(img int, class string, box [4]float64, visible *float64) {
	c.Annotations = append(c.Annotations, Annotation{ID: len(c.Annotations) + 1, ImageID: img, Category: c.number(class), BBox: box, Area: box[2] * box[3], Visible: visible})
}

// Write writes it into a folder.
func (c *COCO) Write(dir string) error {
	b, err := json.MarshalIndent(c, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, AnnotationsFile), b, 0o644)
}

// Picture is a picture of a data set with what is in it.
type Picture struct {
	ID     int
	Path   string
	GSDM   float64 // metres a pixel; 0 where not known
	Labels []Label
	Unlike float64 // from what the model learnt from, in limits: from 1 on it is unlike all of that; set when it was looked at
}

type Label struct {
	Class  string
	Box    vision.Box
	Ignore bool // counts neither way
}

// Apart are labels of what counts neither way, whatever it is told to be: what the labeller could not tell, and parasols of restaurants, pools and
// gardens, which from above are a vendor's. How many of them are told is given beside.
var Apart = []string{"parasol", "unsure"}

func NewLabel(class string, box vision.Box, ignore bool) Label {
	return Label{class, box, ignore || slices.Contains(Apart, class)}
}

// Read reads a data set: COCO (annotations.json, pictures beside it or in images/), or YOLO (images/ and labels/, names in
// data.yaml or classes.txt).
func Read(dir, format string) (pictures []Picture, classes []Category, err error) {
	switch format {
	case "coco":
		pictures, classes, err = readCOCO(dir)
	case "yolo":
		pictures, classes, err = readYOLO(dir)
	}
	if err != nil {
		return nil, nil, err
	}
	if len(pictures) == 0 {
		return nil, nil, fmt.Errorf("%s: no pictures there", dir)
	}
	return pictures, classes, nil
}

func readCOCO(dir string) ([]Picture, []Category, error) {
	path := filepath.Join(dir, AnnotationsFile)
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("a COCO data set has its annotations in %s: %w", AnnotationsFile, err)
	}
	var c COCO
	if err := json.Unmarshal(b, &c); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	names := map[int]string{}
	for _, k := range c.Categories {
		names[k.ID] = k.Name
	}
	at := map[int]int{}
	var out []Picture
	for _, m := range c.Images {
		p := filepath.Join(dir, filepath.FromSlash(m.FileName))
		if _, err := os.Stat(p); err != nil {
			p = filepath.Join(dir, "images", filepath.FromSlash(m.FileName))
		}
		at[m.ID] = len(out)
		out = append(out, Picture{ID: m.ID, Path: p, GSDM: m.GSDM})
	}
	for i, a := range c.Annotations {
		k, ok := at[a.ImageID]
		name, known := names[a.Category]
		if !ok || !known {
			return nil, nil, fmt.Errorf("%s: annotations[%d] names image %d and category %d, and one of them is not in the file", path, i, a.ImageID, a.Category)
		}
		out[k].Labels = append(out[k].Labels, NewLabel(name, vision.Box{X: a.BBox[0], Y: a.BBox[1], W: a.BBox[2], H: a.BBox[3]}, a.IsCrowd != 0 || a.Visible != nil && *a.Visible < 0.3))
	}
	return out, c.Categories, nil
}

// Size is the width and height of a picture, pixels.
func Size(path string) (w, h float64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	c, _, err := image.DecodeConfig(f)
	if err != nil {
		return 0, 0, fmt.Errorf("%s: %w", path, err)
	}
	return float64(c.Width), float64(c.Height), nil
}

func readYOLO(dir string) ([]Picture, []Category, error) {
	names, err := yoloNames(dir)
	if err != nil {
		return nil, nil, err
	}
	var classes []Category
	add := func(name string) { classes = append(classes, Category{len(classes), name}) }
	for _, name := range names {
		add(name)
	}
	var out []Picture
	entries, err := os.ReadDir(filepath.Join(dir, "images"))
	if err != nil {
		return nil, nil, fmt.Errorf("a YOLO data set has its pictures in images/: %w", err)
	}
	for _, e := range entries {
		ext := filepath.Ext(e.Name())
		if !slices.Contains([]string{".jpg", ".jpeg", ".png"}, strings.ToLower(ext)) {
			continue
		}
		p := Picture{ID: len(out), Path: filepath.Join(dir, "images", e.Name())}
		w, h, err := Size(p.Path)
		if err != nil {
			return nil, nil, err
		}
		name := filepath.Join(dir, "labels", strings.TrimSuffix(e.Name(), ext)+".txt")
		b, err := os.ReadFile(name)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, nil, err
		}
		sc := bufio.NewScanner(strings.NewReader(string(b)))
		for n := 1; sc.Scan(); n++ {
			f := strings.Fields(sc.Text())
			if len(f) == 0 {
				continue
			}
			var v [5]float64
			for i := range v {
				if len(f) >= 5 {
					v[i], err = strconv.ParseFloat(f[i], 64)
				}
				if len(f) < 5 || err != nil || i > 0 && (v[i] < 0 || v[i] > 1) {
					return nil, nil, fmt.Errorf("%s:%d: %q is not like `0 0.5 0.5 0.1 0.1` (class, centre, size, as shares of the picture)", name, n, sc.Text())
				}
			}
			c := int(v[0])
			for c >= len(classes) && len(classes) < 1000 && c >= 0 {
				add(fmt.Sprintf("class-%d", len(classes)))
			}
			if c < 0 || c >= len(classes) {
				return nil, nil, fmt.Errorf("%s:%d: no class %g", name, n, v[0])
			}
			p.Labels = append(p.Labels, NewLabel(classes[c].Name, vision.Box{X: (v[1] - v[3]/2) * w, Y: (v[2] - v[4]/2) * h, W: v[3] * w, H: v[4] * h}, false))
		}
		out = append(out, p)
	}
	return out, classes, nil
}

// yoloNames are the classes that data.yaml or classes.txt names; none where there is neither.
func yoloNames(dir string) ([]string, error) {
	if b, err := os.ReadFile(filepath.Join(dir, "data.yaml")); err == nil {
		var list struct{ Names []string }
		if yaml.Unmarshal(b, &list) == nil && len(list.Names) > 0 {
			return list.Names, nil
		}
		var byNumber struct{ Names map[int]string }
		if err := yaml.Unmarshal(b, &byNumber); err != nil {
			return nil, fmt.Errorf("%s: names: %w", filepath.Join(dir, "data.yaml"), err)
		}
		out := make([]string, len(byNumber.Names))
		for k, v := range byNumber.Names {
			if k < 0 || k >= len(out) {
				return nil, fmt.Errorf("%s: names are not numbered from 0 without a gap", filepath.Join(dir, "data.yaml"))
			}
			out[k] = v
		}
		return out, nil
	}
	if b, err := os.ReadFile(filepath.Join(dir, "classes.txt")); err == nil {
		return strings.Fields(string(b)), nil
	}
	return nil, nil
}

func tenth(v float64) float64 { return math.Round(10*v) / 10 }
