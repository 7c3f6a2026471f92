package cloudapi

import (
	"os"
	"strings"
	"testing"
)

func TestEveryPublishedCodeHasAdvice(t *testing.T) {
	used := map[string]bool{}
	for code, p := range codes() {
		used[p.cause] = true
		a := AdviceOn(code)
		if !a.Published || a.Meaning == "" || a.Do == "" || a.Response == "" {
			t.Errorf("%d: %+v", code, a)
		}
	}
	if len(codes()) != 443 {
		t.Errorf("%d codes, the list has 443", len(codes()))
	}
	for c := range causes {
		if !used[c] {
			t.Errorf("no code is of cause %q", c)
		}
	}
}

func TestCodesAreThoseOfTheList(t *testing.T) {
	b, err := os.ReadFile("../../../shared/dji/error-codes.tsv")
	if err != nil {
		t.Skip("no ../shared/dji here: the list is not compared")
	}
	for _, line := range strings.Split(strings.TrimSpace(string(b)), "\n")[1:] {
		if !strings.Contains(errorCodes, "\n"+strings.TrimRight(line, "\r")+"\t") {
			t.Errorf("missing or changed: %s", line)
		}
	}
}

func TestWhatAnErrorSays(t *testing.T) {
	for code, want := range map[int][]string{
		316026: {"flighttask_execute", "DOCK7", "316026", "emergency stop", "release the dock"},
		513001: {"live_start_push", "DOCK7", "513001", "does not publish"},
	} {
		method := map[int]string{316026: "flighttask_execute", 513001: "live_start_push"}[code]
		said := (&Error{"DOCK7", method, code}).Error()
		for _, w := range want {
			if !strings.Contains(said, w) {
				t.Errorf("%d: %q lacks %q", code, said, w)
			}
		}
	}
	for code, want := range map[int]Response{316026: Ground, 514134: Wait, 321515: Skip, 513006: Retry, 999999: Retry} {
		if got := AdviceOn(code).Response; got != want {
			t.Errorf("%d: %s, want %s", code, got, want)
		}
	}
}
