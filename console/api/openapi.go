package api

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"reflect"
	"regexp"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// inPath finds the parameters of a path.
var inPath = regexp.MustCompile(`\{(\w+)\}`)

// schemaName is the name of a type in the document; those of other packages have theirs before it.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if pkg := path.Base(t.PkgPath()); pkg != "api" && pkg != "." && t.Kind() == reflect.Struct {
		name = pkg + name
	}
	return name
}

// serve puts the operations on a mux, by way of huma, and returns the document of OpenAPI 3.1 that describes them.
func (a *admin) serve(mux *http.ServeMux, list []operation) []byte {
	config := huma.DefaultConfig("Rexian", "1")
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", "" // served here, without a page from elsewhere
	config.CreateHooks = nil
	config.Info.Description = "The administration of a Rexian server. Moments are Unix milliseconds or RFC 3339, as each " +
		"field says; telephone numbers are masked. An error is a problem of RFC 9457 with a code that does not change."
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer", Description: "the server's token, or a key (rxk_…)"},
		"cookie": {Type: "apiKey", In: "cookie", Name: sessionCookie, Description: "a session, see sign-in"}}
	server := humago.New(mux, config)
	for i := range list {
		o := &list[i]
		op := o.document(server.OpenAPI().Components.Schemas)
		server.OpenAPI().AddOperation(op)
		h := a.limited(o.needs, cmp.Or(o.longest, maxBody), o.list == "", a.scoped(o.of, a.forwards(o.at, versioned(o.whole, o.do))))
		server.Adapter().Handle(op, func(ctx huma.Context) {
			r, w := humago.Unwrap(ctx)
			h.ServeHTTP(w, r)
		})
	}
	doc, err := json.Marshal(server.OpenAPI())
	if err != nil {
		panic(err) // of what is compiled in: the tests find it
	}
	return doc
}

// document is an operation as OpenAPI says it.
func (o *operation) document(schemas huma.Registry) *huma.Operation {
	text := &huma.Schema{Type: "string"}
	op := &huma.Operation{OperationID: o.id, Method: o.method, Path: o.path, Summary: o.summary,
		Responses: map[string]*huma.Response{}, Extensions: map[string]any{"x-permission": string(o.needs)}}
	for _, m := range inPath.FindAllStringSubmatch(o.path, -1) {
		op.Parameters = append(op.Parameters, &huma.Param{Name: m[1], In: "path", Required: true, Schema: text})
	}
	query := o.query
	if o.list != "" {
		query = append([]string{"limit", "after"}, query...)
		op.Extensions["x-list"] = o.list
	}
	for _, q := range query {
		op.Parameters = append(op.Parameters, &huma.Param{Name: q, In: "query", Schema: text})
	}
	if o.method != http.MethodGet {
		op.Parameters = append(op.Parameters, &huma.Param{Name: "Idempotency-Key", In: "header", Schema: text,
			Description: "the order is carried out once within a day"})
	}
	if o.edits {
		op.Extensions["x-edits"] = true
		op.Parameters = append(op.Parameters, &huma.Param{Name: "If-Match", In: "header", Schema: text,
			Description: "the ETag that the change was made from: 412 where it is another by now"},
			&huma.Param{Name: "If-None-Match", In: "header", Schema: text,
				Description: "* where there is to be nothing yet: 412 where there is"})
		op.Extensions["x-whole"] = o.whole
	}
	if o.narrow || o.of != nil {
		op.Extensions["x-scope"] = "queues, groups, districts"
	}
	if o.needs != anybody {
		op.Security = []map[string][]string{{"bearer": {}}, {"cookie": {}}}
	}
	if o.in != nil {
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {
			Schema: schemas.Schema(reflect.TypeOf(o.in), true, o.id+"Order")}}}
	}
	op.Responses["200"] = &huma.Response{Description: "Done", Content: o.content(schemas)}
	problem := &huma.Response{Description: "A problem",
		Content: map[string]*huma.MediaType{"application/problem+json": {
			Schema: schemas.Schema(reflect.TypeFor[Fault](), true, "Fault")}}}
	for _, status := range []int{400, 401, 403, 404, 409, 412, 415, 421, 422, 428, 429, 503} {
		op.Responses[strconv.Itoa(status)] = problem
	}
	return op
}

// content is the body of an answer of success.
func (o *operation) content(schemas huma.Registry) map[string]*huma.MediaType {
	if o.media != "" {
		return map[string]*huma.MediaType{o.media: {Schema: &huma.Schema{Type: "string", Format: "binary"}}}
	}
	schema := &huma.Schema{Type: "object"}
	if o.out != nil {
		schema = schemas.Schema(reflect.TypeOf(o.out), true, o.id+"Answer")
	}
	if o.list != "" {
		schema = &huma.Schema{Type: "object", Required: []string{o.list}, Properties: map[string]*huma.Schema{
			o.list: {Type: "array", Items: schema},
			"next": {Type: "string", Description: "the after of the next page; not there on the last"}}}
	}
	return map[string]*huma.MediaType{"application/json": {Schema: schema}}
}

// root says what this is and where its documents are.
func (a *admin) root(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/" || r.Method != http.MethodGet && r.Method != http.MethodHead {
		fault(w, http.StatusNotFound, "there is no such operation; /openapi.json lists them")
		return
	}
	text(w, http.StatusOK, fmt.Sprintf(`Rexian 热线：电话服务器的管理接口 / a telephone server's administration
节点 / node             %s

/openapi.json           全部操作，OpenAPI 3.1 / all operations
/healthz, /readyz       活着；接电话 / alive; takes calls
/metrics                Prometheus 指标 / figures
/api/v1/…               操作 / operations

口令 / token            Authorization: Bearer …（http.token，或 rexian user key 的密钥 / or a key）
命令 / commands         rexian --help`, a.Node()))
}
