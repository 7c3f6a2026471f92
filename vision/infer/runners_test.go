package infer

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// slow is an engine that takes its time and knows how many others run meanwhile.
type slow struct{ now, most *atomic.Int32 }

var errSlow = errors.New("too slow")

func (s slow) run() ([][]float32, error) {
	n := s.now.Add(1)
	defer s.now.Add(-1)
	for {
		m := s.most.Load()
		if n <= m || s.most.CompareAndSwap(m, n) {
			break
		}
	}
	time.Sleep(time.Millisecond)
	return [][]float32{{float32(n)}}, errSlow
}
func (s slow) inputs() [][]float32 { return nil }
func (s slow) pixels() []byte      { return nil }
func (s slow) close()              {}

func TestAsManyRunAsThereAreThreads(t *testing.T) {
	const threads = 3
	r := newRunners(threads)
	var now, most, ran atomic.Int32
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			if outs, err := r.run(slow{&now, &most}); len(outs) == 1 && errors.Is(err, errSlow) {
				ran.Add(1)
			}
		})
	}
	all.Wait()
	r.close()
	if ran.Load() != 40 || most.Load() != threads {
		t.Errorf("%d of 40 gave what they said, %d ran at a time", ran.Load(), most.Load())
	}
}

func TestWithoutThreadsItRunsOnTheCallers(t *testing.T) {
	var now, most atomic.Int32
	if _, err := (*runners)(nil).run(slow{&now, &most}); !errors.Is(err, errSlow) || most.Load() != 1 {
		t.Errorf("%v, %d ran", err, most.Load())
	}
}
