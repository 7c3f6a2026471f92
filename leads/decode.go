package leads

import (
	"encoding/json"
	"runtime"

	"github.com/harrier-patrol/harrier/journal"
)

// decoder takes revisions apart on all processors, and hands them on in their order: that is most of the time that reading a million of them takes.
type decoder struct {
	chunk []journal.Msg
	work  chan func()
	order chan chan []decoded
	done  chan struct{}
}

type decoded struct {
	lead Lead
	seq  uint64
}

// chunkSize is how many revisions are taken apart at a time.
const chunkSize = 256

// newDecoder starts one; each gets the revisions. Close it.
func newDecoder(each func(Lead, uint64)) *decoder {
	n := runtime.NumCPU()
	d := &decoder{work: make(chan func(), n), order: make(chan chan []decoded, 2*n), done: make(chan struct{})}
	for range n {
		go func() {
			for f := range d.work {
				f()
			}
		}()
	}
	go func() {
		defer close(d.done)
		for part := range d.order {
			for _, x := range <-part {
				each(x.lead, x.seq)
			}
		}
	}()
	return d
}

// take hands a message over.
func (d *decoder) take(m journal.Msg) {
	if d.chunk = append(d.chunk, m); len(d.chunk) == chunkSize {
		d.flush()
	}
}

func (d *decoder) flush() {
	part, chunk := make(chan []decoded, 1), d.chunk
	d.chunk = nil
	d.order <- part
	d.work <- func() {
		out := make([]decoded, 0, len(chunk))
		for _, m := range chunk {
			var e Event
			if json.Unmarshal(m.Data, &e) == nil && e.Data.Lead != "" {
				out = append(out, decoded{e.Data, m.Seq})
			}
		}
		part <- out
	}
}

// close waits until all that was handed over has been handed on.
func (d *decoder) close() {
	d.flush()
	close(d.work)
	close(d.order)
	<-d.done
}
