package sim_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"landbridge.example"
	"landbridge.example/internal/sim"
	"landbridge.example/process"
	"landbridge.example/process/catalogue"
)

// endings are the four ways every process must be seen to end.
var endings = []string{"good", "refusal", "withdrawal", "expiry"}

// storyFolder holds the stories, named <process>.<ending>.txtar.
const storyFolder = "testdata/story"

// TestStories runs every process to its good end, to a refusal, to a withdrawal
// and to an expiry, on real nodes with several people. What a story may say is
// in testdata/story/README.md. The stories of one process share one world.
func TestStories(t *testing.T) {
	byProcess := map[string][]*story{}
	names, err := filepath.Glob(filepath.Join(storyFolder, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		s, err := readStory(name)
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(name), err)
			continue
		}
		if underRace && !slices.Contains(racers(), s.name) {
			continue
		}
		byProcess[s.process] = append(byProcess[s.process], s)
	}
	for id, all := range byProcess {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := sim.New(t, sim.Options{Seed: 1, Parties: partiesOf(all), Faults: sim.Faults{MinDelay: 5 * time.Millisecond, MaxDelay: 40 * time.Millisecond}})
				defer w.Close()
				for _, s := range all {
					s.run(t, w)
				}
			})
		})
	}
}

// racers are the stories told under the race detector, which makes everything
// ten times slower: two parties, three, custody, a panel, nodes that go down.
func racers() []string {
	return []string{"information-request.withdrawal", "provisional-arrest.expiry", "joint-operation.good", "notice.withdrawal"}
}

// TestEveryEnding: no process is without its four stories.
func TestEveryEnding(t *testing.T) {
	files, err := catalogue.Files()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		d, err := process.Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, e := range endings {
			if _, err := os.Stat(filepath.Join(storyFolder, d.Ref.ID+"."+e+".txtar")); err != nil {
				t.Errorf("%s has no story of its %s", d.Ref.ID, e)
			}
		}
	}
}

// A story is one case from its first act to its last.
type story struct {
	name     string
	process  string
	sides    map[string][]landbridge.PartyID
	lines    []line
	sections map[string]process.Values
}

// A line is one sentence of a story.
type line struct {
	number int
	words  []string
}

func readStory(name string) (*story, error) {
	a, err := txtar.ParseFile(name)
	if err != nil {
		return nil, err
	}
	s := &story{name: strings.TrimSuffix(filepath.Base(name), ".txtar"), sides: map[string][]landbridge.PartyID{}, sections: map[string]process.Values{}}
	for i, text := range strings.Split(string(a.Comment), "\n") {
		words, err := split(text)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		switch {
		case len(words) == 0:
		case words[0] == "process" && len(words) == 2:
			s.process = words[1]
		case words[0] == "sides":
			for _, w := range words[1:] {
				side, parties, _ := strings.Cut(w, "=")
				for p := range strings.SplitSeq(parties, ",") {
					s.sides[side] = append(s.sides[side], landbridge.PartyID(p))
				}
			}
		default:
			s.lines = append(s.lines, line{i + 1, words})
		}
	}
	for _, f := range a.Files {
		var v process.Values
		if err := decodeYAML(f.Data, &v); err != nil {
			return nil, fmt.Errorf("section %s: %w", f.Name, err)
		}
		s.sections[f.Name] = v
	}
	if !strings.HasPrefix(s.name, s.process+".") || !slices.Contains(endings, strings.TrimPrefix(s.name, s.process+".")) || len(s.sides) == 0 {
		return nil, fmt.Errorf("a story is named after its process and ending, and says process and sides")
	}
	return s, nil
}

// split takes a line apart at blanks; "quotes" hold words together, # begins a comment.
func split(text string) (words []string, err error) {
	var word strings.Builder
	quoted, begun := false, false
	for _, r := range text {
		switch {
		case r == '"':
			quoted, begun = !quoted, true
		case r == '#' && !quoted && !begun:
			return words, nil
		case (r == ' ' || r == '\t') && !quoted:
			if begun {
				words = append(words, word.String())
			}
			word.Reset()
			begun = false
		default:
			word.WriteRune(r)
			begun = true
		}
	}
	if quoted {
		return nil, fmt.Errorf("a quotation mark is not closed")
	}
	if begun {
		words = append(words, word.String())
	}
	return words, nil
}

// partiesOf lists every party the stories name, sorted.
func partiesOf(all []*story) (parties []landbridge.PartyID) {
	for _, s := range all {
		for _, side := range s.sides {
			parties = append(parties, side...)
		}
	}
	slices.Sort(parties)
	return slices.Compact(parties)
}
