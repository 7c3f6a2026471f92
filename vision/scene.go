package vision

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"sort"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/harrier-patrol/harrier/geo"
)

// ClassRule is how a scene takes a class.
type ClassRule struct {
	HeightM  float64 `yaml:"height_m"`  // of the seen middle above the footprint
	MinScore float64 `yaml:"min_score"` // where it differs from the scene's
	Marked   string  `yaml:"marked"`    // a violation only with this mark: dirty, spillage
	// DoorLineM: so near before a door line it is a shop's that trades over it, attribute over-door-line.
	DoorLineM float64 `yaml:"door_line_m"`
	// AnyOf are the reasons for which a structure is one that may be illegal, in the order in which they are asked; none asks for no reason. What its looks
	// tell is that it is of sheet metal, and so is many a building's roof.
	AnyOf  []Reason `yaml:"any_of"`
	UpToM2 float64  `yaml:"up_to_m2"` // of the reason small
}

// Reason is why a structure may be illegal.
type Reason string

// Reasons.
const (
	ReasonNew          Reason = "new"          // it was not there at the last pass over its place; told at the flight's end
	ReasonUnregistered Reason = "unregistered" // neither in the register nor a building of the outlines
	ReasonResized      Reason = "resized"      // of another size than the register's entry
	ReasonRegistered   Reason = "registered"   // an entry of the register still stands
	ReasonOnRoof       Reason = "on-roof"      // on a building, of which it covers less than half
	ReasonSmall        Reason = "small"        // up to so large, and no building of the outlines
)

var reasons = []Reason{ReasonNew, ReasonUnregistered, ReasonResized, ReasonRegistered, ReasonOnRoof, ReasonSmall}

// Because is the attribute of a finding that names the reason.
const Because = "because"

// Footing is what is known of a structure besides its looks.
type Footing struct {
	M2       float64    // of its footprint, as its box covers the ground; 0 where it is not known
	Register *geo.Match // nil where there is no register
	// OnBuilding is the share of its footprint that lies on one building of the outlines, OfBuilding the share of that building that it covers.
	OnBuilding, OfBuilding float64
}

// Asks says whether the rule asks for a reason.
func (r ClassRule) Asks(why Reason) bool { return slices.Contains(r.AnyOf, why) }

// Reason is the first of the rule's reasons that holds of a structure; ok is false where it asks for one and none does. Of one whose footprint is not
// known none can be told: it passes.
func (r ClassRule) Reason(s Footing) (why Reason, ok bool) {
	if len(r.AnyOf) == 0 || s.M2 == 0 {
		return "", true
	}
	// what covers most of a known building is that building
	building := s.OfBuilding >= 0.5 && s.OnBuilding >= 0.5
	for _, why := range r.AnyOf {
		holds := false
		switch why {
		case ReasonUnregistered:
			holds = s.Register != nil && s.Register.Standing == geo.New && !building
		case ReasonResized:
			holds = s.Register != nil && s.Register.Standing == geo.Changed
		case ReasonRegistered:
			holds = s.Register != nil && s.Register.Standing == geo.Known
		case ReasonOnRoof:
			holds = s.OnBuilding >= 0.5 && s.OfBuilding < 0.5
		case ReasonSmall:
			holds = s.M2 <= r.UpToM2 && !building
		}
		if holds {
			return why, true
		}
	}
	return "", false
}

// Scene is the part of a scene that recognition needs.
type Scene struct {
	Name         string               `yaml:"-"`
	Classes      map[string]ClassRule `yaml:"classes"`       // a network's class, with its attribute: "dump-truck/open"
	MinScore     float64              `yaml:"min_score"`     // calibrated: the share of such tracks that are right
	MinSightings int                  `yaml:"min_sightings"` // so often it must have been seen
	MinTrust     float64              `yaml:"min_trust"`     // and it must be so probable that the track is of a real thing (Track.Trust); 0 asks for nothing
	MaxGSDM      float64              `yaml:"max_gsd_m"`     // and once at so many metres a pixel or finer; 0 asks for nothing
	Dwell        time.Duration        `yaml:"dwell"`         // and so long it must have stayed while in view
	Motion       Motion               `yaml:"motion"`        // standing, moving, or any (the default)
	NotIn        []string             `yaml:"not_in"`        // kinds of fences in which it is no violation
	OnlyIn       []string             `yaml:"only_in"`       // kinds of fences outside which it is no violation; empty is anywhere
	Hours        Hours                `yaml:"hours"`         // when it is a violation, local time; empty is always
	JoinM        float64              `yaml:"join_m"`        // sightings this near on the ground are one thing
}

// Hours are times of the week as rules write them: "Mo-Fr 06:00-22:00".
type Hours struct{ geo.Hours }

// UnmarshalYAML reads them.
func (h *Hours) UnmarshalYAML(n *yaml.Node) (err error) {
	h.Hours, err = geo.ParseHours(n.Value)
	if err != nil {
		return fmt.Errorf("line %d: hours: %w", n.Line, err)
	}
	return nil
}

// Motion is whether a thing must stand or move to be a violation.
type Motion string

// Motions.
const (
	AnyMotion Motion = "any"
	Standing  Motion = "standing"
	Moving    Motion = "moving"
)

// SceneFile is one YAML file of scenes/: a section for each room. The rooms' own types read their sections.
type SceneFile struct {
	Scene    string            `yaml:"scene"`
	Name     map[string]string `yaml:"name"`
	Missions yaml.Node         `yaml:"missions"`
	Vision   Scene             `yaml:"vision"`
	Leads    yaml.Node         `yaml:"leads"`
}

// ReadScenes reads every *.yaml of a folder, in the order of their names.
func ReadScenes(dir fs.FS) ([]SceneFile, error) {
	names, err := fs.Glob(dir, "*.yaml")
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	if len(names) == 0 {
		return nil, fmt.Errorf("no scene (*.yaml) there")
	}
	var out []SceneFile
	claimed := map[string]string{}
	for _, n := range names {
		f, err := dir.Open(n)
		if err != nil {
			return nil, err
		}
		d := yaml.NewDecoder(f)
		d.KnownFields(true)
		var s SceneFile
		err = d.Decode(&s)
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("scene %s: %w", n, err)
		}
		s.Vision.Name = s.Scene
		if err := s.check(path.Base(n)); err != nil {
			return nil, err
		}
		for c := range s.Vision.Classes {
			if by, ok := claimed[c]; ok {
				return nil, fmt.Errorf("scene %s: class %q belongs to scene %s already", n, c, by)
			}
			claimed[c] = s.Scene
		}
		out = append(out, s)
	}
	return out, nil
}

// Structures says whether a scene finds structures, which the register may know.
func (s Scene) Structures() bool {
	for class := range s.Classes {
		if Group(class) == "structure" {
			return true
		}
	}
	return false
}

func (s SceneFile) check(file string) error {
	v := s.Vision
	for c, r := range v.Classes {
		for _, why := range r.AnyOf {
			if !slices.Contains(reasons, why) {
				return fmt.Errorf("scene %s: class %s: any_of knows no reason %q; there are %v", file, c, why, reasons)
			}
		}
		if len(r.AnyOf) > 0 && Group(c) != "structure" {
			return fmt.Errorf("scene %s: class %s: any_of is for structures: shed, room, tent, frame, container", file, c)
		}
	}
	switch {
	case s.Scene == "":
		return fmt.Errorf("scene %s: key scene is missing", file)
	case len(v.Classes) == 0:
		return fmt.Errorf("scene %s: vision.classes is empty: what should be looked for?", file)
	case v.MinScore <= 0 || v.MinScore >= 1:
		return fmt.Errorf("scene %s: vision.min_score must lie between 0 and 1, is %g", file, v.MinScore)
	case v.MinSightings < 1:
		return fmt.Errorf("scene %s: vision.min_sightings must be at least 1", file)
	case v.MinTrust < 0 || v.MinTrust > 1:
		return fmt.Errorf("scene %s: vision.min_trust must lie between 0 and 1, is %g", file, v.MinTrust)
	case v.MaxGSDM < 0:
		return fmt.Errorf("scene %s: vision.max_gsd_m must be metres a pixel above 0, or 0 to ask for nothing, is %g", file, v.MaxGSDM)
	case v.JoinM <= 0:
		return fmt.Errorf("scene %s: vision.join_m must be metres above 0", file)
	case slices.ContainsFunc(slices.Collect(maps.Values(v.Classes)), func(r ClassRule) bool { return r.DoorLineM < 0 }):
		return fmt.Errorf("scene %s: door_line_m must be metres, not below 0", file)
	case slices.ContainsFunc(slices.Collect(maps.Values(v.Classes)), func(r ClassRule) bool {
		return slices.Contains(r.AnyOf, ReasonSmall) != (r.UpToM2 > 0)
	}):
		return fmt.Errorf("scene %s: up_to_m2 is how many square metres the reason small of any_of goes up to: give both or none", file)
	case v.Dwell < 0:
		return fmt.Errorf("scene %s: vision.dwell must not be negative, is %s", file, v.Dwell)
	case !slices.Contains([]Motion{"", AnyMotion, Standing, Moving}, v.Motion):
		return fmt.Errorf("scene %s: vision.motion is %q; there are any, standing and moving", file, v.Motion)
	}
	return nil
}

// Known says which classes and marks of a scene a network does not know: such a scene would never find them.
func (s SceneFile) Known(classes, marks []string) error {
	for c, r := range s.Vision.Classes {
		if !slices.Contains(classes, c) {
			return fmt.Errorf("scene %s: the model knows no class %q; it knows %v", s.Scene, c, classes)
		}
		if r.Marked != "" && !slices.Contains(marks, r.Marked) {
			return fmt.Errorf("scene %s: class %s: the model knows no mark %q; it knows %v", s.Scene, c, r.Marked, marks)
		}
	}
	return nil
}
