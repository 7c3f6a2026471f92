package leads

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/harrier-patrol/harrier/vision"
)

// Scene is the part of a scene that leads need.
type Scene struct {
	Event  string            `yaml:"event"`
	Events map[string]string `yaml:"events"` // by attribute or class, where it differs
	// Settled is how long after its decision a lead still takes in new sightings; what is seen later is a new lead. 0: settledDefault.
	Settled time.Duration `yaml:"settled"`
	JoinM   float64       `yaml:"-"`
}

// settledDefault is the time after which a thing that was decided on is decided on anew.
const settledDefault = 30 * 24 * time.Hour

// ReadScene reads the leads section of a scene file.
func ReadScene(f vision.SceneFile) (Scene, error) {
	var s Scene
	if f.Leads.IsZero() {
		return s, fmt.Errorf("scene %s: section leads is missing", f.Scene)
	}
	b, err := yaml.Marshal(&f.Leads)
	if err == nil {
		err = yaml.Unmarshal(b, &s)
	}
	if err != nil {
		return s, fmt.Errorf("scene %s: leads: %w", f.Scene, err)
	}
	if s.Settled < 0 {
		return s, fmt.Errorf("scene %s: leads: settled must not be negative, is %s", f.Scene, s.Settled)
	}
	s.JoinM = f.Vision.JoinM
	return s, nil
}

// EventOf is the event code of a class with its attributes (GB/T 30428.2).
func (s Scene) EventOf(class string, attributes map[string]string) string {
	for _, a := range slices.Sorted(maps.Keys(attributes)) {
		if e, ok := s.Events[a]; ok {
			return e
		}
	}
	if e, ok := s.Events[class]; ok {
		return e
	}
	return s.Event
}
