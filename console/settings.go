package console

import (
	"context"
	"errors"

	"github.com/danielgtaylor/huma/v2"

	"github.com/harrier-patrol/harrier/console/accounts"
)

// Settings is the configuration file, for administrators to read and change.
type Settings interface {
	// Read is its text, secrets hidden, and a revision of it.
	Read() (text, revision string, err error)
	// Check says what is wrong with a text, with its line; hidden secrets stay what they are.
	Check(text string) error
	// Write keeps a text that is right in place of the revision that was looked at; ErrSettingsMoved where it is another by now.
	Write(text, revision string) error
}

// ErrSettingsMoved says that the file was changed by somebody else.
var ErrSettingsMoved = errors.New("the file was changed meanwhile: read it again")

// SettingsText is the configuration file as it is shown.
type SettingsText struct {
	Text     string `json:"text" maxLength:"1000000" doc:"YAML; secrets are hidden, and stay what they are where the mark stands in their place"`
	Revision string `json:"revision" maxLength:"100" doc:"Of the file that was read"`
}

// settingsAPI lets administrators read, check and change the configuration: it counts from the next start on.
func settingsAPI(h huma.API, o Options) {
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
		switch err := o.Settings.Write(in.Body.Text, in.Body.Revision); {
		case errors.Is(err, ErrSettingsMoved):
			return nil, huma.Error412PreconditionFailed(err.Error())
		case err != nil:
			return nil, huma.Error422UnprocessableEntity(err.Error())
		}
		return nil, nil
	}, may(accounts.Admin), secret)
}
