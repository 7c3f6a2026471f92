// Package scenes holds what Harrier looks for: one YAML file a scene, with a section for each room that needs one.
package scenes

import "embed"

// Files are the scenes that come with Harrier; a folder in the configuration replaces them.
//
//go:embed *.yaml
var Files embed.FS
