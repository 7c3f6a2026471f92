package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/cmd/harrier/progress"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/geo/layerfile"
)

// geoCmd is the family of commands about the ground: grid, fences, register.
type geoCmd struct {
	Check   geoCheckCmd   `cmd:"" help:"Say what is wrong with a grid, fence, register or outline file, by feature."`
	Import  geoImportCmd  `cmd:"" help:"Check a file, convert it to WGS-84 and put it in its place."`
	Whereis geoWhereisCmd `cmd:"" help:"Cell, community, subdistrict, squad, fences and register entries at a place."`
}

// layerArgs say which file, and what it is.
type layerArgs struct {
	File        string `arg:"" help:"GeoJSON, Shapefile (.shp), GeoPackage, KML or CSV with a column wkt." type:"path"`
	As          string `enum:"grid,fences,register,outlines,door-lines,permits,auto" default:"auto" help:"What it is: grid, fences, register, outlines, door-lines or permits; told by its properties where it is not said."`
	Datum       string `help:"WGS-84, CGCS2000, GCJ-02 or PROJ parameters, where the file does not say."`
	Communities string `help:"Outlines of communities, to check a grid against." type:"path"`
	Divisions   string `help:"CSV with level,code,name of another district than Pudong." type:"path"`
}

// checked is a file with what is wrong with it.
type checked struct {
	layer    *geo.Layer
	as       string
	good     []geo.Feature // in WGS-84
	problems []geo.Problem
	sum      string
}

func (a layerArgs) check() (*checked, error) {
	l, err := layerfile.Read(a.File, layerfile.Options{Datum: a.Datum})
	if err != nil {
		return nil, err
	}
	divisions, outline, err := geo.Pudong()
	if err != nil {
		return nil, err
	}
	if a.Divisions != "" {
		b, err := os.ReadFile(a.Divisions)
		if err != nil {
			return nil, err
		}
		if divisions, err = geo.ParseDivisions(string(b)); err != nil {
			return nil, fmt.Errorf("%s: %w", a.Divisions, err)
		}
		outline = nil // it is of another district
	}
	l.District = outline
	k := &checked{layer: l, as: a.As}
	if k.as == "auto" {
		if k.as = kindOf(l); k.as == "" {
			return nil, fmt.Errorf("%s: its properties do not tell what it is; say --as grid, fences, register, outlines, door-lines or permits", a.File)
		}
	}
	switch k.as {
	case "grid":
		var communities *geo.Layer
		if a.Communities != "" {
			if communities, err = layerfile.Read(a.Communities, layerfile.Options{Datum: a.Datum}); err != nil {
				return nil, err
			}
		}
		var g *geo.Grid
		g, k.problems = geo.NewGrid(l, divisions, outline, communities)
		subs := map[string]bool{}
		g.Each(func(c *geo.Cell, _ []orb.Polygon) { subs[c.Subdistrict] = true })
		k.sum = fmt.Sprintf("%d cells in %d subdistricts", g.Len(), len(subs))
	case "fences":
		var fs *geo.Fences
		fs, k.problems = geo.ReadFences(l)
		k.sum = fmt.Sprintf("%d fences", fs.Len())
	case "register":
		var e []geo.Entry
		e, k.problems = geo.ReadEntries(l, outline)
		m2 := 0.0
		for i := range e {
			m2 += e[i].AreaM2
		}
		k.sum = fmt.Sprintf("%d structures with %.0f m²", len(e), m2)
	case "outlines":
		var b *geo.Buildings
		b, k.problems = geo.ReadBuildings(l)
		k.sum = fmt.Sprintf("%d building outlines", b.Len())
	case "door-lines":
		var lines []orb.LineString
		lines, k.problems = geo.ReadDoorLines(l)
		k.sum = fmt.Sprintf("%d door lines", len(lines))
	case "permits":
		var p *geo.Permits
		p, k.problems = geo.ReadPermits(l)
		k.sum = fmt.Sprintf("%d permits", p.Len())
	}
	bad := map[int]bool{}
	for _, p := range k.problems {
		if !p.Warning {
			bad[p.N] = true
		}
	}
	for _, f := range l.Features {
		if !bad[f.N] && !bad[0] {
			k.good = append(k.good, f)
		}
	}
	return k, nil
}

// kindOf tells by the properties of the first features what a layer is.
func kindOf(l *geo.Layer) string {
	for i := range l.Features[:min(len(l.Features), 20)] {
		f := &l.Features[i]
		switch {
		case f.Get("scenes", "场景") != "":
			return "permits"
		case f.Get("height_m", "高度", "建筑高度") != "":
			return "outlines"
		case f.Get("kind", "种类") != "" && f.Get("number", "编号", "登记编号", "图斑编号") == "":
			return "fences"
		case len(f.Get("code", "bgcode", "标识码", "网格编码", "单元网格编码", "编码")) >= 12:
			return "grid"
		case f.Get("number", "编号", "登记编号", "图斑编号", "entry") != "":
			return "register"
		}
	}
	return ""
}

// maxShown problems are printed; the rest is counted.
const maxShown = 200

func (k *checked) print() {
	for i, p := range k.problems {
		if i == maxShown {
			fmt.Printf("… and %d more\n", len(k.problems)-maxShown)
			break
		}
		fmt.Println(p)
	}
	errs := geo.Errors(k.problems)
	fmt.Printf("%s as %s: %d features, datum %s (%s)", k.layer.File, k.as, len(k.layer.Features), k.layer.Datum.Name, k.layer.DatumFrom)
	if k.layer.Encoding != "" {
		fmt.Printf(", texts in %s", k.layer.Encoding)
	}
	if k.layer.Deleted > 0 {
		fmt.Printf(", %d deleted rows passed over", k.layer.Deleted)
	}
	fmt.Printf("\n%s; %d errors, %d warnings\n", k.sum, errs, len(k.problems)-errs)
}

type geoCheckCmd struct{ layerArgs }

func (c *geoCheckCmd) Run() error {
	k, err := c.check()
	if err != nil {
		return err
	}
	k.print()
	if n := geo.Errors(k.problems); n > 0 {
		return progress.SomeFailed{N: n, Of: len(k.layer.Features)}
	}
	return nil
}

type geoImportCmd struct {
	layerArgs
	To      string `required:"" help:"GeoJSON file (WGS-84) to put it into; name it in harrier.yaml under city." type:"path"`
	Partial bool   `help:"Leave features with errors out, instead of changing nothing."`
}

func (c *geoImportCmd) Run() error {
	if !strings.HasSuffix(c.To, ".geojson") {
		return fmt.Errorf("--to %s: the file must end in .geojson", c.To)
	}
	k, err := c.check()
	if err != nil {
		return err
	}
	k.print()
	n := geo.Errors(k.problems)
	if n > 0 && !c.Partial {
		fmt.Printf("%s is as it was: a file with errors changes nothing. Mend it, or leave the bad features out with --partial\n", c.To)
		return progress.SomeFailed{N: n, Of: len(k.layer.Features)}
	}
	if len(k.good) == 0 {
		return errors.New("no feature is left to be imported")
	}
	if err := layerfile.WriteGeoJSON(c.To, k.good); err != nil {
		return err
	}
	section := "city"
	if k.as == "permits" {
		section = "leads"
	}
	fmt.Printf("%d features written to %s, datum %s; harrier.yaml: %s: {%s: %s}\n", len(k.good), c.To, geo.WGS84, section, strings.ReplaceAll(k.as, "-", "_"), c.To)
	if n > 0 {
		return progress.SomeFailed{N: n, Of: len(k.layer.Features)}
	}
	return nil
}

type geoWhereisCmd struct {
	Place  string  `arg:"" help:"LON,LAT in degrees."`
	Config string  `help:"harrier.yaml that names the layers." type:"path"`
	Datum  string  `default:"WGS-84" help:"Of the place: WGS-84, CGCS2000, GCJ-02 or PROJ parameters."`
	Sigma  float64 `help:"Standard deviation of the place in metres: cells are then given with their shares."`
	Within float64 `default:"50" help:"Metres within which register entries are listed."`
}

func (c *geoWhereisCmd) Run() error {
	a, b, ok := strings.Cut(c.Place, ",")
	x, err1 := strconv.ParseFloat(strings.TrimSpace(a), 64)
	y, err2 := strconv.ParseFloat(strings.TrimSpace(b), 64)
	if !ok || err1 != nil || err2 != nil {
		return fmt.Errorf("%q is not LON,LAT", c.Place)
	}
	d, err := geo.ParseDatum(c.Datum)
	if err != nil {
		return err
	}
	if !d.Projected() && (y < -90 || y > 90 || x < -180 || x > 180) {
		return fmt.Errorf("%q is no longitude and latitude in degrees; are they swapped?", c.Place)
	}
	_, k, err := config.LoadCity(c.Config)
	if err != nil {
		return err
	}
	p := d.ToWGS84(orb.Point{x, y})
	fmt.Printf("place        %.7f, %.7f (%s)\n", p[0], p[1], geo.WGS84)
	row := func(what, code, name string) { fmt.Printf("%-12s %-16s %s\n", what, code, name) }
	cell, in := k.Grid.At(p)
	if !in {
		fmt.Println("outside the grid: no cell")
		if q, ok := k.Grid.At(orb.Point{y, x}); ok {
			fmt.Printf("(the other way round, %s, it would lie in cell %s: are longitude and latitude swapped?)\n", c.Place, q.Code)
		}
	} else {
		made := ""
		if cell.MadeUp {
			made = "made up: no grid is configured"
		}
		row("cell", cell.Code, made)
		row("community", cell.Community, k.Grid.Divisions.Names[cell.Community])
		row("subdistrict", cell.Subdistrict, cell.Name)
		row("squad", "", k.Grid.Divisions.Squad(cell.Subdistrict))
	}
	if c.Sigma > 0 {
		for _, s := range k.Grid.Shares(nil, p, geo.Cov{EE: c.Sigma * c.Sigma, NN: c.Sigma * c.Sigma}) {
			row("share", s.Cell.Code, fmt.Sprintf("%5.1f %%  %s", 100*s.Share, k.Grid.Divisions.Names[s.Cell.Community]))
		}
	}
	now := time.Now()
	for _, f := range k.Fences.Append(nil, p, 0) {
		state := "holds now"
		if !f.Holds(now) {
			state = "does not hold now"
		}
		if h := f.Hours.String(); h != "" {
			state += " (" + h + ")"
		}
		row("fence", f.Kind, strings.TrimSpace(f.Name+"  "+state))
	}
	for _, n := range k.Register.Near(p, c.Within) {
		where := fmt.Sprintf("%.0f m off", n.DistanceM)
		if n.DistanceM == 0 {
			where = "here"
		}
		row("register", n.Entry.Number, fmt.Sprintf("%s  %.0f m²  %s", n.Entry.Status, n.Entry.AreaM2, where))
	}
	return nil
}
