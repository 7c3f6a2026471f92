package console

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"path"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/paulmach/orb/geojson"

	"github.com/harrier-patrol/harrier/console/accounts"
	"github.com/harrier-patrol/harrier/dock"
)

// Settings is the configuration file, for administrators to read and change.
type Settings interface {
	// Read is its text, secrets hidden, and a revision of it.
	Read() (text, revision string, err error)
	// Check says what is wrong with a text, with its line; hidden secrets stay what they are.
	Check(text string) error
	// Write keeps a text that is right in place of the revision that was looked at; ErrSettingsMoved where it is another by now.
	Write(text, revision string) error
	// City is where the district is, and which docks there are.
	City() (CitySettings, error)
	// SetDocks writes which docks there are, in place of the revision that was looked at.
	SetDocks(all []ConfiguredDock, revision string) error
	// TakeLayer checks the file of a layer, and puts it in its place; its name says by its ending what it is, datum what the file does not.
	TakeLayer(ctx context.Context, layer, name, datum string, r io.Reader) (LayerTaken, error)
	// SetLayer names the file of a layer, "" for none.
	SetLayer(layer, file string) error
	// Restart starts Harrier anew with the file as it is now.
	Restart() error
}

// CitySettings are where the district is, and which docks there are, as the configuration file has it.
type CitySettings struct {
	Layers   []CityLayer      `json:"layers"`
	Docks    []ConfiguredDock `json:"docks" maxItems:"2000"`
	Revision string           `json:"revision" maxLength:"100" doc:"Of the file that was read"`
	Started  string           `json:"started" maxLength:"100" doc:"Revision with which Harrier was started: another one counts from the next start on"`
	Trouble  string           `json:"trouble" doc:"What kept Harrier from starting with what was changed; empty where nothing did"`
	Since    string           `json:"since" maxLength:"100" doc:"Of this start: another one after each"`
}

// ConfiguredDock is a dock as the configuration file has it.
type ConfiguredDock dock.Dock

// CityLayer is a layer of the ground.
type CityLayer struct {
	Layer   string    `json:"layer" enum:"grid,fences,register,outlines,door-lines"`
	File    string    `json:"file" doc:"None where it is empty"`
	Changed time.Time `json:"changed,omitzero"`
}

// LayerTaken is a layer that was checked and put in its place.
type LayerTaken struct {
	Layer         string                     `json:"layer"`
	File          string                     `json:"file"`
	Sum           string                     `json:"sum"`      // what is in it, in words
	Warnings      []string                   `json:"warnings"` // the first of them
	WarningsInAll int                        `json:"warnings_in_all"`
	Shown         *geojson.FeatureCollection `json:"shown"` // some of its features
}

// ErrBusy says that something is being done that is done once at a time.
var ErrBusy = errors.New("somebody else has the same done just now: wait until it is over, and try again")

// ErrNoLayer says that there is no such layer.
var ErrNoLayer = errors.New("there is no such layer; there are")

// ErrSettingsMoved says that the file was changed by somebody else.
var ErrSettingsMoved = errors.New("the file was changed meanwhile: read it again")

// SettingsText is the configuration file as it is shown.
type SettingsText struct {
	Text     string `json:"text" maxLength:"1000000" doc:"YAML; secrets are hidden, and stay what they are where the mark stands in their place"`
	Revision string `json:"revision" maxLength:"100" doc:"Of the file that was read"`
}

// settingsAPI lets administrators read, check and change the configuration: it counts from the next start on.
func settingsAPI(h huma.API, mux *http.ServeMux, o Options) {
	huma.Get(h, "/api/settings", func(context.Context, *struct{}) (*body[SettingsText], error) {
		text, revision, err := o.Settings.Read()
		if err != nil {
			return nil, huma.Error503ServiceUnavailable("the configuration cannot be read: " + err.Error())
		}
		return &body[SettingsText]{SettingsText{text, revision}}, nil
	}, may(accounts.Admin))
	huma.Post(h, "/api/settings/check", func(_ context.Context, in *struct {
		Body struct {
			Text string `json:"text" maxLength:"1000000"`
		}
	}) (*struct{}, error) {
		if err := o.Settings.Check(in.Body.Text); err != nil {
			return nil, huma.Error422UnprocessableEntity(err.Error())
		}
		return nil, nil
	}, may(accounts.Admin), secret)
	huma.Put(h, "/api/settings", func(_ context.Context, in *struct{ Body SettingsText }) (*struct{}, error) {
		return nil, settingsError(o.Settings.Write(in.Body.Text, in.Body.Revision))
	}, may(accounts.Admin), secret)
	huma.Get(h, "/api/settings/city", func(context.Context, *struct{}) (*body[CitySettings], error) {
		out, err := o.Settings.City()
		if err != nil {
			return nil, huma.Error503ServiceUnavailable("the configuration cannot be read: " + err.Error())
		}
		out.Since = o.start
		return &body[CitySettings]{out}, nil
	}, may(accounts.Admin))
	huma.Put(h, "/api/settings/docks", func(_ context.Context, in *struct {
		Body struct {
			Docks    []ConfiguredDock `json:"docks" maxItems:"2000"`
			Revision string           `json:"revision" minLength:"1" maxLength:"100" doc:"That was looked at"`
		}
	}) (*struct{}, error) {
		return nil, settingsError(o.Settings.SetDocks(in.Body.Docks, in.Body.Revision))
	}, may(accounts.Admin))
	huma.Delete(h, "/api/settings/layers/{layer}", func(_ context.Context, in *struct {
		Layer string `path:"layer" enum:"grid,fences,register,outlines,door-lines"`
	}) (*struct{}, error) {
		return nil, settingsError(o.Settings.SetLayer(in.Layer, ""))
	}, may(accounts.Admin))
	huma.Post(h, "/api/settings/restart", func(context.Context, *struct{}) (*struct{}, error) {
		if err := o.Settings.Restart(); err != nil {
			return nil, huma.Error409Conflict(err.Error())
		}
		return nil, nil
	}, may(accounts.Admin))
	mux.HandleFunc("PUT "+layersPath+"{layer}", only([]accounts.Role{accounts.Admin}, func(w http.ResponseWriter, r *http.Request) {
		kind, name := r.PathValue("layer"), path.Base(r.URL.Query().Get("name"))
		if len(name) > 200 {
			problem(w, http.StatusUnprocessableEntity, "name: at most 200 characters")
			return
		}
		// it may come for long, as long as it comes
		sent := &steady{r: http.MaxBytesReader(w, r.Body, maxLayer), c: http.NewResponseController(w)}
		out, err := o.Settings.TakeLayer(r.Context(), kind, name, r.URL.Query().Get("datum"), sent)
		status := http.StatusOK
		if _, unread := io.Copy(io.Discard, sent); unread != nil { // else whoever sends it does not get to read the answer
			w.Header().Set("Connection", "close")
		}
		switch {
		case errors.Is(err, ErrNoLayer):
			status = http.StatusNotFound
		case errors.Is(err, ErrBusy):
			status = http.StatusConflict
		case errors.As(err, new(*http.MaxBytesError)):
			status = http.StatusRequestEntityTooLarge
		case errors.As(err, new(*fs.PathError)):
			status = http.StatusServiceUnavailable
		case err != nil:
			status = http.StatusUnprocessableEntity
		}
		what, _ := json.Marshal(map[string]string{"file": name, "sum": out.Sum})
		if o.Log != nil {
			p := person(r.Context())
			_ = o.Log(context.WithoutCancel(r.Context()), Deed{By: p.Name, Token: p.Token, Do: r.Method + " " + r.URL.Path, What: what, Status: status, From: r.RemoteAddr, At: time.Now().UTC()})
		}
		if err != nil {
			problem(w, status, err.Error())
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(out)
	}))
}

// layersPath is under which layers are sent, which may be longer than what else is sent: so many bytes, each piece within so long.
const (
	layersPath  = "/api/settings/layers/"
	maxLayer    = 512 << 20
	pieceWithin = 20 * time.Second
)

// steady reads what comes as long as it comes steadily.
type steady struct {
	r io.Reader
	c *http.ResponseController
}

func (s *steady) Read(p []byte) (int, error) {
	_ = s.c.SetReadDeadline(time.Now().Add(pieceWithin))
	n, err := s.r.Read(p)
	if errors.Is(err, io.EOF) { // what is done with it takes as long as it takes
		_ = s.c.SetReadDeadline(time.Time{})
	}
	return n, err
}

// settingsError says what is wrong in HTTP's terms.
func settingsError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrSettingsMoved):
		return huma.Error412PreconditionFailed(err.Error())
	}
	return huma.Error422UnprocessableEntity(err.Error())
}
