package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

func TestTheTypesAreThoseOfTheTable(t *testing.T) {
	table, err := os.ReadFile("../messages.txt")
	if err != nil {
		t.Fatal(err)
	}
	want, err := generate(table)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../generated.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("generated.go is not what messages.txt says: run go generate ./dock/cloudapi")
	}
}

func TestALineThatIsNotUnderstoodIsNamed(t *testing.T) {
	for table, want := range map[string]string{
		"## Part\nvalues Gear int":              "line 2",
		"data Route\n\turl":                     "line 2",
		"\turl string":                          "line 1",
		"data Route // of a flight\nurl string": "line 2",
		"messages events\n\tflight_ready":       "line 2",
		"data Route{\n\turl string":             "no Go",
	} {
		if _, err := generate([]byte(table)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", table, err)
		}
	}
}

func TestGoNames(t *testing.T) {
	for wire, want := range map[string]string{"flight_id": "FlightID", "4g_quality": "FourGQuality", "flighttask_prepare": "FlightTaskPrepare", "": "", "_x__y": "XY"} {
		if got := goName(wire); got != want {
			t.Errorf("%q: %q, wanted %q", wire, got, want)
		}
	}
}
