package planning

import (
	"fmt"
	"html/template"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/missions"
)

// hues tell flights of different docks apart, also for eyes that do not see red and green apart (Okabe and Ito, 2008).
var hues = []string{"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#6a51a3", "#8c6d31"}

// sheet maps WGS-84 to a picture.
type sheet struct {
	frame         geo.Frame
	lo            orb.Point
	scale         float64 // pixels a metre
	Width, Height float64
}

func newSheet(b orb.Bound, width float64) sheet {
	s := sheet{frame: geo.NewFrame(b.Center(), 0)}
	lo, hi := s.frame.To(b.Min, 0), s.frame.To(b.Max, 0)
	s.scale = width / math.Max(hi.E-lo.E, 1)
	s.lo = orb.Point{lo.E, hi.N}
	s.Width, s.Height = width, math.Max((hi.N-lo.N)*s.scale, 1)
	return s
}

func (s sheet) xy(q orb.Point) (x, y float64) {
	v := s.frame.To(q, 0)
	return (v.E - s.lo[0]) * s.scale, (s.lo[1] - v.N) * s.scale
}

// path is a line, or closed a ring, in SVG.
func (s sheet) path(line []orb.Point, closed bool) string {
	var b strings.Builder
	for i, q := range line {
		x, y := s.xy(q)
		c := 'L'
		if i == 0 {
			c = 'M'
		}
		fmt.Fprintf(&b, "%c%.1f %.1f", c, x, y)
	}
	if closed {
		b.WriteByte('Z')
	}
	return b.String()
}

// shape is a geometry as SVG paths.
func (s sheet) shape(g orb.Geometry) (d string) {
	switch g := g.(type) {
	case orb.Point:
		x, y := s.xy(g)
		return fmt.Sprintf("M%.1f %.1fm-3 0a3 3 0 1 0 6 0a3 3 0 1 0 -6 0Z", x, y)
	case orb.MultiPoint:
		for _, q := range g {
			d += s.shape(q)
		}
	case orb.LineString:
		return s.path(g, false)
	case orb.MultiLineString:
		for _, l := range g {
			d += s.path(l, false)
		}
	case orb.Polygon:
		for _, r := range g {
			d += s.path(r, true)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			d += s.shape(p)
		}
	}
	return d
}

type pageFlight struct {
	ID, Dock, Hue, Path, Times, For string
	X, W                            float64 // on the time line
	Minutes, KM                     float64
	Serves                          int
}

type pageDock struct {
	SN, Name, Hue, Blocked string
	X, Y                   float64
	Flights                []pageFlight
	Busy                   float64
}

type pageRequest struct {
	missions.Promise
	Path, State, Percent, At string
}

type page struct {
	Plan                     *missions.Plan
	Day                      string
	Sheet                    sheet
	Docks                    []pageDock
	Requests                 []pageRequest
	Fences                   []pageFence
	Hours                    []pageHour
	Departments              []pageDepartment
	Saved                    float64
	Whole, Part, None, Count int
}

type pageFence struct{ Path, Name string }
type pageHour struct {
	X    float64
	Text string
}
type pageDepartment struct {
	Name              string
	Whole, Part, None int
}

// timeLine is how wide a day is on the page.
const timeLine = 900.0

// writePage writes plan.html: a map, a time line by dock, and what was promised.
func writePage(file string, p *missions.Plan, requests []missions.Request, w world) error {
	b := orb.Bound{Min: w.docks[0].At, Max: w.docks[0].At}
	for _, d := range w.docks {
		b = b.Extend(d.At)
	}
	for i := range requests {
		b = b.Union(requests[i].Geometry.Bound())
	}
	b = b.Pad(math.Max(b.Max[0]-b.Min[0], 0.01) * 0.04)
	x := page{Plan: p, Day: w.day.Begin.In(config.Zone).Format("2006-01-02"), Sheet: newSheet(b, timeLine), Count: len(requests)}
	if p.Alone > 0 {
		x.Saved = 100 * (1 - p.Minutes/p.Alone)
	}
	for _, f := range w.day.Airspace.Closed(w.day.Begin, w.day.End) {
		if f.Polygon.Bound().Intersects(b) {
			x.Fences = append(x.Fences, pageFence{x.Sheet.shape(f.Polygon), strings.TrimSpace(f.Kind + " " + f.ID + " " + f.Name)})
		}
	}
	day := w.day.End.Sub(w.day.Begin)
	for t := w.day.Begin; !t.After(w.day.End); t = t.Add(3600e9) {
		x.Hours = append(x.Hours, pageHour{timeLine * float64(t.Sub(w.day.Begin)) / float64(day), t.In(config.Zone).Format("15:04")})
	}
	for i, d := range w.docks {
		k := pageDock{SN: d.SN, Name: d.Name, Hue: hues[i%len(hues)], Blocked: d.Blocked}
		k.X, k.Y = x.Sheet.xy(d.At)
		for _, f := range p.Flights {
			if f.Dock != d.SN {
				continue
			}
			line := []orb.Point{d.At}
			for _, q := range f.Route.Waypoints {
				line = append(line, orb.Point{q.Lon, q.Lat})
			}
			end := f.At.Add(f.Takes)
			k.Flights = append(k.Flights, pageFlight{ID: f.ID, Dock: d.SN, Hue: k.Hue, Path: x.Sheet.path(append(line, d.At), false),
				Times: f.At.In(config.Zone).Format("15:04") + "–" + end.In(config.Zone).Format("15:04"), For: departments(f, requests),
				X: timeLine * float64(f.At.Sub(w.day.Begin)) / float64(day), W: timeLine * float64(f.Takes) / float64(day),
				Minutes: f.Takes.Minutes(), KM: f.LengthM / 1000, Serves: len(f.Serves)})
			k.Busy += f.Takes.Minutes()
		}
		x.Docks = append(x.Docks, k)
	}
	for i, m := range p.Promises {
		r := pageRequest{Promise: m, Path: x.Sheet.shape(requests[i].Geometry), State: "none", Percent: fmt.Sprintf("%.0f %%", math.Floor(100*m.Share+0.5))}
		d := slices.IndexFunc(x.Departments, func(d pageDepartment) bool { return d.Name == m.Department })
		if d < 0 {
			d = len(x.Departments)
			x.Departments = append(x.Departments, pageDepartment{Name: m.Department})
		}
		switch {
		case m.Share >= missions.Whole:
			r.State = "whole"
			x.Whole++
			x.Departments[d].Whole++
		case m.Share > 0:
			r.State = "part"
			x.Part++
			x.Departments[d].Part++
		default:
			x.None++
			x.Departments[d].None++
		}
		if !m.Done.IsZero() {
			r.At = m.Done.In(config.Zone).Format("15:04")
		}
		x.Requests = append(x.Requests, r)
	}
	slices.SortFunc(x.Departments, func(a, b pageDepartment) int { return strings.Compare(a.Name, b.Name) })
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := planPage.Execute(f, x); err != nil {
		return err
	}
	return f.Close()
}

// departments are whose requests a flight serves.
func departments(f missions.Planned, requests []missions.Request) string {
	by := map[string]string{}
	for i := range requests {
		by[requests[i].ID] = requests[i].Department
	}
	var out []string
	for _, s := range f.Serves {
		if d := by[s.Request]; !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

var planPage = template.Must(template.New("plan").Parse(`<!doctype html>
<html lang="zh"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Harrier 飞行计划 {{.Day}}</title>
<style>
body{font:14px/1.5 system-ui,sans-serif;margin:24px auto;max-width:1000px;padding:0 16px;color:#1b2733;background:#fff}
h1{font-size:22px;margin:0}h2{font-size:16px;margin:28px 0 8px}.en{color:#5b6b7a;font-weight:400}
.facts{display:flex;gap:28px;flex-wrap:wrap;margin:14px 0}.facts b{display:block;font-size:22px}
svg{max-width:100%;height:auto;border:1px solid #d7dee5;background:#f7f9fb}
.request{fill:#7f8c9a;fill-opacity:.25;stroke:#7f8c9a;stroke-width:.8}.request.none{fill:#c0392b;fill-opacity:.35;stroke:#c0392b}.request.part{fill:#e69f00;stroke:#b37700;fill-opacity:.4}
.fence{fill:#c0392b;fill-opacity:.08;stroke:#c0392b;stroke-dasharray:4 3}
.route{fill:none;stroke-width:1.3;opacity:.85}.route:hover,.on{stroke-width:4;opacity:1}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:4px 8px;border-bottom:1px solid #e3e8ed;vertical-align:top}th{color:#5b6b7a;font-weight:500}
.swatch{display:inline-block;width:10px;height:10px;margin-right:6px}.bar{cursor:pointer}
.scroll{max-height:420px;overflow:auto;border:1px solid #e3e8ed}
@media (prefers-color-scheme:dark){body{background:#12181f;color:#dfe6ec}svg{background:#1a222b;border-color:#2b3641}.en,th{color:#93a3b3}td,th,.scroll{border-color:#2b3641}text{fill:#dfe6ec}}
</style>
<h1>飞行计划 {{.Day}} <span class="en">Flight plan</span></h1>
<div class="facts">
<div><b>{{len .Plan.Flights}}</b>架次 <span class="en">flights</span></div>
<div><b>{{printf "%.0f" .Plan.Minutes}}</b>飞行分钟 <span class="en">minutes in the air</span></div>
{{if .Plan.Alone}}<div><b>−{{printf "%.0f" .Saved}} %</b>比一项一飞节省 <span class="en">than one flight a request ({{printf "%.0f" .Plan.Alone}} min)</span></div>{{end}}
<div><b>{{.Whole}} / {{.Count}}</b>任务全部覆盖 <span class="en">requests seen whole</span></div>
{{if .Part}}<div><b>{{.Part}}</b>部分覆盖 <span class="en">in part</span></div>{{end}}
{{if .None}}<div><b>{{.None}}</b>当日不飞 <span class="en">not this day</span></div>{{end}}
</div>
<h2>地图 <span class="en">Map: routes by dock; grey areas are seen whole, orange in part, red not; dashed is closed airspace</span></h2>
<svg viewBox="0 0 {{printf "%.0f" .Sheet.Width}} {{printf "%.0f" .Sheet.Height}}" role="img" aria-label="map of the plan">
{{range .Fences}}<path class="fence" d="{{.Path}}"><title>{{.Name}}</title></path>{{end}}
{{range .Requests}}<path class="request {{.State}}" d="{{.Path}}"><title>{{.Request}} {{.Department}}: {{.Percent}} {{.Why}}</title></path>{{end}}
{{range .Docks}}{{range .Flights}}<path class="route" data-flight="{{.ID}}" stroke="{{.Hue}}" d="{{.Path}}"><title>{{.ID}} {{.Times}}: {{.For}}</title></path>{{end}}{{end}}
{{range .Docks}}<g><rect x="{{printf "%.1f" .X}}" y="{{printf "%.1f" .Y}}" width="9" height="9" transform="translate(-4.5 -4.5)" fill="{{.Hue}}" stroke="#fff"><title>{{.SN}} {{.Name}}</title></rect><text x="{{printf "%.1f" .X}}" y="{{printf "%.1f" .Y}}" dx="7" dy="4" font-size="11">{{if .Name}}{{.Name}}{{else}}{{.SN}}{{end}}</text></g>{{end}}
</svg>
<h2>时间表 <span class="en">Time line by dock</span></h2>
<div class="scroll"><table><tr><th>机场 <span class="en">dock</span></th><th><svg viewBox="0 0 900 16" width="760" style="border:0;background:none">{{range .Hours}}<text x="{{printf "%.0f" .X}}" y="12" font-size="10">{{.Text}}</text>{{end}}</svg></th><th>分钟 <span class="en">min</span></th></tr>
{{range .Docks}}<tr><td><span class="swatch" style="background:{{.Hue}}"></span>{{.SN}} {{.Name}}{{if .Blocked}} <span class="en">({{.Blocked}})</span>{{end}}</td><td><svg viewBox="0 0 900 18" width="760">{{range .Flights}}<rect class="bar" data-flight="{{.ID}}" x="{{printf "%.1f" .X}}" y="2" width="{{printf "%.1f" .W}}" height="14" rx="2" fill="{{.Hue}}"><title>{{.ID}} {{.Times}}, {{printf "%.1f" .KM}} km, {{.Serves}} requests: {{.For}}</title></rect>{{end}}</svg></td><td>{{printf "%.0f" .Busy}}</td></tr>{{end}}</table></div>
<h2>委办 <span class="en">Departments</span></h2>
<table><tr><th>委办 <span class="en">department</span></th><th>全部 <span class="en">whole</span></th><th>部分 <span class="en">in part</span></th><th>不飞 <span class="en">not this day</span></th></tr>
{{range .Departments}}<tr><td>{{.Name}}</td><td>{{.Whole}}</td><td>{{.Part}}</td><td>{{.None}}</td></tr>{{end}}</table>
<h2>任务 <span class="en">Requests</span></h2>
<div class="scroll"><table><tr><th>任务 <span class="en">request</span></th><th>委办</th><th>覆盖 <span class="en">seen</span></th><th>分辨率 <span class="en">cm/px</span></th><th>完成 <span class="en">by</span></th><th>架次 <span class="en">flights</span></th><th>说明 <span class="en">why not sooner or whole</span></th></tr>
{{range .Requests}}<tr><td>{{.Request}}</td><td>{{.Department}}</td><td>{{.Percent}}</td><td>{{printf "%.1f" .GSDCM}}</td><td>{{.At}}</td><td>{{range .Flights}}{{.}} {{end}}</td><td>{{.Why}}</td></tr>{{end}}</table></div>
<script>
for (const e of document.querySelectorAll('[data-flight]')) {
  const all = () => document.querySelectorAll('[data-flight="' + e.dataset.flight + '"]');
  e.addEventListener('mouseenter', () => all().forEach(x => x.classList.add('on')));
  e.addEventListener('mouseleave', () => all().forEach(x => x.classList.remove('on')));
}
</script>
</html>
`))
