package main

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/google/renameio/v2"
	"go.yaml.in/yaml/v3"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/console"
)

// hidden stands in place of a secret.
const hidden = "•••"

// secretKeys are the keys of a configuration whose values are secrets.
var secretKeys = []string{"password", "key", "secret", "secret_key", "client_secret", "app_key", "app_license"}

// settings are the configuration file of a Harrier that runs.
type settings struct {
	file    string
	run     config.Config // with which Harrier runs
	data    string        // folder for what is being taken
	trouble string        // what kept it from starting with what was changed
	again   func()        // starts Harrier anew
	mu      sync.Mutex
	taking  sync.Mutex // one layer at a time: a district's takes hundreds of megabytes while it is checked
}

func openSettings(c config.Config, data, trouble string, again func()) *settings {
	// what a process left that died
	left, _ := filepath.Glob(filepath.Join(data, "layer-*"))
	for _, dir := range left {
		_ = os.RemoveAll(dir)
	}
	return &settings{file: c.File, run: c, data: data, trouble: trouble, again: again}
}

func (s *settings) Read() (text, revision string, err error) {
	b, err := os.ReadFile(s.file)
	if err != nil {
		return "", "", err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(b, &doc); err != nil {
		return "", "", err
	}
	eachSecret(&doc, nil, func(_ []string, v *yaml.Node) {
		if v.Value != "" {
			v.Value, v.Style = hidden, yaml.DoubleQuotedStyle
		}
	})
	text, err = asText(&doc)
	return text, revisionOf(b), err
}

func revisionOf(b []byte) string { return fmt.Sprintf("%x", sha256.Sum256(b))[:16] }

// eachSecret calls f with every secret of a document and where it stands.
func eachSecret(n *yaml.Node, at []string, f func(at []string, v *yaml.Node)) {
	for i, c := range n.Content {
		switch {
		case n.Kind == yaml.MappingNode && i%2 == 0:
		case n.Kind == yaml.MappingNode:
			key := n.Content[i-1].Value
			// a certificate's key is a file
			if c.Kind == yaml.ScalarNode && slices.Contains(secretKeys, key) && !(key == "key" && len(at) > 0 && at[len(at)-1] == "mqtt") {
				f(append(slices.Clone(at), key), c)
			}
			eachSecret(c, append(slices.Clone(at), key), f)
		default: // of a list: by its address, as others may be put before it
			eachSecret(c, append(slices.Clone(at), cmp.Or(addressIn(c), fmt.Sprint(i))), f)
		}
	}
}

// addressIn is the url of a mapping, "" where it has none.
func addressIn(n *yaml.Node) string {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == "url" {
			return n.Content[i+1].Value
		}
	}
	return ""
}

func asText(doc *yaml.Node) (string, error) {
	if doc.Kind == 0 {
		return "", nil
	}
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	err := errors.Join(e.Encode(doc), e.Close())
	return b.String(), err
}

// whole is a text with the secrets of the file in place of those that are hidden; it must be a configuration that can be loaded.
func (s *settings) whole(text string) (string, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		return "", err
	}
	b, err := os.ReadFile(s.file)
	if err != nil {
		return "", err
	}
	var now yaml.Node
	if err := yaml.Unmarshal(b, &now); err != nil {
		return "", err
	}
	secrets := map[string]string{}
	eachSecret(&now, nil, func(at []string, v *yaml.Node) { secrets[strings.Join(at, "\x00")] = v.Value })
	eachSecret(&doc, nil, func(at []string, v *yaml.Node) {
		if v.Value != hidden {
			return
		}
		if v.Anchor != "" { // it would be shown wherever it is repeated
			err = errors.Join(err, fmt.Errorf("line %d: %s is hidden, and repeated elsewhere by &%s: write it out", v.Line, at[len(at)-1], v.Anchor))
		}
		was, ok := secrets[strings.Join(at, "\x00")]
		if !ok {
			err = errors.Join(err, fmt.Errorf("line %d: %s is hidden, and the file has none there: write it out", v.Line, at[len(at)-1]))
		}
		v.Value = was
	})
	if err != nil {
		return "", err
	}
	out, err := asText(&doc)
	if err != nil {
		return "", err
	}
	return out, s.loads(out)
}

// loads says why a text is no configuration that can be loaded.
func (s *settings) loads(text string) error {
	// beside the file, as paths in it are relative to it
	f, err := os.CreateTemp(filepath.Dir(s.file), ".harrier-check-*.yaml")
	if err != nil {
		return fmt.Errorf("the folder of the configuration cannot be written: change the file itself, and check it with harrier doctor: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if _, err := config.Load(f.Name()); err != nil {
		return errors.New(strings.ReplaceAll(err.Error(), f.Name(), filepath.Base(s.file)))
	}
	return nil
}

func (s *settings) Check(text string) error {
	_, err := s.whole(text)
	return err
}

func (s *settings) Write(text, revision string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := os.ReadFile(s.file)
	if err != nil {
		return err
	}
	if revisionOf(b) != revision {
		return console.ErrSettingsMoved
	}
	out, err := s.whole(text)
	if err != nil {
		return err
	}
	return s.put(b, out)
}

// put writes the file; what it was before stays beside it.
func (s *settings) put(before []byte, text string) error {
	return errors.Join(renameio.WriteFile(s.file+".before", before, 0o600), renameio.WriteFile(s.file, []byte(text), 0o600))
}
