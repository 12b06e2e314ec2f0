package match

import "strings"

// stems returns the places that an adjective of a firm's name may be made of:
// Муромский of Муром, Ижевский of Ижевск, Muromsky of Murom.
func (e *Engine) stems(text string, script Script) *[2]*token {
	ends, keep := []string{"ский", "ская", "ское", "ские", "ского", "ской", "цкий", "цкая", "цкое"}, len("ск")
	switch script {
	case Latin:
		ends, keep = []string{"skiy", "skij", "skii", "sky", "ski", "skaya", "skaia", "skoye", "skoe", "skogo"}, len("sk")
	case Cyrillic:
	default:
		return nil
	}
	for _, end := range ends {
		if stem, ok := strings.CutSuffix(text, end); ok && len(stem) >= 2*keep {
			return &[2]*token{e.token(stem, script), e.token(stem+end[:keep], script)}
		}
	}
	return nil
}

// byStem compares two words of firms' names of which one may be an adjective made
// of the other. It returns what is nearer than dist, or dist.
func (al *alignment) byStem(e *Engine, x, y *token, dist, said int32) (int32, int32) {
	for range 2 {
		for i := 0; x.stems != nil && i < len(x.stems); i++ {
			stem := x.stems[i]
			if d, s := al.distance(e, stem, y); d+e.set.stem < dist {
				dist, said = d+e.set.stem, s
			}
		}
		x, y = y, x
	}
	return dist, said
}

// baltic reports a person's name as Latvian and Lithuanian write foreign ones: each
// name has an ending in s, one of them after that of a Slavic name. Sergejs Lavrovs.
func (n *name) baltic() bool {
	names, slavic := 0, false
	for i := range n.parts {
		p := &n.parts[i]
		if p.role != roleName {
			continue
		}
		if p.script != Latin || len(p.text) < 5 || p.text[len(p.text)-1] != 's' {
			return false
		}
		names++
		for _, end := range []string{"ovs", "evs", "skis", "ijs", "ejs", "ovas", "evas", "inas", "ijus", "ejus", "iskas"} {
			slavic = slavic || strings.HasSuffix(p.text, end)
		}
	}
	return names >= 2 && slavic
}

// unended compares a Latin word without its Baltic ending, s or a vowel and s, with
// another word. It returns what is nearer than dist, or dist.
func (e *Engine) unended(x, y *token, dist int32) int32 {
	for cut := 1; cut <= 2; cut++ {
		word := x.letters[:len(x.letters)-cut]
		if d := e.latin(word, y.letters, maskOf(word), y.mask, (x.info+y.info)/2) + e.set.stem; d < dist {
			dist = d
		}
		if !hasVowel(x.text[len(x.text)-2 : len(x.text)-1]) {
			break
		}
	}
	return dist
}
