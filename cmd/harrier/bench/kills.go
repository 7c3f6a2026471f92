package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/cmd/harrier/child"
	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/dock/pace"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/vision/score"
)

// benchKillsCmd shows a recorded flight twice, once to a Harrier that is left alone and once to one that is killed again and again, and compares
// the leads of both.
type benchKillsCmd struct {
	Play       string        `required:"" help:"Recording of one flight (docksim --record)." type:"existingdir"`
	Kills      int           `default:"20" help:"How often serve is killed (SIGKILL) and started again at once."`
	Every      time.Duration `default:"12s" help:"Time between kills, from the first frame that is looked at."`
	PortOffset int           `default:"23000" help:"Added to every port."`
	Keep       string        `help:"Folder that keeps both runs' data and logs." type:"path"`
	Report     string        `help:"File that receives the comparison (JSON)." type:"path"`
}

// killsRun is what one of the two runs came to.
type killsRun struct {
	Leads   int                `json:"leads"`
	Kills   int                `json:"kills"`
	Things  int                `json:"things"`  // violations that have a lead
	Doubled []string           `json:"doubled"` // things with two leads
	DownS   float64            `json:"down_s"`  // between a kill and the next frame that was looked at, together
	byThing map[int]score.Lead // by index in the truth
	leads   []leads.Lead
	down    []score.Window
	truth   score.Truth
}

// KillsReport compares the two.
type KillsReport struct {
	Alone  killsRun `json:"alone"`
	Killed killsRun `json:"killed"`
	// Missing have a lead when Harrier is left alone and none when it is killed, with how long they were in sight while it was up, seconds.
	Missing map[string]float64 `json:"missing"`
	More    int                `json:"more"` // the other way round
	// Moved are the things whose lead lies elsewhere by more than its 95 % ellipse; MovedM is how far all are apart.
	Moved  []string     `json:"moved"`
	MovedM score.Spread `json:"moved_m"`
}

func (x *benchKillsCmd) Run(ctx context.Context) (err error) {
	if x.Keep == "" {
		if x.Keep, err = os.MkdirTemp("", "harrier-kills-"); err != nil {
			return err
		}
		defer os.RemoveAll(x.Keep)
	}
	var r KillsReport
	if r.Alone, err = x.fly(ctx, filepath.Join(x.Keep, "alone"), 0); err != nil {
		return err
	}
	if r.Killed, err = x.fly(ctx, filepath.Join(x.Keep, "killed"), x.Kills); err != nil {
		return err
	}
	r.compare()
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	fmt.Printf("%-28s %8s %8s\n", "", "alone", "killed")
	row := func(what string, a, b any) { fmt.Printf("%-28s %8v %8v\n", what, a, b) }
	row("kills", r.Alone.Kills, r.Killed.Kills)
	row("seconds nobody watched", int(r.Alone.DownS), int(r.Killed.DownS))
	row("leads", r.Alone.Leads, r.Killed.Leads)
	row("violations with a lead", r.Alone.Things, r.Killed.Things)
	row("with two leads", len(r.Alone.Doubled), len(r.Killed.Doubled))
	fmt.Printf("only left alone: %d", len(r.Missing))
	for _, k := range slices.Sorted(maps.Keys(r.Missing)) {
		fmt.Printf("\n  %s, in sight for %.1f s while Harrier was up", k, r.Missing[k])
	}
	fmt.Printf("\nonly killed: %d\nmoved beyond their ellipse: %v; all by %.2f m in the median, 95 %% within %.2f m\n", r.More, r.Moved, r.MovedM.Median, r.MovedM.P95)
	if x.Report != "" {
		return os.WriteFile(x.Report, append(b, '\n'), 0o644)
	}
	return nil
}

// fly shows the recording to a Harrier that is killed so often.
func (x *benchKillsCmd) fly(ctx context.Context, dir string, kills int) (r killsRun, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return r, err
	}
	self, err := os.Executable()
	if err != nil {
		return r, err
	}
	log, err := os.Create(filepath.Join(dir, "log.txt"))
	if err != nil {
		return r, err
	}
	defer log.Close()
	conf := config.Default()
	if err := conf.Shift(x.PortOffset); err != nil {
		return r, err
	}
	city, truth := filepath.Join(dir, "city"), filepath.Join(dir, "truth.jsonl")
	sim, err := child.Start(log, self, "docksim", "--airborne", "--play", x.Play, "--mqtt", "tcp://"+conf.MQTT.Listen, "--city", city, "--truth", truth)
	if err != nil {
		return r, err
	}
	defer sim.Stop()
	yaml := filepath.Join(city, "harrier.yaml")
	if err := child.WaitFor(ctx, time.Minute, sim, func() bool { _, err := os.Stat(yaml); return err == nil }); err != nil {
		return r, fmt.Errorf("simulated docks: %w\n%s", err, child.Tail(log.Name()))
	}
	if conf, err = config.Load(yaml); err == nil {
		err = conf.Shift(x.PortOffset)
	}
	if err != nil {
		return r, err
	}
	serve := func() (*child.Child, error) {
		return child.Start(log, self, "serve", "--config", yaml, "--port-offset", strconv.Itoa(x.PortOffset))
	}
	srv, err := serve()
	if err != nil {
		return r, err
	}
	defer func() { srv.Stop() }()
	page := fmt.Sprintf("http://127.0.0.1:%d/api/counts", config.Port(conf.HTTP.Listen))
	looks := func() bool { n, err := analysed(page); return err == nil && n > 0 }
	if err := child.WaitFor(ctx, 2*time.Minute, srv, looks); err != nil {
		return r, fmt.Errorf("nothing is looked at: %w\n%s", err, child.Tail(log.Name()))
	}
	for range kills {
		if err := pace.Wall.Sleep(ctx, x.Every); err != nil {
			return r, err
		}
		if over, err := hasLanded(ctx, conf); err != nil || over {
			if err != nil {
				return r, err
			}
			break
		}
		srv.Kill()
		r.Kills++
		w := score.Window{From: time.Now()}
		if srv, err = serve(); err != nil {
			return r, err
		}
		if err := child.WaitFor(ctx, time.Minute, srv, looks); err != nil {
			if over, e := hasLanded(ctx, conf); e == nil && over {
				break
			}
			return r, fmt.Errorf("after kill %d nothing is looked at: %w\n%s", r.Kills, err, child.Tail(log.Name()))
		}
		w.To = time.Now()
		r.down = append(r.down, w)
		r.DownS += w.To.Sub(w.From).Seconds()
	}
	if err := child.WaitFor(ctx, 20*time.Minute, srv, func() bool { over, err := hasLanded(ctx, conf); return err == nil && over }); err != nil {
		return r, fmt.Errorf("the flight does not end: %w\n%s", err, child.Tail(log.Name()))
	}
	if err := x.settled(ctx, conf, &r); err != nil {
		return r, err
	}
	sim.Stop() // so that its truth is whole
	if r.truth, err = score.ReadTruth(truth); err != nil {
		return r, err
	}
	r.count()
	return r, nil
}

// settled reads the leads once no more come.
func (x *benchKillsCmd) settled(ctx context.Context, conf config.Config, r *killsRun) error {
	for last, quiet := uint64(0), 0; quiet < 5; {
		if err := pace.Wall.Sleep(ctx, 2*time.Second); err != nil {
			return err
		}
		err := conf.WithJetStream(func(js jetstream.JetStream) error {
			end, err := journal.End(ctx, js, "SIMLEADS")
			if err != nil {
				return err
			}
			if quiet++; end != last {
				last, quiet = end, 0
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return conf.WithJetStream(func(js jetstream.JetStream) error {
		all := map[string]leads.Lead{}
		err := journal.Replay(ctx, js, "SIMLEADS", ">", journal.From{}, func(m journal.Msg) error {
			var e leads.Event[leads.Lead]
			if err := json.Unmarshal(m.Data, &e); err != nil {
				return err
			}
			all[e.Data.Lead] = e.Data
			return nil
		})
		for _, id := range slices.Sorted(maps.Keys(all)) {
			r.leads = append(r.leads, all[id])
		}
		return err
	})
}

// hasLanded says whether the flight of a recording has ended.
func hasLanded(ctx context.Context, conf config.Config) (over bool, err error) {
	err = conf.WithJetStream(func(js jetstream.JetStream) error {
		evs, err := dock.ReadFlights(ctx, js)
		over = slices.ContainsFunc(evs, func(ev dock.FlightEvent) bool { return ev.State.Ended() })
		return err
	})
	return over, err
}

// analysed is how many frames a serve has looked at.
func analysed(page string) (int64, error) {
	_, b, err := child.Get(page)
	if err != nil {
		return 0, err
	}
	var n map[string]int64
	err = json.Unmarshal(b, &n)
	return n["analysed"], err
}

// count holds the leads against what is true of the town.
func (r *killsRun) count() {
	var at []score.Lead
	for _, l := range r.leads {
		at = append(at, score.Lead{Scene: l.Scene, Lon: l.Lon, Lat: l.Lat, Cov: l.Cov})
	}
	_, byThing, _ := score.Leads(at, r.truth.Things)
	r.Leads, r.byThing, r.Doubled = len(r.leads), map[int]score.Lead{}, []string{}
	taken := map[int]bool{}
	for t, l := range byThing {
		taken[l] = true
		if r.truth.Things[t].Kind == "violation" {
			r.byThing[t] = at[l]
		}
	}
	r.Things = len(r.byThing)
	const sameM = 4 // two leads of a scene this near to a thing are about it
	for i, l := range at {
		for t := range r.byThing {
			x := r.truth.Things[t]
			if !taken[i] && x.Scene == l.Scene && geo.DistanceM([2]float64{x.Lon, x.Lat}, [2]float64{l.Lon, l.Lat}) < sameM {
				r.Doubled = append(r.Doubled, x.ID)
				break
			}
		}
	}
}

func (r *KillsReport) compare() {
	r.Missing, r.Moved = map[string]float64{}, []string{}
	idOf := map[string]int{}
	for i, t := range r.Killed.truth.Things {
		idOf[t.ID] = i
	}
	found := map[string]bool{}
	var apart []float64
	for i, a := range r.Alone.byThing {
		id := r.Alone.truth.Things[i].ID
		found[id] = true
		j, there := idOf[id]
		b, ok := r.Killed.byThing[j]
		if !there || !ok {
			r.Missing[id] = 0
			if there {
				r.Missing[id] = upSeconds(r.Killed.truth.Things[j].Windows, r.Killed.down)
			}
			continue
		}
		d := geo.NewFrame([2]float64{a.Lon, a.Lat}, 0).To([2]float64{b.Lon, b.Lat}, 0)
		apart = append(apart, geo.DistanceM([2]float64{a.Lon, a.Lat}, [2]float64{b.Lon, b.Lat}))
		if a.Cov.Add(b.Cov).Mahalanobis2(d.E, d.N) > score.Inside95 {
			r.Moved = append(r.Moved, fmt.Sprintf("%s by %.1f m", id, apart[len(apart)-1]))
		}
	}
	slices.Sort(r.Moved)
	for j := range r.Killed.byThing {
		if !found[r.Killed.truth.Things[j].ID] {
			r.More++
		}
	}
	r.MovedM = score.SpreadOf(apart)
}

// videoDelay is how old a picture is when it comes, about: what was captured so long before a kill came after it.
const videoDelay = time.Second

// upSeconds is how much of a thing's times in the picture lies outside of those at which nobody watched. A window that the simulator wrote again when
// its stream was asked for anew counts once.
func upSeconds(seen, down []score.Window) (s float64) {
	told := map[time.Time]bool{}
	for _, w := range seen {
		if told[w.From] {
			continue
		}
		told[w.From] = true
		s += w.To.Sub(w.From).Seconds()
		for _, d := range down {
			d.From, d.To = d.From.Add(-videoDelay), d.To.Add(-videoDelay)
			from, to := w.From, w.To
			if d.From.After(from) {
				from = d.From
			}
			if d.To.Before(to) {
				to = d.To
			}
			if to.After(from) {
				s -= to.Sub(from).Seconds()
			}
		}
	}
	return s
}
