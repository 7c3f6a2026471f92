package index

import (
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/leads"
)

// reader is what the rules of leads ask: of what is committed, or within a batch.
type reader struct {
	row  func(query string, args ...any) *sql.Row
	rows func(query string, args ...any) (*sql.Rows, error)
}

// Lead returns a lead by its name.
func (x reader) Lead(id string) (l leads.Lead, ok bool, err error) {
	var b []byte
	err = x.row("SELECT b.body FROM leads l JOIN bodies b USING (n) WHERE l.lead = ?", id).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) {
		return l, false, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &l)
	}
	return l, err == nil, err
}

// OfFinding returns the name of the lead that a finding belongs to; "" for none.
func (x reader) OfFinding(id string) (lead string, err error) {
	err = x.row("SELECT l.lead FROM findings f JOIN leads l ON l.n = f.n WHERE f.finding = ?", id).Scan(&lead)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return lead, err
}

// Epoch is the highest epoch of a flight so far.
func (x reader) Epoch(flight string) (epoch uint64, err error) {
	err = x.row("SELECT epoch FROM epochs WHERE flight = ?", flight).Scan(&epoch)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return epoch, err
}

// Near returns what stands within so many metres of a place, and a little beyond.
func (x reader) Near(scene string, simulated bool, at orb.Point, withinM float64) (out []leads.Spot, err error) {
	box := boxOf(at, withinM)
	rows, err := x.rows("SELECT l.lead, l.class, l.lon, l.lat, l.ee, l.en, l.nn FROM places p CROSS JOIN leads l ON l.n = p.n WHERE p.west <= ? AND p.east >= ? AND p.south <= ? AND p.north >= ? AND l.scene = ? AND l.simulated = ?",
		box.Max[0], box.Min[0], box.Max[1], box.Min[1], scene, simulated)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s leads.Spot
		if err := rows.Scan(&s.Lead, &s.Class, &s.At[0], &s.At[1], &s.Cov.EE, &s.Cov.EN, &s.Cov.NN); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}
