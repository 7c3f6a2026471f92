package report

import (
	"maps"
	"math"
	"slices"

	"github.com/harrier-patrol/harrier/leads"
)

// AgreementRow is how far second reviewers, who did not know what the first one decided, decided the same, in a month and a scene.
type AgreementRow struct {
	Period string `json:"period"`
	Scene  string `json:"scene"` // empty for all together
	// Drawn leads were to be decided on by a second person; Done are.
	Drawn int `json:"drawn"`
	Done  int `json:"done"`
	// Both confirmed and both rejected; and the first one alone confirmed or rejected.
	Confirmed  int `json:"both_confirmed"`
	Rejected   int `json:"both_rejected"`
	OnlyFirst  int `json:"only_first_confirmed"`
	OnlySecond int `json:"only_second_confirmed"`
	// Kappa is Cohen's kappa with its 95 % interval: 1 is agreement, 0 is what chance alone would make. Absent where it cannot be told: nothing was done, or
	// both always decided the same way.
	Kappa *Estimate `json:"kappa,omitempty"`
}

// Agreed is how far reviewers agree, by scene and period of the second review, and of all scenes.
func (f *Facts) Agreed() (out []AgreementRow, err error) {
	rows := make([]map[string]*AgreementRow, len(f.Periods))
	for i, p := range f.Periods {
		rows[i] = map[string]*AgreementRow{"": {Period: p.Name}}
	}
	for l, err := range f.Leads {
		if err != nil {
			return nil, err
		}
		// also those of decisions that were taken back since: what somebody did about a disagreement does not undo it
		made := l.Seconds
		if l.Second.Waits() {
			made = append(slices.Clone(made), *l.Second)
		}
		for _, s := range made {
			at := s.At
			if s.Waits() {
				at = l.Decided
			}
			for i, p := range f.Periods {
				if !p.holds(at) {
					continue
				}
				if rows[i][l.Scene] == nil {
					rows[i][l.Scene] = &AgreementRow{Period: p.Name, Scene: l.Scene}
				}
				rows[i][l.Scene].add(&s)
				rows[i][""].add(&s)
			}
		}
	}
	for _, by := range rows {
		for _, scene := range slices.Sorted(maps.Keys(by)) {
			r := by[scene]
			r.Kappa = kappa(r.Confirmed, r.OnlyFirst, r.OnlySecond, r.Rejected)
			out = append(out, *r)
		}
	}
	return out, nil
}

func (r *AgreementRow) add(s *leads.Second) {
	r.Drawn++
	if s.Waits() {
		return
	}
	r.Done++
	switch first, second := s.Of == leads.Confirmed, s.Verdict == leads.Confirmed; {
	case first && second:
		r.Confirmed++
	case first:
		r.OnlyFirst++
	case second:
		r.OnlySecond++
	default:
		r.Rejected++
	}
}

// kappa is Cohen's kappa of two reviewers with two answers (Educational and Psychological Measurement 20, 1960, 37-46), with the 95 % interval of its large-sample
// standard error (Fleiss, Cohen, Everitt, Psychological Bulletin 72, 1969, 323-327).
func kappa(a, b, c, d int) *Estimate {
	n := float64(a + b + c + d)
	if n == 0 {
		return nil
	}
	p := [2][2]float64{{float64(a) / n, float64(b) / n}, {float64(c) / n, float64(d) / n}}
	row := [2]float64{p[0][0] + p[0][1], p[1][0] + p[1][1]}
	col := [2]float64{p[0][0] + p[1][0], p[0][1] + p[1][1]}
	same, chance := p[0][0]+p[1][1], row[0]*col[0]+row[1]*col[1]
	if chance == 1 {
		return nil
	}
	k := (same - chance) / (1 - chance)
	var v float64
	for i := range 2 {
		x := 1 - (row[i]+col[i])*(1-k)
		v += p[i][i] * x * x
		for j := range 2 {
			if i != j {
				y := col[i] + row[j]
				v += (1 - k) * (1 - k) * p[i][j] * y * y
			}
		}
	}
	z := k - chance*(1-k)
	v = math.Max(0, v-z*z) / (n * (1 - chance) * (1 - chance))
	e := 1.96 * math.Sqrt(v)
	low := k - e
	if v == 0 && b == 0 { // of who always agreed the error says nothing: as if they had differed once more
		if next := kappa(a, b+1, c, d); next != nil {
			low = next.Low
		}
	}
	return &Estimate{&k, math.Max(-1, low), math.Min(1, k+e)}
}
