package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
)

// What docker-compose.yml names is there, and the configuration in it is one that harrier reads.
func TestDeploymentNamesWhatIsThere(t *testing.T) {
	root := filepath.Join("..", "..")
	b, err := os.ReadFile(filepath.Join(root, "docker-compose.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var compose struct {
		Services map[string]struct {
			Volumes     []string
			Ports       []string
			Environment map[string]string
		}
	}
	if err := yaml.Unmarshal(b, &compose); err != nil {
		t.Fatal(err)
	}
	for name, s := range compose.Services {
		for _, v := range s.Volumes {
			file, _, _ := strings.Cut(v, ":")
			if filepath.Ext(file) == "" { // a volume, or a folder that the operator fills
				continue
			}
			if _, err := os.Stat(filepath.Join(root, file)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		for k, v := range s.Environment {
			if !strings.Contains(v, ":?") {
				t.Errorf("%s: %s may be empty", name, k)
			}
		}
	}
	h := compose.Services["harrier"]
	for k := range h.Environment {
		t.Setenv(k, "sixteen-letters-and-more")
	}
	c, err := config.Load(filepath.Join(root, "deploy", "harrier.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if c.NATS.User != config.NATSHarrier || c.MQTT.User == "" || c.Media.User == "" {
		t.Errorf("somebody comes in without a name: %+v %+v", c.NATS, c.MQTT)
	}
	if port := c.Storage.Listen[strings.LastIndexByte(c.Storage.Listen, ':')+1:]; !strings.Contains(strings.Join(h.Ports, " "), port+":"+port) {
		t.Errorf("docks do not reach the bucket on port %s: %v", port, h.Ports)
	}
}
