package indexcmd

import (
	"fmt"
	"strings"
)

const barWidth = 30

// bar returns the function that draws progress on the terminal, nil if there
// is none, and one that takes the bar away again.
func (t *tool) bar(what string) (tell func(done, total int), clear func()) {
	if !t.terminal {
		return nil, func() {}
	}
	drawn := false
	return func(done, total int) {
			full := barWidth * done / max(1, total)
			fmt.Fprintf(t.err, "\r%s [%s%s] %3d %%  %d of %d", what, strings.Repeat("#", full), strings.Repeat(".", barWidth-full), 100*done/max(1, total), done, total)
			drawn = true
		}, func() {
			if drawn {
				fmt.Fprint(t.err, "\r\x1b[2K")
			}
		}
}
