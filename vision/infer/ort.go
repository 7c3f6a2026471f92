package infer

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/harrier-patrol/harrier/vision/models"
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
	s            *ort.AdvancedSession
	in           *ort.Tensor[float32]
	scores, dist *ort.Tensor[float32]
}

func openORT(raw []byte, m models.Manifest, cells int) (_ engine, err error) {
	if err := environment(); err != nil {
		return nil, err
	}
	e := &ortEngine{}
	defer func() {
		if err != nil {
			e.close()
		}
	}()
	if e.in, err = ort.NewEmptyTensor[float32](ort.NewShape(1, 3, int64(m.Size), int64(m.Size))); err != nil {
		return nil, err
	}
	if e.scores, err = ort.NewEmptyTensor[float32](ort.NewShape(1, int64(cells), int64(len(m.Classes)))); err != nil {
		return nil, err
	}
	if e.dist, err = ort.NewEmptyTensor[float32](ort.NewShape(1, int64(cells), int64(4*m.Bins))); err != nil {
		return nil, err
	}
	o, err := sessionOptions()
	if err != nil {
		return nil, err
	}
	defer o.Destroy()
	e.s, err = ort.NewAdvancedSessionWithONNXData(raw, []string{"image"}, []string{"scores", "dist"}, []ort.Value{e.in}, []ort.Value{e.scores, e.dist}, o)
	if err != nil {
		return nil, fmt.Errorf("load model %s: %w", m.Name, err)
	}
	return e, nil
}

func (e *ortEngine) input() []float32 { return e.in.GetData() }

func (e *ortEngine) run() (scores, dist []float32, err error) {
	if err := e.s.Run(); err != nil {
		return nil, nil, fmt.Errorf("ONNX Runtime: %w", err)
	}
	return e.scores.GetData(), e.dist.GetData(), nil
}

func (e *ortEngine) close() {
	if e.s != nil {
		e.s.Destroy()
	}
	for _, t := range []*ort.Tensor[float32]{e.in, e.scores, e.dist} {
		if t != nil {
			t.Destroy()
		}
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
