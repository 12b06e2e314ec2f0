package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
)

// route returns the route called name. A name that is not in the list is a
// broken invariant of this package; a test calls every method.
func route(name string) Route {
	for _, r := range Routes() {
		if r.Name == name {
			return r
		}
	}
	panic("client: no route called " + name)
}

// encode turns in into a request for the route, by the tags of its fields.
func encode(r Route, in any) (request, error) {
	req := request{method: r.Method, path: Prefix + r.Path, query: url.Values{}, tries: maxTries}
	v := reflect.ValueOf(in)
	hasBody := false
	for i := range v.NumField() {
		f, value := v.Type().Field(i), v.Field(i)
		text := fmt.Sprint(value.Interface())
		if name, ok := f.Tag.Lookup("path"); ok {
			if text == "" || text == "." || text == ".." {
				return req, &Problem{Status: http.StatusBadRequest, Kind: "invalid", Detail: fmt.Sprintf("say which %s is meant", name)}
			}
			req.path = strings.ReplaceAll(req.path, "{"+name+"}", url.PathEscape(text))
		} else if name, ok := f.Tag.Lookup("query"); ok {
			if !value.IsZero() {
				req.query.Set(name, text)
			}
		} else if _, ok := f.Tag.Lookup("header"); ok {
			req.match = text
		} else {
			hasBody = true
		}
	}
	if hasBody {
		var err error
		if req.body, err = jsonBody(in); err != nil {
			return req, err
		}
		req.contentType = "application/json"
	}
	return req, nil
}

// call makes the call named by route with in and returns its answer.
func call[Out any](ctx context.Context, c *Client, name string, in any) (out Out, err error) {
	req, err := encode(route(name), in)
	if err != nil {
		return out, err
	}
	err = c.send(ctx, req, func(resp *http.Response) error { return decode(resp, &out) })
	return out, err
}

// upload streams a file as the body of the call named by route.
func upload[Out any](ctx context.Context, c *Client, name string, in any, body io.ReadSeeker) (out Out, err error) {
	req, err := encode(route(name), in)
	if err != nil {
		return out, err
	}
	req.body, req.contentType = body, octets
	err = c.send(ctx, req, func(resp *http.Response) error { return decode(resp, &out) })
	return out, err
}

// stream makes the call named by route and returns its body, to be closed.
// What breaks off in the middle is the caller's to begin again.
func stream(ctx context.Context, c *Client, name string, in any) (body io.ReadCloser, err error) {
	req, err := encode(route(name), in)
	if err != nil {
		return nil, err
	}
	err = c.send(ctx, req, func(resp *http.Response) error {
		if resp.StatusCode >= 300 {
			defer resp.Body.Close()
			return problem(resp)
		}
		body = resp.Body
		return nil
	})
	return body, err
}
