package report

import (
	"fmt"
	"io"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/harrier-patrol/harrier/leads/export"
)

// CSV writes the rows of a report as a table, as Excel reads it. Of an estimate there are three columns: the value and
// the limits of its 95 % interval.
func (r Report) CSV(w io.Writer) error {
	rows := map[string]reflect.Value{Order: reflect.ValueOf(r.Order), Register: reflect.ValueOf(r.Register), Completion: reflect.ValueOf(r.Completion), Agreement: reflect.ValueOf(r.Agreement)}[r.Report]
	out, err := export.NewTable(w)
	if err != nil {
		return err
	}
	var head []string
	kind := rows.Type().Elem()
	for i := range kind.NumField() {
		name, _, _ := strings.Cut(kind.Field(i).Tag.Get("json"), ",")
		head = append(head, name)
		if isEstimate(kind.Field(i).Type) {
			head = append(head, name+"_low", name+"_high")
		}
	}
	if err := out.Write(head); err != nil {
		return err
	}
	for i := range rows.Len() {
		var line []string
		for j := range kind.NumField() {
			v := rows.Index(i).Field(j)
			if !isEstimate(v.Type()) {
				line = append(line, text(v))
				continue
			}
			if v.Kind() == reflect.Pointer {
				if v.IsNil() {
					line = append(line, "", "", "")
					continue
				}
				v = v.Elem()
			}
			e := v.Interface().(Estimate)
			value := ""
			if e.Value != nil {
				value = text(reflect.ValueOf(*e.Value))
			}
			line = append(line, value, text(reflect.ValueOf(e.Low)), text(reflect.ValueOf(e.High)))
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func isEstimate(t reflect.Type) bool {
	return t == reflect.TypeFor[Estimate]() || t == reflect.TypeFor[*Estimate]()
}

func text(v reflect.Value) string {
	if v.Kind() == reflect.Float64 {
		return strconv.FormatFloat(math.Round(1e6*v.Float())/1e6, 'f', -1, 64)
	}
	return export.Plain(fmt.Sprint(v.Interface()))
}
