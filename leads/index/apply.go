package index

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/harrier-patrol/harrier/leads"
)

// Kept is a revision as a stream keeps it, or a reminder.
type Kept struct {
	Stream string
	Made   time.Time // when the stream was made
	Seq    uint64
	Lead   leads.Lead // without a name: none is kept under this number
	Remind *leads.Reminder
	body   []byte // of a lead, as it is kept in the index; Prepare makes both
	text   string
}

// Prepare does what needs no index, so that many processors can do it; Apply does it where it was not done.
func (k *Kept) Prepare() (err error) {
	if k.Lead.Lead == "" || k.body != nil {
		return nil
	}
	k.Lead.FrameURL, k.Lead.CropURL = "", "" // made of the hashes when a lead is handed on
	k.text = searched(k.Lead)
	if k.body, err = json.Marshal(k.Lead); err != nil {
		err = fmt.Errorf("index of leads: %w", err)
	}
	return err
}

// Apply takes in what was kept: all of it or nothing. An earlier revision than the one that is known changes nothing.
func (x *Index) Apply(kept []Kept) error {
	if len(kept) == 0 {
		return nil
	}
	b, err := x.Begin()
	if err != nil {
		return err
	}
	defer b.Rollback()
	for _, k := range kept {
		if err := b.Apply(k); err != nil {
			return err
		}
	}
	return b.Commit()
}

// Batch is a change of the index that is not made yet: who reads in it sees it, others do not. There is one at a time.
type Batch struct {
	reader
	x        *Index
	tx       *sql.Tx
	prepared map[string]*sql.Stmt
	version  uint64
	fresh    int64
	last     map[string]Kept
	sorted   bool // as of the index, or since it was listed within
}

// Begin begins a batch; Commit it or Rollback.
func (x *Index) Begin() (*Batch, error) {
	tx, err := x.w.Begin()
	if err != nil {
		return nil, fmt.Errorf("index of leads: %w", err)
	}
	b := &Batch{x: x, tx: tx, version: x.version.Load(), prepared: map[string]*sql.Stmt{}, last: map[string]Kept{}, sorted: x.sorted.Load()}
	if !b.sorted { // perhaps since
		if b.sorted, err = hasLists(tx.QueryRow); err != nil {
			_ = tx.Rollback()
			return nil, fmt.Errorf("index of leads: %w", err)
		}
	}
	b.reader = reader{
		row: func(query string, args ...any) *sql.Row {
			if s, err := b.stmt(query); err == nil {
				return s.QueryRow(args...)
			}
			return tx.QueryRow(query, args...) // says what is wrong
		},
		rows: func(query string, args ...any) (*sql.Rows, error) {
			if !b.sorted {
				if _, err := tx.Exec(lists); err != nil {
					return nil, err
				}
				b.sorted = true
			}
			s, err := b.stmt(query)
			if err != nil {
				return nil, err
			}
			return s.Query(args...)
		},
	}
	return b, nil
}

// Apply takes in what was kept, or will be before the batch is committed.
func (b *Batch) Apply(k Kept) (err error) {
	b.last[k.Stream] = Kept{Made: k.Made, Seq: k.Seq}
	switch {
	case k.Lead.Lead != "" && valid(k.Lead):
		if err := k.Prepare(); err != nil {
			return err
		}
		err = b.revision(k)
	case k.Remind != nil:
		err = b.exec("INSERT OR IGNORE INTO reminded (lead, due) VALUES (?, ?)", k.Remind.Lead, millis(k.Remind.Due))
	}
	if err != nil {
		err = fmt.Errorf("index of leads: %w", err)
	}
	return err
}

// SawEpoch notes an epoch of a flight.
func (b *Batch) SawEpoch(flight string, epoch uint64) error {
	return b.exec("INSERT INTO epochs (flight, epoch) VALUES (?1, ?2) ON CONFLICT (flight) DO UPDATE SET epoch = max(epoch, ?2)", flight, int64(epoch))
}

// Commit makes the change.
func (b *Batch) Commit() error {
	defer b.close()
	for stream, k := range b.last {
		if err := b.exec("INSERT INTO positions (stream, made, seq) VALUES (?1, ?2, ?3) ON CONFLICT (stream) DO UPDATE SET made = ?2, seq = ?3", stream, k.Made.UnixNano(), int64(k.Seq)); err != nil {
			return fmt.Errorf("index of leads: %w", err)
		}
	}
	if err := b.tx.Commit(); err != nil {
		return fmt.Errorf("index of leads: %w", err)
	}
	b.x.n.Add(b.fresh)
	b.x.version.Store(b.version)
	if b.sorted {
		b.x.sorted.Store(true)
	}
	return nil
}

// Rollback leaves the index as it was; after Commit it does nothing.
func (b *Batch) Rollback() {
	b.close()
	_ = b.tx.Rollback()
}

func (b *Batch) stmt(query string) (*sql.Stmt, error) {
	if s := b.prepared[query]; s != nil {
		return s, nil
	}
	s, err := b.tx.Prepare(query)
	if err == nil {
		b.prepared[query] = s
	}
	return s, err
}

func (b *Batch) close() {
	for _, s := range b.prepared {
		_ = s.Close()
	}
}

func (b *Batch) exec(query string, args ...any) error {
	s, err := b.stmt(query)
	if err == nil {
		_, err = s.Exec(args...)
	}
	return err
}

func (b *Batch) revision(k Kept) error {
	l := k.Lead
	s, err := b.stmt("INSERT INTO leads (lead, revision, version, state, scene, class, cell, subdistrict, simulated, first, due, priority, second, lon, lat, ee, en, nn) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (lead) DO NOTHING")
	if err != nil {
		return err
	}
	version := b.version + 1
	r, err := s.Exec(l.Lead, l.Revision, int64(version), l.State, l.Scene, l.Class, l.Cell, l.Subdistrict, l.Simulated, millis(l.FirstSeen), millis(l.Due), l.Priority, l.Second.Stage(), l.Lon, l.Lat, l.Cov.EE, l.Cov.EN, l.Cov.NN)
	if err != nil {
		return err
	}
	added, err := r.RowsAffected()
	if err != nil {
		return err
	}
	fresh := added > 0
	var n, revision int64
	var lon, lat float64
	if fresh {
		if n, err = r.LastInsertId(); err != nil {
			return err
		}
		b.fresh++
	} else {
		if s, err = b.stmt("SELECT n, revision, lon, lat FROM leads WHERE lead = ?"); err != nil {
			return err
		}
		if err := s.QueryRow(l.Lead).Scan(&n, &revision, &lon, &lat); err != nil {
			return err
		}
		if revision >= int64(l.Revision) {
			return nil
		}
		if err := b.exec("UPDATE leads SET revision = ?, version = ?, state = ?, scene = ?, class = ?, cell = ?, subdistrict = ?, simulated = ?, first = ?, due = ?, priority = ?, second = ?, lon = ?, lat = ?, ee = ?, en = ?, nn = ? WHERE n = ?",
			l.Revision, int64(version), l.State, l.Scene, l.Class, l.Cell, l.Subdistrict, l.Simulated, millis(l.FirstSeen), millis(l.Due), l.Priority, l.Second.Stage(), l.Lon, l.Lat, l.Cov.EE, l.Cov.EN, l.Cov.NN, n); err != nil {
			return err
		}
	}
	b.version = version
	if b.sorted && (fresh || lon != l.Lon || lat != l.Lat) {
		if err := b.exec("INSERT OR REPLACE INTO places (n, west, east, south, north) VALUES (?1, ?2, ?2, ?3, ?3)", n, l.Lon, l.Lat); err != nil {
			return err
		}
	}
	// what was split off stays split off, however often the lead that had it names it
	how := "INSERT OR IGNORE INTO findings (finding, n) VALUES (?, ?)"
	if fresh && l.SplitFrom != "" {
		how = "INSERT OR REPLACE INTO findings (finding, n) VALUES (?, ?)"
	}
	known := map[string]bool{}
	var old leads.Lead
	if !fresh {
		if old, err = b.body(n); err != nil {
			return err
		}
		for _, f := range old.Findings {
			known[f] = true
		}
	}
	for _, f := range slices.DeleteFunc(slices.Clone(l.Findings), func(f string) bool { return known[f] }) {
		if err := b.exec(how, f, n); err != nil {
			return err
		}
	}
	if err := b.exec("INSERT OR REPLACE INTO bodies (n, body) VALUES (?, ?)", n, k.body); err != nil {
		return err
	}
	if fresh && k.text == "" || !fresh && k.text == searched(old) {
		return nil
	}
	return b.exec("INSERT OR REPLACE INTO words (rowid, text) VALUES (?, ?)", n, k.text)
}

// body is a lead as it was kept before.
func (b *Batch) body(n int64) (l leads.Lead, err error) {
	s, err := b.stmt("SELECT body FROM bodies WHERE n = ?")
	if err != nil {
		return l, err
	}
	var raw []byte
	if err := s.QueryRow(n).Scan(&raw); err != nil {
		return l, err
	}
	return l, json.Unmarshal(raw, &l)
}
