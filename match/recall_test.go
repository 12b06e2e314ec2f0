package match_test

import (
	"math/rand/v2"
	"testing"

	"landbridge.example/match"
)

// TestFound holds slips that hide a word from a search by its skeleton: one that
// keeps two like consonants apart, one inside a compound, one in a word that has
// hardly a consonant.
func TestFound(t *testing.T) {
	for _, c := range []struct{ asked, listed string }{
		{"Sandani", "Sanani"},
		{"Mullah Naiumllah", "Mullah Naimullah"},
		{"Abou Abdejlalil", "Abou Abdeljalil"},
		{"Arefurlah Aref", "Arefullah Aref"}, // half a compound stands there again
		{"Qari Muhammad Ayut", "Qari Muhammad Ayub"},
		{"Yayla", "Yaya"},
	} {
		r := engine().NewRegister([]match.Record{{ID: "it", Kind: match.Person, Names: []match.Name{{Text: c.listed}}}}, match.RegisterOptions{})
		if hits := r.NewScreener().Screen(&match.Record{Kind: match.Person, Names: []match.Name{{Text: c.asked}}}, 1, match.Alert-500); len(hits) != 1 {
			t.Errorf("%q does not find %q, with which it is compared at %s", c.asked, c.listed, engine().Compare(c.asked, c.listed, match.Person).Score)
		}
	}
}

// finger makes one slip of the finger: a letter for another, lost, added, or two exchanged.
func finger(random *rand.Rand, name string) string {
	r := []rune(name)
	i, c := random.IntN(len(r)), 'a'+rune(random.IntN(26))
	switch random.IntN(4) {
	case 0:
		r[i] = c
	case 1:
		r = append(r[:i:i], r[i+1:]...)
	case 2:
		r = append(r[:i:i], append([]rune{c}, r[i:]...)...)
	case 3:
		if i > 0 {
			r[i-1], r[i] = r[i], r[i-1]
		}
	}
	return string(r)
}

// TestSlips makes four slips in every listed name, one at a time, and holds the
// search against the comparison: whoever is an alert when compared is found, and
// no less so when lower scores are asked for. One of some thousand may be missed.
func TestSlips(t *testing.T) {
	if testing.Short() {
		t.Skip("screens thousands of names")
	}
	records := persons(parseUN(t))
	s := engine().NewRegister(records, match.RegisterOptions{HideOriginal: true}).NewScreener()
	finds := func(q, id string, least match.Score) bool {
		for _, h := range s.Screen(&match.Record{Kind: match.Person, Names: []match.Name{{Text: q}}}, 10, least) {
			if h.Record.ID == id {
				return true
			}
		}
		return false
	}
	random := rand.New(rand.NewPCG(1, 2))
	alerts, missed, below := 0, 0, 0
	for range 4 {
		for _, r := range records {
			for _, n := range r.Names {
				if n.Quality == match.Original || n.Quality == match.Weak || len(n.Text) < 4 {
					continue
				}
				q := finger(random, n.Text)
				if engine().Compare(q, n.Text, match.Person).Score < match.Alert {
					continue
				}
				alerts++
				if !finds(q, r.ID, 5000) {
					t.Logf("%q for %q", q, n.Text)
					missed++
				} else if !finds(q, r.ID, 1000) {
					t.Logf("%q for %q, when low scores are asked for", q, n.Text)
					below++
				}
			}
		}
	}
	t.Logf("%d alerts, %d missed", alerts, missed)
	if alerts < 8000 || missed*3000 > alerts || below > 0 {
		t.Errorf("of %d that the comparison calls alerts, %d are not found, %d not among the first ten of all scores", alerts, missed, below)
	}
}
