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
	"strings"

	"github.com/harrier-patrol/harrier/geo"
)

//go:embed *.onnx *.json
var files embed.FS

// Manifest describes a network: its classes in the order of its outputs ("" is ignored) and how a picture is put in.
type Manifest struct {
	Name    string     `json:"name"`
	File    string     `json:"file"`   // beside the manifest
	SHA256  string     `json:"sha256"` // of the file
	Classes []string   `json:"classes"`
	Size    int        `json:"size"`    // the input is Size x Size pixels
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
	// Marks are what a closer look says of dump trucks besides their class.
	Marks     []string `json:"marks,omitempty"`
	MinScore  float64  `json:"min_score"`
	Licence   string   `json:"licence"`
	TrainedOn string   `json:"trained_on"`
	// Calibration makes of a class's raw score the share of such detections that are right (Platt scaling), as measured.
	Calibration map[string]Platt `json:"calibration,omitempty"`
	// Rates are the detection rates by scene, as measured; absent until they are.
	Rates map[string]geo.Rates `json:"detection_rates,omitempty"`
	// Figures are what was measured of it, as it is written in the model card.
	Figures map[string]float64 `json:"figures,omitempty"`
}

// Platt are the parameters of a calibrated score: 1/(1+exp(-(A*logit(s)+B))) (Platt 1999).
type Platt struct {
	A float64 `json:"a"`
	B float64 `json:"b"`
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
