package index

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/harrier-patrol/harrier/leads"
)

// Query says which leads are listed; what is left out is any.
type Query struct {
	Lead                            string // the one of this name
	State, Scene, Cell, Subdistrict string
	Among                           []string  // subdistricts that it may lie in; none for all
	From, Until                     time.Time // first seen
	Words                           string    // all of them, in what people wrote, plates and numbers
	Open                            bool      // neither rejected nor closed
	Due                             time.Time // due before
	Second                          string    // stage of its second review: leads.SecondWaits, SecondSame or SecondDiffers
}

// clauses are a query's conditions, and what stands in for their question marks.
func (q Query) clauses() (where []string, args []any) {
	add := func(clause string, a ...any) { where, args = append(where, clause), append(args, a...) }
	// the narrowest list is to be gone through; a plus keeps SQLite from taking another
	narrow := ""
	switch {
	case q.Cell != "":
		narrow = "cell"
	case q.Subdistrict != "":
		narrow = "subdistrict"
	}
	for _, c := range []struct{ column, value string }{{"state", q.State}, {"scene", q.Scene}, {"cell", q.Cell}, {"subdistrict", q.Subdistrict}} {
		plus := ""
		if narrow != "" && narrow != c.column {
			plus = "+"
		}
		if c.value != "" {
			add(plus+"l."+c.column+" = ?", c.value)
		}
	}
	if q.Lead != "" {
		add("l.lead = ?", q.Lead)
	}
	if len(q.Among) > 0 {
		add("l.subdistrict IN (?"+strings.Repeat(", ?", len(q.Among)-1)+")", anys(q.Among)...)
	}
	if q.Open {
		add("l.state NOT IN ('rejected', 'closed')")
	}
	if !q.From.IsZero() {
		add("l.first >= ?", millis(q.From))
	}
	if !q.Until.IsZero() {
		add("l.first < ?", millis(q.Until))
	}
	if !q.Due.IsZero() {
		add("l.due > 0 AND l.due < ?", millis(q.Due))
	}
	if q.Second != "" {
		add("l.second = ? AND l.second <> ''", q.Second)
	}
	if q.Words != "" {
		// what has no word in it finds nothing
		add("l.n IN (SELECT rowid FROM words WHERE words MATCH ?)", cmp.Or(asked(q.Words), `""`))
	}
	return where, args
}

func anys(all []string) []any {
	out := make([]any, len(all))
	for i, s := range all {
		out[i] = s
	}
	return out
}

// Count is how many leads are asked for.
func (x *Index) Count(q Query) (n int, err error) {
	where, args := q.clauses()
	if len(where) == 0 {
		return x.Len(), nil
	}
	err = x.r.QueryRow("SELECT count(*) FROM leads l WHERE "+strings.Join(where, " AND "), args...).Scan(&n)
	return n, err
}

// Page returns at most n leads, the newest first, from the one after a lead on ("": from the newest); more says that there are others.
func (x *Index) Page(q Query, after string, n int) (out []leads.Lead, more bool, err error) {
	where, args := q.clauses()
	if after != "" {
		var first, row int64
		err := x.r.QueryRow("SELECT first, n FROM leads WHERE lead = ?", after).Scan(&first, &row)
		if errors.Is(err, sql.ErrNoRows) {
			return nil, false, fmt.Errorf("%w: %s", leads.ErrNotFound, after)
		}
		if err != nil {
			return nil, false, err
		}
		where, args = append(where, "(l.first, l.n) < (?, ?)"), append(args, first, row)
	}
	query := "SELECT b.body FROM leads l CROSS JOIN bodies b USING (n)"
	if len(where) > 0 {
		query += " WHERE " + strings.Join(where, " AND ")
	}
	out, err = x.bodies(query+" ORDER BY l.first DESC, l.n DESC LIMIT ?", append(args, n+1)...)
	if len(out) > n {
		return out[:n], true, err
	}
	return out, false, err
}

// inOneGo is how many leads All reads at a time.
const inOneGo = 1000

// All are the leads that are asked for, the newest first, read a part at a time.
func (x *Index) All(q Query) iter.Seq2[leads.Lead, error] {
	return func(yield func(leads.Lead, error) bool) {
		for more, after := true, ""; more; {
			var page []leads.Lead
			var err error
			if page, more, err = x.Page(q, after, inOneGo); err != nil {
				yield(leads.Lead{}, err)
				return
			}
			for _, l := range page {
				if !yield(l, nil) {
					return
				}
				after = l.Lead
			}
		}
	}
}

// Place is where a lead lies, for a map of many.
type Place struct {
	Lead, State string
	Lon, Lat    float64
}

// Places calls each with every lead that is asked for, in no order.
func (x *Index) Places(q Query, each func(Place) error) error {
	where, args := q.clauses()
	query := "SELECT l.lead, l.state, l.lon, l.lat FROM leads l"
	if len(where) > 0 {
		query += " WHERE " + strings.Join(where, " AND ")
	}
	rows, err := x.rows(query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var p Place
		if err := rows.Scan(&p.Lead, &p.State, &p.Lon, &p.Lat); err != nil {
			return err
		}
		if err := each(p); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Since returns the leads that changed after a version, at most n, in the order of their last change, and the version that they lead to.
func (x *Index) Since(version uint64, n int) (out []leads.Lead, to uint64, err error) {
	rows, err := x.r.Query("SELECT b.body, l.version FROM leads l CROSS JOIN bodies b USING (n) WHERE l.version > ? ORDER BY l.version LIMIT ?", int64(version), n)
	if err != nil {
		return nil, version, err
	}
	defer rows.Close()
	to = version
	for rows.Next() {
		var b []byte
		var l leads.Lead
		if err := rows.Scan(&b, &to); err != nil {
			return nil, version, err
		}
		if err := json.Unmarshal(b, &l); err != nil {
			return nil, version, err
		}
		out = append(out, l)
	}
	return out, to, rows.Err()
}

// DueBefore returns the leads whose next step is due before a moment and of whom nobody was reminded yet, the most urgent first, at most n.
func (x *Index) DueBefore(t time.Time, n int) ([]leads.Lead, error) {
	return x.bodies("SELECT b.body FROM leads l CROSS JOIN bodies b USING (n) WHERE l.due > 0 AND l.due < ? AND NOT EXISTS (SELECT 1 FROM reminded r WHERE r.lead = l.lead AND r.due = l.due) ORDER BY l.due LIMIT ?", millis(t), n)
}

func (x *Index) bodies(query string, args ...any) (out []leads.Lead, err error) {
	rows, err := x.r.Query(query, args...)
	if err != nil {
		return nil, fmt.Errorf("index of leads: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var b sql.RawBytes
		var l leads.Lead
		if err := rows.Scan(&b); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(b, &l); err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, rows.Err()
}

// Reminded says whether somebody was reminded of a due time already.
func (x *Index) Reminded(lead string, due time.Time) (yes bool, err error) {
	err = x.r.QueryRow("SELECT EXISTS (SELECT 1 FROM reminded WHERE lead = ? AND due = ?)", lead, millis(due)).Scan(&yes)
	return yes, err
}
