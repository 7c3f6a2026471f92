// Package index finds leads: by name, place, finding, state, scene, cell, time and word. It is a file of SQLite, made of the streams that hold
// every revision; it can be deleted, and is then made again, always the same.
package index

import (
	"database/sql"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/paulmach/orb"
	"modernc.org/sqlite" // its driver is named sqlite

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/leads"
)

// form counts the forms that the tables have had: a file of another form is made again.
const form = 3

const tables = `
CREATE TABLE leads (
	n INTEGER PRIMARY KEY, lead TEXT NOT NULL UNIQUE, revision INTEGER NOT NULL, version INTEGER NOT NULL,
	state TEXT NOT NULL, scene TEXT NOT NULL, class TEXT NOT NULL, cell TEXT NOT NULL, subdistrict TEXT NOT NULL, simulated INTEGER NOT NULL,
	first INTEGER NOT NULL, due INTEGER NOT NULL, priority INTEGER NOT NULL, second TEXT NOT NULL,
	lon REAL NOT NULL, lat REAL NOT NULL, ee REAL NOT NULL, en REAL NOT NULL, nn REAL NOT NULL);
CREATE TABLE bodies (n INTEGER PRIMARY KEY, body BLOB NOT NULL); -- apart: what is searched through stays small
CREATE VIRTUAL TABLE places USING rtree(n, west, east, south, north);
CREATE VIRTUAL TABLE words USING fts5(text, content='', contentless_delete=1);
CREATE TABLE findings (finding TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE epochs (flight TEXT PRIMARY KEY, epoch INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE reminded (lead TEXT NOT NULL, due INTEGER NOT NULL, PRIMARY KEY (lead, due)) WITHOUT ROWID;
CREATE TABLE positions (stream TEXT PRIMARY KEY, made INTEGER NOT NULL, seq INTEGER NOT NULL) WITHOUT ROWID;
`

// lists are the orders in which leads are listed, and where they are; what stands after n is looked at without fetching the lead.
const lists = `
INSERT OR REPLACE INTO places SELECT n, lon, lon, lat, lat FROM leads;
CREATE INDEX IF NOT EXISTS by_version ON leads (version);
CREATE INDEX IF NOT EXISTS by_first ON leads (first, n, state);
CREATE INDEX IF NOT EXISTS by_state ON leads (state, scene, first, n);
CREATE INDEX IF NOT EXISTS by_scene ON leads (scene, first, n, state);
CREATE INDEX IF NOT EXISTS by_cell ON leads (cell, first, n);
CREATE INDEX IF NOT EXISTS by_subdistrict ON leads (subdistrict, first, n, state, scene);
CREATE INDEX IF NOT EXISTS by_open ON leads (first, n, scene) WHERE state NOT IN ('rejected', 'closed');
CREATE INDEX IF NOT EXISTS by_due ON leads (due) WHERE due > 0;
CREATE INDEX IF NOT EXISTS by_urgency ON leads (iif(due = 0, 9000000000000000000, due), -priority, first, n) WHERE state IN ('candidate', 'checked', 'returned');
CREATE INDEX IF NOT EXISTS by_second ON leads (second, first, n) WHERE second <> '';
`

// Index is open to one writer and many readers.
type Index struct {
	reader
	path    string
	w, r    *sql.DB
	n       atomic.Int64  // leads
	version atomic.Uint64 // of the last revision taken in
	sorted  atomic.Bool   // the lists are made, and kept with each lead
}

// Open opens the index in a file, which it makes where there is none, or none that can be read.
func Open(path string) (*Index, error) {
	x := &Index{path: path}
	err := x.open()
	var e *sqlite.Error
	if errors.As(err, &e) || errors.Is(err, errForm) {
		_ = x.Close()
		if err = x.remove(); err == nil {
			err = x.open()
		}
	}
	if err != nil {
		_ = x.Close()
		return nil, fmt.Errorf("index of leads %s: %w", path, err)
	}
	return x, nil
}

var errForm = errors.New("it has another form")

// The memory that SQLite may hold of the file, KiB: of who writes, and of each who reads. readers read at a time.
const (
	writerKiB = 32 << 10
	readerKiB = 8 << 10
	readers   = 2
)

func (x *Index) open() (err error) {
	if err := os.MkdirAll(filepath.Dir(x.path), 0o700); err != nil {
		return err
	}
	// what the last moments brought is read again from the streams after a power loss
	name := func(kib int, more string) string {
		return fmt.Sprintf("file:%s?_pragma=journal_mode(wal)&_pragma=synchronous(normal)&_pragma=busy_timeout(10000)&_pragma=cache_size(-%d)&_pragma=temp_store(file)&_pragma=wal_autocheckpoint(60000)&_pragma=journal_size_limit(67108864)%s", x.path, kib, more)
	}
	if x.w, err = sql.Open("sqlite", name(writerKiB, "&_txlock=immediate")); err != nil {
		return err
	}
	x.w.SetMaxOpenConns(1)
	var has, rows int
	if err := x.w.QueryRow("SELECT count(*) FROM sqlite_schema").Scan(&rows); err != nil {
		return err
	}
	if err := x.w.QueryRow("PRAGMA user_version").Scan(&has); err != nil {
		return err
	}
	switch {
	case rows == 0:
		if _, err := x.w.Exec(tables + fmt.Sprintf("PRAGMA user_version = %d", form)); err != nil {
			return err
		}
	case has != form:
		return errForm
	}
	if x.r, err = sql.Open("sqlite", name(readerKiB, "&_pragma=query_only(1)")); err != nil {
		return err
	}
	x.reader = reader{x.r.QueryRow, func(query string, args ...any) (*sql.Rows, error) {
		if err := x.Sort(); err != nil {
			return nil, err
		}
		return x.r.Query(query, args...)
	}}
	x.r.SetMaxOpenConns(readers)
	x.r.SetMaxIdleConns(readers)
	var n, version sql.NullInt64
	sorted, err := hasLists(x.r.QueryRow)
	if err != nil {
		return err
	}
	x.sorted.Store(sorted)
	if err := x.r.QueryRow("SELECT count(*) FROM leads").Scan(&n); err != nil {
		return err
	}
	if err := x.r.QueryRow("SELECT max(version) FROM leads").Scan(&version); err != nil {
		return err
	}
	x.n.Store(n.Int64)
	x.version.Store(uint64(version.Int64))
	return nil
}

// hasLists says whether the lists are made: the last of them is.
func hasLists(row func(query string, args ...any) *sql.Row) (ok bool, err error) {
	err = row("SELECT count(*) > 0 FROM sqlite_schema WHERE name = 'by_second'").Scan(&ok)
	return ok, err
}

// Sort makes the lists, where they are not made yet: of many leads once they are taken in, that is faster by half. Who lists first makes
// them, too.
func (x *Index) Sort() error {
	if x.sorted.Load() {
		return nil
	}
	tx, err := x.w.Begin()
	if err != nil {
		return fmt.Errorf("index of leads: %w", err)
	}
	defer tx.Rollback()
	if x.sorted.Load() { // by another
		return nil
	}
	if _, err = tx.Exec(lists); err == nil {
		err = tx.Commit()
	}
	if err != nil {
		return fmt.Errorf("index of leads: %w", err)
	}
	x.sorted.Store(true)
	return nil
}

func (x *Index) remove() error {
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(x.path + end); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Close closes it.
func (x *Index) Close() (err error) {
	for _, db := range []*sql.DB{x.r, x.w} {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
	}
	return err
}

// Clear forgets all; it is then made again from the streams.
func (x *Index) Clear() error {
	err := x.Close()
	if err == nil {
		err = x.remove()
	}
	if err == nil {
		err = x.open()
	}
	if err != nil {
		return fmt.Errorf("index of leads %s: %w", x.path, err)
	}
	return nil
}

// Len is how many leads there are.
func (x *Index) Len() int { return int(x.n.Load()) }

// Version counts the revisions taken in; Since(Version) is nothing.
func (x *Index) Version() uint64 { return x.version.Load() }

// Position is the last message of a stream that the index holds. made is when the stream was made: of another stream of the same name the index
// holds nothing, and Position says false; Clear it then.
func (x *Index) Position(stream string, made time.Time) (seq uint64, ok bool, err error) {
	var was int64
	err = x.r.QueryRow("SELECT made, seq FROM positions WHERE stream = ?", stream).Scan(&was, &seq)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, true, nil
	}
	return seq, was == made.UnixNano(), err
}

// boxOf is a box that holds a circle.
func boxOf(at orb.Point, radiusM float64) orb.Bound {
	f := geo.NewFrame(at, 0)
	lo, hi := f.From(-radiusM, -radiusM), f.From(radiusM, radiusM)
	return orb.Bound{Min: orb.Point{lo.Lon(), lo.Lat()}, Max: orb.Point{hi.Lon(), hi.Lat()}}
}

// millis orders times; a zero time is the first.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// searched is what of a lead can be searched by word: what people write, and numbers that they know.
func searched(l leads.Lead) string {
	var b strings.Builder
	add := func(s string) {
		if s != "" {
			b.WriteString(s)
			b.WriteByte('\n')
		}
	}
	add(l.Note)
	add(l.By)
	add(l.Case)
	add(l.Attributes["plate"])
	if l.Register != nil {
		add(l.Register.Number)
	}
	for _, s := range l.Steps {
		add(s.Note)
		add(s.By)
	}
	return grams(b.String())
}

// valid says whether numbers can be kept: SQLite makes NULL of what is none.
func valid(l leads.Lead) bool {
	for _, v := range []float64{l.Lon, l.Lat, l.Cov.EE, l.Cov.EN, l.Cov.NN} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}
