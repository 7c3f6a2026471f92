package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/user"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/infer"
	"github.com/harrier-patrol/harrier/vision/measure"
	"github.com/harrier-patrol/harrier/vision/networks"
)

// modelCmd works on models: files with a manifest.
type modelCmd struct {
	Compare  modelCompareCmd  `cmd:"" help:"Measure two models on the same pictures."`
	Promote  modelPromoteCmd  `cmd:"" help:"Put a model into use from the next start on."`
	Rollback modelRollbackCmd `cmd:"" help:"Put the model that was in use before back into use."`
	Rates    modelRatesCmd    `cmd:"" help:"Write detection rates measured on flights into a model's manifest."`
	Learnt   modelLearntCmd   `cmd:"" help:"Write into a model's manifest what the pictures look like that it was trained on, so that it tells pictures unlike them."`
	List     modelListCmd     `cmd:"" help:"Say which model is in use and which were before."`
}

type modelCompareCmd struct {
	Old       string  `arg:"" help:"The model in use: a name, or an .onnx file with its manifest."`
	New       string  `arg:"" help:"The one that may replace it."`
	Dataset   string  `required:"" help:"Data set that neither was trained on, such as the held part of harrier dataset export." type:"existingdir"`
	Format    string  `default:"coco" enum:"coco,yolo" help:"coco or yolo."`
	Threshold float64 `default:"0.5" help:"Score at which precision and recall are given."`
}

// Run prints both, and their difference with an interval of a bootstrap that draws the same pictures for both.
func (c *modelCompareCmd) Run(ctx context.Context) error {
	pictures, classes, err := readDataset(c.Dataset, c.Format)
	if err != nil {
		return err
	}
	var results [2][]evaluated
	for i, name := range []string{c.Old, c.New} {
		m, err := infer.Open(name, "onnxruntime", 1)
		if err != nil {
			return err
		}
		found, err := detectAll(ctx, m, pictures, true)
		m.Close()
		if err != nil {
			return err
		}
		results[i] = evaluate(pictures, classes, found, c.Threshold)
	}
	fmt.Printf("%d pictures, threshold %g\n%-22s %6s  %-10s %-10s %-28s %-12s %-12s\n", len(pictures), c.Threshold, "class", "truths", "AP50 old", "AP50 new", "difference (95 %)", "recall", "precision")
	for i, a := range results[0] {
		b := results[1][i]
		lo, hi := pairedAP(a.pictures, b.pictures, c.Threshold)
		fmt.Printf("%-22s %6d  %-10.3f %-10.3f %+.3f (%+.3f to %+.3f)     %.2f → %.2f  %.2f → %.2f\n", a.Class, a.All.AP50.N, a.All.AP50.Value, b.All.AP50.Value,
			b.All.AP50.Value-a.All.AP50.Value, lo, hi, a.All.Recall.Value, b.All.Recall.Value, a.All.Precision.Value, b.All.Precision.Value)
	}
	return nil
}

// pairedAP is the 95 % interval of the difference of AP50, drawing pictures.
func pairedAP(a, b []measure.Picture, threshold float64) (lo, hi float64) {
	rng := rand.New(rand.NewPCG(3, 4))
	var d []float64
	for range 100 {
		x, y := make([]measure.Picture, len(a)), make([]measure.Picture, len(a))
		for i := range x {
			k := rng.IntN(len(a))
			x[i], y[i] = a[k], b[k]
		}
		d = append(d, measure.AP50(y)-measure.AP50(x))
	}
	sort.Float64s(d)
	return d[2], d[97]
}

// promotion is a line of the models' history; the last one is in use.
type promotion struct {
	At    time.Time `json:"at"`
	By    string    `json:"by"`
	Why   string    `json:"why"`
	Model string    `json:"model"` // what vision.model is taken to be
	SHA   string    `json:"sha256"`
}

type history struct{ path string }

// historyIn reads a configuration, and the models' history with it.
func historyIn(file string) (conf config, h history, all []promotion, err error) {
	if conf, err = loadConfig(file); err != nil {
		return conf, h, nil, err
	}
	if h, err = historyOf(conf); err != nil {
		return conf, h, nil, err
	}
	all, err = h.read()
	return conf, h, all, err
}

func historyOf(c config) (history, error) {
	data, err := c.dataFolder()
	return history{filepath.Join(data, "models", "history.jsonl")}, err
}

func (h history) read() ([]promotion, error) {
	f, err := os.Open(h.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []promotion
	sc := bufio.NewScanner(f)
	for n := 1; sc.Scan(); n++ {
		var p promotion
		if err := json.Unmarshal(sc.Bytes(), &p); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", h.path, n, err)
		}
		out = append(out, p)
	}
	return out, sc.Err()
}

func (h history) add(p promotion) error {
	if err := os.MkdirAll(filepath.Dir(h.path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(h.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	p.At = time.Now().UTC().Truncate(time.Second)
	if u, err := user.Current(); p.By == "" && err == nil {
		p.By = u.Username
	}
	if err := json.NewEncoder(f).Encode(p); err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// modelInUse is what the configuration names; where it names none, what was promoted last; else the one that comes with Harrier.
func modelInUse(c config) (string, error) {
	if c.Vision.Model != "" {
		return c.Vision.Model, nil
	}
	h, err := historyOf(c)
	if err != nil {
		return "", err
	}
	all, err := h.read()
	if err != nil || len(all) == 0 {
		return networks.Nano, err
	}
	return all[len(all)-1].Model, nil
}

type modelPromoteCmd struct {
	Model  string `arg:"" help:"A model that comes with Harrier, or an .onnx file with its manifest beside it; it is copied."`
	Config string `required:"" help:"harrier.yaml of the Harrier that is to use it." type:"existingfile"`
	Why    string `required:"" help:"Why: it is written into the history."`
	By     string `help:"Who; the user of this machine where it is not given."`
}

func (c *modelPromoteCmd) Run() error {
	conf, h, all, err := historyIn(c.Config)
	if err != nil {
		return err
	}
	raw, man, err := networks.Load(c.Model)
	if err != nil {
		return err
	}
	// a model that cannot run, or knows less than the scenes ask for, is not promoted
	scenes, err := sceneFiles(conf)
	if err != nil {
		return err
	}
	m, err := opened(conf, c.Model, 1, scenes)
	if err != nil {
		return err
	}
	m.Close()
	if len(all) == 0 { // so that there is something to go back to
		_, was, err := networks.Load("")
		if err != nil {
			return err
		}
		if err := h.add(promotion{By: "harrier", Why: "came with Harrier", Model: networks.Nano, SHA: was.SHA256}); err != nil {
			return err
		}
	}
	name := c.Model
	if strings.HasSuffix(name, ".onnx") {
		dir := filepath.Join(filepath.Dir(h.path), man.SHA256[:12])
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		manifest, err := os.ReadFile(strings.TrimSuffix(name, ".onnx") + ".json")
		if err != nil {
			return err
		}
		name = filepath.Join(dir, man.File)
		if err := errors.Join(os.WriteFile(name, raw, 0o644), os.WriteFile(strings.TrimSuffix(name, ".onnx")+".json", manifest, 0o644)); err != nil {
			return err
		}
	}
	if err := h.add(promotion{By: c.By, Why: c.Why, Model: name, SHA: man.SHA256}); err != nil {
		return err
	}
	fmt.Printf("%s (SHA-256 %s…) is in use from the next start of harrier serve on\n", man.Name, man.SHA256[:12])
	if conf.Vision.Model != "" {
		fmt.Printf("but %s names vision.model: %s, and that goes first: take the line out\n", c.Config, conf.Vision.Model)
	}
	return nil
}

type modelRollbackCmd struct {
	Config string `required:"" help:"harrier.yaml of the Harrier that is to go back." type:"existingfile"`
	Why    string `required:"" help:"Why: it is written into the history."`
	By     string `help:"Who; the user of this machine where it is not given."`
}

func (c *modelRollbackCmd) Run() error {
	_, h, all, err := historyIn(c.Config)
	if err != nil {
		return err
	}
	for i := len(all) - 2; i >= 0; i-- {
		if all[i].SHA == all[len(all)-1].SHA {
			continue
		}
		if _, _, err := networks.Load(all[i].Model); err != nil {
			return fmt.Errorf("the model in use before cannot be used any more: %w", err)
		}
		if err := h.add(promotion{By: c.By, Why: c.Why, Model: all[i].Model, SHA: all[i].SHA}); err != nil {
			return err
		}
		fmt.Printf("back to %s from the next start of harrier serve on\n", all[i].Model)
		return nil
	}
	return errors.New("no other model was in use before")
}

type modelListCmd struct {
	Config string `help:"harrier.yaml." type:"path"`
}

func (c *modelListCmd) Run() error {
	conf, _, all, err := historyIn(c.Config)
	if err != nil {
		return err
	}
	for _, p := range all {
		fmt.Printf("%s  %s  %-40s %s: %s\n", p.At.Format(time.RFC3339), p.SHA[:12], p.Model, p.By, p.Why)
	}
	name, err := modelInUse(conf)
	if err != nil {
		return err
	}
	_, man, err := networks.Load(name)
	if err != nil {
		return err
	}
	fmt.Printf("in use: %s (%s…), %d classes\n", name, man.SHA256[:12], len(man.Classes))
	return nil
}

// opened is a model of the configuration, checked against the scenes.
func opened(c config, name string, sessions int, scenes []vision.SceneFile) (*infer.Model, error) {
	m, err := infer.Open(name, c.Vision.Engine, sessions)
	if err != nil {
		return nil, err
	}
	for _, s := range scenes {
		if err := s.Known(m.Classes(), m.Marks()); err != nil {
			m.Close()
			return nil, err
		}
	}
	return m, nil
}

type modelRatesCmd struct {
	Manifest string   `arg:"" help:"The model's manifest (.json)." type:"existingfile"`
	Reports  []string `arg:"" help:"What harrier demo --report wrote of flights that were measured with it." type:"existingfile"`
}

// fewestForRate is how many things a rate must rest on.
const fewestForRate = 15

func (c *modelRatesCmd) Run() error {
	sum := map[string][]rate{}
	for _, p := range c.Reports {
		b, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		var r report
		if err := json.Unmarshal(b, &r); err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
		for scene, rates := range r.Seen3s.Seen {
			sum[scene] = append(sum[scene], rates...)
		}
	}
	return changeManifest(c.Manifest, func(m *networks.Manifest) error {
		m.Rates = map[string]geo.Rates{}
		for _, scene := range sortedKeys(sum) {
			rates := ratesOf(sum[scene])
			if len(rates) == 0 {
				fmt.Printf("%-18s too little was seen of it: more flights are needed\n", scene)
				continue
			}
			m.Rates[scene] = rates
			for _, r := range rates {
				fmt.Printf("%-18s up to %.2f m a pixel, %2.0f° down and steeper, brightness from %.2f: %.0f %% of %d found\n", scene, r.GSDM, r.DepressionDeg, r.Light, 100*r.Found, r.Of)
			}
		}
		return nil
	})
}

// changeManifest reads a model's manifest, changes it and writes it back.
func changeManifest(path string, change func(*networks.Manifest) error) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var m networks.Manifest
	if err := json.Unmarshal(b, &m); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := change(&m); err != nil {
		return err
	}
	if b, err = json.MarshalIndent(m, "", " "); err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o644)
}

// ratesOf makes a table of rates: each rests on what was seen just so well, together with what was seen finer where that
// is too few.
func ratesOf(seen []rate) geo.Rates {
	var out geo.Rates
	for _, light := range rateLight {
		for _, depression := range rateDepression {
			var left share
			for _, gsd := range rateGSD {
				for _, x := range seen {
					if x.GSDM == gsd && x.DepressionDeg == depression && x.Light == light {
						left.N, left.Of = left.N+x.N, left.Of+x.Of
					}
				}
				if left.Of >= fewestForRate {
					out = append(out, geo.Rate{GSDM: gsd, DepressionDeg: depression, Light: light, Found: round(float64(left.N)/float64(left.Of), 3), Of: left.Of})
					left = share{}
				}
			}
		}
	}
	return out
}
