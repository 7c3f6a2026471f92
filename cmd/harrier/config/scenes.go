package config

import (
	"fmt"
	"io/fs"
	"os"

	"github.com/harrier-patrol/harrier/geo/city"
	"github.com/harrier-patrol/harrier/scenes"
	"github.com/harrier-patrol/harrier/vision"
)

// ReadScenes reads the scenes that come with Harrier, or those of the configuration.
func (c Config) ReadScenes() ([]vision.SceneFile, error) {
	var dir fs.FS = scenes.Files
	if c.Scenes != "" {
		dir = os.DirFS(c.Scenes)
	}
	s, err := vision.ReadScenes(dir)
	if err != nil {
		return nil, fmt.Errorf("scenes: %w", err)
	}
	return s, nil
}

// LoadCity reads a configuration and its city.
func LoadCity(file string) (Config, city.City, error) {
	c, err := Load(file)
	if err != nil {
		return c, city.City{}, err
	}
	k, err := c.City.Load()
	return c, k, err
}
