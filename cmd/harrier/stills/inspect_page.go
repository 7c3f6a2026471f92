package stills

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"sort"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/leads/export"
	"github.com/harrier-patrol/harrier/leads/ledger"
)

var summaryPage = template.Must(template.New("summary").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Harrier: inspection</title>
<style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem;color:#222}table{border-collapse:collapse;width:100%}td,th{padding:.4rem .7rem;border-bottom:1px solid #ddd;text-align:left;vertical-align:top}img{max-width:420px;border-radius:4px}.bad{color:#b00020}.note{color:#8a5a00}</style>
<h1>Inspection</h1>
<p>{{len .Rows}} files, {{len .Leads}} leads. Boxes are drawn from score 0.3; <a href="detections.jsonl">detections.jsonl</a> has all from 0.05, <a href="leads.geojson">leads.geojson</a> the leads.</p>
{{if .Leads}}<h2>Leads</h2><table><tr><th>scene</th><th>what</th><th>position (WGS-84)</th><th>± 95 %</th><th>grid cell</th><th>score</th><th>seen in</th></tr>
{{range .Leads}}<tr><td>{{.Scene}}</td><td>{{.Class}}{{range $what, $is := .Attributes}}, {{$what}} {{$is}}{{end}}</td><td>{{printf "%.6f, %.6f" .Lon .Lat}}</td><td>{{printf "%.1f m" .Ellipse.MajorM}}</td><td>{{.Cell}}</td><td>{{printf "%.2f" .Score}}</td><td>{{.FrameURL}}</td></tr>{{end}}</table>{{end}}
<h2>Files</h2><table><tr><th>file</th><th>seen</th><th></th></tr>
{{range .Rows}}<tr><td>{{.File}}{{if .Failed}}<p class="bad">{{.Note}}</p>{{else}}<p>{{.Width}} x {{.Height}}, {{if .Located}}located{{else}}not located{{end}}</p>{{if .Note}}<p class="note">{{.Note}}</p>{{end}}{{end}}</td><td>{{.Detections}} detections<br>{{.Classes}}</td><td>{{if .Picture}}<a href="{{.Picture}}"><img loading="lazy" src="{{.Picture}}"></a>{{end}}</td></tr>{{end}}</table></html>
`))

// finish writes leads.geojson and summary.html, and publishes where asked.
func (in *inspection) finish(ctx context.Context) error {
	found, err := in.leads()
	if err != nil {
		return err
	}
	var points bytes.Buffer
	if err := export.GeoJSON(&points, export.Of(found)); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(in.c.Out, "leads.geojson"), points.Bytes(), 0o644); err != nil {
		return err
	}
	sort.SliceStable(in.rows, func(i, j int) bool { return in.rows[i].Failed && !in.rows[j].Failed })
	f, err := os.Create(filepath.Join(in.c.Out, "summary.html"))
	if err != nil {
		return err
	}
	defer f.Close()
	if err := summaryPage.Execute(f, map[string]any{"Rows": in.rows, "Leads": found}); err != nil {
		return err
	}
	if in.c.NATS == "" {
		return f.Close()
	}
	nc, err := nats.Connect(in.c.NATS)
	if err != nil {
		return fmt.Errorf("--nats %s: %w", in.c.NATS, err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		return err
	}
	for _, l := range found {
		if err := ledger.Publish(ctx, js, l); err != nil {
			return fmt.Errorf("publish to %s: %w; does a stream take leads.> there (harrier serve makes it)?", in.c.NATS, err)
		}
	}
	return f.Close()
}
