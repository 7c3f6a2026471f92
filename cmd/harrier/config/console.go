package config

import (
	"fmt"
	"os"
	"path/filepath"
)

// ConsoleTokenIn is the file of the token by which programs of the same user on this machine ask the console.
func ConsoleTokenIn(data string) string { return filepath.Join(data, "console.token") }

// ConsoleToken is that token, of the Harrier that runs with a configuration.
func (c Config) ConsoleToken() (string, error) {
	data, err := c.DataFolder()
	if err != nil {
		return "", err
	}
	b, err := os.ReadFile(ConsoleTokenIn(data))
	if err != nil {
		return "", fmt.Errorf("the console's token: %w; is harrier serve running with this configuration, as the same user?", err)
	}
	return string(b), nil
}
