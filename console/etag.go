package console

import (
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// tagged is an answer with the revision that it shows, as ETag.
type tagged[T any] struct {
	ETag string `header:"ETag" doc:"The revision, for If-Match"`
	Body T
}

func tag(revision int) string { return `"` + strconv.Itoa(revision) + `"` }

// IfMatch says in HTTP's own way which revision was looked at.
type IfMatch struct {
	Tag string `header:"If-Match" maxLength:"40" doc:"ETag of what was looked at; in place of the number in the body"`
}

// of is the revision that was looked at: of the header, or of the body.
func (m IfMatch) of(body int) (int, error) {
	if m.Tag == "" {
		if body <= 0 {
			return 0, huma.NewError(428, "say which revision you looked at: If-Match, or the number in the body; else what somebody else has changed meanwhile would be lost")
		}
		return body, nil
	}
	n, err := strconv.Atoi(strings.Trim(m.Tag, `"`))
	if err != nil || n <= 0 || m.Tag != tag(n) {
		return 0, huma.Error400BadRequest(`If-Match is an ETag as it was given, as "17"`)
	}
	if body > 0 && body != n {
		return 0, huma.Error400BadRequest("If-Match and the body name two different revisions")
	}
	return n, nil
}
