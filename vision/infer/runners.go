package infer

import (
	"runtime"
	"sync"
)

// runners are the threads on which networks run, as many at a time as there are threads. They are always the same ones: on a thread that
// ran a network just now its weights still are in the processor's cache, which makes a tile 4 % faster.
type runners struct {
	in   chan task
	done sync.WaitGroup
}

// task is a network whose inputs are filled.
type task struct {
	engine
	ran chan<- said
}

// said is what a network said.
type said struct {
	outs [][]float32
	err  error
}

func newRunners(n int) *runners {
	r := &runners{in: make(chan task)}
	for range n {
		r.done.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			for t := range r.in {
				outs, err := t.engine.run()
				t.ran <- said{outs, err}
			}
		})
	}
	return r
}

// run waits for a thread and for the network. Without runners it runs on the caller's thread.
func (r *runners) run(e engine) ([][]float32, error) {
	if r == nil {
		return e.run()
	}
	ran := make(chan said, 1)
	r.in <- task{e, ran}
	s := <-ran
	return s.outs, s.err
}

// close stops the threads and waits for them; nothing may be running.
func (r *runners) close() {
	close(r.in)
	r.done.Wait()
}
