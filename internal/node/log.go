package node

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"
)

func logLevel(name string) (l slog.Level, err error) {
	switch strings.ToLower(name) {
	case "debug":
		return slog.LevelDebug, nil
	case "info":
		return slog.LevelInfo, nil
	case "warn":
		return slog.LevelWarn, nil
	case "error":
		return slog.LevelError, nil
	}
	return 0, fmt.Errorf("unknown log level %q", name)
}

// Bounds of what quiet remembers.
const (
	quietFor   = time.Minute
	quietWords = 256 // different texts
)

// A quiet lets a text through once in a while and counts it in between.
type quiet struct {
	mu   sync.Mutex
	seen map[string]*heard
}

type heard struct {
	last  time.Time
	times int
}

// pass reports whether text is to be said now, and how often it came since it
// was said last.
func (q *quiet) pass(text string, now time.Time) (times int, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.seen == nil || len(q.seen) >= quietWords {
		q.seen = map[string]*heard{} // forgetting says a text once more, no worse
	}
	h := q.seen[text]
	if h == nil {
		h = &heard{}
		q.seen[text] = h
	}
	h.times++
	if !h.last.IsZero() && now.Sub(h.last) < quietFor {
		return 0, false
	}
	times = h.times
	h.last, h.times = now, 0
	return times, true
}
