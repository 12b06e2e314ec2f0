package process

import "fmt"

// Overlooked plays a case along the walks of the prover and says what it did
// that no walk does: for each watch, the configuration after every applied act
// must be one the walk can come to from one it could be in before.
func Overlooked(c *Case) (all []string) {
	k := newWalk(c.Def)
	ws := watches()
	ws[""] = watch{}
	for name, w := range ws {
		n := *k
		n.w = w
		if w.start == nil {
			n.w.start = []uint64{0}
		}
		at := map[spot]bool{}
		for _, v := range n.w.start {
			at[spot{c.Def.states[c.Def.start], -1, v}] = true
		}
		for _, s := range c.Steps {
			at = n.after(at, s)
			if len(at) == 0 {
				all = append(all, fmt.Sprintf("the watch %q does not follow %s into %s", name, s.Act.Transition, s.State))
				break
			}
		}
	}
	return all
}

// after returns the configurations that may follow an applied act.
func (k *walk) after(at map[spot]bool, s Step) map[spot]bool {
	next := map[spot]bool{}
	i := k.d.transitions[s.Act.Transition]
	for from := range at {
		if !k.froms[i][from.state] {
			continue
		}
		to := k.to(from, i)
		if s.Part {
			to = from.state
		}
		if to < 0 || k.d.States[to].Name != s.State || s.Part && !k.many[i] {
			continue
		}
		for _, v := range k.next(k.hop(from, i, to, s.Part), from.v) {
			for _, x := range k.landing(spot{from.state, from.before, v}, to) {
				next[x] = true
			}
		}
	}
	return next
}
