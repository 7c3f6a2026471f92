package main

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/renameio/v2"
	"github.com/paulmach/orb/geojson"
	"go.yaml.in/yaml/v3"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/console"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/geo/layerfile"
)

// layerKinds are the layers of the ground that are taken on the page, as harrier geo import names them.
var layerKinds = []string{"grid", "fences", "register", "outlines", "door-lines"}

// layersOf are the files of the layers, by kind; "" where there is none.
func layersOf(c config.Config) map[string]string {
	return map[string]string{"grid": c.City.Grid, "fences": c.City.Fences, "register": c.City.Register, "outlines": c.City.Outlines, "door-lines": c.City.DoorLines}
}

// City is where the district is and which docks there are, as the file has it now.
func (s *settings) City() (console.CitySettings, error) {
	out := console.CitySettings{Layers: []console.CityLayer{}, Docks: []console.ConfiguredDock{}}
	c, err := config.Load(s.file)
	if err != nil {
		return out, err
	}
	b, err := os.ReadFile(s.file)
	if err != nil {
		return out, err
	}
	out.Revision, out.Started, out.Trouble = revisionOf(b), revisionOf(s.run.Text()), s.trouble
	for _, d := range c.Docks {
		out.Docks = append(out.Docks, console.ConfiguredDock(d))
	}
	files := layersOf(c)
	for _, kind := range layerKinds {
		l := console.CityLayer{Layer: kind}
		if files[kind] != "" {
			if l.File, err = filepath.Rel(filepath.Dir(s.file), files[kind]); err != nil {
				l.File = files[kind]
			}
			if info, err := os.Stat(files[kind]); err == nil {
				l.Changed = info.ModTime().UTC()
			}
		}
		out.Layers = append(out.Layers, l)
	}
	return out, nil
}

// change changes the file where it is still the revision that was looked at ("" for any), with its comments.
func (s *settings) change(revision string, do func(root *yaml.Node) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := os.ReadFile(s.file)
	if err != nil {
		return err
	}
	if revision != "" && revisionOf(b) != revision {
		return console.ErrSettingsMoved
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(b, &doc); err != nil {
		return err
	}
	above := ""
	if doc.Kind == 0 { // an empty file, or one of comments alone
		if above = strings.TrimSpace(string(b)); above != "" {
			above += "\n\n"
		}
		doc = yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{{Kind: yaml.MappingNode}}}
	}
	if doc.Content[0].Kind != yaml.MappingNode {
		return fmt.Errorf("%s is no configuration", filepath.Base(s.file))
	}
	if err := do(doc.Content[0]); err != nil {
		return err
	}
	text, err := asText(&doc)
	if err != nil {
		return err
	}
	text = above + text
	if err := s.loads(text); err != nil {
		return err
	}
	return s.put(b, text)
}

// under is the value of a key of a mapping, which is put there where it is missing.
func under(m *yaml.Node, key string, kind yaml.Kind) *yaml.Node {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			if m.Content[i+1].Kind != kind { // nothing stands there, or an alias
				m.Content[i+1] = &yaml.Node{Kind: kind}
			}
			return m.Content[i+1]
		}
	}
	v := &yaml.Node{Kind: kind}
	m.Content = append(m.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key}, v)
	return v
}

// SetDocks writes which docks there are.
func (s *settings) SetDocks(all []console.ConfiguredDock, revision string) error {
	for i, d := range all {
		if _, err := geo.CameraOf(d.Model, "wide", 0, 1280, 720); err != nil {
			return fmt.Errorf("docks[%d]: %w", i, err)
		}
		if d.Lon == 0 && d.Lat == 0 || math.Abs(d.Lon) > 180 || math.Abs(d.Lat) > 90 {
			return fmt.Errorf("docks[%d]: %g, %g is no place of a dock: longitude and latitude, WGS-84", i, d.Lon, d.Lat)
		}
	}
	return s.change(revision, func(root *yaml.Node) error {
		v := under(root, "docks", yaml.SequenceNode)
		had := map[string]*yaml.Node{} // by serial number
		for _, d := range v.Content {
			if d.Kind == yaml.MappingNode {
				had[under(d, "sn", yaml.ScalarNode).Value] = d
			}
		}
		var now []*yaml.Node
		for _, d := range all {
			var fresh yaml.Node
			if err := fresh.Encode(d); err != nil {
				return err
			}
			now = append(now, dockAs(had[d.SN], &fresh))
		}
		if v.LineComment != "" && len(now) > 0 { // of a list that was empty: behind nothing any more
			now[0].HeadComment, v.LineComment = v.LineComment, ""
		}
		if v.Content = now; len(now) > 0 {
			v.Style = 0
		}
		return nil
	})
}

// dockAs is a dock as it is to be, in place of how it stood, nil for a new one: with its comments, and without what is empty.
func dockAs(was, now *yaml.Node) *yaml.Node {
	if was == nil {
		was = &yaml.Node{Kind: yaml.MappingNode}
	}
	for i := 0; i+1 < len(now.Content); i += 2 {
		key, value := now.Content[i].Value, now.Content[i+1]
		at := 0
		for at+1 < len(was.Content) && was.Content[at].Value != key {
			at += 2
		}
		switch {
		case at+1 >= len(was.Content) && value.Value != "":
			was.Content = append(was.Content, now.Content[i], value)
		case at+1 >= len(was.Content):
		case value.Value == "":
			was.Content = slices.Delete(was.Content, at, at+2)
		case was.Content[at+1].Value != value.Value:
			value.LineComment = was.Content[at+1].LineComment
			was.Content[at+1] = value
		}
	}
	return was
}

// SetLayer writes where a layer's file is; "" for none.
func (s *settings) SetLayer(kind, file string) error {
	if !slices.Contains(layerKinds, kind) {
		return fmt.Errorf("%w: %s", console.ErrNoLayer, strings.Join(layerKinds, ", "))
	}
	return s.change("", func(root *yaml.Node) error {
		v := under(under(root, "city", yaml.MappingNode), strings.ReplaceAll(kind, "-", "_"), yaml.ScalarNode)
		v.Value, v.Tag = file, "!!str"
		v.Style = yaml.DoubleQuotedStyle
		return nil
	})
}

// shownFeatures are so many of a layer that the page shows to see whether it is the right one.
const shownFeatures = 2000

// TakeLayer checks a layer that somebody sends, as harrier geo import does, puts it into the folder city beside the file, and names it there.
func (s *settings) TakeLayer(ctx context.Context, kind, name, datum string, r io.Reader) (out console.LayerTaken, err error) {
	out.Layer, out.Warnings, out.Shown = kind, []string{}, geojson.NewFeatureCollection()
	if !slices.Contains(layerKinds, kind) {
		return out, fmt.Errorf("%w: %s", console.ErrNoLayer, strings.Join(layerKinds, ", "))
	}
	dir, err := os.MkdirTemp(s.data, "layer-")
	if err != nil {
		return out, err
	}
	defer os.RemoveAll(dir)
	path, err := unpacked(dir, name, r)
	if err != nil {
		return out, err
	}
	if err := ctx.Err(); err != nil {
		return out, err
	}
	if !s.taking.TryLock() { // once it has come: who sends slowly holds nobody up
		return out, console.ErrBusy
	}
	defer s.taking.Unlock()
	c, err := config.Load(s.file)
	if err != nil {
		return out, err
	}
	k, err := checkFor(c, layerArgs{File: path, As: kind, Datum: datum})
	switch {
	case errors.Is(err, layerfile.ErrNoDatum):
		return out, errors.New("the file does not say its datum: choose it above, and send the file again")
	case err != nil:
		return out, errors.New(strings.ReplaceAll(err.Error(), path, name))
	}
	out.Sum = k.sum
	var bad []string
	for _, p := range k.problems {
		if p.Warning {
			out.Warnings = append(out.Warnings, p.String())
		} else {
			bad = append(bad, p.String())
		}
	}
	out.WarningsInAll = len(out.Warnings)
	out.Warnings = out.Warnings[:min(len(out.Warnings), 20)]
	if len(bad) > 0 {
		return out, fmt.Errorf("%s has %d errors, and changes nothing; mend them and send it again. The first: %s", name, len(bad), strings.Join(bad[:min(len(bad), 5)], "; "))
	}
	if len(k.good) == 0 {
		return out, fmt.Errorf("%s holds nothing", name)
	}
	if err := ctx.Err(); err != nil { // given up, or Harrier ends
		return out, err
	}
	if out.File, err = s.keepLayer(kind, k.good, c); err != nil {
		return out, err
	}
	step := (len(k.good) + shownFeatures - 1) / shownFeatures
	for i := 0; i < len(k.good); i += step {
		if g := k.good[i].Geometry; g != nil {
			out.Shown.Append(geojson.NewFeature(g))
		}
	}
	return out, nil
}

// checkFor checks a layer for a configuration: a grid against its communities.
func checkFor(c config.Config, a layerArgs) (*checked, error) {
	if a.As == "grid" {
		a.Communities = c.City.Communities
	}
	return a.check()
}

// keepLayer puts a layer into the folder city beside the file under a name of its own, and names it there. What Harrier runs with stays as it is, so that it can
// go on as before; older ones go.
func (s *settings) keepLayer(kind string, features []geo.Feature, c config.Config) (name string, err error) {
	folder := filepath.Join(filepath.Dir(s.file), "city")
	temp, err := os.MkdirTemp(s.data, "layer-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(temp)
	fresh := filepath.Join(temp, kind+".geojson")
	if err := layerfile.WriteGeoJSON(fresh, features); err != nil {
		return "", err
	}
	// as it is read at a start: coordinates are rounded, and what hardly has an area has none then
	if again, err := checkFor(c, layerArgs{File: fresh, As: kind}); err != nil {
		return "", fmt.Errorf("it cannot be read again as it would be kept: %s", strings.ReplaceAll(err.Error(), fresh, kind))
	} else if n := geo.Errors(again.problems); n > 0 {
		i := slices.IndexFunc(again.problems, func(p geo.Problem) bool { return !p.Warning })
		return "", fmt.Errorf("as it would be kept, to 9 decimals, it has %d errors, the first: %s", n, again.problems[i])
	}
	b, err := os.ReadFile(fresh)
	if err != nil {
		return "", err
	}
	name = filepath.Join("city", fmt.Sprintf("%s-%s.geojson", kind, revisionOf(b)))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	at := filepath.Join(filepath.Dir(s.file), name)
	if err := renameio.WriteFile(at, b, 0o644); err != nil {
		return "", err
	}
	if err := s.SetLayer(kind, name); err != nil {
		if at != layersOf(c)[kind] && at != layersOf(s.run)[kind] {
			err = errors.Join(err, os.Remove(at))
		}
		return "", err
	}
	old, err := filepath.Glob(filepath.Join(folder, kind+"-*.geojson"))
	if err != nil {
		return "", err
	}
	ours := regexp.MustCompile(`^` + kind + `-[0-9a-f]{16}\.geojson$`)
	for _, o := range old {
		if ours.MatchString(filepath.Base(o)) && o != at && o != layersOf(c)[kind] && o != layersOf(s.run)[kind] {
			err = errors.Join(err, os.Remove(o))
		}
	}
	return name, err
}

// maxUnpacked bounds what comes out of a zip, bytes.
const maxUnpacked = 1 << 30

// unpacked keeps a file that somebody sends in a folder, under a name of ours with its own ending; of a zip the Shapefile in it.
func unpacked(dir, name string, r io.Reader) (file string, err error) {
	ext := strings.ToLower(filepath.Ext(name))
	if !slices.Contains([]string{".geojson", ".json", ".gpkg", ".kml", ".csv", ".zip"}, ext) {
		return "", fmt.Errorf("%s: files end in .geojson, .gpkg, .kml or .csv; a Shapefile comes as a .zip", filepath.Base(name))
	}
	file = filepath.Join(dir, "layer"+ext)
	f, err := os.Create(file)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(f, r)
	if err := errors.Join(err, f.Close()); err != nil {
		return "", fmt.Errorf("%s did not come as a whole: %w", filepath.Base(name), err)
	}
	if ext != ".zip" {
		return file, nil
	}
	z, err := zip.OpenReader(file)
	if err != nil {
		return "", fmt.Errorf("%s: %w", filepath.Base(name), err)
	}
	defer z.Close()
	left := int64(maxUnpacked)
	found := map[string]string{} // by its ending: in the zip
	for _, e := range z.File {
		ext := strings.ToLower(filepath.Ext(e.Name))
		if base := path.Base(e.Name); !slices.Contains([]string{".shp", ".shx", ".dbf", ".prj", ".cpg"}, ext) || strings.HasPrefix(base, "._") { // as macOS adds
			continue
		}
		if was := found[ext]; was != "" {
			return "", fmt.Errorf("%s holds %s and %s: send one Shapefile at a time", filepath.Base(name), was, e.Name)
		}
		found[ext] = e.Name
		n, err := unzip(e, filepath.Join(dir, "layer"+ext), left)
		if err != nil {
			return "", fmt.Errorf("%s: %s: %w", filepath.Base(name), e.Name, err)
		}
		left -= n
	}
	if found[".shp"] == "" {
		return "", fmt.Errorf("%s holds no .shp", filepath.Base(name))
	}
	return filepath.Join(dir, "layer.shp"), nil
}

func unzip(e *zip.File, to string, most int64) (n int64, err error) {
	in, err := e.Open()
	if err != nil {
		return 0, err
	}
	defer in.Close()
	f, err := os.Create(to)
	if err != nil {
		return 0, err
	}
	n, err = io.Copy(f, io.LimitReader(in, most+1))
	if n > most {
		err = fmt.Errorf("it is longer than %d bytes", most)
	}
	return n, errors.Join(err, f.Close())
}

// Restart lets Harrier start anew with the file as it is now.
func (s *settings) Restart() error {
	if s.again == nil {
		return errors.New("here Harrier is started by something else: end it, and start it again")
	}
	if _, err := config.Load(s.file); err != nil {
		return err
	}
	s.again()
	return nil
}
