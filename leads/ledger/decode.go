package ledger

import (
	"runtime"

	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
)

// decoder takes revisions apart on all processors, and hands them on in their order: that is most of the time that reading a million of them takes.
type decoder struct {
	chunk []journal.Msg
	work  chan func()
	order chan chan []decoded
	done  chan struct{}
}

type decoded struct {
	lead   leads.Lead // without a name where the message is none
	remind *leads.Reminder
	seq    uint64
}

// chunkSize is how many revisions are taken apart at a time.
const chunkSize = 256

// newDecoder starts one; each gets the revisions. Close it.
func newDecoder(each func(decoded)) *decoder {
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
				each(x)
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
			x, r, err := leads.ReadMessage(m.Data)
			if err != nil {
				x, r = leads.Lead{}, nil
			}
			out = append(out, decoded{x, r, m.Seq})
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
