package vision

import (
	"fmt"
	"io/fs"
	"path"
	"sort"

	"go.yaml.in/yaml/v3"
)

// ClassRule is how a scene takes a class.
type ClassRule struct {
	HeightM float64 `yaml:"height_m"` // of the seen middle above the footprint
}

// Scene is the part of a scene that recognition needs.
type Scene struct {
	Name         string               `yaml:"-"`
	Classes      map[string]ClassRule `yaml:"classes"`
	MinScore     float64              `yaml:"min_score"`
	MinSightings int                  `yaml:"min_sightings"`
	NotIn        []string             `yaml:"not_in"` // kinds of fences in which it is no violation
	JoinM        float64              `yaml:"join_m"`
}

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
		out = append(out, s)
	}
	return out, nil
}

func (s SceneFile) check(file string) error {
	v := s.Vision
	switch {
	case s.Scene == "":
		return fmt.Errorf("scene %s: key scene is missing", file)
	case len(v.Classes) == 0:
		return fmt.Errorf("scene %s: vision.classes is empty: what should be looked for?", file)
	case v.MinScore <= 0 || v.MinScore >= 1:
		return fmt.Errorf("scene %s: vision.min_score must lie between 0 and 1, is %g", file, v.MinScore)
	case v.MinSightings < 1:
		return fmt.Errorf("scene %s: vision.min_sightings must be at least 1", file)
	case v.JoinM <= 0:
		return fmt.Errorf("scene %s: vision.join_m must be metres above 0", file)
	}
	return nil
}
