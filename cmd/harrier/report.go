package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
)

// reportCmd asks a Harrier that runs for a report.
type reportCmd struct {
	Report     string `arg:"" enum:"order,register,completion,agreement" help:"order: the street order index; register: what stands against the register; completion: what became of what was to be looked at; agreement: of first and second reviewers."`
	By         string `enum:"subdistrict,cell,street" default:"subdistrict" help:"Of order: by subdistrict, cell or street."`
	Period     string `enum:"day,week,month" default:"month" help:"Length of its periods: day, week or month."`
	From       string `help:"First day (2026-11-01); without, of this month."`
	Until      string `help:"Last day; without, today."`
	Format     string `enum:"csv,json" default:"csv" help:"csv or json."`
	Simulated  bool   `help:"Of simulated docks, instead of real ones."`
	Config     string `default:"harrier.yaml" help:"Configuration of the Harrier that runs." type:"path"`
	PortOffset int    `help:"Added to its ports."`
}

// Run prints the report.
func (x *reportCmd) Run(ctx context.Context) error {
	c, err := config.Load(x.Config)
	if err == nil {
		err = c.Shift(x.PortOffset)
	}
	if err != nil {
		return err
	}
	u := url.URL{Scheme: "http", Host: c.HTTP.Listen, Path: "/api/reports/" + x.Report}
	if x.Format == "csv" {
		u.Path += "/csv"
	}
	q := url.Values{"by": {x.By}, "period": {x.Period}, "simulated": {fmt.Sprint(x.Simulated)}}
	for k, v := range map[string]string{"from": x.From, "until": x.Until} {
		if v != "" {
			q.Set(k, v)
		}
	}
	u.RawQuery = q.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return err
	}
	token, err := c.ConsoleToken()
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := (&http.Client{Timeout: 5 * time.Minute}).Do(req)
	if err != nil {
		return fmt.Errorf("report: %w; is harrier serve running with this configuration?", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		b, _ := io.ReadAll(io.LimitReader(res.Body, 4096))
		return errors.New("report: " + res.Status + ": " + string(b))
	}
	_, err = io.Copy(os.Stdout, res.Body)
	return err
}
