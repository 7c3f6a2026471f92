package infer

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	ort "github.com/yalue/onnxruntime_go"
)

const library = "libonnxruntime.so.1"

// LibraryPath is where ONNX Runtime's shared library is: what HARRIER_ORT names, else beside the program, else in the cache
// folder; `make build` fills both.
func LibraryPath() (string, error) {
	if p := os.Getenv("HARRIER_ORT"); p != "" {
		if _, err := os.Stat(p); err != nil {
			return "", fmt.Errorf("HARRIER_ORT names %s: %w", p, err)
		}
		return p, nil
	}
	var tried []string
	if exe, err := os.Executable(); err == nil {
		tried = append(tried, filepath.Join(filepath.Dir(exe), library))
	}
	if dir, err := os.UserCacheDir(); err == nil {
		tried = append(tried, filepath.Join(dir, "harrier", library))
	}
	for _, p := range tried {
		if _, err := os.Stat(p); err == nil {
			return p, nil
		}
	}
	return "", fmt.Errorf("ONNX Runtime is not at %s: run `make build` once, or set HARRIER_ORT to %s", strings.Join(tried, " or "), library)
}

// ONNX Runtime is one for a process; it is set up with the first session.
var environment = sync.OnceValue(func() error {
	p, err := LibraryPath()
	if err != nil {
		return err
	}
	ort.SetSharedLibraryPath(p)
	if err := ort.InitializeEnvironment(); err != nil {
		return fmt.Errorf("ONNX Runtime %s: %w", p, err)
	}
	return nil
})

// ortNetwork is a network that ONNX Runtime has loaded; any number of engines run it at a time, each with its own inputs and outputs.
type ortNetwork struct {
	s    *ort.DynamicAdvancedSession
	held atomic.Int32 // by engines; the last one to close frees it
}

type ortEngine struct {
	net     *ortNetwork
	in, out []ort.Value
	ins     [][]float32
	pix     []byte
	outs    [][]float32
}

// openORT loads a network once, for n engines. keep says that it keeps the memory it worked in for the next run (2 % of a tile's time).
func openORT(raw []byte, name string, in, out []port, n int, keep bool) (_ []engine, err error) {
	if err := environment(); err != nil {
		return nil, err
	}
	o, err := sessionOptions(keep)
	if err != nil {
		return nil, err
	}
	defer o.Destroy()
	names := func(ports []port) (out []string) {
		for _, p := range ports {
			out = append(out, p.name)
		}
		return out
	}
	s, err := ort.NewDynamicAdvancedSessionWithONNXData(raw, names(in), names(out), o)
	if err != nil {
		return nil, fmt.Errorf("load model %s: %w", name, err)
	}
	net := &ortNetwork{s: s}
	net.held.Store(int32(n))
	var engines []engine
	for range n {
		e := &ortEngine{net: net}
		engines = append(engines, e)
		err = errors.Join(err, e.hold(in, out))
	}
	if err != nil {
		for _, e := range engines {
			e.close()
		}
		return nil, err
	}
	return engines, nil
}

// hold makes room for what goes in and comes out.
func (e *ortEngine) hold(in, out []port) error {
	for _, p := range in {
		if p.bytes {
			t, err := ort.NewEmptyTensor[uint8](p.dims())
			if err != nil {
				return err
			}
			e.in, e.pix = append(e.in, t), t.GetData()
			continue
		}
		t, err := ort.NewEmptyTensor[float32](p.dims())
		if err != nil {
			return err
		}
		e.in, e.ins = append(e.in, t), append(e.ins, t.GetData())
	}
	for _, p := range out {
		t, err := ort.NewEmptyTensor[float32](p.dims())
		if err != nil {
			return err
		}
		e.out, e.outs = append(e.out, t), append(e.outs, t.GetData())
	}
	return nil
}

// dims are a port's shape as ONNX Runtime has it.
func (p port) dims() ort.Shape {
	var out ort.Shape
	for _, n := range p.shape {
		out = append(out, int64(n))
	}
	return out
}

func (e *ortEngine) inputs() [][]float32 { return e.ins }

func (e *ortEngine) pixels() []byte { return e.pix }

func (e *ortEngine) run() ([][]float32, error) {
	if err := e.net.s.Run(e.in, e.out); err != nil {
		return nil, fmt.Errorf("ONNX Runtime: %w", err)
	}
	return e.outs, nil
}

func (e *ortEngine) close() {
	for _, v := range append(e.in, e.out...) {
		v.Destroy()
	}
	if e.net.held.Add(-1) == 0 {
		e.net.s.Destroy()
	}
}

// sessionOptions are those of a session that shares the machine with others: one thread. Destroy them.
func sessionOptions(keep bool) (*ort.SessionOptions, error) {
	o, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	if err := errors.Join(o.SetIntraOpNumThreads(1), o.SetInterOpNumThreads(1), o.SetCpuMemArena(keep)); err != nil {
		o.Destroy()
		return nil, err
	}
	return o, nil
}
