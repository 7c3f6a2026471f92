package console

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/harrier-patrol/harrier/console/accounts"
)

// rolesKey is under which an operation says who may ask for it; in the OpenAPI document it is x-roles.
const rolesKey = "x-roles"

// anybody are the roles of an operation that everybody answers who is logged in; nobody those of one that is open to all.
var (
	anybody = accounts.Roles
	nobody  = []accounts.Role{}
)

// secretKey is under which an operation says that what is sent to it has secrets in it, and is not kept in the audit log.
const secretKey = "x-secret"

func secret(op *huma.Operation) {
	if op.Extensions == nil {
		op.Extensions = map[string]any{}
	}
	op.Extensions[secretKey] = true
}

// may says who may ask for an operation.
func may(roles ...accounts.Role) func(*huma.Operation) {
	return func(op *huma.Operation) {
		if op.Extensions == nil {
			op.Extensions = map[string]any{}
		}
		op.Extensions[rolesKey] = roles
		// what is sent was read before (whole): a deadline here would end what takes longer, as a hang-up does
		op.BodyReadTimeout = -1
		op.Errors = append(op.Errors, http.StatusUnauthorized, http.StatusForbidden)
	}
}

// Deed is a change that somebody made, as the audit log has it.
type Deed struct {
	By     string          `json:"by"`
	Token  string          `json:"token,omitempty"` // of a program that made it in somebody's name
	Do     string          `json:"do"`              // method and path
	What   json.RawMessage `json:"what,omitempty"`  // what was sent, without passwords; cut where it is long
	Status int             `json:"status"`
	From   string          `json:"from"` // address
	At     time.Time       `json:"at"`
}

// maxWhat bounds what the audit log keeps of what was sent, bytes.
const maxWhat = 4 << 10

// rights lets an operation be asked for by those who may, and keeps each change in the audit log before it is answered.
func rights(h huma.API, o Options) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		roles, said := ctx.Operation().Extensions[rolesKey].([]accounts.Role)
		p := person(ctx.Context())
		if !(said && len(roles) == 0) && (!said || !p.Has(roles...)) {
			_ = huma.WriteErr(h, ctx, http.StatusForbidden, "your roles do not let you do this: it takes "+joined(roles)+"; an administrator gives roles")
			return
		}
		next(ctx)
		if m := ctx.Method(); m == http.MethodGet || m == http.MethodHead || o.Log == nil {
			return
		}
		open := said && len(roles) == 0
		if open && ctx.Status() >= http.StatusBadRequest {
			return // whoever is not known does not fill the log
		}
		d := Deed{By: p.Name, Token: p.Token, Do: ctx.Method() + " " + ctx.URL().Path, Status: ctx.Status(), From: ctx.RemoteAddr(), At: time.Now().UTC()}
		if b, _ := ctx.Context().Value(sentKey{}).([]byte); b != nil && !open && ctx.Operation().Extensions[secretKey] == nil {
			d.What = kept(b)
		}
		_ = o.Log(context.WithoutCancel(ctx.Context()), d)
	}
}

func joined(roles []accounts.Role) string {
	s := make([]string, len(roles))
	for i, r := range roles {
		s[i] = string(r)
	}
	return strings.Join(s, ", ")
}

// only lets a handler that is no operation be asked by those who may.
func only(roles []accounts.Role, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !person(r.Context()).Has(roles...) {
			problem(w, http.StatusForbidden, "your roles do not let you see this: it takes "+joined(roles))
			return
		}
		next(w, r)
	}
}

type sentKey struct{}

// kept is what the audit log keeps of what was sent: JSON without secrets, nothing where it is none or long.
func kept(sent []byte) json.RawMessage {
	var tight bytes.Buffer
	if json.Compact(&tight, sent) == nil {
		sent = tight.Bytes()
	}
	if len(sent) > maxWhat {
		return json.RawMessage(`"long"`)
	}
	var m map[string]any
	if json.Unmarshal(sent, &m) != nil {
		return nil
	}
	for k := range m {
		// JSON's names are taken in any case
		if l := strings.ToLower(k); strings.Contains(l, "password") || l == "code" && len(m) > 1 && m["department"] == nil {
			m[k] = "…"
		}
	}
	out, err := json.Marshal(m)
	if err != nil {
		return nil
	}
	return out
}
