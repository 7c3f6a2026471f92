package notify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/console/accounts"
	"github.com/harrier-patrol/harrier/embedded/natstest"
)

// robot takes messages in place of DingTalk's and WeCom's servers.
type robot struct {
	got    []*http.Request
	texts  []string
	answer string
	status int
}

func (r *robot) RoundTrip(q *http.Request) (*http.Response, error) {
	b, _ := io.ReadAll(q.Body)
	var m struct {
		Type string `json:"msgtype"`
		Text struct {
			Content string `json:"content"`
		} `json:"text"`
	}
	if json.Unmarshal(b, &m) != nil || m.Type != "text" {
		return nil, errors.New("no text message: " + string(b))
	}
	r.got, r.texts = append(r.got, q), append(r.texts, m.Text.Content)
	if r.status == http.StatusFound {
		return &http.Response{StatusCode: r.status, Status: "302 Found", Header: http.Header{"Location": {"http://127.0.0.1/"}}, Body: io.NopCloser(strings.NewReader(""))}, nil
	}
	return &http.Response{StatusCode: r.status, Status: http.StatusText(r.status), Body: io.NopCloser(strings.NewReader(r.answer))}, nil
}

func client(r *robot) *http.Client {
	return &http.Client{Transport: r, CheckRedirect: still.CheckRedirect}
}

// Messages are as the robots' makers document them; what they refuse is an error, and no address with its key stands in one.
func TestMessagesAreAsRobotsTakeThem(t *testing.T) {
	ok := `{"errcode":0,"errmsg":"ok"}`
	ding := Wish{URL: "https://oapi.dingtalk.com/robot/send?access_token=KEY", Secret: "SECxyz", Topics: []string{Waiting}, Lang: "zh"}
	r := &robot{answer: ok, status: 200}
	tell := &Teller{Client: client(r), Page: "http://harrier:8080/"}
	if err := tell.Send(t.Context(), ding, "三条"); err != nil {
		t.Fatal(err)
	}
	q := r.got[0].URL.Query()
	h := hmac.New(sha256.New, []byte("SECxyz"))
	h.Write([]byte(q.Get("timestamp") + "\nSECxyz"))
	if q.Get("sign") != base64.StdEncoding.EncodeToString(h.Sum(nil)) || q.Get("access_token") != "KEY" || r.got[0].Header.Get("Content-Type") != "application/json" {
		t.Errorf("sent to %s", r.got[0].URL)
	}
	if r.texts[0] != "Harrier\n三条\nhttp://harrier:8080/" {
		t.Errorf("said %q", r.texts[0])
	}
	wecom := Wish{URL: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=KEY", Topics: []string{Due}, Lang: "en"}
	if err := tell.Send(t.Context(), wecom, "three"); err != nil || r.got[1].URL.String() != wecom.URL {
		t.Errorf("%v, to %s", err, r.got[1].URL)
	}
	for _, c := range []struct {
		status       int
		answer, says string
	}{{200, `{"errcode":310000,"errmsg":"sign not match"}`, "sign not match"}, {500, ok, "answers"}, {200, "<html>", "answers"}, {302, "", "answers"}} {
		r.status, r.answer = c.status, c.answer
		n := len(r.got)
		if err := tell.Send(t.Context(), ding, "x"); err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "KEY") {
			t.Errorf("%d %s: %v", c.status, c.answer, err)
		}
		if len(r.got) != n+1 {
			t.Errorf("%d requests: it went elsewhere", len(r.got)-n)
		}
	}
}

// Harrier is no way to other machines: only robots' hosts are sent to.
func TestOnlyRobotsAreSentTo(t *testing.T) {
	r := &robot{status: 200}
	tell := &Teller{Client: client(r)}
	for _, at := range []string{"http://oapi.dingtalk.com/robot/send", "https://127.0.0.1/", "https://oapi.dingtalk.com.evil.example/", "https://oapi.dingtalk.com@evil.example/", "https://evil.example/?oapi.dingtalk.com", "https://oapi.dingtalk.com:8443/", "file:///etc/passwd", "", "://"} {
		w := Wish{URL: at, Topics: Topics, Lang: "zh"}
		if w.Check() == nil || tell.Send(t.Context(), w, "x") == nil {
			t.Errorf("%q is taken", at)
		}
	}
	good := Wish{URL: "https://oapi.dingtalk.com/robot/send", Topics: []string{Waiting}, Lang: "zh"}
	for what, w := range map[string]Wish{"no topic": {URL: good.URL, Lang: "zh"}, "another topic": {URL: good.URL, Lang: "zh", Topics: []string{"x"}}, "no language": {URL: good.URL, Topics: Topics}, "long": {URL: good.URL + "?" + strings.Repeat("a", 600), Topics: Topics, Lang: "zh"}} {
		if w.Check() == nil {
			t.Errorf("%s is taken", what)
		}
	}
	if len(r.got) > 0 {
		t.Errorf("%d messages went out", len(r.got))
	}
}

// People are told what is new, of what they asked for, at most every half hour; again once it was done and came back; and nothing once they are disabled.
func TestPeopleAreToldWhatIsNew(t *testing.T) {
	_, _, js := natstest.Start(t)
	b, err := OpenBook(t.Context(), js)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Of(t.Context(), "li"); !errors.Is(err, ErrNone) {
		t.Fatal(err)
	}
	wish := Wish{URL: "https://oapi.dingtalk.com/robot/send?access_token=KEY", Topics: []string{Waiting, Trouble}, Lang: "en"}
	if err := b.Set(t.Context(), "li", wish); err != nil {
		t.Fatal(err)
	}
	r := &robot{answer: `{"errcode":0}`, status: 200}
	facts, gone := Facts{}, false
	tell := &Teller{Book: b, Client: client(r), Log: slog.New(slog.DiscardHandler), Facts: func(p *accounts.Person) (Facts, error) { return facts, nil },
		Who: func(_ context.Context, name string) (*accounts.Person, error) {
			if gone {
				return nil, accounts.ErrLogin
			}
			return &accounts.Person{Name: name}, nil
		}}
	now := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		after time.Duration
		facts Facts
		says  string // "" for nothing
	}{
		{0, Facts{}, ""},
		{time.Minute, Facts{Waiting: 3, Due: 9}, "review: 3"},
		{time.Minute, Facts{Waiting: 4}, ""},               // within half an hour
		{31 * time.Minute, Facts{Waiting: 4}, "review: 4"}, // it is told then
		{31 * time.Minute, Facts{Waiting: 4}, ""},          // nothing new
		{31 * time.Minute, Facts{Waiting: 0}, ""},          // all is done
		{time.Minute, Facts{Waiting: 2}, "review: 2"},      // and more came
		{31 * time.Minute, Facts{Waiting: 2, Troubles: []string{"disk"}}, "disk"},
		{31 * time.Minute, Facts{Waiting: 2, Troubles: []string{"disk"}}, ""},
		{31 * time.Minute, Facts{Waiting: 2}, ""},
		{31 * time.Minute, Facts{Waiting: 2, Troubles: []string{"disk"}}, "disk"}, // again
	} {
		now, facts = now.Add(c.after), c.facts
		n := len(r.texts)
		tell.look(t.Context(), now)
		switch said := strings.Join(r.texts[n:], "|"); {
		case c.says == "" && said != "":
			t.Errorf("%+v: told %q", c.facts, said)
		case !strings.Contains(said, c.says) || strings.Contains(said, "due"):
			t.Errorf("%+v: told %q, not %q", c.facts, said, c.says)
		}
	}
	// a message that is not taken is sent the next time
	r.status = 500
	facts = Facts{Waiting: 9}
	tell.look(t.Context(), now.Add(time.Hour))
	r.status = 200
	n := len(r.texts)
	if tell.look(t.Context(), now.Add(time.Hour+time.Minute)); len(r.texts) != n+1 {
		t.Error("what was not taken is not sent again")
	}
	gone, facts, n = true, Facts{Waiting: 99}, len(r.texts)
	tell.look(t.Context(), now.Add(3*time.Hour))
	if gone = false; len(r.texts) != n {
		t.Error("who is disabled is told")
	}
	if err := b.Forget(t.Context(), "li"); err != nil {
		t.Fatal(err)
	}
	if tell.look(t.Context(), now.Add(4*time.Hour)); len(r.texts) != n {
		t.Error("who wants to be told nothing is told")
	}
}
