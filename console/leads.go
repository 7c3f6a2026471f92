package console

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/harrier-patrol/harrier/console/accounts"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/index"
	"github.com/harrier-patrol/harrier/leads/ledger"
)

// Lead is a lead in the list.
type Lead struct {
	Lead        string            `json:"lead"`
	Revision    int               `json:"revision"`
	State       string            `json:"state"`
	Scene       string            `json:"scene"`
	Event       string            `json:"event"`
	Class       string            `json:"class"`
	Attributes  map[string]string `json:"attributes"`
	Lon         float64           `json:"lon"`
	Lat         float64           `json:"lat"`
	ErrorM      float64           `json:"error_m" doc:"Semi-major axis of the 95 % ellipse, metres"`
	Cell        string            `json:"cell"`
	Cells       []leads.CellShare `json:"cells" doc:"Cells in which it may lie, where its error reaches over a border"`
	Register    string            `json:"register" doc:"known, changed or new, with the entry's number; empty where there is no register"`
	Before      string            `json:"before,omitempty" doc:"SHA-256 of its place at the last pass, from straight above"`
	After       string            `json:"after,omitempty" doc:"SHA-256 of the same place at this pass, exactly over it"`
	Since       string            `json:"since" doc:"new or stood at the last pass over its place, with the day of that pass; empty where that cannot be told"`
	Subdistrict string            `json:"subdistrict"`
	Score       float64           `json:"score"`
	Dock        string            `json:"dock"`
	Flight      string            `json:"flight"`
	FirstSeen   time.Time         `json:"first_seen"`
	Captured    time.Time         `json:"captured"`
	Frame       string            `json:"frame"`
	Crop        string            `json:"crop"`
	Box         []float64         `json:"box" doc:"x, y, w, h in pixels of the frame"`
	By          string            `json:"by"`
	May         []string          `json:"may" doc:"What people may do with it now"`
	Steps       []leads.Step      `json:"steps" doc:"What became of it, the first step first"`
	Seen        int               `json:"seen" doc:"How often it was found"`
	Priority    int               `json:"priority"`
	Due         *time.Time        `json:"due,omitempty" doc:"By when the next step is to be done"`
	Relapse     string            `json:"relapse" doc:"The confirmed lead that was in this place before"`
	Second      string            `json:"second" enum:",waits,same,differs" doc:"Of leads that were drawn for a second review by somebody who does not know the decision: where it stands"`
	Case        string            `json:"case" doc:"Number that the case system gave it"`
	Sim         bool              `json:"simulated"`
}

// toLead makes a lead of the list; may is what people may do with it now.
func toLead(l leads.Lead, may []string) Lead {
	x := Lead{
		Lead: l.Lead, Revision: l.Revision, State: l.State, Scene: l.Scene, Event: l.Event, Class: l.Class, Attributes: l.Attributes,
		Lon: l.Lon, Lat: l.Lat, ErrorM: l.Ellipse.MajorM, Cell: l.Cell, Cells: l.Cells, Subdistrict: l.Subdistrict, Score: l.Score,
		Dock: l.Dock, Flight: l.Flight, FirstSeen: l.FirstSeen, Captured: l.Captured, Frame: l.Frame, Crop: l.Crop, Box: []float64{}, By: l.By, Sim: l.Simulated,
	}
	x.Second = l.Second.Stage()
	_ = json.Unmarshal(l.Box, &x.Box)
	x.May = append([]string{}, may...)
	x.Steps, x.Seen, x.Priority, x.Case = append([]leads.Step{}, l.Steps...), l.Seen, l.Priority, l.Case
	if !l.Due.IsZero() {
		x.Due = &l.Due
	}
	if l.Relapse {
		x.Relapse = l.Earlier
	}
	if x.Attributes == nil {
		x.Attributes = map[string]string{}
	}
	if x.Cells == nil {
		x.Cells = []leads.CellShare{}
	}
	if m := l.Register; m != nil {
		x.Register = strings.TrimSpace(m.Standing + " " + m.Number)
	}
	if s := l.Since; s != nil {
		x.Before, x.After = s.Before, s.After
		x.Since = "stood " + s.Last.Format(time.DateOnly)
		if s.New {
			x.Since = "new " + s.Last.Format(time.DateOnly)
		}
	}
	return x
}

// LeadPage is a part of the leads, the newest first.
type LeadPage struct {
	Leads   []Lead `json:"leads" nullable:"false"`
	More    bool   `json:"more" doc:"There are older ones: ask after the last"`
	Total   int    `json:"total"`
	Version string `json:"version" doc:"Ask for changes since it"`
}

// LeadChanges are the leads that are new or changed.
type LeadChanges struct {
	Leads   []Lead `json:"leads" nullable:"false"`
	More    bool   `json:"more" doc:"There are more: ask since this version"`
	Total   int    `json:"total"`
	Version string `json:"version"`
	Reset   bool   `json:"reset" doc:"The version asked for is too old: begin with a page"`
}

// versionOf names a version of the ledger's book; a book that was read anew counts anew.
func (o Options) versionOf(v uint64) string { return o.start + "-" + strconv.FormatUint(v, 36) }

func (o Options) sinceOf(version string) (uint64, bool) {
	start, v, ok := strings.Cut(version, "-")
	n, err := strconv.ParseUint(v, 36, 64)
	return n, ok && err == nil && start == o.start
}

// leadNamed is the lead of a name; leads.ErrNotFound where there is none that whoever asks sees.
func leadNamed(ctx context.Context, o Options, name string) (leads.Lead, error) {
	x, err := o.Ledger.Read()
	if err != nil {
		return leads.Lead{}, err
	}
	l, ok, err := x.Lead(name)
	if err == nil && (!ok || !person(ctx).Sees(l.Subdistrict)) {
		err = leads.ErrNotFound
	}
	return l, err
}

// refusal is the HTTP answer to an error of the ledger.
func refusal(err error) error {
	switch {
	case errors.Is(err, ledger.ErrNotReady), errors.Is(err, journal.ErrUnavailable):
		return huma.Error503ServiceUnavailable(err.Error())
	case errors.Is(err, leads.ErrNotFound):
		return huma.Error404NotFound(err.Error())
	case errors.Is(err, leads.ErrConflict):
		return huma.Error409Conflict(err.Error())
	}
	return huma.Error422UnprocessableEntity(err.Error())
}

// WholeLead is a lead as case systems get it.
type WholeLead leads.Lead

// leadQuery says which leads are listed.
type leadQuery struct {
	After string `query:"after" maxLength:"100" doc:"The last lead of the page before; empty for the newest"`
	Limit int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
	LeadFilter
}

// LeadFilter says which leads are asked for.
type LeadFilter struct {
	Lead        string    `query:"lead" maxLength:"100" doc:"Only the one of this name"`
	State       string    `query:"state" enum:"candidate,checked,confirmed,rejected,handed-over,accepted,returned,closed"`
	Scene       string    `query:"scene" maxLength:"100"`
	Cell        string    `query:"cell" maxLength:"15"`
	Subdistrict string    `query:"subdistrict" maxLength:"9"`
	From        time.Time `query:"from" doc:"First seen at or after"`
	Until       time.Time `query:"until" doc:"First seen before"`
	DueBefore   time.Time `query:"due_before" doc:"Whose next step is due before"`
	Words       string    `query:"words" maxLength:"200" doc:"All of them, in notes, names, plates, numbers of cases and of the register"`
	Open        bool      `query:"open" doc:"Neither rejected nor closed"`
	Second      string    `query:"second" enum:"waits,same,differs" doc:"Where its second review stands: of differs somebody should look again"`
}

func (q *LeadFilter) query(ctx context.Context) index.Query {
	return index.Query{Among: person(ctx).Subdistricts, Lead: q.Lead, State: q.State, Scene: q.Scene, Cell: q.Cell, Subdistrict: q.Subdistrict, From: q.From, Until: q.Until, Due: q.DueBefore, Words: q.Words, Open: q.Open, Second: q.Second}
}

// bundleAPI gives out a lead's evidence.
func bundleAPI(h huma.API, o Options) {
	type zip struct {
		ContentType string `header:"Content-Type"`
		Disposition string `header:"Content-Disposition"`
		Body        []byte
	}
	huma.Post(h, "/api/leads/{lead}/bundle", func(ctx context.Context, in *struct {
		Lead string `path:"lead" maxLength:"100"`
		Body struct {
			Originals bool   `json:"originals,omitempty" doc:"With the pictures in which faces and plates can be seen: for legal reviewers, and recorded"`
			Reason    string `json:"reason,omitempty" maxLength:"500" doc:"Of originals"`
		}
	}) (*zip, error) {
		if _, err := leadNamed(ctx, o, in.Lead); err != nil {
			return nil, refusal(err)
		}
		if in.Body.Originals {
			switch {
			case !person(ctx).Has(accounts.Legal):
				return nil, huma.Error403Forbidden("originals are opened by legal reviewers")
			case strings.TrimSpace(in.Body.Reason) == "":
				return nil, huma.Error422UnprocessableEntity("say why the originals are opened: it is recorded")
			}
		}
		var b bytes.Buffer
		if err := o.Bundle(ctx, in.Lead, in.Body.Originals, person(ctx).Name, in.Body.Reason, &b); err != nil {
			return nil, huma.Error503ServiceUnavailable("the evidence cannot be packed now: " + err.Error())
		}
		return &zip{"application/zip", fmt.Sprintf("attachment; filename=%q", in.Lead+".zip"), b.Bytes()}, nil
	}, may(accounts.Analyst, accounts.Legal))
}

// deciders are who may decide so on a lead: the technical check is an analyst's, the legal one, of scenes that ask for both, a legal reviewer's.
func (o Options) deciders(do string, l leads.Lead) []accounts.Role {
	switch {
	case (do == leads.DoConfirm || l.WasConfirmed() && (do == leads.DoUndo || do == leads.DoMerge || do == leads.DoSplit)) && o.Ledger.Rules.Scenes[l.Scene].Review.Steps == 2:
		return []accounts.Role{accounts.Legal}
	case slices.Contains([]string{leads.DoCheck, leads.DoMerge, leads.DoSplit, leads.DoLift}, do):
		return []accounts.Role{accounts.Analyst}
	}
	return []accounts.Role{accounts.Analyst, accounts.Legal}
}

// mayWith is what whoever asks may do with a lead now.
func (o Options) mayWith(ctx context.Context, l leads.Lead) (out []string) {
	for _, do := range o.Ledger.Rules.MayBy(l, person(ctx).Name) {
		if person(ctx).Has(o.deciders(do, l)...) {
			out = append(out, do)
		}
	}
	return out
}

// secondReviews is how many leads that wait for a second review are listed at a time.
const secondReviews = 100

// placesOut is GeoJSON of leads.
type placesOut struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

// leadsAPI tells of the leads, and takes decisions on them.
func leadsAPI(h huma.API, o Options) {
	huma.Get(h, "/api/leads", func(ctx context.Context, in *leadQuery) (*body[LeadPage], error) {
		x, err := o.Ledger.Read()
		if err != nil {
			return nil, refusal(err)
		}
		out := LeadPage{Leads: []Lead{}, Version: o.versionOf(x.Version())} // the version first: what comes meanwhile is a change
		if out.Total, err = x.Count(index.Query{Among: person(ctx).Subdistricts}); err != nil {
			return nil, refusal(err)
		}
		page, more, err := x.Page(in.query(ctx), in.After, in.Limit)
		if err != nil {
			return nil, refusal(err)
		}
		out.More = more
		for _, l := range page {
			out.Leads = append(out.Leads, toLead(l, o.mayWith(ctx, l)))
		}
		return &body[LeadPage]{out}, nil
	}, may(anybody...))
	huma.Get(h, "/api/leads/places", func(ctx context.Context, in *LeadFilter) (*placesOut, error) {
		x, err := o.Ledger.Read()
		if err != nil {
			return nil, refusal(err)
		}
		b := bytes.NewBufferString(`{"type":"FeatureCollection","features":[`)
		n := 0
		err = x.Places(in.query(ctx), func(p index.Place) error {
			if n++; n > 1 {
				b.WriteByte(',')
			}
			lead, err := json.Marshal(p.Lead)
			fmt.Fprintf(b, `{"type":"Feature","properties":{"lead":%s,"state":%q},"geometry":{"type":"Point","coordinates":[%.6f,%.6f]}}`, lead, p.State, p.Lon, p.Lat)
			return err
		})
		if err != nil {
			return nil, refusal(err)
		}
		b.WriteString("]}")
		return &placesOut{"application/geo+json", b.Bytes()}, nil
	}, may(anybody...), func(op *huma.Operation) {
		op.Summary = "Where all leads lie that a filter lets through, as GeoJSON: of all, not of a page"
	}, answersWith("application/geo+json"))
	huma.Get(h, "/api/leads/changes", func(ctx context.Context, in *struct {
		Since string `query:"since" required:"true" maxLength:"100" doc:"The version of the page or the changes before"`
		Limit int    `query:"limit" minimum:"1" maximum:"500" default:"200"`
	}) (*body[LeadChanges], error) {
		x, err := o.Ledger.Read()
		if err != nil {
			return nil, refusal(err)
		}
		out := LeadChanges{Leads: []Lead{}}
		if out.Total, err = x.Count(index.Query{Among: person(ctx).Subdistricts}); err != nil {
			return nil, refusal(err)
		}
		since, ok := o.sinceOf(in.Since)
		if !ok || since > x.Version() {
			out.Reset = true
			return &body[LeadChanges]{out}, nil
		}
		changed, to, err := x.Since(since, in.Limit)
		if err != nil {
			return nil, refusal(err)
		}
		for _, l := range changed {
			if person(ctx).Sees(l.Subdistrict) {
				out.Leads = append(out.Leads, toLead(l, o.mayWith(ctx, l)))
			}
		}
		out.Version, out.More = o.versionOf(to), to < x.Version()
		return &body[LeadChanges]{out}, nil
	}, may(anybody...))
	huma.Get(h, "/api/second-reviews", func(ctx context.Context, _ *struct{}) (*body[[]Lead], error) {
		x, err := o.Ledger.Read()
		if err != nil {
			return nil, refusal(err)
		}
		out := []Lead{}
		for l, err := range x.All(index.Query{Second: leads.SecondWaits, Among: person(ctx).Subdistricts}) {
			if err != nil {
				return nil, refusal(err)
			}
			if l.DecidedBy(person(ctx).Name) {
				continue
			}
			if out = append(out, toLead(l.Unknown(), []string{leads.DoSecond})); len(out) == secondReviews {
				break
			}
		}
		return &body[[]Lead]{out}, nil
	}, may(accounts.Analyst, accounts.Legal))
	huma.Get(h, "/api/leads/{lead}", func(ctx context.Context, in *struct {
		Lead string `path:"lead" maxLength:"100"`
	}) (*tagged[WholeLead], error) {
		l, err := leadNamed(ctx, o, in.Lead)
		if err != nil {
			return nil, refusal(err)
		}
		return &tagged[WholeLead]{tag(l.Revision), WholeLead(l)}, nil
	}, may(anybody...))
	huma.Post(h, "/api/leads/{lead}/review", func(ctx context.Context, in *struct {
		IfMatch
		Lead string `path:"lead" maxLength:"100"`
		Body struct {
			Do       string    `json:"do" enum:"check,confirm,reject,undo,merge,split,lift,second" doc:"check: the evidence is sound (of scenes with two steps); lift: a rejected thing that is seen again is a candidate again; second: what a second person, who does not know the decision, would have decided"`
			Revision int       `json:"revision,omitempty" minimum:"1" doc:"The revision that was looked at"`
			Reason   string    `json:"reason,omitempty" enum:"no-violation,wrong-thing,permitted,unclear,wrong-place,dealt-with,other" doc:"Of reject, and of a second verdict rejected"`
			Verdict  string    `json:"verdict,omitempty" enum:"confirmed,rejected" doc:"Of second"`
			Note     string    `json:"note,omitempty" maxLength:"2000"`
			Until    time.Time `json:"until,omitempty" doc:"Of reject: how long it stays rejected when it is seen again"`
			Into     string    `json:"into,omitempty" maxLength:"100" doc:"Of merge: the lead of the same thing"`
			Findings []string  `json:"findings,omitempty" maxItems:"1000" doc:"Of split: those that show another thing"`
		}
	}) (*body[Lead], error) {
		b := in.Body
		revision, err := in.of(b.Revision)
		if err != nil {
			return nil, err
		}
		for _, name := range []string{in.Lead, b.Into} {
			if name == "" {
				continue
			}
			l, err := leadNamed(ctx, o, name)
			if err != nil {
				return nil, refusal(err)
			}
			if name == in.Lead && in.Tag != "" && l.Revision != revision {
				return nil, huma.Error412PreconditionFailed("the lead has changed: look at it again")
			}
			if roles := o.deciders(b.Do, l); !person(ctx).Has(roles...) {
				return nil, huma.Error403Forbidden("your roles do not let you do this: of a lead of " + l.Scene + " it takes " + joined(roles))
			}
		}
		l, err := o.Ledger.Decide(ctx, leads.Review{Lead: in.Lead, Do: b.Do, Revision: revision, By: person(ctx).Name, Reason: b.Reason, Verdict: b.Verdict, Note: b.Note, Until: b.Until, Into: b.Into, Findings: b.Findings})
		if in.Tag != "" && errors.Is(err, leads.ErrConflict) {
			return nil, huma.Error412PreconditionFailed(err.Error())
		}
		if err != nil {
			return nil, refusal(err)
		}
		if o.Desk != nil { // the next step is another one's
			_ = o.Desk.back(ctx, in.Lead, person(ctx).Name)
		}
		return &body[Lead]{toLead(l, o.mayWith(ctx, l))}, nil
	}, may(accounts.Analyst, accounts.Legal))
}
