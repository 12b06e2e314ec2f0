package decision

import (
	"slices"
	"testing"

	"landbridge.example"
	kernel "landbridge.example/decision"
	"landbridge.example/internal/fail"
)

// TestWhoSeesProposals: the choice of a secret vote is read by those who speak
// for a state or approve for it. At a state's node the secretariat is neither.
func TestWhoSeesProposals(t *testing.T) {
	three(t, func(t *testing.T, w *world, a, _, s *testNode) {
		about := w.begin(s, func(m *kernel.Matter) { m.Tellers = []landbridge.PartyID{"XA", "XF"} })
		done, err := a.say(about, Saying{Kind: kernel.Voted, Choice: kernel.Yes})
		must(t, err)
		for login := range a.people {
			allowed := slices.Contains([]string{"liaison", "lawyer", "minister"}, login)
			all, err := a.Proposals(t.Context(), a.people[login])
			_, err1 := a.Proposal(t.Context(), a.people[login], done.Proposal)
			if allowed != (err == nil && err1 == nil && len(all) == 1) || !allowed && !(fail.Is(err, fail.Denied) && fail.Is(err1, fail.Denied)) {
				t.Errorf("%s: %d proposals, %v, %v", login, len(all), err, err1)
			}
		}
		if _, err := s.Proposals(t.Context(), s.people["secretary"]); err != nil {
			t.Errorf("at the forum's own node: %v", err)
		}
	})
}
