package missions

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"
	"github.com/paulmach/orb/geojson"

	"github.com/harrier-patrol/harrier/geo"
)

// ReadRequests makes requests of a layer of areas, lines and points with the properties of a Request by their names in JSON. otherwise is what
// holds where a feature does not say: its department, source and scenes. Every problem is named; a feature with an error is left out.
func ReadRequests(l *geo.Layer, otherwise Request, now time.Time) (out []Request, problems []geo.Problem) {
	shapes, problems := geo.ReadShapes(l)
	wrong := map[int]bool{}
	for _, p := range problems {
		if !p.Warning {
			wrong[p.N] = true
		}
	}
	if wrong[0] {
		return nil, problems
	}
	first := map[string]int{}
	for i := range l.Features {
		f := &l.Features[i]
		if wrong[f.N] {
			continue
		}
		r, err := readRequest(f, shapes[i], otherwise, now)
		if err == nil {
			if n, twice := first[r.ID]; twice {
				err = fmt.Errorf("number %s is there twice, first in feature %d", r.ID, n)
			}
		}
		if err != nil {
			problems = append(problems, geo.Problem{N: f.N, Line: f.Line, Text: err.Error()})
			continue
		}
		first[r.ID] = f.N
		out = append(out, r)
	}
	return out, problems
}

// Names under which the properties of a request come, the first as in JSON; bureaus' own files have the others.
var requestNames = map[string][]string{
	"id":         {"id", "number", "no", "编号", "图斑编号", "工单编号", "登记编号", "任务编号"},
	"department": {"department", "部门", "委办", "来源单位"},
	"scenes":     {"scenes", "场景"},
	"code":       {"code", "bgcode", "编码", "区划代码", "网格编码"},
	"text":       {"text", "note", "内容", "备注", "诉求内容", "疑似用途", "suspected_use"},
	"by":         {"by", "due", "deadline", "截止时间", "办理时限", "完成时限"},
	"asked":      {"asked", "date", "received", "日期", "受理时间", "影像日期"},
	"last_seen":  {"last_seen", "上次巡查"},
	"risk":       {"risk", "class", "风险等级", "分级"},
	"hours":      {"hours", "时段"},
	"width_m":    {"width_m", "宽度"},
	"gsd_cm":     {"gsd_cm", "分辨率"},
	"every_days": {"every_days", "周期"},
	"priority":   {"priority", "优先级"},
}

func readRequest(f *geo.Feature, shape orb.Geometry, otherwise Request, now time.Time) (Request, error) {
	r := otherwise
	r.Geometry = shape
	var err error
	get := func(name string) string {
		if names := requestNames[name]; names != nil {
			return f.Get(names...)
		}
		return f.Get(name)
	}
	text := func(to *string, name string) {
		if s := get(name); s != "" {
			*to = s
		}
	}
	number := func(to *float64, name string) {
		s := get(name)
		if s == "" || err != nil {
			return
		}
		v, e := strconv.ParseFloat(s, 64)
		if e != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			err = fmt.Errorf("%s: %q is no number", name, s)
			return
		}
		*to = v
	}
	moment := func(to *time.Time, name string, last bool) {
		if s := get(name); s != "" && err == nil {
			if *to, err = geo.ParseDay(s, last); err != nil {
				err = fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	text(&r.ID, "id")
	text(&r.Department, "department")
	text(&r.Source, "source")
	text(&r.Code, "code")
	text(&r.Dock, "dock")
	text(&r.Kind, "kind")
	text(&r.Hours, "hours")
	text(&r.Risk, "risk")
	text(&r.Text, "text")
	text((*string)(&r.View), "view")
	if r.View == "nadir" {
		r.View = Nadir
	}
	if s := get("scenes"); s != "" {
		r.Scenes = strings.FieldsFunc(strings.Trim(s, "[]"), func(c rune) bool { return strings.ContainsRune(",，、; \"", c) })
	}
	priority := float64(r.Priority)
	number(&r.RadiusM, "radius_m")
	number(&r.WidthM, "width_m")
	number(&r.GSDCM, "gsd_cm")
	number(&r.BearingDeg, "bearing")
	number(&r.FromLon, "from_lon")
	number(&r.FromLat, "from_lat")
	number(&r.FromHeightM, "from_height_m")
	number(&r.PitchDeg, "pitch")
	number(&r.EveryDays, "every_days")
	number(&priority, "priority")
	number(&r.ApartHours, "apart_hours")
	if err == nil && (priority != math.Trunc(priority) || math.Abs(priority) > 1000) {
		err = fmt.Errorf("priority: %q is no whole number from -100 to 99", get("priority"))
	}
	r.Priority = int(math.Max(-1000, math.Min(1000, priority)))
	moment(&r.By, "by", true)
	moment(&r.Asked, "asked", false)
	moment(&r.LastSeen, "last_seen", false)
	if err != nil {
		return r, err
	}
	if err := checkSource(f, &r, now); err != nil {
		return r, err
	}
	if err := r.Check(); err != nil {
		return r, err
	}
	if !r.By.IsZero() && r.By.Before(now) {
		return r, fmt.Errorf("by %s: that time is over", r.By.Format("2006-01-02 15:04"))
	}
	return r, nil
}

// properties are a request's, by their names in JSON.
func (r *Request) properties() (map[string]any, error) {
	b, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	m := map[string]any{}
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, err
	}
	delete(m, "geometry")
	if len(r.Scenes) > 0 {
		m["scenes"] = strings.Join(r.Scenes, ",")
	}
	return m, nil
}

// WriteGeoJSON writes requests as ReadRequests reads them.
func WriteGeoJSON(w io.Writer, all []Request) error {
	fc := geojson.NewFeatureCollection()
	fc.ExtraMembers = geojson.Properties{"datum": geo.WGS84}
	for i := range all {
		m, err := all[i].properties()
		if err != nil {
			return err
		}
		f := geojson.NewFeature(all[i].Geometry)
		f.Properties = m
		fc.Append(f)
	}
	b, err := json.Marshal(fc)
	if err != nil {
		return err
	}
	_, err = w.Write(append(b, '\n'))
	return err
}

// requestColumns are the columns of a file of requests.
var requestColumns = []string{"id", "department", "source", "scenes", "code", "dock", "radius_m", "width_m", "kind", "gsd_cm", "view", "bearing", "from_lon", "from_lat", "from_height_m", "pitch", "by", "every_days", "hours", "apart_hours", "priority", "risk", "asked", "last_seen", "text"}

// WriteCSV writes requests as ReadRequests reads them, for Excel (with a mark that it is UTF-8); coordinates are WGS-84, as WKT.
func WriteCSV(w io.Writer, all []Request) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	c := csv.NewWriter(w)
	if err := c.Write(append([]string{"wkt"}, requestColumns...)); err != nil {
		return err
	}
	for i := range all {
		m, err := all[i].properties()
		if err != nil {
			return err
		}
		row := []string{""}
		if g := all[i].Geometry; g != nil {
			row[0] = "SRID=4326;" + wkt.MarshalString(g)
		}
		for _, k := range requestColumns {
			s := ""
			if v, ok := m[k]; ok {
				s = fmt.Sprint(v)
			}
			row = append(row, s)
		}
		if err := c.Write(row); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}
