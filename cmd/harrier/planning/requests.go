package planning

import (
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/user"
	"slices"
	"strconv"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/console"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/geo/city"
	"github.com/harrier-patrol/harrier/geo/layerfile"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/missions"
	"github.com/harrier-patrol/harrier/missions/book"
	"github.com/harrier-patrol/harrier/vision"
)

// Requests is what departments ask for.
type Requests struct {
	Import   requestsImport   `cmd:"" help:"Check a file of what is asked for, and send it to a Harrier that runs."`
	List     requestsList     `cmd:"" help:"List what is asked for, and what was seen of it."`
	Report   requestsReport   `cmd:"" help:"What became of it, by month, source and subdistrict."`
	Withdraw requestsWithdraw `cmd:"" help:"Take a request back."`
}

type requestsImport struct {
	File       string   `arg:"" help:"GeoJSON, CSV, Shapefile, GeoPackage or KML." type:"path"`
	Source     string   `enum:",map-spot,complaint,site,demolition,risk,close-up" default:"" help:"What it holds, each with its own check: map-spot, complaint, site, demolition, risk or close-up; without, requests that say all themselves."`
	Department string   `help:"Who asks, where the file does not say."`
	Scenes     []string `help:"What is looked for, where the file does not say."`
	Datum      string   `help:"WGS-84, CGCS2000, GCJ-02 or PROJ parameters, where the file does not say."`
	Partial    bool     `help:"Send what is right of a file with errors."`
	Check      bool     `help:"Check only: nothing is sent, and no Harrier need run."`
	Config     string   `default:"harrier.yaml" help:"Configuration of the Harrier that runs." type:"path"`
}

func (x *requestsImport) Run(ctx context.Context) error {
	l, err := layerfile.Read(x.File, layerfile.Options{Datum: x.Datum})
	if err != nil {
		return err
	}
	if _, l.District, err = geo.Pudong(); err != nil {
		return err
	}
	all, problems := missions.ReadRequests(l, missions.OfSource(x.Source, x.Department, x.Scenes), time.Now())
	c := config.Default()
	if !x.Check {
		if c, err = config.Load(x.Config); err != nil {
			return err
		}
	}
	scenes, err := resolutions(c)
	if err != nil {
		return err
	}
	all, unknown := knownScenes(all, scenes)
	if err := refuse(x.File, append(problems, unknown...), x.Partial); err != nil {
		return err
	}
	if len(all) == 0 {
		return fmt.Errorf("%s holds nothing that can be asked for", x.File)
	}
	if x.Check {
		fmt.Printf("%s: %d requests, none wrong\n", x.File, len(all))
		return nil
	}
	by := "harrier requests import"
	if u, err := user.Current(); err == nil {
		by = u.Username
	}
	err = c.WithJetStream(func(js jetstream.JetStream) error {
		for _, r := range all {
			if err := book.Ask(ctx, js, book.Message{Request: r, By: by, At: time.Now().UTC().Truncate(time.Second)}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	fmt.Printf("%d requests sent; harrier requests list shows what becomes of them\n", len(all))
	return nil
}

// answered are the requests of a Harrier that runs, and what became of them.
func answered(ctx context.Context, file string) (answers []book.Answer, grid *geo.Grid, err error) {
	c, k, err := config.LoadCity(file)
	if err != nil {
		return nil, nil, err
	}
	err = c.WithJetStream(func(js jetstream.JetStream) (err error) {
		answers, err = Answers(ctx, js, c, k, func(s string) { fmt.Fprintln(os.Stderr, "harrier: "+s) })
		return err
	})
	return answers, k.Grid, err
}

// Answers are the requests that stand in NATS, and what flights have seen of each. say is told of what is no request, and what stands for nothing.
func Answers(ctx context.Context, js jetstream.JetStream, c config.Config, k city.City, say func(string)) ([]book.Answer, error) {
	scenes, err := resolutions(c)
	if err != nil {
		return nil, err
	}
	var docks []missions.Dock
	for _, d := range c.Docks {
		docks = append(docks, missions.Dock{SN: d.SN, Model: d.Model, At: [2]float64{d.Lon, d.Lat}})
	}
	places := missions.Places{Grid: k.Grid, Register: k.Register, Docks: docks}
	all, bad, err := book.Read(ctx, js)
	if err != nil {
		return nil, err
	}
	for _, b := range bad {
		say(fmt.Sprintf("message %d of %s is no request: %s", b.Seq, book.Stream, b.Reason))
	}
	looks, err := readLooks(ctx, js)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if err := places.Resolve(&all[i]); err != nil {
			say(err.Error())
		}
	}
	want := func(r missions.Request) float64 { return r.WantsCM(scenes) }
	return book.Answers(all, looks, k.Grid, want, time.Now()), nil
}

// AnswersNow answers requests as they are at the moment; what is wrong with some is said where they are shown.
func AnswersNow(js jetstream.JetStream, c config.Config, k city.City) func(context.Context) ([]book.Answer, error) {
	return func(ctx context.Context) ([]book.Answer, error) { return Answers(ctx, js, c, k, func(string) {}) }
}

// RequestsOf takes requests for the console of a Harrier that runs, and answers them.
func RequestsOf(js jetstream.JetStream, c config.Config, k city.City, log *slog.Logger) console.Requests {
	var mu sync.Mutex // held while answers are made: many pages ask for the same
	var answers []book.Answer
	var made time.Time
	said := map[string]bool{}
	return console.Requests{
		Ask: func(ctx context.Context, m book.Message) error {
			err := book.Ask(ctx, js, m)
			mu.Lock()
			defer mu.Unlock()
			made = time.Time{}
			return err
		},
		Answers: func(ctx context.Context) ([]book.Answer, error) {
			mu.Lock()
			defer mu.Unlock()
			if time.Since(made) < answersFor {
				return slices.Clone(answers), nil
			}
			next, err := Answers(ctx, js, c, k, func(s string) {
				if !said[s] && len(said) < mostSaid {
					said[s] = true
					log.Warn("requests", "what", s)
				}
			})
			if err != nil {
				return nil, err
			}
			answers, made = next, time.Now()
			return slices.Clone(answers), nil
		},
	}
}

// answersFor is how long the console's answers hold: all requests and all coverage are read for them. mostSaid troubles with requests are logged.
const (
	answersFor = 10 * time.Second
	mostSaid   = 1000
)

// readLooks are what flights have shown: of each the last that it told.
func readLooks(ctx context.Context, js jetstream.JetStream) ([]book.Look, error) {
	last := map[string]vision.Covered{}
	var order []string
	err := journal.Replay(ctx, js, "COVERAGE", ">", journal.From{}, func(m journal.Msg) error {
		var c vision.Covered
		if json.Unmarshal(m.Data, &c) != nil {
			return nil // a dead letter's business, not ours
		}
		before, known := last[c.Flight]
		if !known {
			order = append(order, c.Flight)
		}
		if !known || c.Revision >= before.Revision {
			last[c.Flight] = c
		}
		return nil
	})
	var out []book.Look
	for _, f := range order {
		out = append(out, book.Look{Flight: f, Scenes: last[f].Scenes, Cells: last[f].Cells})
	}
	return out, err
}

// stillAsked is a request as it is planned: what was seen in part is still to be seen.
func stillAsked(a book.Answer) missions.Request {
	r := a.Request
	if a.Whole() {
		r.LastSeen = a.Last
	}
	return r
}

type requestsList struct {
	Config string `default:"harrier.yaml" help:"Configuration of the Harrier that runs." type:"path"`
	Format string `enum:"table,json,geojson,csv" default:"table" help:"table, json (with what became of them), or geojson or csv, as harrier plan reads them."`
	State  string `help:"Only those in this state: asked, seen, partly, over, current or overdue."`
}

func (x *requestsList) Run(ctx context.Context) error {
	answers, _, err := answered(ctx, x.Config)
	if err != nil {
		return err
	}
	var all []missions.Request
	var kept []book.Answer
	for _, a := range answers {
		if x.State == "" || string(a.State) == x.State {
			all, kept = append(all, stillAsked(a)), append(kept, a)
		}
	}
	switch x.Format {
	case "geojson":
		return missions.WriteGeoJSON(os.Stdout, all)
	case "csv":
		return missions.WriteCSV(os.Stdout, all)
	case "json":
		lines := json.NewEncoder(os.Stdout)
		for _, a := range kept {
			if err := lines.Encode(map[string]any{"request": a.Request, "state": a.State, "reason": a.Reason, "share": a.Share, "gsd_cm": a.GSDCM, "last": a.Last, "flight": a.Flight}); err != nil {
				return err
			}
		}
		return nil
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "request\tdepartment\tsource\tby\tstate\tseen\tcm/px\tlast\treason")
	at := func(t time.Time) string {
		if t.IsZero() {
			return "–"
		}
		return t.In(config.Zone).Format("01-02 15:04")
	}
	for _, a := range kept {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%.0f %%\t%.1f\t%s\t%s\n", a.ID, a.Department, cmp.Or(a.Source, "request"), at(a.By), a.State, 100*a.Share, a.GSDCM, at(a.Last), a.Reason)
	}
	return w.Flush()
}

type requestsReport struct {
	Config string `default:"harrier.yaml" help:"Configuration of the Harrier that runs." type:"path"`
	Format string `enum:"table,csv,json" default:"table" help:"table, csv (for Excel) or json."`
}

func (x *requestsReport) Run(ctx context.Context) error {
	answers, grid, err := answered(ctx, x.Config)
	if err != nil {
		return err
	}
	rows := book.Report(answers, grid, config.Zone)
	switch x.Format {
	case "json":
		e := json.NewEncoder(os.Stdout)
		e.SetIndent("", " ")
		return e.Encode(rows)
	case "csv":
		fmt.Print("\ufeff")
		w := csv.NewWriter(os.Stdout)
		_ = w.Write([]string{"month", "source", "subdistrict", "asked", "seen", "partly", "not_seen", "over", "gsd_cm", "why"})
		for _, r := range rows {
			_ = w.Write([]string{r.Month, r.Source, r.Subdistrict, strconv.Itoa(r.Asked), strconv.Itoa(r.Seen), strconv.Itoa(r.Partly), strconv.Itoa(r.NotSeen), strconv.Itoa(r.Over), fmt.Sprintf("%.1f", r.GSDCM), r.Why})
		}
		w.Flush()
		return w.Error()
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "month\tsource\tsubdistrict\tasked\tseen\tin part\tnot seen\tover\tcm/px\twhy not")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%.1f\t%s\n", r.Month, r.Source, cmp.Or(r.Subdistrict, "–"), r.Asked, r.Seen, r.Partly, r.NotSeen, r.Over, r.GSDCM, r.Why)
	}
	return w.Flush()
}

type requestsWithdraw struct {
	ID     string `arg:"" help:"Of the request."`
	By     string `required:"" help:"Who takes it back."`
	Config string `default:"harrier.yaml" help:"Configuration of the Harrier that runs." type:"path"`
}

func (x *requestsWithdraw) Run(ctx context.Context) error {
	c, err := config.Load(x.Config)
	if err != nil {
		return err
	}
	return c.WithJetStream(func(js jetstream.JetStream) error {
		all, _, err := book.Read(ctx, js)
		if err != nil {
			return err
		}
		for _, r := range all {
			if r.ID == x.ID {
				return book.Ask(ctx, js, book.Message{Request: r, Withdrawn: true, By: x.By, At: time.Now().UTC().Truncate(time.Second)})
			}
		}
		return fmt.Errorf("there is no request %s, or it was taken back already", x.ID)
	})
}
