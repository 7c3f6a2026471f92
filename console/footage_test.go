package console

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/harrier-patrol/harrier/console/accounts"
)

// The video of a flight is read by nobody who has not said why, and by no role that may not.
func TestFootageIsOpenedWithAReason(t *testing.T) {
	x := newHouse(t)
	for name, data := range map[string]string{"F1.json": `{"id": "F1", "flight": "F1"}`, "F1.mp4": "a film", "F1.jsonl": ""} {
		if err := os.WriteFile(filepath.Join(x.options.Footage.Dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	video := func(who string) int { return x.ask(who, http.MethodGet, "/api/flights/F1/video", "").Code }
	if a, b, c := video("analyst"), video("viewer"), video(""); a != 403 || b != 403 || c != 401 {
		t.Errorf("before it is opened: %d, %d, %d", a, b, c)
	}
	for _, none := range []string{"", "  "} {
		if a := x.ask("analyst", http.MethodPost, "/api/flights/F1/open", fmt.Sprintf(`{"reason": %q}`, none)); a.Code != 422 {
			t.Errorf("no reason: %d", a.Code)
		}
	}
	if a := x.ask("analyst", http.MethodPost, "/api/flights/F1/open", `{"reason": "a complaint"`+strings.Repeat(" ", 8000)+`}`); a.Code != 200 {
		t.Fatalf("%d: %s", a.Code, a.Body)
	}
	if d := x.deeds[len(x.deeds)-1]; d.By != "analyst" || d.Do != "POST /api/flights/F1/open" || !bytes.Contains(d.What, []byte("a complaint")) {
		t.Errorf("in the audit log is %+v", d)
	}
	part := func(r *http.Request) { r.Header.Set("Range", "bytes=2-3") }
	if a := x.ask("analyst", http.MethodGet, "/api/flights/F1/video", "", part); a.Code != 206 || a.Body.String() != "fi" {
		t.Errorf("a part: %d, %s", a.Code, a.Body)
	}
	if a, b := video("analyst"), video("legal"); a != 200 || b != 403 {
		t.Errorf("opened by the analyst: %d for him, %d for another", a, b)
	}
	x.add("of one subdistrict", accounts.Operator, "310115004")
	for _, a := range []answer{x.ask("of one subdistrict", http.MethodGet, "/api/flights", ""), x.ask("of one subdistrict", http.MethodPost, "/api/flights/F1/open", `{"reason": "r"}`)} {
		if a.Code != 403 {
			t.Errorf("who sees one subdistrict: %d: %s", a.Code, a.Body)
		}
	}
	for _, id := range []string{"..%2fF1", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "F2"} {
		if a := x.ask("analyst", http.MethodPost, "/api/flights/"+id+"/open", `{"reason": "r"}`); a.Code < 400 || a.Code >= 500 {
			t.Errorf("%s: %d", id, a.Code)
		}
	}
}
