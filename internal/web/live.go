package web

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
)

const (
	maxFollowers = 500              // open pages that are told
	beat         = 20 * time.Second // how often a silent stream shows that it lives
	maxStream    = 30 * time.Minute // then the browser opens a new one, and is asked for its session again
)

// A Hub tells open pages that something changed. It carries no content: a page
// that is told asks again, and is checked again.
type Hub struct {
	mu        sync.Mutex
	followers map[chan landbridge.CaseID]bool
}

// NewHub returns a hub nobody follows yet.
func NewHub() *Hub { return &Hub{followers: map[chan landbridge.CaseID]bool{}} }

// Changed tells every follower that a case changed or, with an empty case,
// something else did. It never blocks: a page that is slow misses a word, and
// the next one brings it up to date.
func (h *Hub) Changed(c landbridge.CaseID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for f := range h.followers {
		select {
		case f <- c:
		default:
		}
	}
}

func (h *Hub) follow() (chan landbridge.CaseID, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.followers) >= maxFollowers {
		return nil, false
	}
	f := make(chan landbridge.CaseID, 16)
	h.followers[f] = true
	return f, true
}

func (h *Hub) leave(f chan landbridge.CaseID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.followers, f)
}

// live streams what changed as server-sent events.
func (s *site) live(v *visit) error {
	f, ok := s.Hub.follow()
	if !ok {
		v.w.WriteHeader(http.StatusNoContent) // the browser stops asking; the page works without
		return nil
	}
	defer s.Hub.leave(f)
	stream := http.NewResponseController(v.w)
	_ = stream.SetWriteDeadline(time.Time{}) // a server without deadlines has none to lift
	v.w.Header().Set("Content-Type", "text/event-stream")
	v.w.WriteHeader(http.StatusOK)
	tell := func(text string) bool {
		_, err := fmt.Fprint(v.w, text)
		return err == nil && stream.Flush() == nil
	}
	knows := s.may(v, access.ListCases) // others are not told which case it is
	pulse, end := time.NewTicker(beat), time.NewTimer(maxStream)
	defer pulse.Stop()
	defer end.Stop()
	for ok := tell("retry: 3000\n\n"); ok; {
		select {
		case c := <-f:
			if !knows {
				c = ""
			}
			ok = tell("event: changed\ndata: " + string(c) + "\n\n")
		case <-pulse.C:
			ok = tell(": still here\n\n")
		case <-end.C:
			return nil
		case <-v.Context().Done():
			return nil
		}
	}
	return nil
}
