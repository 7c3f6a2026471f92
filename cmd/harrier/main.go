// Command harrier flies a city district's drone docks, watches their video and hands over leads. This package is the only
// place where the rooms are put together.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/harrier-patrol/harrier/cmd/harrier/bench"
	"github.com/harrier-patrol/harrier/cmd/harrier/demo"
	"github.com/harrier-patrol/harrier/cmd/harrier/doctor"
	"github.com/harrier-patrol/harrier/cmd/harrier/planning"
	"github.com/harrier-patrol/harrier/cmd/harrier/progress"
	"github.com/harrier-patrol/harrier/cmd/harrier/recognition"
	"github.com/harrier-patrol/harrier/cmd/harrier/stills"
	"github.com/harrier-patrol/harrier/console"
)

// cli is every command of the program.
type cli struct {
	Inspect     stills.Inspect      `cmd:"" help:"Look at stills and recordings from disk."`
	Change      stills.Change       `cmd:"" help:"Mark what was built or pulled down between two pictures of one place."`
	Eval        recognition.Eval    `cmd:"" help:"Measure a model on labelled pictures."`
	Dataset     recognition.Dataset `cmd:"" help:"Make data sets of reviewed leads."`
	Model       recognition.Model   `cmd:"" help:"Compare, promote and roll back models."`
	Locate      stills.Locate       `cmd:"" help:"Put pixels of a still on the ground."`
	Geo         geoCmd              `cmd:"" help:"Grid, fences and register: check, import, ask."`
	Calibrate   stills.Calibrate    `cmd:"" help:"Correct reported heights and yaws by overlapping stills."`
	Demo        demo.Cmd            `cmd:"" help:"Simulated docks, and Harrier beside them."`
	Serve       serveCmd            `cmd:"" help:"Run Harrier for the docks of a configuration."`
	Leads       leadsCmd            `cmd:"" help:"List the leads of a Harrier that runs."`
	Report      reportCmd           `cmd:"" help:"Street order index, register, completion, and agreement of reviewers."`
	Index       indexCmd            `cmd:"" help:"The index of leads."`
	Evidence    evidenceCmd         `cmd:"" help:"Prove what was recorded: verify it, and pack it for a court."`
	Dock        dockCmd             `cmd:"" help:"Give docks credentials, and take them away."`
	NATS        natsCmd             `cmd:"" name:"nats" help:"Users of NATS, and what each may do."`
	DeadLetters deadLettersCmd      `cmd:"" name:"dead-letters" help:"Messages that could not be worked off: list them, and send them again."`
	Controller  controllerCmd       `cmd:"" help:"Fly the docks of a configuration, and nothing else."`
	Plan        planning.Plan       `cmd:"" help:"Plan a day: what departments ask for becomes joint flights of the docks."`
	Route       planning.Route      `cmd:"" help:"Make the route over one area or along one line."`
	Requests    planning.Requests   `cmd:"" help:"What departments ask to be looked at: import, list, report."`
	Siting      planning.Siting     `cmd:"" help:"Choose where docks should stand, and prove that no other choice reaches more."`
	Account     accountCmd          `cmd:"" help:"Who may come to the page: accounts, roles, passwords."`
	Calendar    calendarCmd         `cmd:"" help:"Show what is planned: flights, windows, batteries, approvals, and what cannot be flown."`
	Diary       diaryCmd            `cmd:"" help:"Write the diary of a shift: what flew, what did not and why, who did what."`
	Docksim     docksimCmd          `cmd:"" help:"Run simulated docks over a made-up town."`
	Bench       bench.Cmd           `cmd:"" help:"Measure."`
	Doctor      doctor.Cmd          `cmd:"" help:"Check libraries, model, configuration, ports and services."`
	OpenAPI     openapiCmd          `cmd:"" name:"openapi" hidden:"" help:"Print the console's OpenAPI document."`
	Render      recognition.Render  `cmd:"" hidden:"" help:"Render labelled frames of made-up towns, for training."`
}

// Exit codes: 0 all good, 1 some inputs failed, 2 unusable call.
const (
	exitSomeFailed = 1
	exitUnusable   = 2
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	var c cli
	parser := kong.Must(&c, kong.Name("harrier"), kong.Description("Drone docks on patrol, and leads that can be relied on."),
		kong.UsageOnError(), kong.WithHyphenPrefixedParameters(true), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	k, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "harrier:", err)
		return exitUnusable
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	k.BindTo(ctx, (*context.Context)(nil))
	if err := k.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "harrier:", err)
		if errors.As(err, new(progress.SomeFailed)) {
			return exitSomeFailed
		}
		return exitUnusable
	}
	return 0
}

type openapiCmd struct{}

func (openapiCmd) Run() error {
	b, err := console.OpenAPI()
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(b)
	return err
}
