package infer

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

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

type ortEngine struct {
	s      *ort.AdvancedSession
	values []ort.Value // inputs and outputs
	ins    [][]float32
	pix    []byte
	outs   [][]float32
}

func openORT(raw []byte, name string, in, out []port) (_ engine, err error) {
	if err := environment(); err != nil {
		return nil, err
	}
	e := &ortEngine{}
	defer func() {
		if err != nil {
			e.close()
		}
	}()
	tensors := func(ports []port, data *[][]float32) (names []string, values []ort.Value, err error) {
		for _, p := range ports {
			shape := make([]int64, len(p.shape))
			for i, n := range p.shape {
				shape[i] = int64(n)
			}
			var v ort.Value
			if p.bytes {
				t, err := ort.NewEmptyTensor[uint8](shape)
				if err != nil {
					return nil, nil, err
				}
				v, e.pix = t, t.GetData()
			} else {
				t, err := ort.NewEmptyTensor[float32](shape)
				if err != nil {
					return nil, nil, err
				}
				v, *data = t, append(*data, t.GetData())
			}
			names, values, e.values = append(names, p.name), append(values, v), append(e.values, v)
		}
		return names, values, nil
	}
	inNames, inValues, err := tensors(in, &e.ins)
	if err != nil {
		return nil, err
	}
	outNames, outValues, err := tensors(out, &e.outs)
	if err != nil {
		return nil, err
	}
	o, err := sessionOptions()
	if err != nil {
		return nil, err
	}
	defer o.Destroy()
	if e.s, err = ort.NewAdvancedSessionWithONNXData(raw, inNames, outNames, inValues, outValues, o); err != nil {
		return nil, fmt.Errorf("load model %s: %w", name, err)
	}
	return e, nil
}

func (e *ortEngine) inputs() [][]float32 { return e.ins }

func (e *ortEngine) pixels() []byte { return e.pix }

func (e *ortEngine) run() ([][]float32, error) {
	if err := e.s.Run(); err != nil {
		return nil, fmt.Errorf("ONNX Runtime: %w", err)
	}
	return e.outs, nil
}

func (e *ortEngine) close() {
	if e.s != nil {
		e.s.Destroy()
	}
	for _, v := range e.values {
		v.Destroy()
	}
}

// sessionOptions are those of a session that shares the machine with others: one thread, and no memory that is not used. Destroy them.
func sessionOptions() (*ort.SessionOptions, error) {
	o, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	if err := errors.Join(o.SetIntraOpNumThreads(1), o.SetInterOpNumThreads(1), o.SetCpuMemArena(false)); err != nil {
		o.Destroy()
		return nil, err
	}
	return o, nil
}
