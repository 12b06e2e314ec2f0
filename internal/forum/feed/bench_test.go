package feed

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"landbridge.example/internal/forum"
)

// large is a schedule of n sessions in rooms of 39, none of which clash.
func large(n int) []byte {
	var rooms []string
	for r := 0; r*39 < n; r++ {
		var in []string
		for i := r * 39; i < min(r*39+39, n); i++ {
			in = append(in, fmt.Sprintf(`{"guid":"g%d","title":"A session with an ordinary title %d","abstract":%q,"date":"2026-09-%dT%02d:00:00+08:00","duration":"00:45","persons":[{"guid":"p%d","name":"Person %d"}]}`,
				i, i, strings.Repeat("Words of an abstract. ", 20), 16+i%39%3, 8+(i%39)/3, i, i))
		}
		rooms = append(rooms, fmt.Sprintf(`"Room %d":[%s]`, r, strings.Join(in, ",")))
	}
	return []byte(`{"schedule":{"conference":{"title":"Large","days":[{"rooms":{` + strings.Join(rooms, ",") + `}}]}}}`)
}

// BenchmarkPlan reads a schedule of another system and holds each session
// against all that was taken before it.
func BenchmarkPlan(b *testing.B) {
	for _, n := range []int{500, 2000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			file, into := large(n), draft(b)
			for b.Loop() {
				f, err := Parse(file, "Asia/Shanghai")
				must(b, err)
				c, _, err := Plan(f, into, taking())
				must(b, err)
				if len(c.Sessions) != n {
					b.Fatalf("%d of %d sessions", len(c.Sessions), n)
				}
			}
		})
	}
}

// BenchmarkCalendar writes 500 sessions as iCalendar.
func BenchmarkCalendar(b *testing.B) {
	p := programme(b)
	var all []*forum.Session
	for i := range 500 {
		s := p.Sessions[0]
		s.ID, s.Start = id(1000+i), s.Start.Add(time.Duration(i)*time.Minute)
		all = append(all, &s)
	}
	for b.Loop() {
		b.SetBytes(int64(len(Calendar(p, all, options()))))
	}
}
