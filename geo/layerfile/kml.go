package layerfile

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
)

// readKML reads the placemarks of a KML file (OGC 12-007r2), whatever folders they lie in; its coordinates are WGS-84 by the standard.
func readKML(path string) (*geo.Layer, string, error) {
	text, err := open(path)
	if err != nil {
		return nil, "", err
	}
	l, err := parseKML(text)
	return l, geo.WGS84, err
}

// placemark is a KML placemark, as much as is read of it.
type placemark struct {
	Name        string `xml:"name"`
	Description string `xml:"description"`
	Data        []struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value"`
	} `xml:"ExtendedData>Data"`
	Simple []struct {
		Name  string `xml:"name,attr"`
		Value string `xml:",chardata"`
	} `xml:"ExtendedData>SchemaData>SimpleData"`
	kmlGeometry
}

// kmlGeometry is what a placemark or a MultiGeometry holds.
type kmlGeometry struct {
	Points   []kmlLine     `xml:"Point"`
	Lines    []kmlLine     `xml:"LineString"`
	Polygons []kmlPolygon  `xml:"Polygon"`
	Multi    []kmlGeometry `xml:"MultiGeometry"`
}

type kmlLine struct {
	Coordinates string `xml:"coordinates"`
}

type kmlPolygon struct {
	Outer string   `xml:"outerBoundaryIs>LinearRing>coordinates"`
	Inner []string `xml:"innerBoundaryIs>LinearRing>coordinates"`
}

func parseKML(text string) (*geo.Layer, error) {
	d := xml.NewDecoder(strings.NewReader(text))
	l := &geo.Layer{DatumFrom: standardKML}
	words := interner{}
	for {
		t, err := d.Token()
		if t == nil && err != nil {
			if errors.Is(err, io.EOF) {
				break
			}
			return nil, fmt.Errorf("it is no KML: %w", err)
		}
		start, is := t.(xml.StartElement)
		if !is || start.Name.Local != "Placemark" {
			continue
		}
		line, _ := d.InputPos()
		var p placemark
		if err := d.DecodeElement(&p, &start); err != nil {
			return nil, fmt.Errorf("line %d: it is no KML: %w", line, err)
		}
		f := geo.Feature{N: len(l.Features) + 1, Line: line}
		add := func(name, value string) {
			if value = strings.TrimSpace(value); value != "" {
				f.Fields = append(f.Fields, geo.Field{Name: words.keep(name), Value: words.keep(value)})
			}
		}
		add("name", p.Name)
		add("description", p.Description)
		for _, x := range p.Data {
			add(x.Name, x.Value)
		}
		for _, x := range p.Simple {
			add(x.Name, x.Value)
		}
		f.Geometry, f.Err = p.geometry()
		l.Features = append(l.Features, f)
	}
	if len(l.Features) == 0 {
		return nil, errors.New("it holds no placemarks")
	}
	return l, nil
}

// standardKML is the source of a KML's datum. Tools write other ones into it all the same, so it may be said otherwise.
const standardKML = "by OGC 12-007, as every KML's"

// maxKMLDepth is how deep MultiGeometry may be nested.
const maxKMLDepth = 8

func (k kmlGeometry) geometry() (orb.Geometry, error) {
	var all orb.Collection
	if err := k.collect(&all, 0); err != nil {
		return nil, err
	}
	var polygons orb.MultiPolygon
	for _, g := range all {
		if p, is := g.(orb.Polygon); is {
			polygons = append(polygons, p)
		}
	}
	switch {
	case len(all) == 0:
		return nil, errors.New("it has no geometry")
	case len(all) == 1:
		return all[0], nil
	case len(polygons) == len(all):
		return polygons, nil
	}
	return all, nil
}

func (k kmlGeometry) collect(all *orb.Collection, depth int) error {
	if depth > maxKMLDepth {
		return fmt.Errorf("MultiGeometry is nested more than %d deep", maxKMLDepth)
	}
	for _, x := range k.Points {
		p, err := kmlPoints(x.Coordinates)
		if err != nil {
			return err
		}
		if len(p) != 1 {
			return fmt.Errorf("a point has %d coordinates", len(p))
		}
		*all = append(*all, p[0])
	}
	for _, x := range k.Lines {
		p, err := kmlPoints(x.Coordinates)
		if err != nil {
			return err
		}
		*all = append(*all, orb.LineString(p))
	}
	for _, x := range k.Polygons {
		var rings orb.Polygon
		for _, c := range append([]string{x.Outer}, x.Inner...) {
			p, err := kmlPoints(c)
			if err != nil {
				return err
			}
			rings = append(rings, orb.Ring(p))
		}
		*all = append(*all, rings)
	}
	for _, m := range k.Multi {
		if err := m.collect(all, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// kmlPoints reads "lon,lat[,height] lon,lat[,height] …".
func kmlPoints(text string) ([]orb.Point, error) {
	var out []orb.Point
	for _, s := range strings.Fields(text) {
		lon, rest, _ := strings.Cut(s, ",")
		lat, _, _ := strings.Cut(rest, ",")
		x, err1 := strconv.ParseFloat(lon, 64)
		y, err2 := strconv.ParseFloat(lat, 64)
		if err := errors.Join(err1, err2); err != nil {
			return nil, fmt.Errorf("%q is not like 121.5,31.2 or 121.5,31.2,4", s)
		}
		out = append(out, orb.Point{x, y})
	}
	if len(out) == 0 {
		return nil, errors.New("it has no coordinates")
	}
	return out, nil
}
