package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"landbridge.example/internal/node"
)

// TestReadyUnwell: a node that refuses to sign has started all the same. One
// that is restored from an old copy may find that out before it is first asked.
func TestReadyUnwell(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(`{"party":"XA","ok":false,"checks":[{"name":"log","ok":false,"text":"the log refuses to sign"}]}`))
	}))
	defer s.Close()
	m := &member{code: "XA", config: node.Config{URL: s.URL, Listen: strings.TrimPrefix(s.URL, "http://")}}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := m.ready(ctx, make(chan struct{})); err != nil {
		t.Error(err)
	}
}
