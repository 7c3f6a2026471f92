// Package recognition has the commands that measure, compare and change models, and make the data sets for that.
package recognition

import (
	"fmt"
	"time"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/vision/networks"
)

// Model is the family of commands on models: files with a manifest.
type Model struct {
	Compare  modelCompareCmd  `cmd:"" help:"Measure two models on the same pictures."`
	Promote  modelPromoteCmd  `cmd:"" help:"Put a model into use from the next start on."`
	Rollback modelRollbackCmd `cmd:"" help:"Put the model that was in use before back into use."`
	Rates    modelRatesCmd    `cmd:"" help:"Write detection rates measured on flights into a model's manifest."`
	Learnt   modelLearntCmd   `cmd:"" help:"Write into a model's manifest what the pictures look like that it was trained on, so that it tells pictures unlike them."`
	List     modelListCmd     `cmd:"" help:"Say which model is in use and which were before."`
}

// historyIn reads a configuration, and the models' history with it.
func historyIn(file string) (config.Config, *networks.History, error) {
	conf, err := config.Load(file)
	if err != nil {
		return conf, nil, err
	}
	h, err := conf.ModelHistory()
	return conf, h, err
}

type modelPromoteCmd struct {
	Model  string `arg:"" help:"A model that comes with Harrier, or an .onnx file with its manifest beside it; it is copied."`
	Config string `required:"" help:"harrier.yaml of the Harrier that is to use it." type:"existingfile"`
	Why    string `required:"" help:"Why: it is written into the history."`
	By     string `help:"Who; the user of this machine where it is not given."`
}

func (c *modelPromoteCmd) Run() error {
	conf, h, err := historyIn(c.Config)
	if err != nil {
		return err
	}
	// a model that cannot run, or knows less than the scenes ask for, is not promoted
	scenes, err := conf.ReadScenes()
	if err != nil {
		return err
	}
	m, err := conf.OpenModel(c.Model, 1, scenes)
	if err != nil {
		return err
	}
	m.Close()
	man, err := h.Promote(c.Model, c.By, c.Why)
	if err != nil {
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
	_, h, err := historyIn(c.Config)
	if err != nil {
		return err
	}
	model, err := h.Rollback(c.By, c.Why)
	if err != nil {
		return err
	}
	fmt.Printf("back to %s from the next start of harrier serve on\n", model)
	return nil
}

type modelListCmd struct {
	Config string `help:"harrier.yaml." type:"path"`
}

func (c *modelListCmd) Run() error {
	conf, h, err := historyIn(c.Config)
	if err != nil {
		return err
	}
	for _, p := range h.All {
		fmt.Printf("%s  %s  %-40s %s: %s\n", p.At.Format(time.RFC3339), p.SHA[:12], p.Model, p.By, p.Why)
	}
	name, err := conf.ModelInUse()
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
