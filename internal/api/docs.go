package api

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"reflect"

	"landbridge.example/client"
	"landbridge.example/internal/fail"
)

//go:embed docs.html
var docsHTML string

// A docsPage is the view of the documentation page. It is made from the same
// routes and types as the API itself, and loads nothing from elsewhere.
type docsPage struct {
	Groups []docsGroup
	Kinds  []docsKind
	Types  []docsType
}

type docsGroup struct {
	Name   string
	Routes []docsRoute
}

type docsRoute struct {
	client.Route
	FullPath string
	Params   []docsField
	InType   string // of a JSON body
	OutType  string
	Write    bool
}

type docsKind struct {
	Name, Title string
	Status      int
}

type docsType struct {
	Name   string
	Fields []docsField
}

type docsField struct{ Name, Type, Doc, In string }

func docsTemplate() *template.Template {
	return template.Must(template.New("docs").Parse(docsHTML))
}

func (a *API) docs() {
	text := OpenAPI()
	a.mux.HandleFunc("GET "+client.Prefix+"/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write(text)
	})
	var page bytes.Buffer
	if err := docsTemplate().Execute(&page, docsView()); err != nil {
		panic("api: the documentation page: " + err.Error())
	}
	a.mux.HandleFunc("GET "+client.Prefix+"/docs", func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+styleHash(docsHTML)+"'; "+
			"base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		w.Write(page.Bytes())
	})
}

func docsView() docsPage {
	var p docsPage
	seen := map[reflect.Type]bool{}
	for _, r := range client.Routes() {
		d := docsRoute{Route: r, FullPath: client.Prefix + r.Path, Write: r.Method != http.MethodGet}
		in := reflect.TypeOf(r.In)
		for i := range in.NumField() {
			f := in.Field(i)
			param := docsField{Type: typeName(f.Type), Doc: f.Tag.Get("doc")}
			switch {
			case f.Tag.Get("path") != "":
				param.Name, param.In = f.Tag.Get("path"), "path"
			case f.Tag.Get("query") != "":
				param.Name, param.In = f.Tag.Get("query"), "query"
			case f.Tag.Get("header") != "":
				param.Name, param.In = f.Tag.Get("header"), "header"
			default:
				if d.InType == "" {
					d.InType = in.Name()
					p.collect(in, seen)
				}
				continue
			}
			d.Params = append(d.Params, param)
		}
		if r.Out != nil {
			d.OutType = reflect.TypeOf(r.Out).Name()
			p.collect(reflect.TypeOf(r.Out), seen)
		}
		if n := len(p.Groups); n == 0 || p.Groups[n-1].Name != tag(r) {
			p.Groups = append(p.Groups, docsGroup{Name: tag(r)})
		}
		g := &p.Groups[len(p.Groups)-1]
		g.Routes = append(g.Routes, d)
	}
	p.collect(reflect.TypeFor[client.Problem](), seen)
	for _, k := range fail.Kinds() {
		p.Kinds = append(p.Kinds, docsKind{k.String(), statuses()[k].title, statuses()[k].code})
	}
	return p
}

// collect adds t and the types it holds, each once.
func (p *docsPage) collect(t reflect.Type, seen map[reflect.Type]bool) {
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t.PkgPath() != reflect.TypeFor[client.Problem]().PkgPath() || seen[t] {
		return
	}
	seen[t] = true
	d := docsType{Name: t.Name()}
	var inner []reflect.Type
	eachField(t, func(name string, f reflect.StructField) {
		d.Fields = append(d.Fields, docsField{Name: name, Type: typeName(f.Type), Doc: f.Tag.Get("doc")})
		inner = append(inner, f.Type)
	})
	p.Types = append(p.Types, d)
	for _, t := range inner {
		p.collect(t, seen)
	}
}

// typeName names a type as a reader of JSON would.
func typeName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return typeName(t.Elem())
	case reflect.Slice:
		if t.Name() == "RawMessage" {
			return "any"
		}
		if t.Elem().Kind() == reflect.Uint8 {
			return "base64"
		}
		return "list of " + typeName(t.Elem())
	case reflect.Struct:
		if t.Name() == "Time" {
			return "time"
		}
		return t.Name()
	case reflect.Map:
		if t.Name() != "" {
			return t.Name()
		}
		return "map of " + typeName(t.Elem())
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64, reflect.Float64:
		return "number"
	}
	return "text"
}
