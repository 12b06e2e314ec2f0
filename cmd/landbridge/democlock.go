package main

import (
	"bufio"
	"io"
	"strings"
	"sync/atomic"
	"time"
)

// A demoClock is the clock of a demo's node. The story of an arrest takes forty
// days, and nobody waits that long: the demo sets all its nodes' clocks back
// before it begins, and forward as the story goes.
type demoClock struct{ ahead atomic.Int64 } // nanoseconds

// Now returns the time on this clock.
func (c *demoClock) Now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// aheadWord begins a line that sets the clock: "ahead -48h0m0s". The node
// answers with the same line once its clock is set.
const aheadWord = "ahead "

// follow sets the clock as the lines of in say, until it ends, and calls moved
// after each. A line it does not understand changes nothing.
func (c *demoClock) follow(in io.Reader, moved func(ahead time.Duration)) {
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		text, ok := strings.CutPrefix(lines.Text(), aheadWord)
		if !ok {
			continue
		}
		if d, err := time.ParseDuration(text); err == nil {
			c.ahead.Store(int64(d))
			moved(d)
		}
	}
	_, _ = io.Copy(io.Discard, in) // after a line that is too long to be one of ours
}
