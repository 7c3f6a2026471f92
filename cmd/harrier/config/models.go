package config

import (
	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/infer"
	"github.com/harrier-patrol/harrier/vision/networks"
)

// ModelHistory is the history of the models that were in use.
func (c Config) ModelHistory() (*networks.History, error) {
	data, err := c.DataFolder()
	if err != nil {
		return nil, err
	}
	return networks.ReadHistory(data)
}

// ModelInUse is what the configuration names; where it names none, what the history says.
func (c Config) ModelInUse() (string, error) {
	if c.Vision.Model != "" {
		return c.Vision.Model, nil
	}
	h, err := c.ModelHistory()
	if err != nil {
		return "", err
	}
	return h.InUse(), nil
}

// OpenModel opens a model, checked against the scenes: it must know what they ask for. Close it.
func (c Config) OpenModel(name string, sessions int, scenes []vision.SceneFile) (*infer.Model, error) {
	m, err := infer.Open(name, c.Vision.Engine, sessions)
	if err != nil {
		return nil, err
	}
	for _, s := range scenes {
		if err := s.Known(m.Classes(), m.Marks()); err != nil {
			m.Close()
			return nil, err
		}
	}
	return m, nil
}
