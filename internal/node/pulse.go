package node

import "sync"

// A pulse wakes whoever follows it. It carries nothing: the rows are the truth.
type pulse struct {
	mu        sync.Mutex
	followers map[chan struct{}]bool
}

func newPulse() *pulse { return &pulse{followers: map[chan struct{}]bool{}} }

func (p *pulse) follow() (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	p.mu.Lock()
	p.followers[c] = true
	p.mu.Unlock()
	return c, func() {
		p.mu.Lock()
		delete(p.followers, c)
		p.mu.Unlock()
	}
}

// beat never blocks: who is awake already needs no second word.
func (p *pulse) beat() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.followers {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}
