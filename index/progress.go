package index

import "sync"

// progressSteps is how often progress is told, at most.
const progressSteps = 200

// A progress counts finished replications and tells of them now and then.
type progress struct {
	mu          sync.Mutex
	tell        func(done, total int)
	done, total int
	every       int
}

func newProgress(tell func(done, total int), total int) *progress {
	return &progress{tell: tell, total: total, every: max(1, total/progressSteps)}
}

func (p *progress) step() {
	if p.tell == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	if p.done%p.every == 0 || p.done == p.total {
		p.tell(p.done, p.total)
	}
}
