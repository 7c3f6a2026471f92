// Package notify tells people of what waits for them by the robots of DingTalk and WeCom, as each of them has set it.
package notify

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/console/accounts"
	"github.com/harrier-patrol/harrier/journal"
)

// What somebody can be told of.
const (
	Waiting = "waiting" // leads that wait for their review
	Due     = "due"     // leads whose next step is due within a day
	Trouble = "trouble" // what keeps Harrier from working
)

// Topics are all of them.
var Topics = []string{Waiting, Due, Trouble}

// hosts are the kinds of robots by the host that takes their messages. Nothing is sent to any other.
var hosts = map[string]string{"oapi.dingtalk.com": "dingtalk", "qyapi.weixin.qq.com": "wecom"}

// Wish is what somebody wants to be told, and by which robot.
type Wish struct {
	URL    string   `json:"url"`              // of the robot, with its key
	Secret string   `json:"secret,omitempty"` // DingTalk's, for signed messages
	Topics []string `json:"topics"`
	Lang   string   `json:"lang"` // zh or en
}

// Check says what is wrong with a wish.
func (w Wish) Check() error {
	u, err := url.Parse(w.URL)
	if err != nil || u.Scheme != "https" || hosts[u.Host] == "" {
		return errors.New("url: the address of a robot, as DingTalk (https://oapi.dingtalk.com/robot/send?…) or WeCom (https://qyapi.weixin.qq.com/cgi-bin/webhook/send?…) shows it")
	}
	if len(w.URL) > 500 || len(w.Secret) > 200 {
		return errors.New("url: too long for a robot's address")
	}
	if len(w.Topics) == 0 {
		return errors.New("topics: say what you want to be told, or delete the notification")
	}
	for _, t := range w.Topics {
		if !slices.Contains(Topics, t) {
			return fmt.Errorf("topics: %q is none of %v", t, Topics)
		}
	}
	if w.Lang != "zh" && w.Lang != "en" {
		return errors.New("lang: zh or en")
	}
	return nil
}

// Host is that of the robot.
func (w Wish) Host() string {
	u, err := url.Parse(w.URL)
	if err != nil {
		return ""
	}
	return u.Host
}

// Book keeps wishes, by account.
type Book struct{ kv jetstream.KeyValue }

// ErrNone says that somebody has no wish.
var ErrNone = errors.New("you are told nothing yet")

// OpenBook opens the store of wishes, and makes it where there is none.
func OpenBook(ctx context.Context, js jetstream.JetStream) (*Book, error) {
	kv, err := js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: "notices", Description: "whom to tell what, by account", MaxBytes: 16 << 20})
	if err != nil {
		return nil, fmt.Errorf("key-value notices: %w; does NATS run with JetStream?", err)
	}
	return &Book{kv}, nil
}

// Of is the wish of an account.
func (b *Book) Of(ctx context.Context, account string) (w Wish, err error) {
	e, err := b.kv.Get(ctx, journal.Key(account))
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return w, ErrNone
	}
	if err != nil {
		return w, err
	}
	var k kept
	err = json.Unmarshal(e.Value(), &k)
	return k.Wish, err
}

// Set keeps an account's wish.
func (b *Book) Set(ctx context.Context, account string, w Wish) error {
	if err := w.Check(); err != nil {
		return err
	}
	data, err := json.Marshal(kept{account, w})
	if err == nil {
		_, err = b.kv.Put(ctx, journal.Key(account), data)
	}
	return err
}

// Forget deletes it.
func (b *Book) Forget(ctx context.Context, account string) error {
	return b.kv.Delete(ctx, journal.Key(account))
}

// kept is a wish as it is kept.
type kept struct {
	Account string `json:"account"`
	Wish    Wish   `json:"wish"`
}

func (b *Book) all(ctx context.Context) (out []kept, err error) {
	keys, err := b.kv.ListKeys(ctx)
	if err != nil {
		return nil, err
	}
	for key := range keys.Keys() {
		e, err := b.kv.Get(ctx, key)
		if errors.Is(err, jetstream.ErrKeyNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		var k kept
		if err := json.Unmarshal(e.Value(), &k); err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return out, nil
}

// Facts are what somebody can be told now.
type Facts struct {
	Waiting, Due int
	Troubles     []string
}

// Teller tells people.
type Teller struct {
	Book  *Book
	Facts func(*accounts.Person) (Facts, error) // of the leads that somebody sees and may review
	Who   func(ctx context.Context, account string) (*accounts.Person, error)
	Page  string // address of the console, for the messages
	Log   *slog.Logger
	// Client sends; nil is one that follows no redirect.
	Client *http.Client

	told map[string]told // by account, of those who want to be told; it belongs to look
}

// told is what somebody was told last.
type told struct {
	facts Facts
	at    time.Time
}

// How often it is looked what there is to tell, and how seldom the same topic is told again while it grows.
const (
	lookEvery  = time.Minute
	againAfter = 30 * time.Minute
	sendWithin = 10 * time.Second
)

// Run tells people until ctx ends.
func (t *Teller) Run(ctx context.Context) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			t.look(ctx, time.Now())
		}
	}
}

// look tells everybody what is new to them.
func (t *Teller) look(ctx context.Context, now time.Time) {
	all, err := t.Book.all(ctx)
	if err != nil {
		if ctx.Err() == nil {
			t.Log.Warn("notifications cannot be read", "error", err)
		}
		return
	}
	was := t.told
	t.told = map[string]told{}
	for _, k := range all {
		t.told[k.Account] = was[k.Account]
		p, err := t.Who(ctx, k.Account)
		if err != nil {
			continue // disabled, or gone: told nothing
		}
		f, err := t.Facts(p)
		if err != nil {
			t.Log.Warn("what waits for somebody cannot be counted", "account", k.Account, "error", err)
			continue
		}
		// what is done meanwhile is news when it comes again
		was := t.told[k.Account]
		was.facts.Waiting, was.facts.Due = min(was.facts.Waiting, f.Waiting), min(was.facts.Due, f.Due)
		was.facts.Troubles = slices.DeleteFunc(slices.Clone(was.facts.Troubles), func(x string) bool { return !slices.Contains(f.Troubles, x) })
		t.told[k.Account] = was
		text := news(k.Wish, was.facts, f)
		if text == "" || now.Sub(was.at) < againAfter {
			continue
		}
		if err := t.Send(ctx, k.Wish, text); err != nil {
			t.Log.Warn("a notification is not taken", "account", k.Account, "error", err)
			continue // it is tried again the next time
		}
		t.told[k.Account] = told{f, now}
	}
}

// news is what somebody who was told of some facts has not been told yet: more that waits or is due, another trouble. "" for nothing.
func news(w Wish, was, is Facts) string {
	zh := w.Lang == "zh"
	say := func(chinese, english string, n int) string {
		if zh {
			return fmt.Sprintf(chinese, n)
		}
		return fmt.Sprintf(english, n)
	}
	var lines []string
	if slices.Contains(w.Topics, Waiting) && is.Waiting > was.Waiting {
		lines = append(lines, say("待您审核的线索：%d 条", "Leads that wait for your review: %d", is.Waiting))
	}
	if slices.Contains(w.Topics, Due) && is.Due > was.Due {
		lines = append(lines, say("24 小时内到期的线索：%d 条", "Leads due within 24 hours: %d", is.Due))
	}
	if slices.Contains(w.Topics, Trouble) {
		for _, x := range is.Troubles {
			if !slices.Contains(was.Troubles, x) {
				lines = append(lines, x)
			}
		}
	}
	return strings.Join(lines, "\n")
}

// maxReply bounds what is read of a robot's answer, bytes.
const maxReply = 4 << 10

// Send sends a text to a robot.
func (t *Teller) Send(ctx context.Context, w Wish, text string) error {
	if err := w.Check(); err != nil {
		return err
	}
	to, err := url.Parse(w.URL)
	if err != nil {
		return err
	}
	if hosts[to.Host] == "dingtalk" && w.Secret != "" {
		// https://open.dingtalk.com/document/robots/customize-robot-security-settings
		at := strconv.FormatInt(time.Now().UnixMilli(), 10)
		h := hmac.New(sha256.New, []byte(w.Secret))
		h.Write([]byte(at + "\n" + w.Secret))
		q := to.Query()
		q.Set("timestamp", at)
		q.Set("sign", base64.StdEncoding.EncodeToString(h.Sum(nil)))
		to.RawQuery = q.Encode()
	}
	body, err := json.Marshal(map[string]any{"msgtype": "text", "text": map[string]string{"content": "Harrier\n" + text + "\n" + t.Page}})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, sendWithin)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := cmp.Or(t.Client, still).Do(r)
	if err != nil {
		var e *url.Error
		if errors.As(err, &e) { // its address has the key in it
			err = e.Err
		}
		return fmt.Errorf("the robot is not reached: %w", err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(io.LimitReader(res.Body, maxReply))
	if err != nil {
		return fmt.Errorf("the robot does not answer: %w", err)
	}
	var answer struct {
		Code int    `json:"errcode"`
		Said string `json:"errmsg"`
	}
	if err := json.Unmarshal(data, &answer); err != nil || res.StatusCode != http.StatusOK {
		return fmt.Errorf("the robot answers %s, and nothing that can be read", res.Status)
	}
	if answer.Code != 0 {
		return fmt.Errorf("the robot refuses: %s (%d)", answer.Said, answer.Code)
	}
	return nil
}

// still follows no redirect: a robot's host sends nobody elsewhere.
var still = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
