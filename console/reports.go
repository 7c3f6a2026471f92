package console

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/harrier-patrol/harrier/leads/report"
)

// reportQuery says which report is asked for.
type reportQuery struct {
	Report    string `path:"report" enum:"order,register,completion,agreement" doc:"order: the street order index; register: what stands against the register; completion: what became of what was to be looked at; agreement: of first and second reviewers"`
	By        string `query:"by" enum:"subdistrict,cell,street" default:"subdistrict" doc:"Of order"`
	Period    string `query:"period" enum:"day,week,month" default:"month"`
	From      string `query:"from" doc:"First day (2026-11-01); without: of this month" pattern:"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"`
	Until     string `query:"until" doc:"Last day; without: today" pattern:"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"`
	Simulated bool   `query:"simulated" doc:"Of simulated docks, instead of real ones"`
}

func (q *reportQuery) read(ctx context.Context, o Options) (report.Report, error) {
	now := time.Now().In(o.Reports.Zone)
	day := func(s string, otherwise time.Time) (time.Time, error) {
		return time.ParseInLocation(time.DateOnly, cmp.Or(s, otherwise.Format(time.DateOnly)), o.Reports.Zone)
	}
	from, err := day(q.From, now.AddDate(0, 0, 1-now.Day()))
	if err != nil {
		return report.Report{}, huma.Error422UnprocessableEntity("from: " + err.Error())
	}
	until, err := day(q.Until, now)
	if err != nil {
		return report.Report{}, huma.Error422UnprocessableEntity("until: " + err.Error())
	}
	r, err := o.Reports.Read(ctx, report.Asked{Report: q.Report, By: q.By, Length: q.Period, From: from, Until: until.AddDate(0, 0, 1), Simulated: q.Simulated})
	switch {
	case errors.Is(err, report.ErrAsked):
		return r, huma.Error422UnprocessableEntity(err.Error())
	case err != nil:
		return r, huma.Error503ServiceUnavailable("the report cannot be made now: " + err.Error())
	}
	return r.Among(person(ctx).Subdistricts), nil
}

// reportsAPI makes reports, as JSON and as tables.
func reportsAPI(h huma.API, o Options) {
	huma.Get(h, "/api/reports/{report}", func(ctx context.Context, in *reportQuery) (*body[report.Report], error) {
		r, err := in.read(ctx, o)
		if err != nil {
			return nil, err
		}
		return &body[report.Report]{r}, nil
	}, may(anybody...))
	type table struct {
		ContentType string `header:"Content-Type"`
		Body        []byte
	}
	huma.Get(h, "/api/reports/{report}/csv", func(ctx context.Context, in *reportQuery) (*table, error) {
		r, err := in.read(ctx, o)
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		if err := r.CSV(&b); err != nil {
			return nil, err
		}
		return &table{"text/csv; charset=utf-8", b.Bytes()}, nil
	}, may(anybody...), answersWith("text/csv"))
}
