// Package handover takes leads to systems without NATS: signed webhooks, and a file every night.
package handover

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
)

// Webhook is where revisions of leads go over HTTP, signed as standard-webhooks has it.
type Webhook struct {
	URL       string   `yaml:"url"`
	Secret    string   `yaml:"secret"`    // whsec_ and 24 to 64 bytes in base64
	States    []string `yaml:"states"`    // of leads that are sent; empty: confirmed
	Simulated bool     `yaml:"simulated"` // those of simulated docks instead of real ones: to try it

	name string
	key  []byte
	http *http.Client
	log  *slog.Logger

	mu      sync.Mutex
	failing time.Time // since when nothing is taken; zero where all is well
	why     string
}

// secretPrefix begins secrets.
const secretPrefix = "whsec_"

// sendWait is how long a receiver may take.
const sendWait = 15 * time.Second

// Open checks a webhook.
func (w *Webhook) Open(log *slog.Logger) error {
	u, err := url.Parse(w.URL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return fmt.Errorf("webhook: %q is no address like https://host/path", w.URL)
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(w.Secret, secretPrefix))
	if err != nil || !strings.HasPrefix(w.Secret, secretPrefix) || len(key) < 24 || len(key) > 64 {
		return fmt.Errorf("webhook %s: its secret is to be %s and 24 to 64 bytes in base64: echo %s$(openssl rand -base64 32)", u.Redacted(), secretPrefix, secretPrefix)
	}
	if len(w.States) == 0 {
		w.States = []string{leads.Confirmed}
	}
	for _, s := range w.States {
		if !slices.Contains(leads.States, s) {
			return fmt.Errorf("webhook %s: states: %q is none of %s", u.Redacted(), s, strings.Join(leads.States, ", "))
		}
	}
	w.key, w.log, w.name = key, log, "webhook-"+journal.Key(w.URL)[:16]
	w.http = &http.Client{Timeout: sendWait, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return nil
}

func (w *Webhook) stream() string {
	if w.Simulated {
		return "SIMLEADS"
	}
	return "LEADS"
}

// Run sends what comes from the moment on that the webhook was first configured, one revision after the other, so that never two of one lead are under
// way; what is not taken is sent again until it is. ctx ends it.
func (w *Webhook) Run(ctx context.Context, js jetstream.JetStream) error {
	c := journal.Consumer{Stream: w.stream(), Name: w.name, Wait: 2 * sendWait, AtOnce: 1, New: true}
	return journal.Consume(ctx, js, c, w.log, func(ctx context.Context, m journal.Msg) error {
		l, remind, err := leads.ReadMessage(m.Data)
		if err != nil {
			return journal.Permanent(err)
		}
		if remind != nil || !slices.Contains(w.States, l.State) {
			return nil
		}
		err = w.send(ctx, l.ID(), m.Data)
		w.note(err)
		return err
	})
}

// errRefused says that a receiver does not want a message: sending it again would not help.
var errRefused = errors.New("the receiver refuses it")

// send sends a message once.
func (w *Webhook) send(ctx context.Context, id string, body []byte) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return journal.Permanent(err)
	}
	at := time.Now()
	r.Header.Set("Content-Type", "application/cloudevents+json")
	r.Header.Set("webhook-id", id)
	r.Header.Set("webhook-timestamp", strconv.FormatInt(at.Unix(), 10))
	r.Header.Set("webhook-signature", "v1,"+sign(w.key, id, at, body))
	resp, err := w.http.Do(r)
	if err != nil {
		return fmt.Errorf("%w: %w", journal.ErrUnavailable, err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
	switch code := resp.StatusCode; {
	case code >= 200 && code < 300:
		return nil
	case code >= 400 && code < 500 && code != http.StatusRequestTimeout && code != http.StatusTooManyRequests:
		return journal.Permanent(fmt.Errorf("%w: it answers %s", errRefused, resp.Status))
	default:
		return fmt.Errorf("%w: the receiver answers %s", journal.ErrUnavailable, resp.Status)
	}
}

// sign is the signature of a message: HMAC-SHA256 over its id, its time and its body.
func sign(key []byte, id string, at time.Time, body []byte) string {
	h := hmac.New(sha256.New, key)
	fmt.Fprintf(h, "%s.%d.", id, at.Unix())
	h.Write(body)
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

func (w *Webhook) note(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !errors.Is(err, journal.ErrUnavailable) {
		w.failing, w.why = time.Time{}, ""
		return
	}
	if w.failing.IsZero() {
		w.failing = time.Now()
	}
	w.why = err.Error()
}

// Queue is what waits for a webhook.
type Queue struct {
	URL     string    `json:"url"`
	Waiting uint64    `json:"waiting" doc:"Revisions in the stream that were not looked at yet"`
	Failing time.Time `json:"failing_since,omitzero"`
	Why     string    `json:"why,omitempty"`
}

// Queue says what waits.
func (w *Webhook) Queue(ctx context.Context, js jetstream.JetStream) (Queue, error) {
	u, _ := url.Parse(w.URL)
	w.mu.Lock()
	q := Queue{URL: u.Redacted(), Failing: w.failing, Why: w.why}
	w.mu.Unlock()
	c, err := js.Consumer(ctx, w.stream(), w.name)
	if err != nil {
		return q, err
	}
	i := c.CachedInfo()
	q.Waiting = i.NumPending + uint64(i.NumAckPending)
	return q, nil
}

// troubleAfter is how long a webhook may fail until it is a trouble.
const troubleAfter = time.Minute

// Trouble says that a webhook takes nothing; "" where all is well.
func (w *Webhook) Trouble() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failing.IsZero() || time.Since(w.failing) < troubleAfter {
		return ""
	}
	u, _ := url.Parse(w.URL)
	return fmt.Sprintf("webhook %s takes nothing since %s: %s", u.Redacted(), w.failing.Format(time.DateTime), w.why)
}
