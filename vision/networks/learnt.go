package networks

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Learnt is what the pictures look like that a network was trained on: what is far from all of them it knows nothing of. A picture is a row of
// measures (infer.Describe); how far it is off is the Mahalanobis distance to the nearest of the centres, with one covariance round all of them.
type Learnt struct {
	Mean    []float64   `json:"mean"`    // of every measure
	Spread  []float64   `json:"spread"`  // standard deviation
	Centres [][]float64 `json:"centres"` // of kinds of pictures, as spreads from the mean
	Inverse [][]float64 `json:"inverse"` // of the covariance round the centres
	Limit   float64     `json:"limit"`   // distance from which a picture is unlike all of them
	// Pictures are how many it was made of, On how many others the limit was set.
	Pictures int `json:"pictures"`
	On       int `json:"on"`
}

const (
	kindsOfPictures = 32
	evenness        = 0.2 // added to every variance: what hardly differs among the pictures may differ elsewhere
	likeShare       = 0.98
)

// Learn makes a Learnt of rows of measures, and sets its limit so that 98 in 100 of the held ones, pictures of the same kind that were not
// trained on, are within it.
func Learn(rows, held [][]float64) (*Learnt, error) {
	if len(rows) < 4*kindsOfPictures || len(held) < 50 {
		return nil, fmt.Errorf("%d pictures to learn from and %d to set the limit on: it takes %d and 50", len(rows), len(held), 4*kindsOfPictures)
	}
	n := len(rows[0])
	l := &Learnt{Mean: make([]float64, n), Spread: make([]float64, n), Pictures: len(rows), On: len(held)}
	for i := range n {
		var sum, sum2 float64
		for _, r := range rows {
			sum, sum2 = sum+r[i], sum2+r[i]*r[i]
		}
		l.Mean[i] = sum / float64(len(rows))
		l.Spread[i] = math.Sqrt(math.Max(1e-6, sum2/float64(len(rows))-l.Mean[i]*l.Mean[i]))
	}
	us := make([][]float64, len(rows))
	for k, r := range rows {
		us[k] = l.spreads(r)
	}
	nearest := l.cluster(us)
	cov := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			s := 0.0
			for k, u := range us {
				c := l.Centres[nearest[k]]
				s += (u[i] - c[i]) * (u[j] - c[j])
			}
			cov.SetSym(i, j, s/float64(len(us)))
		}
		cov.SetSym(i, i, cov.At(i, i)+evenness)
	}
	var inv mat.Dense
	if err := inv.Inverse(cov); err != nil {
		return nil, errors.New("the measures of the pictures depend on each other")
	}
	for i := range n {
		row := make([]float64, n)
		for j := range n {
			row[j] = roundTo(inv.At(i, j), 1e-5)
		}
		l.Inverse = append(l.Inverse, row)
	}
	l.Limit = 1
	far := make([]float64, len(held))
	for k, r := range held {
		far[k] = l.Off(r)
	}
	slices.Sort(far)
	l.Limit = roundTo(far[int(likeShare*float64(len(far)-1))], 1e-3)
	return l, nil
}

func roundTo(v, step float64) float64 { return math.Round(v/step) * step }

// cluster sets the centres by k-means and returns the nearest one of every row.
func (l *Learnt) cluster(us [][]float64) []int {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, k := range rng.Perm(len(us))[:kindsOfPictures] {
		l.Centres = append(l.Centres, slices.Clone(us[k]))
	}
	nearest := make([]int, len(us))
	for range 50 {
		sums, counts := make([][]float64, kindsOfPictures), make([]int, kindsOfPictures)
		for k, u := range us {
			best, at := math.Inf(1), 0
			for c, m := range l.Centres {
				d := 0.0
				for i := range u {
					d += (u[i] - m[i]) * (u[i] - m[i])
				}
				if d < best {
					best, at = d, c
				}
			}
			nearest[k] = at
			if counts[at]++; sums[at] == nil {
				sums[at] = make([]float64, len(u))
			}
			for i := range u {
				sums[at][i] += u[i]
			}
		}
		for c, n := range counts {
			for i := range sums[c] {
				l.Centres[c][i] = roundTo(sums[c][i]/float64(n), 1e-4)
			}
		}
	}
	return nearest
}

func (l *Learnt) spreads(row []float64) []float64 {
	u := make([]float64, len(row))
	for i, v := range row {
		u[i] = (v - l.Mean[i]) / l.Spread[i]
	}
	return u
}

// Off is how far a picture is from all that was learnt from, in limits: from 1 on it is unlike all of them. Without a Learnt it is 0.
func (l *Learnt) Off(row []float64) float64 {
	if l == nil || len(row) != len(l.Mean) {
		return 0
	}
	u := l.spreads(row)
	best := math.Inf(1)
	d := make([]float64, len(u))
	for _, c := range l.Centres {
		for i := range u {
			d[i] = u[i] - c[i]
		}
		q := 0.0
		for i, r := range l.Inverse {
			s := 0.0
			for j, v := range r {
				s += v * d[j]
			}
			q += d[i] * s
		}
		best = math.Min(best, q)
	}
	return math.Sqrt(math.Max(0, best)) / l.Limit
}

// check says what is wrong with one that was read from a file.
func (l *Learnt) check() error {
	if l == nil {
		return nil
	}
	n := len(l.Mean)
	bad := n == 0 || len(l.Spread) != n || len(l.Inverse) != n || len(l.Centres) == 0 || l.Limit <= 0 || slices.ContainsFunc(l.Spread, func(v float64) bool { return v <= 0 })
	for _, r := range slices.Concat(l.Centres, l.Inverse) {
		bad = bad || len(r) != n
	}
	if bad {
		return errors.New("learnt: mean, spread, centres and inverse are not of one length, or spread or limit is not above 0; write it anew with harrier model learnt")
	}
	return nil
}
