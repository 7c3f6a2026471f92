package wpml_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// el is an element of a file, its name with "wpml:" before it where it is DJI's.
type el struct {
	name, text string
	kids       []*el
}

func (x *el) all(name string) (out []*el) {
	for _, k := range x.kids {
		if k.name == name {
			out = append(out, k)
		}
	}
	return out
}

// one is the first element of a name, an empty one where there is none.
func (x *el) one(name string) *el {
	if a := x.all(name); len(a) > 0 {
		return a[0]
	}
	return &el{}
}

func (x *el) there() bool            { return x.name != "" }
func (x *el) val(name string) string { return x.one("wpml:" + name).text }

func (x *el) num(name string) float64 {
	f, _ := strconv.ParseFloat(x.val(name), 64)
	return f
}

// parseTree reads a file; what is of another namespace has "?:" before its name.
func parseTree(b []byte) (*el, error) {
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff"))))
	root := &el{}
	stack := []*el{root}
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		top := stack[len(stack)-1]
		switch tok := tok.(type) {
		case xml.StartElement:
			name := "?:" + tok.Name.Local
			if strings.HasPrefix(tok.Name.Space, "http://www.dji.com/wpmz/") {
				name = "wpml:" + tok.Name.Local
			} else if tok.Name.Space == "http://www.opengis.net/kml/2.2" {
				name = tok.Name.Local
			}
			x := &el{name: name}
			top.kids, stack = append(top.kids, x), append(stack, x)
		case xml.EndElement:
			top.text, stack = strings.TrimSpace(top.text), stack[:len(stack)-1]
		case xml.CharData:
			top.text += string(tok)
		}
	}
	if doc := root.one("kml").one("Document"); doc.there() {
		return doc, nil
	}
	return nil, errors.New("no kml with a Document")
}

type checker struct {
	found []string
	pitch string // what the camera of the aircraft can tilt
}

func (v *checker) sayf(format string, a ...any) { v.found = append(v.found, fmt.Sprintf(format, a...)) }

var intForm, floatForm = regexp.MustCompile(`^-?[0-9]+$`), regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)

// within says whether a number lies in an interval, as "[0,960)" or "(0,]".
func within(f float64, interval string) bool {
	lo, hi, _ := strings.Cut(strings.Trim(interval, "[]()"), ",")
	if l, err := strconv.ParseFloat(lo, 64); err == nil && (f < l || f == l && interval[0] == '(') {
		return false
	}
	h, err := strconv.ParseFloat(hi, 64)
	return err != nil || f < h || f == h && interval[len(interval)-1] == ']'
}

// point reads numbers with commas between them, and says whether the first two are of the bounds.
func point(s string, bound0, bound1 float64) (p []float64, ok bool) {
	for _, t := range strings.Split(s, ",") {
		f, err := strconv.ParseFloat(strings.TrimSpace(t), 64)
		if err != nil || !floatForm.MatchString(strings.TrimSpace(t)) || math.IsInf(f, 0) {
			return nil, false
		}
		p = append(p, f)
	}
	return p, (len(p) == 2 || len(p) == 3) && math.Abs(p[0]) <= bound0 && math.Abs(p[1]) <= bound1
}

// node holds an element against a spec: "name kind bounds; ...", with name! where it is required and name?other=word where it is if the other holds the word.
// Kinds: s text, b bool, i int, f float, e one word, l words with commas, p lat,lon,alt, n an element with others in it.
func (v *checker) node(at string, x *el, spec string) {
	for part := range strings.SplitSeq(spec, ";") {
		w := append(strings.Fields(part), "", "", "")
		name, cond, required := strings.Cut(w[0], "?")
		if other, word, _ := strings.Cut(cond, "="); required {
			required = strings.Contains(x.val(other), word)
		} else {
			name, required = strings.CutSuffix(name, "!")
		}
		all, kind, arg := x.all("wpml:"+name), w[1], strings.Replace(w[2], "PITCH", v.pitch, 1)
		if required && len(all) == 0 {
			v.sayf("%s: %s is missing", at, name)
		}
		for _, k := range all {
			f, err := strconv.ParseFloat(k.text, 64)
			ok := true
			switch kind {
			case "b":
				ok = k.text == "0" || k.text == "1"
			case "i":
				ok = err == nil && intForm.MatchString(k.text) && (arg == "" || within(f, arg))
			case "f":
				ok = err == nil && floatForm.MatchString(k.text) && (arg == "" || within(f, arg))
			case "e":
				ok = slices.Contains(strings.Split(arg, "|"), k.text)
			case "l":
				for word := range strings.SplitSeq(k.text, ",") {
					ok = ok && slices.Contains(strings.Split(arg, "|"), word)
				}
			case "p":
				p, fits := point(k.text, 90, 180)
				ok = fits && len(p) == 3
			case "n":
				ok = len(k.kids) > 0
			}
			if !ok {
				v.sayf("%s: %s may not be %q", at, name, k.text)
			}
		}
	}
}

// walk holds all elements from one down against their specs.
func (v *checker) walk(at string, x *el, part string) {
	at += " " + strings.TrimPrefix(x.name, "wpml:")
	for _, spec := range []string{specs[x.name], specs[x.name+" "+part]} {
		v.node(at, x, spec)
	}
	if x.name == "wpml:action" {
		v.node(at, x.one("wpml:actionActuatorFuncParam"), actionSpecs[x.val("actionActuatorFunc")])
	}
	for i, k := range x.kids {
		v.walk(fmt.Sprint(at, " ", i), k, part)
	}
}

const (
	lenses    = "zoom|wide|ir|narrow_band|visable|visible"
	turnModes = "coordinateTurn|toPointAndStopWithDiscontinuityCurvature|toPointAndStopWithContinuityCurvature|toPointAndPassWithContinuityCurvature"
	speeds    = "(0,15]"
	id16      = "[0,65535]"
	cameraIDs = "20|26|41|42|43|52|53|61|66|67|68|80|81|82|83|88|89|98|99|129|65534"
	ppi       = "payloadPositionIndex! i [0,2];"
	lensSpec  = "payloadLensIndex l " + lenses + "; useGlobalPayloadLensIndex b"
	shootSpec = ppi + `gimbalPitchRotateAngle! f PITCH; gimbalYawRotateAngle! f [-180,180]; focusX! i (0,960); focusY! i (0,720); focusRegionWidth! i (0,960);
		focusRegionHeight! i (0,720); focalLength! f (0,]; aircraftHeading! f [-180,180]; accurateFrameValid! b; targetAngle! f [0,360]; imageWidth! i [960,960];
		imageHeight! i [720,720]; AFPos! i; gimbalPort i; ` + lensSpec + ";"
)

// mission checks which aircraft and cameras a file is for, and keeps what the camera can tilt.
func (v *checker) mission(at string, m *el) {
	d := m.one("wpml:droneInfo")
	drone := d.val("droneEnumValue") + "/" + d.val("droneSubEnumValue")
	if !d.one("wpml:droneSubEnumValue").there() {
		drone += "0"
	}
	if d.there() && builtIn[drone] == "" && !slices.Contains(swappable, drone) {
		v.sayf("%s: no aircraft is %s", at, drone)
	}
	for _, p := range m.all("wpml:payloadInfo") {
		if c := p.val("payloadEnumValue"); builtIn[drone] != "" && c != builtIn[drone] && c != "65534" {
			v.sayf("%s: camera %s is none of aircraft %s", at, c, drone)
		}
	}
	v.pitch = pitches(drone)
}

func (v *checker) group(at string, g *el, waypoints int, ids map[string]bool) {
	if id := g.val("actionGroupId"); ids[id] {
		v.sayf("%s: group %s is there twice", at, id)
	} else {
		ids[id] = true
	}
	if from, to := g.num("actionGroupStartIndex"), g.num("actionGroupEndIndex"); from > to || to >= float64(waypoints) {
		v.sayf("%s: from %v to %v of %d waypoints", at, from, to, waypoints)
	}
	trigger := g.one("wpml:actionTrigger").val("actionTriggerType")
	seen, evenly := map[string]bool{}, false
	for _, a := range g.all("wpml:action") {
		if id := a.val("actionId"); seen[id] {
			v.sayf("%s: action %s is there twice", at, id)
		} else {
			seen[id] = true
		}
		do, p := a.val("actionActuatorFunc"), a.one("wpml:actionActuatorFuncParam")
		evenly = evenly || do == "gimbalEvenlyRotate"
		if do == "orientedShoot" && v.pitch != "[-120,45]" && p.num("gimbalYawRotateAngle") != p.num("aircraftHeading") {
			v.sayf("%s: camera and aircraft look apart", at)
		}
	}
	if evenly != (trigger == "betweenAdjacentPoints") {
		v.sayf("%s: trigger %s, gimbalEvenlyRotate %v", at, trigger, evenly)
	}
}

// wp is a waypoint as its legs are measured by.
type wp struct {
	index            int
	lon, lat, h, cut float64
	turn             string
}

func legM(a, b wp) float64 {
	x := (b.lon - a.lon) * math.Cos((a.lat+b.lat)/2*math.Pi/180) * 111195
	return math.Sqrt(x*x + (b.lat-a.lat)*(b.lat-a.lat)*111195*111195 + (b.h-a.h)*(b.h-a.h))
}

// waypoints checks the waypoints of a folder, of the template or of what is flown.
func (v *checker) waypoints(at string, folder *el, ids map[string]bool) {
	all := folder.all("Placemark")
	if len(all) < 2 {
		v.sayf("%s: %d waypoints", at, len(all))
	}
	var path []wp
	for i, p := range all {
		at := fmt.Sprintf("%s Placemark %d", at, i)
		if folder.val("gimbalPitchMode") == "usePointSetting" && !p.one("wpml:gimbalPitchAngle").there() {
			v.sayf("%s: gimbalPitchAngle is missing", at)
		}
		w := wp{index: int(p.num("index")), h: p.num("executeHeight") + p.num("height")}
		c, ok := point(p.one("Point").one("coordinates").text, 180, 90)
		if ok {
			w.lon, w.lat = c[0], c[1]
		} else {
			v.sayf("%s: coordinates", at)
		}
		if t := p.one("wpml:waypointTurnParam"); t.there() {
			w.turn = t.val("waypointTurnMode")
			if strings.Contains(w.turn, "WithContinuity") && !p.one("wpml:useStraightLine").there() {
				v.sayf("%s: useStraightLine is missing", at)
			}
			if w.turn == "coordinateTurn" || strings.Contains(w.turn, "PassWith") && p.val("useStraightLine") == "1" {
				if w.cut = t.num("waypointTurnDampingDist"); w.cut <= 0 {
					v.sayf("%s: waypointTurnDampingDist is missing or 0", at)
				}
			}
		}
		path = append(path, w)
		for _, g := range p.all("wpml:actionGroup") {
			v.group(at+" actionGroup", g, len(all), ids)
		}
	}
	sort.Slice(path, func(i, j int) bool { return path[i].index < path[j].index })
	for i, w := range path {
		if w.index != i {
			v.sayf("%s: index %d stands for %d", at, w.index, i)
		}
		if w.turn == "coordinateTurn" && (i == 0 || i == len(path)-1) {
			v.sayf("%s: coordinateTurn at an end", at)
		}
		if i > 0 && w.cut+path[i-1].cut > 0 && w.cut+path[i-1].cut >= legM(path[i-1], w) {
			v.sayf("%s: damping distances longer than leg %d", at, i)
		}
	}
}

// mapping checks the one Placemark of a template that maps.
func (v *checker) mapping(at, kind string, folder *el) {
	p := folder.one("Placemark")
	v.node(at, folder, "waylineCoordinateSysParam! n")
	v.node(at, folder.one("wpml:waylineCoordinateSysParam"), "globalShootHeight!; surfaceFollowModeEnable!")
	shape, least := p.one("Polygon").one("outerBoundaryIs").one("LinearRing"), 3
	if kind == "mappingStrip" {
		shape, least = p.one("LineString"), 2
	}
	all := strings.Fields(shape.one("coordinates").text)
	if len(all) < least {
		v.sayf("%s: %d points of a shape", at, len(all))
	}
	for _, s := range all {
		if _, ok := point(s, 180, 90); !ok {
			v.sayf("%s: point %q", at, s)
		}
	}
}

// unpack are the files of an archive by name.
func unpack(kmz []byte) (map[string]string, error) {
	z, err := zip.NewReader(bytes.NewReader(kmz), int64(len(kmz)))
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, f := range z.File {
		if _, twice := out[f.Name]; twice || strings.ContainsRune(f.Name, '\\') || strings.HasPrefix(f.Name, "/") || slices.Contains(strings.Split(f.Name, "/"), "..") || f.UncompressedSize64 > 16<<20 {
			return nil, errors.New("an archive may not hold " + f.Name)
		}
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		out[f.Name] = string(b)
	}
	return out, nil
}

// validate says what in a KMZ breaks DJI's documentation.
func validate(kmz []byte) []string {
	files, err := unpack(kmz)
	if err != nil {
		return []string{err.Error()}
	}
	t, errT := parseTree([]byte(files[template]))
	w, errW := parseTree([]byte(files[waylines]))
	if errT != nil || errW != nil {
		return []string{fmt.Sprint("template.kml: ", errT, ", waylines.wpml: ", errW)}
	}
	v, ids, kinds := &checker{}, map[string]bool{}, map[string]string{}
	v.mission("template", t.one("wpml:missionConfig"))
	v.node("template", t, specs["Document"])
	v.walk("template", t.one("wpml:missionConfig"), "")
	for i, f := range t.all("Folder") {
		at, kind, id := fmt.Sprintf("template Folder %d", i), f.val("templateType"), f.val("templateId")
		v.node(at, f, "templateType! e waypoint|mapping2d|mapping3d|mappingStrip")
		v.walk(at, f, kind)
		if kinds[id] != "" {
			v.sayf("%s: templateId %s is there twice", at, id)
		}
		kinds[id] = kind
		if kind == "waypoint" {
			v.waypoints(at, f, ids)
		} else {
			v.mapping(at, kind, f)
		}
	}
	v.mission("waylines", w.one("wpml:missionConfig"))
	v.walk("waylines", w, "flown")
	ids = map[string]bool{}
	flown, routes := map[string]int{}, map[string]bool{}
	for i, f := range w.all("Folder") {
		at := fmt.Sprintf("waylines Folder %d", i)
		if id := f.val("waylineId"); routes[id] {
			v.sayf("%s: waylineId %s is there twice", at, id)
		}
		routes[f.val("waylineId")] = true
		if flown[f.val("templateId")]++; kinds[f.val("templateId")] == "" {
			v.sayf("%s: template %s is not there", at, f.val("templateId"))
		}
		if g := f.one("wpml:startActionGroup"); g.there() {
			v.group(at+" startActionGroup", g, len(f.all("Placemark")), ids)
		}
		v.waypoints(at, f, ids)
	}
	for id, kind := range kinds {
		if n := flown[id]; n == 0 || kind == "mapping3d" && n != 5 {
			v.sayf("template %s is flown by %d routes", id, n)
		}
	}
	return v.found
}

const template, waylines = "wpmz/template.kml", "wpmz/waylines.wpml"
