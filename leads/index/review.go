package index

import (
	"fmt"
	"math"
	"strings"

	"github.com/harrier-patrol/harrier/leads"
)

// Waiting are leads that wait for a decision, in some of the states candidate, checked and returned, the most urgent first: by when it is due, by
// priority, the oldest first. skip leaves out the first ones.
func (x *Index) Waiting(q Query, states []string, n, skip int) ([]leads.Lead, error) {
	where, args := q.clauses()
	where = append([]string{"l.state IN ('candidate', 'checked', 'returned')", "+l.state IN (?" + strings.Repeat(", ?", len(states)-1) + ")"}, where...)
	args = append(append(anys(states), args...), n, skip)
	return x.bodies("SELECT b.body FROM leads l INDEXED BY by_urgency CROSS JOIN bodies b USING (n) WHERE "+strings.Join(where, " AND ")+
		" ORDER BY iif(l.due = 0, 9000000000000000000, l.due), -l.priority, l.first, l.n LIMIT ? OFFSET ?", args...)
}

// Around are the leads within a distance of a place (degrees, WGS-84), the newest first, at most n.
func (x *Index) Around(lon, lat, metres float64, n int) ([]leads.Lead, error) {
	dLat := metres / 111_320
	dLon := dLat / math.Max(0.01, math.Cos(lat*math.Pi/180))
	return x.bodies("SELECT b.body FROM leads l CROSS JOIN bodies b USING (n) WHERE l.n IN (SELECT n FROM places WHERE west >= ? AND east <= ? AND south >= ? AND north <= ?) ORDER BY l.first DESC LIMIT ?",
		lon-dLon, lon+dLon, lat-dLat, lat+dLat, n)
}

// Tally is how many leads of a scene, told by a model, are in a state.
type Tally struct {
	Scene string `json:"scene"`
	Model string `json:"model"` // that told their best frame; empty where it is not known
	State string `json:"state"`
	Leads int    `json:"leads"`
}

// Tallies counts what was decided, by scene, model and state; simulated leads apart.
func (x *Index) Tallies(simulated bool) (out []Tally, err error) {
	rows, err := x.r.Query("SELECT l.scene, coalesce(json_extract(CAST(b.body AS TEXT), '$.shots[0].model'), ''), l.state, count(*) FROM leads l CROSS JOIN bodies b USING (n) WHERE l.simulated = ? GROUP BY 1, 2, 3 ORDER BY 1, 2, 3", simulated)
	if err != nil {
		return nil, fmt.Errorf("index of leads: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var t Tally
		if err := rows.Scan(&t.Scene, &t.Model, &t.State, &t.Leads); err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, rows.Err()
}
