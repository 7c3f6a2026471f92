package networks

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"time"
)

// Promotion is a line of the models' history; the last one is in use.
type Promotion struct {
	At    time.Time `json:"at"`
	By    string    `json:"by"`
	Why   string    `json:"why"`
	Model string    `json:"model"` // a name, or the file of a model of one's own
	SHA   string    `json:"sha256"`
}

// History is which models were in use, in a file that is only added to; copies of models of one's own lie beside it.
type History struct {
	path string
	All  []Promotion // the oldest first
}

// ReadHistory reads the history in a data folder; one in which nothing was promoted has none yet.
func ReadHistory(data string) (*History, error) {
	h := &History{path: filepath.Join(data, "models", "history.jsonl")}
	f, err := os.Open(h.path)
	if errors.Is(err, os.ErrNotExist) {
		return h, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	for n := 1; sc.Scan(); n++ {
		var p Promotion
		if err := json.Unmarshal(sc.Bytes(), &p); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", h.path, n, err)
		}
		h.All = append(h.All, p)
	}
	return h, sc.Err()
}

// InUse is the model that was promoted last, else the one that comes with Harrier.
func (h *History) InUse() string {
	if len(h.All) == 0 {
		return Nano
	}
	return h.All[len(h.All)-1].Model
}

// Promote puts a model into use, which is copied where it is a file. by is the user of this machine where it is "".
func (h *History) Promote(model, by, why string) (Manifest, error) {
	raw, man, err := Load(model)
	if err != nil {
		return man, err
	}
	if len(h.All) == 0 { // so that there is something to go back to
		_, was, err := Load(Nano)
		if err != nil {
			return man, err
		}
		if err := h.add(Promotion{By: "harrier", Why: "came with Harrier", Model: Nano, SHA: was.SHA256}); err != nil {
			return man, err
		}
	}
	if stem, ok := strings.CutSuffix(model, ".onnx"); ok {
		dir := filepath.Join(filepath.Dir(h.path), man.SHA256[:12])
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return man, err
		}
		manifest, err := os.ReadFile(stem + ".json")
		if err != nil {
			return man, err
		}
		model = filepath.Join(dir, man.File)
		if err := errors.Join(os.WriteFile(model, raw, 0o644), os.WriteFile(strings.TrimSuffix(model, ".onnx")+".json", manifest, 0o644)); err != nil {
			return man, err
		}
	}
	return man, h.add(Promotion{By: by, Why: why, Model: model, SHA: man.SHA256})
}

// Before is the model that was in use before the one in use; "" where there is none.
func (h *History) Before() string {
	for i := len(h.All) - 2; i >= 0; i-- {
		p := h.All[i]
		if p.SHA != h.All[len(h.All)-1].SHA {
			return p.Model
		}
	}
	return ""
}

// Rollback puts the model that was in use before back into use.
func (h *History) Rollback(by, why string) (model string, err error) {
	model = h.Before()
	if model == "" {
		return "", errors.New("no other model was in use before")
	}
	_, man, err := Load(model)
	if err != nil {
		return "", fmt.Errorf("the model in use before cannot be used any more: %w", err)
	}
	return model, h.add(Promotion{By: by, Why: why, Model: model, SHA: man.SHA256})
}

func (h *History) add(p Promotion) error {
	if err := os.MkdirAll(filepath.Dir(h.path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(h.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	p.At = time.Now().UTC().Truncate(time.Second)
	if u, err := user.Current(); p.By == "" && err == nil {
		p.By = u.Username
	}
	if err := json.NewEncoder(f).Encode(p); err != nil {
		return err
	}
	h.All = append(h.All, p)
	return errors.Join(f.Sync(), f.Close())
}
