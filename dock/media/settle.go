package media

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/uploads"
)

// settle closes accounts: those that are complete, and those that are due. Before it says that a file is missing it looks whether it lies
// in the bucket all the same.
func (b *Book) settle(ctx context.Context) {
	now := b.o.Clock.Now()
	b.mu.Lock()
	var due []string
	for flight, m := range b.open {
		full := !m.Ended.IsZero() && len(m.missing()) == 0 && len(m.Files) >= m.Counted
		if full || !m.Due.IsZero() && now.After(m.Due) {
			due = append(due, flight)
		}
	}
	b.mu.Unlock()
	changed := false // by another controller
	for _, flight := range due {
		b.mu.Lock()
		m := b.open[flight]
		short := m != nil && (len(m.missing()) > 0 || len(m.Files) < m.Counted)
		b.mu.Unlock()
		if m == nil {
			continue
		}
		if short && b.untold(ctx, flight) {
			continue
		}
		b.mu.Lock()
		m.Missing, m.State = m.missing(), Complete
		if len(m.Missing) > 0 {
			m.State = Incomplete
		}
		err := b.keep(ctx, m)
		if err == nil {
			err = b.tell(ctx, m)
		}
		switch {
		case err == nil:
			delete(b.open, flight)
		case keptElsewhere(err):
			delete(b.open, flight)
			changed = true
		default:
			m.State = Awaited
			if ctx.Err() == nil {
				b.o.Log.Error("media", "dock", b.o.SN, "flight", flight, "error", err)
			}
		}
		b.mu.Unlock()
	}
	if changed && b.o.Held() {
		if err := b.Resume(ctx); err != nil && ctx.Err() == nil {
			b.o.Log.Error("media", "dock", b.o.SN, "error", err)
		}
	}
}

// untold takes in what lies in the bucket for a flight without the dock's having said so; true where something was found.
func (b *Book) untold(ctx context.Context, flight string) (found bool) {
	keys, err := b.o.Depot.Uploads.List(ctx, uploads.Prefix(b.o.SN)+"/")
	if err != nil {
		b.o.Log.Warn("what docks uploaded cannot be listed", "dock", b.o.SN, "error", err)
		return false
	}
	for _, k := range keys {
		if !slices.Contains(strings.Split(k, "/"), flight) {
			continue
		}
		u := cloudapi.FileUploadCallback{File: cloudapi.MediaFile{ObjectKey: k, Name: path.Base(k), Ext: cloudapi.MediaExt{FlightID: flight}}}
		b.mu.Lock()
		known := slices.ContainsFunc(b.account(ctx, flight).Files, func(f File) bool { return f.Key == k })
		b.mu.Unlock()
		if known {
			continue
		}
		if err := b.arrived(ctx, u, false); err != nil {
			b.o.Log.Warn("uploaded file not taken in", "dock", b.o.SN, "flight", flight, "file", k, "error", err)
			continue
		}
		found = true
	}
	return found
}

// Uploaded queues a file that the dock says it has uploaded; answer is called once it is taken in.
func (b *Book) Uploaded(u *cloudapi.FileUploadCallback, answer func()) error {
	select {
	case b.in <- uploaded{*u, answer}:
		return nil
	default:
		return fmt.Errorf("%d uploaded files wait already; the dock says this one again, else it is looked for in the bucket", maxUploads)
	}
}

// tell publishes what became of a flight's media as a fact.
func (b *Book) tell(ctx context.Context, m *Account) error {
	v, err := json.Marshal(m)
	if err == nil {
		_, err = b.o.JS.Publish(ctx, Subject+b.o.SN, v)
	}
	if err != nil {
		return fmt.Errorf("media of flight %s not told: %w", m.Flight, err)
	}
	if m.State == Incomplete {
		b.o.Log.Warn("media of a flight are missing", "dock", b.o.SN, "flight", m.Flight, "arrived", len(m.Files), "missing", strings.Join(m.Missing, "; "))
	}
	return nil
}
