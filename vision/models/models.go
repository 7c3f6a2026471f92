// Package models holds the networks that come with Harrier, each with its manifest.
package models

import (
	_ "embed"
	"encoding/json"
	"fmt"

	"github.com/harrier-patrol/harrier/geo"
)

var (
	//go:embed harrier-nano.onnx
	nano []byte
	//go:embed harrier-nano.json
	nanoManifest []byte
	//go:embed base-coco.onnx
	base []byte
	//go:embed base-coco.json
	baseManifest []byte
)

// Manifest describes a network: its classes in the order of its outputs ("" is ignored) and how a picture is put in.
type Manifest struct {
	Name      string     `json:"name"`
	Classes   []string   `json:"classes"`
	Size      int        `json:"size"`    // the input is Size x Size pixels
	Mean      [3]float32 `json:"mean"`    // BGR
	Std       [3]float32 `json:"std"`     // BGR
	Strides   []int      `json:"strides"` // of the output levels
	Bins      int        `json:"bins"`    // of a side's distribution
	MinScore  float64    `json:"min_score"`
	Licence   string     `json:"licence"`
	TrainedOn string     `json:"trained_on"`
	// Rates are the detection rates by scene, as measured; absent until they are.
	Rates map[string]geo.Rates `json:"detection_rates,omitempty"`
}

// Load returns the network of a name: "harrier-nano", or "base" (NanoDet-g on COCO, as it comes).
func Load(name string) ([]byte, Manifest, error) {
	var m Manifest
	raw, man := nano, nanoManifest
	switch name {
	case "", "harrier-nano":
	case "base":
		raw, man = base, baseManifest
	default:
		return nil, m, fmt.Errorf("no model %q; there are harrier-nano and base", name)
	}
	if err := json.Unmarshal(man, &m); err != nil {
		return nil, m, fmt.Errorf("manifest of model %q: %w", name, err)
	}
	return raw, m, nil
}
