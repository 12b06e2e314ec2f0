package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"reflect"
	"sort"
	"strings"
	"time"

	"landbridge.example/client"
	"landbridge.example/internal/fail"
)

// A node of the OpenAPI document. Keys of maps are sorted by encoding/json,
// so the same types give the same bytes.
type object map[string]any

// OpenAPI returns the description of the API (OpenAPI 3.1), made by
// reflection from the types of package client.
func OpenAPI() []byte {
	s := &schemas{named: object{}, types: map[string]reflect.Type{}}
	paths := object{}
	for _, r := range client.Routes() {
		item, ok := paths[client.Prefix+r.Path].(object)
		if !ok {
			item = object{}
			paths[client.Prefix+r.Path] = item
		}
		item[strings.ToLower(r.Method)] = operation(s, r)
	}
	s.of(reflect.TypeFor[client.Problem]())
	doc := object{
		"openapi": "3.1.0",
		"info": object{
			"title": "Landbridge node", "version": "1",
			"description": "One party's node. Every write takes an Idempotency-Key: sent again under the same key, it is answered as the first time. " +
				"Records carry an ETag. Cursors are positions in one monotonic sequence. " +
				"Errors are problem+json (RFC 9457) with a kind a program can act on and a sentence a person can.",
		},
		"paths":    paths,
		"security": []object{{"token": []string{}}, {"session": []string{}}},
		"components": object{
			"schemas": s.named,
			"securitySchemes": object{
				"token":   object{"type": "http", "scheme": "bearer", "description": "An API token of a member of staff."},
				"session": object{"type": "apiKey", "in": "cookie", "name": SessionCookie, "description": "The session of the staff pages."},
			},
			"responses": object{"problem": object{
				"description": "What went wrong, as a kind and a sentence.",
				"content":     object{problemType: object{"schema": ref("Problem")}},
			}},
		},
	}
	b, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		panic("api: the description does not marshal: " + err.Error())
	}
	return append(b, '\n')
}

func ref(name string) object { return object{"$ref": "#/components/schemas/" + name} }

func operation(s *schemas, r client.Route) object {
	op := object{"operationId": r.Name, "summary": r.Summary, "tags": []string{tag(r)}}
	var params []object
	hasBody := false
	in := reflect.TypeOf(r.In)
	for i := range in.NumField() {
		f := in.Field(i)
		param := object{"schema": s.of(f.Type)}
		if d := f.Tag.Get("doc"); d != "" {
			param["description"] = d
		}
		switch {
		case f.Tag.Get("path") != "":
			param["name"], param["in"], param["required"] = f.Tag.Get("path"), "path", true
		case f.Tag.Get("query") != "":
			param["name"], param["in"] = f.Tag.Get("query"), "query"
		case f.Tag.Get("header") != "":
			param["name"], param["in"] = f.Tag.Get("header"), "header"
		default:
			hasBody = true
			continue
		}
		params = append(params, param)
	}
	if r.Method != http.MethodGet {
		params = append(params, object{"name": keyHeader, "in": "header", "required": true,
			"schema":      object{"type": "string", "minLength": minKey, "maxLength": maxKey},
			"description": "Chosen by the caller, new for each write; the same again for a repetition of the same write."})
	}
	if len(params) > 0 {
		op["parameters"] = params
	}
	switch {
	case r.Body != "":
		op["requestBody"] = object{"required": true, "content": object{r.Body: object{"schema": object{"type": "string", "format": "binary"}}}}
	case hasBody:
		op["requestBody"] = object{"required": true, "content": object{"application/json": object{"schema": s.of(in)}}}
	}
	op["responses"] = responses(s, r)
	if r.Name == "health" || r.Open {
		op["security"] = []object{}
	}
	return op
}

func responses(s *schemas, r client.Route) object {
	ok := object{"description": "Done."}
	if r.Answer != "" {
		ok["content"] = object{r.Answer: object{"schema": object{"type": "string"}}}
	} else if r.Out != nil {
		ok["content"] = object{"application/json": object{"schema": s.of(reflect.TypeOf(r.Out))}}
		ok["headers"] = object{"ETag": object{"schema": object{"type": "string"}, "description": "Version of the record."}}
	}
	return object{statusText(r): ok, "default": object{"$ref": "#/components/responses/problem"}}
}

func statusText(r client.Route) string {
	switch r.Status {
	case http.StatusCreated:
		return "201"
	case http.StatusNoContent:
		return "204"
	default:
		return "200"
	}
}

// tag groups operations by the first part of their path.
func tag(r client.Route) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(r.Path, "/"), "/")
	return first
}

// schemas collects the named types of the document.
type schemas struct {
	named object
	types map[string]reflect.Type
}

func (s *schemas) of(t reflect.Type) object {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case t == reflect.TypeFor[json.RawMessage](), t.Kind() == reflect.Interface:
		return object{}
	case t.Kind() == reflect.Map && t.Name() == "":
		return object{"type": "object", "additionalProperties": s.of(t.Elem())}
	case t == reflect.TypeFor[client.Fields]():
		return object{"type": "object", "description": "Values by field name: a text, a list of texts, or a list of objects of texts.",
			"additionalProperties": object{"anyOf": []object{
				{"type": "string"},
				{"type": "array", "items": object{"type": "string"}},
				{"type": "array", "items": object{"type": "object", "additionalProperties": object{"type": "string"}}},
			}}}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return object{"type": "string", "contentEncoding": "base64"}
		}
		return object{"type": "array", "items": s.of(t.Elem())}
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return object{"type": "integer", "format": "int64"}
	case reflect.Float64:
		return object{"type": "number"}
	case reflect.Struct:
		return s.structure(t)
	}
	panic("api: a type of package client has no schema: " + t.String())
}

func (s *schemas) structure(t reflect.Type) object {
	name := t.Name()
	if have, ok := s.types[name]; ok {
		if have != t {
			panic("api: two types are called " + name)
		}
		return ref(name)
	}
	s.types[name] = t // before the fields: a type may hold itself
	props, required := object{}, []string{}
	s.fields(t, props, &required)
	sort.Strings(required)
	o := object{"type": "object", "properties": props}
	if len(required) > 0 {
		o["required"] = required
	}
	s.named[name] = o
	if name == "Problem" {
		var kinds []string
		for _, k := range fail.Kinds() {
			kinds = append(kinds, k.String())
		}
		props["kind"] = object{"type": "string", "enum": kinds, "description": "What a program decides by. The list only grows."}
	}
	return ref(name)
}

func (s *schemas) fields(t reflect.Type, props object, required *[]string) {
	eachField(t, func(name string, f reflect.StructField) {
		p := s.of(f.Type)
		if d := f.Tag.Get("doc"); d != "" {
			p = described(p, d)
		}
		props[name] = p
		if !strings.Contains(f.Tag.Get("json"), ",omitempty") {
			*required = append(*required, name)
		}
	})
}

// described returns p with a description; a reference keeps its own.
func described(p object, text string) object {
	if p["$ref"] != nil {
		return object{"allOf": []object{p}, "description": text}
	}
	if p["description"] == nil {
		p["description"] = text
	}
	return p
}

// eachField calls f for every field of t that stands in JSON, embedded ones too.
func eachField(t reflect.Type, f func(name string, field reflect.StructField)) {
	for i := range t.NumField() {
		field := t.Field(i)
		if field.Anonymous {
			eachField(field.Type, f)
			continue
		}
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "-" && name != "" {
			f(name, field)
		}
	}
}

// styleHash returns the hash by which a content security policy lets the
// page's own style through and no other.
func styleHash(html string) string {
	_, rest, _ := strings.Cut(html, "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	return base64.StdEncoding.EncodeToString(sum[:])
}
