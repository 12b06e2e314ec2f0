package decision

import (
	"encoding/json"
	"flag"
	"os"
	"testing"
	"time"

	"landbridge.example"
)

var update = flag.Bool("update", false, "write the vectors in spec/vectors/decision")

// A vector is what another implementation has to come to.
type vector struct {
	Name    string   `json:"name"`
	Matter  string   `json:"matter"`
	Acts    []string `json:"acts"`
	State   State    `json:"state"`
	Yes     int      `json:"yes,omitempty"`
	No      int      `json:"no,omitempty"`
	Abstain int      `json:"abstain,omitempty"`
	Outcome string   `json:"outcome,omitempty"`
}

type vectors struct {
	Text         string   `json:"text"`
	TextDigest   string   `json:"text_digest"`
	Amendments   []string `json:"amendments"`
	Consolidated string   `json:"consolidated"`
	Matters      []vector `json:"matters"`
}

func makeVectors(t *testing.T) vectors {
	a := amendment(t, Change{Replace, "p2b", Paragraph{"p2b", 2, "to answer within twelve hours;"}})
	b := amendment(t, Change{Insert, "p2b", Paragraph{"p2c", 2, "to train together."}}, Change{Op: Delete, At: "p1"})
	c, err := Consolidate(text(), []*Amendment{a, b})
	must(t, err)
	v := vectors{Text: string(text().Encode()), TextDigest: text().Digest().String(), Amendments: []string{string(a.Encode()), string(b.Encode())}, Consolidated: string(c.Encode())}
	add := func(name, method string, speak func(*floor)) {
		f := &floor{m: matter(method)}
		speak(f)
		r := Fold(f.m, f.acts)
		x := vector{Name: name, Matter: string(f.m.Encode()), State: r.State, Yes: r.Yes, No: r.No, Abstain: r.Abstain}
		for _, a := range f.acts {
			x.Acts = append(x.Acts, string(a.Encode()))
		}
		if o, err := OutcomeOf(r); err == nil {
			x.Outcome = string(o.Encode())
		}
		v.Matters = append(v.Matters, x)
	}
	add("silence kept", Silence, func(f *floor) { f.close(48) })
	add("silence broken", Silence, func(f *floor) { f.say(10, "XB", Objected); f.close(48) })
	add("silence extended, then broken", Silence, func(f *floor) {
		f.say(10, "XF", Extended, func(a *Act) { a.Closes = start.Add(72 * time.Hour) })
		f.say(60, "XB", Objected)
		f.close(72)
	})
	add("an objection left out", Silence, func(f *floor) { f.close(48, f.say(10, "XB", Objected)) })
	add("an objection that is not here", Silence, func(f *floor) { f.say(10, "XB", Objected); f.close(48); f.acts = f.acts[1:] })
	add("consensus", Consensus, func(f *floor) {
		for _, p := range []landbridge.PartyID{"XA", "XB", "XC"} {
			f.say(1, p, Agreed)
		}
		f.close(48)
	})
	add("vote with a proxy", Vote, func(f *floor) {
		f.say(1, "XC", Entrusted, func(a *Act) { a.To = "XB" })
		f.say(2, "XB", Voted, choice(Yes))
		f.say(3, "XB", Voted, choice(Yes), forWhom("XC"))
		f.say(4, "XA", Voted, choice(No))
		f.say(5, "XD", Voted, choice(Abstain))
		f.close(6)
	})
	add("tie", Vote, func(f *floor) {
		f.say(1, "XA", Voted, choice(Yes))
		f.say(1, "XB", Voted, choice(No))
		f.say(1, "XC", Voted, choice(Abstain))
		f.close(48)
	})
	return v
}

// TestVectors: the file of vectors says what this package computes, and reading
// its forms back gives the same.
func TestVectors(t *testing.T) {
	const name = "../spec/vectors/decision/decision.json"
	made, err := json.MarshalIndent(makeVectors(t), "", " ")
	must(t, err)
	made = append(made, '\n')
	if *update {
		must(t, os.WriteFile(name, made, 0o644))
	}
	file, err := os.ReadFile(name)
	must(t, err)
	if string(file) != string(made) {
		t.Error("the vectors changed; the forms are signed and never change: if this is a new vector, run with -update")
	}
	var v vectors
	must(t, json.Unmarshal(file, &v))
	for _, x := range v.Matters {
		m, err := ParseMatter([]byte(x.Matter))
		must(t, err)
		var acts []*Act
		for _, b := range x.Acts {
			a, err := ParseAct([]byte(b))
			must(t, err)
			acts = append(acts, a)
		}
		if r := Fold(m, acts); r.State != x.State || r.Yes != x.Yes || r.No != x.No || r.Abstain != x.Abstain {
			t.Errorf("%s: %s", x.Name, r.State)
		}
	}
}
