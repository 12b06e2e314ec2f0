// Package client speaks to one node's API under /api/v1: the request and
// answer types, and a typed client over them. The API's own description
// (OpenAPI) is generated from these types, and the command line uses nothing else.
//
// Every write carries an Idempotency-Key, so a write whose answer was lost can
// be sent again: the node answers the second with what it answered the first.
// Cursors ("after", "next") are positions in one monotonic sequence and never
// times. Every record has an ETag; a write that depends on what was read says
// so with If-Match.
//
// Trust: the client trusts the node it is pointed at with what its person may
// see. It checks no signatures: that is what receipts and "landbridge verify" are for.
//
// Limits: answers over [MaxAnswer] are refused, except files, which stream.
package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Bounds of the client.
const (
	MaxAnswer   = 16 << 20 // bytes of one JSON answer
	maxTries    = 4        // sends of one request whose answer was lost
	retryAfter  = 200 * time.Millisecond
	dialTimeout = 10 * time.Second
	Prefix      = "/api/v1"
)

// A Client speaks to one node as one person. Its zero value is not usable; see [New].
type Client struct {
	base  string
	token string
	http  *http.Client
	rand  io.Reader
	wait  func(ctx context.Context, d time.Duration) error
}

// New returns a client of the node at base, such as http://localhost:8480,
// that acts with the given API token.
func New(base, token string) (*Client, error) {
	u, err := url.Parse(strings.TrimSuffix(base, "/"))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("a node's address is written like http://localhost:8480, not %q", base)
	}
	return &Client{
		base: u.String(), token: strings.TrimSpace(token), rand: rand.Reader, wait: sleep,
		http: &http.Client{Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			ResponseHeaderTimeout: time.Minute,
			TLSHandshakeTimeout:   dialTimeout,
			IdleConnTimeout:       time.Minute,
			MaxIdleConnsPerHost:   4,
		}},
	}, nil
}

// Base returns the address of the node.
func (c *Client) Base() string { return c.base }

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// A Problem is the error answer of the API (RFC 9457). Detail is a sentence
// that says what to do; Kind is what a program decides by.
type Problem struct {
	Type      string         `json:"type" doc:"A reference into the documentation of problems."`
	Title     string         `json:"title" doc:"The kind of problem in a few words."`
	Status    int            `json:"status" doc:"The HTTP status."`
	Detail    string         `json:"detail" doc:"A sentence that says what is wrong and what to do."`
	Kind      string         `json:"kind" doc:"One of internal, invalid, denied, missing, conflict, unavailable, too_large, expired, unsigned."`
	Reference string         `json:"reference,omitempty" doc:"With kind internal: the number under which this node's own log explains it."`
	Problems  []FieldProblem `json:"problems,omitempty" doc:"What is wrong, field by field."`
}

// Error returns the sentence.
func (p *Problem) Error() string { return p.Detail }

// A FieldProblem says what is wrong with one field and which rule asks for it.
type FieldProblem struct {
	Field string `json:"field" doc:"Name of the field, empty when it concerns the whole."`
	Row   int    `json:"row,omitempty" doc:"Of a field with rows, from 0."`
	Part  string `json:"part,omitempty" doc:"Part of the row, such as birth_date."`
	Rule  string `json:"rule" doc:"The rule that asks for it, such as S1 or XB profile."`
	Text  string `json:"text" doc:"A sentence that says what to do."`
	Block bool   `json:"block" doc:"It cannot be sent like this; otherwise it is advice."`
}

// Unreachable is the error of a node that did not answer at all.
type Unreachable struct {
	Base  string
	Cause error
}

// Error says who did not answer.
func (u *Unreachable) Error() string {
	return fmt.Sprintf("the node at %s does not answer; is it running? (%v)", u.Base, u.Cause)
}

// Unwrap returns the cause.
func (u *Unreachable) Unwrap() error { return u.Cause }

// A request is one call before it is sent. body, when set, can be read again
// from its start for every try.
type request struct {
	method, path string
	query        url.Values
	body         io.ReadSeeker
	contentType  string
	match        string // If-Match
	key          string // Idempotency-Key; empty: made here for writes
	tries        int
}

// An errLost says that an answer broke off in the middle: the write may have
// happened, and is asked for again under the same key.
type errLost struct{ error }

func (e errLost) Unwrap() error { return e.error }

// send sends r until take has the whole answer. Only what is safe to repeat is
// repeated: reads, and writes under the same key.
func (c *Client) send(ctx context.Context, r request, take func(*http.Response) error) error {
	if r.method != http.MethodGet && r.key == "" {
		key, err := c.NewKey()
		if err != nil {
			return err
		}
		r.key = key
	}
	for i := 1; ; i++ {
		last := i >= r.tries
		resp, err := c.once(ctx, r)
		if err == nil {
			if resp.StatusCode == http.StatusServiceUnavailable && !last {
				resp.Body.Close()
			} else if err = take(resp); !errors.As(err, new(errLost)) {
				return err
			}
		}
		if err != nil && (last || ctx.Err() != nil) {
			return &Unreachable{c.base, bare(err)}
		}
		if err := c.wait(ctx, retryAfter<<(i-1)); err != nil {
			return &Unreachable{c.base, err}
		}
	}
}

// bare takes the method and address away that net/http puts before its errors.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

func (c *Client) once(ctx context.Context, r request) (*http.Response, error) {
	var body io.Reader
	if r.body != nil {
		if _, err := r.body.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
		body = io.NopCloser(r.body) // the caller's file stays open for another try
	}
	u := c.base + r.path
	if len(r.query) > 0 {
		u += "?" + r.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, r.method, u, body)
	if err != nil {
		return nil, err
	}
	if s, ok := r.body.(interface{ Len() int }); ok {
		req.ContentLength = int64(s.Len())
	}
	req.Header.Set("Accept", "application/json")
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	for name, value := range map[string]string{"Content-Type": r.contentType, "If-Match": r.match, "Idempotency-Key": r.key} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	return c.http.Do(req)
}

// NewKey returns a fresh Idempotency-Key.
func (c *Client) NewKey() (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(c.rand, b[:]); err != nil {
		return "", fmt.Errorf("reading randomness for an idempotency key: %w", err)
	}
	return hex.EncodeToString(b[:]), nil
}

// decode reads the answer into out, or returns the problem it carries.
func decode(resp *http.Response, out any) error {
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		return problem(resp)
	}
	if out == nil || resp.StatusCode == http.StatusNoContent {
		return nil
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, MaxAnswer+1))
	if err != nil {
		return errLost{err}
	}
	if len(b) > MaxAnswer {
		return fmt.Errorf("the node's answer is over %d bytes; ask for fewer at a time", MaxAnswer)
	}
	if s, ok := out.(*string); ok && !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		*s = string(b)
		return nil
	}
	if err := json.Unmarshal(b, out); err != nil {
		return fmt.Errorf("the node's answer is not what this version expects; compare \"landbridge version\" on both sides: %w", err)
	}
	if t, ok := out.(tagged); ok {
		t.setTag(resp.Header.Get("ETag"))
	}
	return nil
}

func problem(resp *http.Response) error {
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return errLost{err}
	}
	p := &Problem{}
	if json.Unmarshal(b, p) != nil || p.Detail == "" {
		p = &Problem{Title: resp.Status, Detail: "the address answered " + resp.Status + " and not as a node does; check --node", Kind: "unavailable"}
	}
	p.Status = resp.StatusCode
	return p
}

// tagged is what carries the ETag it came with.
type tagged interface{ setTag(string) }

// A Tag is the version of a record that was read. Give it back to say "only
// if nobody changed it since".
type Tag struct {
	ETag string `json:"-"`
}

func (t *Tag) setTag(s string) { t.ETag = s }

func jsonBody(v any) (io.ReadSeeker, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("writing the request: %w", err)
	}
	if replaced(b.Bytes()) {
		return nil, &Problem{Status: http.StatusBadRequest, Kind: "invalid",
			Detail: "a text holds bytes that are not UTF-8; nothing was sent, because the node would have kept other signs in their place"}
	}
	return bytes.NewReader(b.Bytes()), nil
}

// replaced reports whether encoding/json put U+FFFD in the place of bytes that
// are not UTF-8: it writes that as an escape, and a U+FFFD of the text as itself.
func replaced(text []byte) bool {
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' {
			if i++; bytes.HasPrefix(text[i:], []byte("ufffd")) {
				return true
			}
		}
	}
	return false
}
