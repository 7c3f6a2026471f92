package measure

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/harrier-patrol/harrier/vision"
)

func box(x float64) vision.Box { return vision.Box{X: x, Y: 0, W: 10, H: 10} }

func det(x, score float64) vision.Detection { return vision.Detection{Score: score, Box: box(x)} }

// Worked by hand: of three things, the first and third detections by score find one each, the second is wrong; the third thing is missed.
// Precision at the two recalls is 1 and 2/3: AP = 1/3 * 1 + 1/3 * 2/3.
func TestAveragePrecisionByHand(t *testing.T) {
	p := []Picture{{Found: []vision.Detection{det(0, 0.9), det(200, 0.8), det(50, 0.7)}, Truths: []Truth{{Box: box(0)}, {Box: box(50)}, {Box: box(100)}}}}
	f := Of(p, 0.75, nil)
	if want := 1.0/3 + 2.0/9; math.Abs(f.AP50.Value-want) > 1e-12 || f.AP50.N != 3 {
		t.Errorf("AP50 %v of %d, want %v of 3", f.AP50.Value, f.AP50.N, want)
	}
	if f.Precision.Value != 0.5 || math.Abs(f.Recall.Value-1.0/3) > 1e-12 {
		t.Errorf("precision %v and recall %v at 0.75, want 1/2 and 1/3", f.Precision.Value, f.Recall.Value)
	}
	missed, wrong := Mistakes(p, 0.5, 5)
	if len(missed) != 1 || missed[0].Box != box(100) || len(wrong) != 1 || wrong[0].Box != box(200) {
		t.Errorf("mistakes %v %v", missed, wrong)
	}
}

func TestWhatIsIgnoredCountsNeitherWay(t *testing.T) {
	p := []Picture{{Found: []vision.Detection{det(0, 0.9), det(50, 0.8)}, Truths: []Truth{{Box: box(0)}, {Box: box(50), Ignore: true}}}}
	if f := Of(p, 0.5, nil); f.AP50.Value != 1 || f.Precision.Value != 1 || f.AP50.N != 1 {
		t.Errorf("%+v", f)
	}
}

func TestADoubleIsAFalseAlarm(t *testing.T) {
	p := []Picture{{Found: []vision.Detection{det(0, 0.9), det(1, 0.8)}, Truths: []Truth{{Box: box(0)}}}}
	if f := Of(p, 0.5, nil); f.Precision.Value != 0.5 {
		t.Errorf("precision %v", f.Precision.Value)
	}
}

// random pictures with a known share of right detections.
func random(d *rand.Rand, n int, right func(score float64) bool) []Picture {
	var out []Picture
	for range n {
		var p Picture
		for k := range 5 {
			x := float64(k) * 40
			p.Truths = append(p.Truths, Truth{Box: box(x)})
			s := 0.05 + 0.9*d.Float64()
			if right(s) {
				p.Found = append(p.Found, det(x, s))
			} else {
				p.Found = append(p.Found, det(x+20, s))
			}
		}
		out = append(out, p)
	}
	return out
}

func TestIntervalsHoldTheValueAndNarrowWithMorePictures(t *testing.T) {
	d := rand.New(rand.NewPCG(2, 2))
	width := 0.0
	for i, n := range []int{20, 320} {
		f := Of(random(d, n, func(s float64) bool { return d.Float64() < s }), 0.5, nil)
		for _, v := range []Interval{f.AP50, f.AP5095, f.Precision, f.Recall} {
			if v.Low > v.Value+1e-9 || v.High < v.Value-1e-9 || v.Low < 0 || v.High > 1 {
				t.Errorf("%+v", v)
			}
		}
		if w := f.Recall.High - f.Recall.Low; i == 1 && w > width/2 {
			t.Errorf("sixteen times the pictures narrow the interval from %.3f to %.3f only", width, w)
		} else {
			width = w
		}
	}
}

func TestCalibrationMakesScoresShares(t *testing.T) {
	d := rand.New(rand.NewPCG(4, 4))
	truth := func(s float64) float64 { return 1 / (1 + math.Exp(-(2*math.Log(s/(1-s)) + 1))) }
	p := random(d, 3000, func(s float64) bool { return d.Float64() < truth(s) })
	a, b := Calibrate(p)
	if math.Abs(a-2) > 0.15 || math.Abs(b-1) > 0.1 {
		t.Errorf("fitted %.2f, %.2f; the scores were made with 2, 1", a, b)
	}
	before := CalibrationError(Reliability(p))
	for i := range p {
		for j := range p[i].Found {
			s := p[i].Found[j].Score
			p[i].Found[j].Score = 1 / (1 + math.Exp(-(a*math.Log(s/(1-s)) + b)))
		}
	}
	for _, bin := range Reliability(p) {
		if bin.N > 300 && math.Abs(bin.Mean-float64(bin.Right)/float64(bin.N)) > 0.06 {
			t.Errorf("scores of %.2f are right %d of %d times", bin.Mean, bin.Right, bin.N)
		}
	}
	if after := CalibrationError(Reliability(p)); after > 0.03 || before < 0.08 {
		t.Errorf("scores are off by %.3f, after the calibration by %.3f", before, after)
	}
	if a, b := Calibrate(p[:1]); a != 1 || b != 0 {
		t.Error("five detections are enough for a calibration")
	}
}
