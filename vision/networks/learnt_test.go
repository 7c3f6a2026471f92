package networks

import (
	"math"
	"math/rand/v2"
	"testing"
)

// rows of pictures of two kinds: of the second measure only the sum with the first stays near a number.
func rowsOf(n int, seed uint64) [][]float64 {
	rng := rand.New(rand.NewPCG(seed, 1))
	var out [][]float64
	for i := range n {
		a := rng.NormFloat64() + 20*float64(i%2)
		out = append(out, []float64{a, -a + 0.1*rng.NormFloat64(), rng.NormFloat64() * 0.01})
	}
	return out
}

func TestWhatIsFarFromAllThatWasLearnt(t *testing.T) {
	l, err := Learn(rowsOf(400, 1), rowsOf(200, 2))
	if err != nil {
		t.Fatal(err)
	}
	far := 0
	for _, r := range rowsOf(500, 3) {
		if l.Off(r) > 1 {
			far++
		}
	}
	if far > 500*5/100 {
		t.Errorf("%d of 500 pictures of the kinds that were learnt are unlike them", far)
	}
	for _, r := range [][]float64{{0, 60, 0}, {20, -20, 1}, {200, -200, 0}} {
		if off := l.Off(r); off < 1 {
			t.Errorf("%v is like what was learnt: %.2f", r, off)
		}
	}
	if off := (*Learnt)(nil).Off([]float64{1}); off != 0 {
		t.Errorf("of what nothing is known anything is %g off", off)
	}
}

func TestTooFewPicturesAreNotLearntFrom(t *testing.T) {
	if _, err := Learn(rowsOf(60, 1), rowsOf(200, 2)); err == nil {
		t.Error("60 pictures are enough")
	}
	if _, err := Learn(rowsOf(400, 1), rowsOf(9, 2)); err == nil {
		t.Error("a limit is set on 9 pictures")
	}
}

func TestABadLearntIsSaid(t *testing.T) {
	good := func() *Learnt {
		return &Learnt{Mean: []float64{0}, Spread: []float64{1}, Centres: [][]float64{{0}}, Inverse: [][]float64{{1}}, Limit: 2}
	}
	if err := good().check(); err != nil {
		t.Error(err)
	}
	if off := good().Off([]float64{-6}); math.Abs(off-3) > 1e-9 {
		t.Errorf("six spreads are %g limits of two", off)
	}
	for name, spoil := range map[string]func(*Learnt){
		"no measures":  func(l *Learnt) { l.Mean = nil },
		"no spread":    func(l *Learnt) { l.Spread = []float64{0} },
		"a long kind":  func(l *Learnt) { l.Centres = [][]float64{{0, 1}} },
		"no kinds":     func(l *Learnt) { l.Centres = nil },
		"no limit":     func(l *Learnt) { l.Limit = 0 },
		"half inverse": func(l *Learnt) { l.Inverse = [][]float64{{}} },
	} {
		l := good()
		spoil(l)
		if l.check() == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
