// Package networks holds the networks that come with Harrier, each with its manifest, and reads others from files.
package networks

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/harrier-patrol/harrier/geo"
)

//go:embed *.onnx *.json
var files embed.FS

// Manifest describes a network: its classes in the order of its outputs ("" is ignored) and how a picture is put in.
type Manifest struct {
	Name    string   `json:"name"`
	File    string   `json:"file"`   // beside the manifest
	SHA256  string   `json:"sha256"` // of the file
	Classes []string `json:"classes"`
	Size    int      `json:"size"` // the input is Size x Size pixels
	// Pixels says that the network takes a picture's bytes, BGRA, and sees to Mean and Std itself; others take planes of floats, BGR.
	Pixels  bool       `json:"pixels,omitempty"`
	Mean    [3]float32 `json:"mean"`    // BGR
	Std     [3]float32 `json:"std"`     // BGR
	Strides []int      `json:"strides"` // of the output levels
	Bins    int        `json:"bins"`    // of a side's distribution
	// Float names the model that a quantised one was made of.
	Float string `json:"float,omitempty"`
	// Closer names the network that takes a closer look at what this one finds.
	Closer string `json:"closer,omitempty"`
	// LooksAt are the classes of the detector that a closer look is taken at, Side the square that it takes, in longer sides of the box.
	LooksAt []string `json:"looks_at,omitempty"`
	Side    float64  `json:"side,omitempty"`
	// Sure is the detector's calibrated score from which a closer look would agree, and none is taken; 0 takes them all. At trucks a look is always
	// taken: only it tells what they carry, and in photographs containers and dump trucks were surely taken for lorries.
	Sure float64 `json:"sure,omitempty"`
	// Marks are what a closer look says of dump trucks besides their class.
	Marks []string `json:"marks,omitempty"`
	// Lengths are how long things of a class come out, where a closer look takes account of it.
	Lengths   map[string]Length `json:"lengths,omitempty"`
	MinScore  float64           `json:"min_score"`
	Licence   string            `json:"licence"`
	TrainedOn string            `json:"trained_on"`
	// Calibration makes of a class's raw score the share of such detections that are right (Platt scaling), as measured.
	Calibration map[string]Platt `json:"calibration,omitempty"`
	// Learnt is what the pictures look like that it was trained on; absent where that is not known.
	Learnt *Learnt `json:"learnt,omitempty"`
	// Rates are the detection rates by scene, as measured; absent until they are.
	Rates map[string]geo.Rates `json:"detection_rates,omitempty"`
	// Figures are what was measured of it, as it is written in the model card.
	Figures map[string]float64 `json:"figures,omitempty"`
}

// Platt are the parameters of a calibrated score: 1/(1+exp(-(A*logit(s)+B))) (Platt 1999).
type Platt struct {
	A float64 `json:"a"`
	B float64 `json:"b"`
	// Things are how many labelled things they were fitted to, On in which data set.
	Things int    `json:"things,omitempty"`
	On     string `json:"on,omitempty"`
}

// Calibrated is the share of detections of a class with a raw score that are right.
func (m *Manifest) Calibrated(class string, raw float64) float64 {
	p, ok := m.Calibration[class]
	if !ok {
		return raw
	}
	raw = math.Min(0.999, math.Max(0.001, raw))
	return 1 / (1 + math.Exp(-(p.A*math.Log(raw/(1-raw)) + p.B)))
}

// Raw is the raw score of a class below which its calibrated score is less than c; 0 where its calibration does not rise.
func (m *Manifest) Raw(class string, c float64) float64 {
	p, ok := m.Calibration[class]
	switch {
	case ok && p.A <= 0:
		return 0
	case !ok || c <= 0 || c >= 1:
		return c
	}
	return 1 / (1 + math.Exp(-(math.Log(c/(1-c))-p.B)/p.A))
}

// Length is the distribution of the longer side of the boxes of a class on the ground: log-normal around M metres.
type Length struct {
	M     float64 `json:"m"`
	Sigma float64 `json:"sigma"` // of the logarithm
}

const (
	// lengthSigma is how far a box is off, and real things differ from rendered ones: of the logarithm, besides a class's own spread.
	lengthSigma = 0.2
	// lengthStray is the share of things that are of any length at all: seen in part, or joined with a neighbour, or unheard of.
	lengthStray = 0.1
	// A length that is farther off than so many standard deviations is not that of a class.
	lengthFar = 2.5
)

// anyLength is what the length of stray things, and of classes of which it is not known, is drawn from.
var anyLength = Length{4, 1}

// off is how far the logarithm of a length is from a class's, in standard deviations, and their size.
func (l Length) off(lengthM float64) (z, sigma float64) {
	sigma = math.Hypot(l.Sigma, lengthSigma)
	return math.Log(lengthM/l.M) / sigma, sigma
}

// AsLong says whether a thing of a class can be so long, metres; 0 is not known.
func (m *Manifest) AsLong(class string, lengthM float64) bool {
	l, ok := m.Lengths[class]
	if !ok || lengthM <= 0 {
		return true
	}
	z, _ := l.off(lengthM)
	return math.Abs(z) < lengthFar
}

// ByLength are the probabilities of the classes once it is known how long the thing is, metres (0 is not known), by Bayes's rule. A length
// tells which thing it is, not whether it is one: the probability of nothing stays.
func (m *Manifest) ByLength(p []float32, lengthM float64) []float32 {
	if len(m.Lengths) == 0 || lengthM <= 0 {
		return p
	}
	density := func(l Length) float64 {
		z, sigma := l.off(lengthM)
		return math.Exp(-z*z/2) / sigma
	}
	out := slices.Clone(p)
	var before, after float32
	for k, c := range m.Classes {
		if c == "" {
			continue
		}
		likely := density(anyLength)
		if l, ok := m.Lengths[c]; ok {
			likely = (1-lengthStray)*density(l) + lengthStray*likely
		}
		out[k] *= float32(likely)
		before, after = before+p[k], after+out[k]
	}
	if after == 0 {
		return p
	}
	for k, c := range m.Classes {
		if c != "" {
			out[k] *= before / after
		}
	}
	return out
}

// Built in: the names of the networks that come with Harrier.
const (
	Nano     = "harrier-nano"      // int8, the one in use
	NanoFP32 = "harrier-nano-fp32" // what it was made of
	Base     = "base-coco"         // NanoDet-g on COCO, as it comes
	Change   = "harrier-change"    // compares two pictures
)

// Load returns a network: one that comes with Harrier by its name ("" is harrier-nano, "base" the untrained one), or the .onnx file of
// a path, with its manifest beside it (the same name, .json).
func Load(name string) ([]byte, Manifest, error) {
	var m Manifest
	switch name {
	case "":
		name = Nano
	case "base":
		name = Base
	}
	read := files.ReadFile
	manifest := name + ".json"
	if strings.HasSuffix(name, ".onnx") || strings.ContainsRune(name, filepath.Separator) {
		read = os.ReadFile
		manifest = strings.TrimSuffix(name, ".onnx") + ".json"
	}
	b, err := read(manifest)
	if err != nil {
		return nil, m, fmt.Errorf("no model %q; there are %s, %s and %s, and .onnx files with a manifest (.json) beside them", name, Nano, NanoFP32, Base)
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, m, fmt.Errorf("manifest of model %q: %w", name, err)
	}
	if err := m.Learnt.check(); err != nil {
		return nil, m, fmt.Errorf("manifest of model %q: %w", name, err)
	}
	file := m.File
	if dir := filepath.Dir(manifest); dir != "." {
		file = filepath.Join(dir, m.File)
	}
	raw, err := read(file)
	if err != nil {
		return nil, m, fmt.Errorf("model %q: %w", name, err)
	}
	if sum := sha256.Sum256(raw); hex.EncodeToString(sum[:]) != m.SHA256 {
		return nil, m, fmt.Errorf("model %q: %s has SHA-256 %x, its manifest says %s: the two do not belong together", name, m.File, sum, m.SHA256)
	}
	return raw, m, nil
}

// Update reads a model's manifest, changes it and writes it back.
func Update(path string, change func(*Manifest) error) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var m Manifest
	if err := json.Unmarshal(b, &m); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := change(&m); err != nil {
		return err
	}
	if b, err = json.MarshalIndent(m, "", " "); err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o644)
}
