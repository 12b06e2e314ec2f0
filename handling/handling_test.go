package handling

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"landbridge.example"
)

// some returns a random marking.
func some(r *rand.Rand) Marking {
	m := Marking{TLP: TLP(r.IntN(int(numTLP))), PAP: PAP(r.IntN(int(numPAP))), H1: r.IntN(2) == 0, H2: r.IntN(2) == 0}
	for range r.IntN(3) {
		m.H3 = append(m.H3, fmt.Sprintf("restriction %d", r.IntN(4)))
	}
	return Strictest(m) // sorts and drops doubles
}

// TestS35StrictestMarking checks the algebra that makes merging safe: order and
// repetition make no difference, and nothing is ever relaxed.
func TestS35StrictestMarking(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		a, b, c := some(r), some(r), some(r)
		ab := Strictest(a, b)
		if !ab.Equal(Strictest(b, a)) {
			t.Fatalf("not commutative: %v, %v", a, b)
		}
		if !Strictest(ab, c).Equal(Strictest(a, Strictest(b, c))) || !Strictest(a, b, c).Equal(Strictest(ab, c)) {
			t.Fatalf("not associative: %v, %v, %v", a, b, c)
		}
		if !Strictest(a, a).Equal(a) || !Strictest(ab, a).Equal(ab) {
			t.Fatalf("not idempotent: %v, %v", a, b)
		}
		if !ab.Covers(a) || !ab.Covers(b) {
			t.Fatalf("the merge of %v and %v relaxes one of them: %v", a, b, ab)
		}
		if again, err := Parse(ab.String()); err != nil || !again.Equal(ab) {
			t.Fatalf("%v became %v, %v", ab, again, err)
		}
		if !a.Outside().Covers(Marking{TLP: a.TLP, PAP: a.PAP, H1: a.H1, H2: a.H2}) || strings.Contains(a.Outside().String(), "restriction") {
			t.Fatalf("the outside of %v is %v", a, a.Outside())
		}
	}
}

// TestStrictestDecides checks that a stricter marking never allows what a laxer
// one refuses.
func TestStrictestDecides(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	actors := []Actor{{Party: "XA", Person: "p1", Roles: []landbridge.Role{landbridge.Officer}, Participant: true}, {Party: "XB", Roles: []landbridge.Role{landbridge.ContactPoint}, Participant: true},
		{Party: "XA-FIU", Roles: []landbridge.Role{landbridge.Officer}, Participant: true}, {Party: "XC", Participant: true}, {}}
	for range 5000 {
		lax := some(r)
		strict := Strictest(lax, some(r))
		q := Question{Actor: actors[r.IntN(len(actors))], Action: Actions()[r.IntN(len(Actions()))], Purpose: Investigation, To: []landbridge.PartyID{"XB", "XC", "XA-FIU"}[r.IntN(3)], At: noon}
		p := policy(lax)
		was := Decide(p, q)
		p.Marking = strict
		if now := Decide(p, q); now.Allow && !was.Allow {
			t.Fatalf("%v refuses %+v (%s), %v allows it (%s)", lax, q, was.Rule, strict, now.Rule)
		}
	}
}

func TestWeakest(t *testing.T) {
	var all []Grade
	for _, s := range sources {
		for _, i := range infos {
			all = append(all, Grade{byte(s), byte(i)})
		}
	}
	for _, a := range all {
		if g, err := ParseGrade(a.String()); err != nil || g != a {
			t.Errorf("%v: %v, %v", a, g, err)
		}
		for _, b := range all {
			w := Weakest(a, b)
			if w != Weakest(b, a) || Weakest(w, a) != w || rank(sources, w.Source) < rank(sources, a.Source) || rank(infos, w.Information) < rank(infos, b.Information) {
				t.Errorf("weakest of %v and %v: %v", a, b, w)
			}
			for _, c := range all {
				if Weakest(w, c) != Weakest(a, Weakest(b, c)) {
					t.Fatalf("not associative: %v %v %v", a, b, c)
				}
			}
		}
	}
	if Weakest(Grade{}).String() != "X4" || Weakest(Grade{'A', '1'}, Grade{}).String() != "X4" {
		t.Error("what nobody graded is X4")
	}
	for _, bad := range []string{"", "A", "A5", "D1", "a1", "A1 ", "1A", "A0"} {
		if _, err := ParseGrade(bad); err == nil {
			t.Errorf("%q is a grade", bad)
		}
	}
}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// policy is a case between XA and XB, of XA's making, for investigation.
func policy(m Marking) Policy {
	return Policy{Marking: m, Object: landbridge.Sum([]byte("act")), Originator: "XA", Parties: []landbridge.PartyID{"XA", "XB"},
		Roles: []landbridge.Role{landbridge.Officer, landbridge.Supervisor, landbridge.ContactPoint}, Team: []string{"XA/p1"}, Named: []string{"XA/p1"},
		Purposes: []Purpose{Investigation}, KeepUntil: noon.AddDate(1, 0, 0)}
}

// A ruling is one question with the answer it must get. The table is also
// written to spec/vectors/handling/decide.json for other implementations.
type ruling struct {
	marking string
	q       Question
	allow   bool
	rule    string
}

func rulings() map[string]ruling {
	officer := Actor{Party: "XA", Person: "p1", Roles: []landbridge.Role{landbridge.Officer}, Participant: true}
	desk := Actor{Party: "XB", Person: "p7", Roles: []landbridge.Role{landbridge.ContactPoint}, Participant: true}
	operator := Actor{Party: "XA", Person: "p9", Roles: []landbridge.Role{landbridge.Operator}, Participant: true}
	overseer := Actor{Party: "XB", Person: "p8", Roles: []landbridge.Role{landbridge.Oversight}, Participant: true}
	forum := Actor{Party: "XF", Person: "s", Roles: []landbridge.Role{landbridge.Secretariat}, Participant: true}
	system := Actor{Party: "XA", Roles: []landbridge.Role{landbridge.System}, Participant: true}
	other := Actor{Party: "XC", Person: "c", Roles: []landbridge.Role{landbridge.Officer}, Participant: true}
	agency := Actor{Party: "XB-FIU", Person: "f", Roles: []landbridge.Role{landbridge.Officer}, Participant: true}
	public := Actor{}
	return map[string]ruling{
		"author":                        {"TLP:AMBER", Question{Actor: officer, Action: See, Purpose: Investigation}, true, "S3"},
		"recipient's desk":              {"TLP:AMBER", Question{Actor: desk, Action: See, Purpose: Investigation}, true, "S3"},
		"S3 another purpose":            {"TLP:AMBER", Question{Actor: officer, Action: See, Purpose: Prosecution}, false, "S3"},
		"S3 no purpose":                 {"TLP:AMBER", Question{Actor: officer, Action: See}, false, "S3"},
		"operator":                      {"TLP:AMBER", Question{Actor: operator, Action: See, Purpose: Investigation}, false, "TLP:AMBER"},
		"operator of a green case":      {"TLP:GREEN", Question{Actor: operator, Action: See, Purpose: Investigation}, true, "TLP:GREEN"},
		"S20 overseer checks":           {"TLP:RED", Question{Actor: overseer, Action: See, Purpose: Lawfulness}, true, "S20"},
		"S20 overseer uses":             {"TLP:AMBER", Question{Actor: overseer, Action: See, Purpose: Investigation}, false, "S20"},
		"S20 overseer elsewhere":        {"TLP:AMBER", Question{Actor: Actor{Party: "XC", Person: "o", Roles: []landbridge.Role{landbridge.Oversight}, Participant: true}, Action: See, Purpose: Lawfulness}, false, "TLP:AMBER"},
		"S28 secretariat":               {"TLP:CLEAR", Question{Actor: forum, Action: See, Purpose: Investigation}, false, "S28"},
		"S24 system delivers":           {"TLP:RED", Question{Actor: system, Action: See, Purpose: Delivery}, true, "S24"},
		"S24 system decides":            {"TLP:CLEAR", Question{Actor: system, Action: ActOvertly, Purpose: Investigation}, false, "S24"},
		"red, named":                    {"TLP:RED", Question{Actor: officer, Action: See, Purpose: Investigation}, true, "TLP:RED"},
		"red, not named":                {"TLP:RED", Question{Actor: desk, Action: See, Purpose: Investigation}, false, "TLP:RED"},
		"red, copy":                     {"TLP:RED", Question{Actor: officer, Action: Export, Purpose: Investigation}, false, "TLP:RED"},
		"amber, copy":                   {"TLP:AMBER", Question{Actor: officer, Action: Export, Purpose: Investigation}, true, "S3"},
		"amber, agency of that state":   {"TLP:AMBER", Question{Actor: agency, Action: See, Purpose: Investigation}, true, "TLP:AMBER"},
		"strict, agency of that state":  {"TLP:AMBER+STRICT", Question{Actor: agency, Action: See, Purpose: Investigation}, false, "TLP:AMBER+STRICT"},
		"amber, another state":          {"TLP:AMBER", Question{Actor: other, Action: See, Purpose: Investigation}, false, "TLP:AMBER"},
		"green, another participant":    {"TLP:GREEN", Question{Actor: other, Action: See, Purpose: Investigation}, true, "TLP:GREEN"},
		"green, public":                 {"TLP:GREEN", Question{Actor: public, Action: See, Purpose: Investigation}, false, "TLP:GREEN"},
		"clear, public":                 {"TLP:CLEAR", Question{Actor: public, Action: See}, true, "TLP:CLEAR"},
		"send to the other side":        {"TLP:AMBER", Question{Actor: officer, Action: Send, Purpose: Investigation, To: "XB"}, true, "S3"},
		"send to a stranger":            {"TLP:AMBER", Question{Actor: officer, Action: Send, Purpose: Investigation, To: "XC"}, false, "S28"},
		"send what is not ours":         {"TLP:AMBER", Question{Actor: desk, Action: Send, Purpose: Investigation, To: "XA"}, false, "S16"},
		"H2 forward":                    {"TLP:GREEN H2", Question{Actor: officer, Action: Forward, Purpose: Investigation, To: "XC"}, false, "H2"},
		"amber forward":                 {"TLP:AMBER", Question{Actor: officer, Action: Forward, Purpose: Investigation, To: "XC"}, false, "TLP:AMBER"},
		"green forward by the giver":    {"TLP:GREEN", Question{Actor: officer, Action: Forward, Purpose: Investigation, To: "XC"}, true, "TLP:GREEN"},
		"green forward by the receiver": {"TLP:GREEN", Question{Actor: desk, Action: Forward, Purpose: Investigation, To: "XC"}, false, "S16"},
		"forward to a side":             {"TLP:GREEN", Question{Actor: officer, Action: Forward, Purpose: Investigation, To: "XB"}, false, "S16"},
		"H1 evidence":                   {"TLP:AMBER H1", Question{Actor: desk, Action: UseAsEvidence, Purpose: Investigation}, false, "H1"},
		"evidence without H1":           {"TLP:AMBER", Question{Actor: desk, Action: UseAsEvidence, Purpose: Investigation}, true, "H1"},
		"own evidence":                  {"TLP:AMBER H1", Question{Actor: officer, Action: UseAsEvidence, Purpose: Investigation}, true, "S16"},
		"PAP red, own registers":        {"TLP:AMBER PAP:RED", Question{Actor: desk, Action: CheckOwn, Purpose: Investigation}, true, "PAP:RED"},
		"PAP red, third party":          {"TLP:AMBER PAP:RED", Question{Actor: desk, Action: AskThirdParty, Purpose: Investigation}, false, "PAP:RED"},
		"PAP amber, third party":        {"TLP:AMBER PAP:AMBER", Question{Actor: desk, Action: AskThirdParty, Purpose: Investigation}, true, "PAP:AMBER"},
		"PAP amber, overtly":            {"TLP:AMBER PAP:AMBER", Question{Actor: desk, Action: ActOvertly, Purpose: Investigation}, false, "PAP:AMBER"},
		"PAP green, overtly":            {"TLP:AMBER PAP:GREEN", Question{Actor: desk, Action: ActOvertly, Purpose: Investigation}, true, "PAP:GREEN"},
		"unknown action":                {"TLP:CLEAR", Question{Actor: officer, Action: "sell", Purpose: Investigation}, false, "default"},
		"S15 kept too long":             {"TLP:CLEAR", Question{Actor: officer, Action: See, Purpose: Investigation, At: noon.AddDate(1, 0, 1)}, false, "S15"},
	}
}

func TestDecide(t *testing.T) {
	for name, tt := range rulings() {
		m, err := Parse(tt.marking)
		if err != nil {
			t.Fatal(err)
		}
		if tt.q.At.IsZero() {
			tt.q.At = noon
		}
		d := Decide(policy(m), tt.q)
		if d.Allow != tt.allow || d.Rule != tt.rule || d.Why == "" || !strings.HasPrefix(d.Key, "handling.") {
			t.Errorf("%s: %+v, want %v by %s", name, d, tt.allow, tt.rule)
		}
	}
}

// TestS16Release checks that a release lifts a code only for exactly what it
// names, and only when the originator gave it.
func TestS16Release(t *testing.T) {
	m, _ := Parse("TLP:AMBER H1 H2")
	desk := Actor{Party: "XB", Person: "p7", Roles: []landbridge.Role{landbridge.ContactPoint}, Participant: true}
	p := policy(m)
	good := Release{By: "XA", Object: p.Object, Lifts: UseAsEvidence, Purpose: Investigation, Recipient: "XB", From: noon.Add(-time.Hour), Until: noon.Add(time.Hour)}
	q := Question{Actor: desk, Action: UseAsEvidence, Purpose: Investigation, At: noon}
	p.Releases = []Release{good}
	if d := Decide(p, q); !d.Allow || d.Rule != "S16" {
		t.Errorf("released: %+v", d)
	}
	for name, change := range map[string]func(*Release){
		"given by the receiver": func(r *Release) { r.By = "XB" },
		"of another act":        func(r *Release) { r.Object = landbridge.Sum([]byte("other")) },
		"of nothing":            func(r *Release) { r.Object = landbridge.Digest{} },
		"for another purpose":   func(r *Release) { r.Purpose = Prosecution },
		"to another party":      func(r *Release) { r.Recipient = "XC" },
		"for another action":    func(r *Release) { r.Lifts = Forward },
		"not yet":               func(r *Release) { r.From = noon.Add(time.Minute) },
		"no longer":             func(r *Release) { r.Until = noon.Add(-time.Minute) },
	} {
		r := good
		change(&r)
		p.Releases = []Release{r}
		if d := Decide(p, q); d.Allow {
			t.Errorf("a release %s lifted H1", name)
		}
	}
	forward := Question{Actor: desk, Action: Forward, To: "XC", Purpose: Investigation, At: noon}
	p.Releases = []Release{{By: "XA", Object: p.Object, Lifts: Forward, Purpose: Investigation, Recipient: "XC", From: noon}}
	if d := Decide(p, forward); !d.Allow {
		t.Errorf("forward, released: %+v", d)
	}
	forward.To = "XF"
	if d := Decide(p, forward); d.Allow {
		t.Error("the release for XC let it go to XF")
	}
}

// TestAudience checks the dry run that a page shows before sending.
func TestAudience(t *testing.T) {
	m, _ := Parse("TLP:AMBER")
	actors := []Actor{
		{Party: "XA", Person: "p1", Participant: true},
		{Party: "XB", Roles: []landbridge.Role{landbridge.ContactPoint, landbridge.Officer}, Participant: true},
		{Party: "XB", Roles: []landbridge.Role{landbridge.DataProtection, landbridge.Oversight}, Participant: true},
		{Party: "XB", Roles: []landbridge.Role{landbridge.Operator}, Participant: true},
		{Party: "XC", Participant: true},
		{Party: "XF", Roles: []landbridge.Role{landbridge.Secretariat}, Participant: true},
		{},
	}
	var got []string
	for _, r := range Audience(policy(m), Investigation, noon, actors) {
		got = append(got, fmt.Sprintf("%v %s", r.Decision.Allow, r.Decision.Rule))
	}
	want := []string{"true S3", "true S3", "true S20", "false TLP:AMBER", "false TLP:AMBER", "false S28", "false TLP:AMBER"}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"TLP:AMBER+STRICT PAP:RED H1 H2 H3:oral use only | not to be shown", "TLP:WHITE", "TLP:RED H3:", "H3:x", "TLP:CLEAR PAP:WHITE", "TLP:GREEN H3:a | a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := Parse(s)
		if err != nil {
			return
		}
		again, err := Parse(m.String())
		if err != nil || !again.Equal(m) {
			t.Errorf("%q became %q, then %v, %v", s, m, again, err)
		}
		if g, err := ParseGrade(s); err == nil {
			t.Errorf("%q is a marking and the grade %v", s, g)
		}
	})
}

func BenchmarkDecide(b *testing.B) {
	m, _ := Parse("TLP:AMBER PAP:GREEN H1")
	p := policy(m)
	q := Question{Actor: Actor{Party: "XB", Person: "p7", Roles: []landbridge.Role{landbridge.ContactPoint}, Participant: true}, Action: See, Purpose: Investigation, At: noon}
	b.ReportAllocs()
	for b.Loop() {
		if !Decide(p, q).Allow {
			b.Fatal("refused")
		}
	}
}
