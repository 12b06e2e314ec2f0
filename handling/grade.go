package handling

import "fmt"

// A Grade is the 4x4 evaluation of a source and of its information. Every
// factual statement about a person carries one.
type Grade struct {
	Source      byte // A, B, C or X
	Information byte // 1 to 4
}

// Unevaluated is the grade of what nobody graded: reliability cannot be
// assessed, cannot be corroborated.
func Unevaluated() Grade { return Grade{'X', '4'} }

const (
	sources = "ABCX"
	infos   = "1234"
)

// ParseGrade reads two characters, such as "B2".
func ParseGrade(s string) (Grade, error) {
	if len(s) != 2 || rank(sources, s[0]) < 0 || rank(infos, s[1]) < 0 {
		return Grade{}, fmt.Errorf("%q is no 4x4 grade; write the source (A, B, C or X) and the information (1 to 4), such as B2", clip(s))
	}
	return Grade{s[0], s[1]}, nil
}

// String returns the two characters; the zero value reads as X4.
func (g Grade) String() string {
	g = g.known()
	return string([]byte{g.Source, g.Information})
}

func (g Grade) known() Grade {
	if rank(sources, g.Source) < 0 || rank(infos, g.Information) < 0 {
		return Unevaluated()
	}
	return g
}

// rank returns the place of c in a scale from best to weakest, or -1.
func rank(scale string, c byte) int {
	for i := range len(scale) {
		if scale[i] == c {
			return i
		}
	}
	return -1
}

// Weakest returns the weakest source and the weakest information of its
// arguments: a conclusion is no better than what it rests on.
func Weakest(first Grade, more ...Grade) Grade {
	w := first.known()
	for _, g := range more {
		g = g.known()
		w.Source = sources[max(rank(sources, w.Source), rank(sources, g.Source))]
		w.Information = infos[max(rank(infos, w.Information), rank(infos, g.Information))]
	}
	return w
}
