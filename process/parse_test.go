package process_test

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/process"

	"go.yaml.in/yaml/v3"
)

const shipped = "catalogue/information-request.v1.yaml"

func shippedText(t testing.TB) string {
	t.Helper()
	b, err := os.ReadFile(shipped)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestParseRefuses changes the shipped file in one place each: the loader says
// what is wrong and where.
func TestParseRefuses(t *testing.T) {
	text := shippedText(t)
	for name, tt := range map[string]struct{ from, to, want string }{
		"unknown key":               {"opens: requesting", "opens: requesting\nspeed: 9", "speed"},
		"unknown nested key":        {"kind: start, way: 1", "kind: start, way: 1, colour: red", "colour"},
		"unknown guard":             {"S1.declared,", "S1.whatever,", `no guard "S1.whatever"`},
		"switched-off guard":        {"S1.declared,", "S1.off,", `no guard "S1.off"`},
		"unknown type":              {"type: authority", "type: hologram", `no type "hologram"`},
		"unknown role":              {"by: [oversight]", "by: [wizard]", `no role "wizard"`},
		"unknown state":             {"to: sent", "to: gone", `no state "gone"`},
		"unknown side":              {"side: requested\n    by: [system]", "side: nobody\n    by: [system]", `no side "nobody"`},
		"unknown field":             {"      - purpose_text\n", "      - shoe_size\n", `no field "shoe_size"`},
		"unknown need":              {"needs: [ground, reason]", "needs: [ground, reason, blood]", `"blood"`},
		"unknown meaning":           {"means: refusal", "means: nothing", `"nothing" means nothing`},
		"unknown crossing":          {"crossing: [receive,", "crossing: [vanish,", `no transition "vanish"`},
		"unknown clock act":         {"do: lapse\n", "do: arrest\n", `no transition "arrest"`},
		"clock does a person's act": {"do: lapse\n", "do: refuse\n", "not an act of one side's system"},
		"clock starts nothing":      {"starts: [ask]", "starts: []", "what starts it"},
		"bad span":                  {"for: 8h", "for: 8 hours", "length of time"},
		"bad condition":             {"when: {urgency: [urgent], directly_accessible: [\"yes\", unset]}", "when: {urgency: [very]}", `never has the value "very"`},
		"bad confidence":            {"confidence: read\n    escalate", "confidence: sure\n    escalate", "confidence"},
		"wrong format":              {"format: landbridge-process/1", "format: landbridge-process/2", "landbridge-process/1"},
		"version zero":              {"version: 1\n", "version: 0\n", "version"},
		"name in capitals":          {"name: withdraw\n", "name: Withdraw\n", "plain lower-case name"},
		"name twice":                {"name: close\n", "name: send\n", "stands twice"},
		"two starts":                {"kind: live,  way: 2", "kind: start, way: 2", "exactly one state"},
		"back from a live state":    {"from: [suspended]\n    to: back", "from: [answered]\n    to: back", "suspended state only"},
		"opened by the other side":  {"to: sent\n    side: requesting", "to: sent\n    side: requested", "opens a case"},
		"back to the start":         {"to: closed\n    side: requesting\n    by: [officer", "to: draft\n    side: requesting\n    by: [officer", "back to the start"},
		"alias":                     {"opens: requesting", "opens: &x requesting", "anchors"},
		"tag":                       {"opens: requesting", "opens: !!str requesting", "tags"},
		"second document":           {"public: {counts", "---\npublic: {counts", "one YAML document"},
		"no limit on persons":       {"limits: {persons: 10,", "limits: {persons: 0,", "persons is at least 1"},
		"no label":                  {"label: Requesting side", "label: \"\"", "label"},
		"many without parts":        {"type: language\n", "type: language\n    many: 3\n", "many"},
		"options elsewhere":         {"type: language\n", "type: language\n    options: [{code: a, label: b}]\n", "options"},
	} {
		changed := strings.Replace(text, tt.from, tt.to, 1)
		if changed == text {
			t.Errorf("%s: the shipped file has no %q", name, tt.from)
			continue
		}
		_, err := process.Parse([]byte(changed))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
	if _, err := process.Parse(bytes.Repeat([]byte("#"), process.MaxFile+1)); err == nil {
		t.Error("a file beyond the limit was read")
	}
}

// TestOneByteIsAnotherLaw checks that the hash is over the exact bytes.
func TestOneByteIsAnotherLaw(t *testing.T) {
	text := shippedText(t)
	a, err := process.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	b, err := process.Parse([]byte(text + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	if a.Ref.Hash != landbridge.Sum([]byte(text)) || a.Ref == b.Ref || a.Ref.Name() != b.Ref.Name() {
		t.Errorf("%v and %v", a.Ref, b.Ref)
	}
}

// TestLintFinds seeds faults that load but are unlawful, and checks that each is
// found, by the rule it breaks.
func TestLintFinds(t *testing.T) {
	text := shippedText(t)
	for name, tt := range map[string]struct{ from, to, rule string }{
		"no withdrawal once received":   {"from: [sent, received, acknowledged, assessing, clarification, authorisation, suspended]\n    to: withdrawn", "from: [sent]\n    to: withdrawn", "0.4"},
		"refusal without a ground":      {"needs: [ground, reason]\n    asks: [consultation]", "needs: [reason]\n    asks: [consultation]", "0.4"},
		"refusal without a reason":      {"needs: [ground, reason]\n    asks: [consultation]", "needs: [ground]\n    asks: [consultation]", "0.4"},
		"refusal in disguise":           {"    means: refusal\n", "", "0.4"},
		"system refuses":                {"side: requested\n    by: [contact_point, officer, supervisor, central_authority, judge, liaison]\n    needs: [ground, reason]\n    asks", "side: requested\n    by: [system]\n    needs: [ground, reason]\n    asks", "S24"},
		"oversight cannot suspend":      {"from: [live]\n    to: suspended", "from: [answered]\n    to: suspended", "S20"},
		"oversight of one side only":    {"to: suspended\n    side: each", "to: suspended\n    side: requesting", "S20"},
		"suspension needs an approval":  {"to: suspended\n    side: each\n    by: [oversight]", "to: suspended\n    side: each\n    by: [oversight]\n    approvals: [supervisor]", "S20"},
		"no neutrality":                 {"S1.declared, ", "", "S1"},
		"no offence guard":              {"S1.no_sensitive_offence, ", "", "S1"},
		"no legal basis":                {"S3.legal_basis, ", "", "S3"},
		"no purpose":                    {"S3.purpose_stated, ", "", "S3"},
		"no bulk limit":                 {"S4.persons_bounded, ", "", "S4"},
		"no retention":                  {"S15.retention_set, ", "", "S15"},
		"no second person":              {"    approvals: [supervisor]\n    asks:", "    asks:", "S21"},
		"guard without its field":       {"      - neutrality_declaration\n", "", "0.1"},
		"field nobody asks":             {"asks: [routed_to]\n", "asks: []\n", "0.1"},
		"dead state":                    {"from: [outcome_reported, refused]\n    to: closed", "from: [refused]\n    to: closed", ""},
		"unreachable state":             {"from: [acknowledged]\n    to: assessing", "from: [acknowledged]\n    to: same", ""},
		"clock leads on":                {"    from: [clarification]\n    to: expired", "    from: [clarification]\n    to: assessing", "0.4"},
		"clock that does nothing":       {"confidence: default\n    notify: [contact_point, supervisor]\n", "confidence: default\n", "A18"},
		"system acts without a clock":   {"    from: [sent]\n    to: received\n    side: requested\n    by: [system]", "    from: [sent]\n    to: answered\n    side: requested\n    by: [system]", "S24"},
		"coercive without a judge":      {"{name: assessing,        label: Being assessed,                     kind: live,  way: 5}", "{name: assessing, label: Held, kind: live, way: 5, coercive: liberty}", "S24"},
		"exculpatory held back":         {"from: [any]\n    to: same", "from: [live]\n    to: same", "S33"},
		"exculpatory needs approval":    {"asks: [exculpatory_note]", "approvals: [supervisor]\n    asks: [exculpatory_note]", "S33"},
		"a question about opinions":     {"name: handled_by", "name: political_opinion", "S22"},
		"an option about protest":       {"code: whereabouts", "code: protest_participation", "S22"},
		"kept too long unreviewed":      {"{side: requesting, review: 1y,", "{side: requesting, review: 5y,", "S15"},
		"one side keeps for ever":       {"  - {side: requested, review: 1y, stop: 1y, source: choice of this product, confidence: default}\n", "", "S15"},
		"small cells published":         {"min_cell: 10}", "min_cell: 1}", "S34"},
		"crossing not settled":          {"suspend, withdraw, grant_evidence_use, refuse_evidence_use, refuse, ask, answer]", "grant_evidence_use, refuse_evidence_use]", "0.4"},
		"secretariat takes part":        {"by: [contact_point, officer, supervisor, liaison]\n    asks: [routed_to]", "by: [secretariat]\n    asks: [routed_to]", "S28"},
		"a role of nobody's":            {"by: [contact_point, officer, supervisor, liaison]\n    asks: [routed_to]", "by: [list_officer]\n    asks: [routed_to]", "0.1"},
		"one side overwrites the other": {"asks: [reply_text]", "asks: [reply_text, question]", "0.1"},
	} {
		changed := strings.Replace(text, tt.from, tt.to, 1)
		if changed == text {
			t.Errorf("%s: the shipped file has no %q", name, tt.from)
			continue
		}
		if name == "a question about opinions" {
			changed = strings.ReplaceAll(changed, "handled_by", "political_opinion")
		}
		d, err := process.Parse([]byte(changed))
		if err != nil {
			t.Errorf("%s: does not load: %v", name, err)
			continue
		}
		found := process.Lint(d)
		hit := false
		for _, f := range found {
			hit = hit || f.Rule == tt.rule
		}
		if tt.rule != "" && !hit {
			t.Errorf("%s: rule %s is not among %v", name, tt.rule, found)
		}
	}
}

// TestLintMutants takes away, one at a time, every guard, approval, need and
// meaning of the shipped file, and redirects every transition. Each such file
// must be noticed by the loader or by Lint; the few that are not are listed
// here with the reason why they do no harm.
func TestLintMutants(t *testing.T) {
	harmless := map[string]string{
		"approval of grant_evidence_use": "the giver alone is bound; the definition asks for more than any rule does",
	}
	text := shippedText(t)
	d := load(t)
	noticed := 0
	var missed []string
	try := func(what, changed string) {
		if changed == text {
			t.Errorf("the mutant %q changes nothing", what)
			return
		}
		m, err := process.Parse([]byte(changed))
		if err != nil || len(process.Lint(m)) > 0 {
			noticed++
		} else if harmless[what] == "" {
			missed = append(missed, what)
		}
	}
	for _, tr := range d.Transitions {
		i := strings.Index(text, "  - name: "+tr.Name+"\n")
		end := i + strings.Index(text[i:], "\n\n")
		part := text[i:end]
		mutate := func(what, from, to string) {
			try(what+" of "+tr.Name, text[:i]+strings.Replace(part, from, to, 1)+text[end:])
		}
		for _, g := range tr.Guards {
			rest := strings.Join(slices.DeleteFunc(slices.Clone(tr.Guards), func(x string) bool { return x == g }), ", ")
			mutate("guard "+g, "guards: ["+strings.Join(tr.Guards, ", ")+"]", "guards: ["+rest+"]")
		}
		if len(tr.Approvals) > 0 {
			mutate("approval", "approvals:", "law: none\n    #")
		}
		if tr.Means != "" && tr.Means != process.ReleaseAsked {
			mutate("meaning", "means: "+tr.Means, "means: \"\"")
		}
		for _, n := range tr.Needs {
			if tr.Means == process.Refusal || tr.Means == process.ReleaseRefused {
				mutate("need "+n, "needs: [ground, reason]", strings.Replace("needs: [ground, reason]", n, "files", 1))
			}
		}
		if len(tr.By) > 0 && !tr.Auto() && tr.Name != "close" {
			mutate("person", "by: ["+joinRoles(tr.By)+"]", "by: [system]")
		}
	}
	for _, s := range d.States {
		try("state "+s.Name, strings.Replace(text, "{name: "+s.Name+",", "{name: "+s.Name+"x,", 1))
	}
	t.Logf("%d mutants noticed, %d missed", noticed, len(missed))
	if len(missed) > 0 || noticed < 60 {
		t.Errorf("not noticed: %v", missed)
	}
}

func joinRoles(roles []landbridge.Role) string {
	var all []string
	for _, r := range roles {
		all = append(all, string(r))
	}
	return strings.Join(all, ", ")
}

func TestValueForms(t *testing.T) {
	for in, want := range map[string]string{
		`"x"`: `"x"`, `["a","b"]`: `["a","b"]`, `[{"a":"1"}]`: `[{"a":"1"}]`, `{"a":"1"}`: `[{"a":"1"}]`, `null`: `""`, `""`: `""`, `[]`: `""`,
	} {
		var v process.Value
		if err := json.Unmarshal([]byte(in), &v); err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if got, _ := json.Marshal(v); string(got) != want {
			t.Errorf("%s became %s", in, got)
		}
	}
	for _, bad := range []string{`1`, `true`, `[1]`, `[["a"]]`, `[{"a":1}]`, `[{"a":{"b":"c"}}]`, `{"a":["b"]}`, `["a",{"b":"c"}]`} {
		var v process.Value
		if err := json.Unmarshal([]byte(bad), &v); err == nil && !v.IsZero() {
			t.Errorf("%s was read as %+v", bad, v)
		}
	}
	var y struct{ F process.Values }
	if err := yaml.Unmarshal([]byte("f:\n  a: 2026-11-22\n  b: yes\n  c: true\n  d: [x, 3]\n  e: {p: 1, q: no}\n  g:\n    - {p: x}\n  h:\n"), &y); err != nil {
		t.Fatal(err)
	}
	b, _ := json.Marshal(y.F)
	if want := `{"a":"2026-11-22","b":"yes","c":"yes","d":["x","3"],"e":[{"p":"1","q":"no"}],"g":[{"p":"x"}],"h":""}`; string(b) != want {
		t.Errorf("YAML became %s", b)
	}
}

// FuzzParse checks that no file makes the loader panic or run away, and that
// what loads can be linted and folded.
func FuzzParse(f *testing.F) {
	text, err := os.ReadFile(shipped)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte("format: landbridge-process/1\nid: x\nversion: 1\n"))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := process.Parse(b)
		if err != nil {
			return
		}
		process.Lint(d)
		for _, tr := range d.Opening() {
			a := process.Act{ID: landbridge.Sum(b), Party: "XA", Transition: tr.Name, Role: tr.By[0], Person: "p", Fields: process.Values{}, Sides: map[string][]landbridge.PartyID{}}
			for i, s := range d.Sides {
				a.Sides[s.Name] = []landbridge.PartyID{landbridge.PartyID("X" + string(rune('A'+i)))}
			}
			c := process.Fold(d, []process.Act{a})
			c.Clocks(base)
			c.Moves(process.Viewer{Party: "XA", Roles: landbridge.Roles()}, nil)
		}
	})
}

// FuzzValues checks that any JSON that is read as values comes back the same.
func FuzzValues(f *testing.F) {
	f.Add([]byte(`{"a":"x","b":["y"],"c":[{"d":"z"}]}`))
	f.Add([]byte(`{"a":{"b":"c"}}`))
	d := load(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		var vs process.Values
		if json.Unmarshal(b, &vs) != nil {
			return
		}
		out, err := json.Marshal(vs)
		if err != nil {
			t.Fatal(err)
		}
		var again process.Values
		if err := json.Unmarshal(out, &again); err != nil {
			t.Fatalf("%s: %v", out, err)
		}
		for name, v := range vs {
			if !v.Equal(again[name]) {
				t.Errorf("%s: %+v became %+v", name, v, again[name])
			}
		}
		a := act(d, 1, "XA", "send")
		a.Fields = vs
		process.New(d).Check(&a, nil)
		vs.Clean()
	})
}

// TestSpecExample holds the example of spec/process.md to what it promises, and
// the spec's table of guards to the code.
func TestSpecExample(t *testing.T) {
	b, err := os.ReadFile("../spec/process.md")
	if err != nil {
		t.Fatal(err)
	}
	spec := string(b)
	_, rest, ok := strings.Cut(spec, "```yaml\n")
	text, _, ok2 := strings.Cut(rest, "```\n")
	if !ok || !ok2 {
		t.Fatal("the spec has no example")
	}
	d, err := process.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range process.Lint(d) {
		t.Errorf("%s %s: %s", f.Rule, f.Where, f.Text)
	}
	c, _ := chain(t, d, "XA ask", "XB call")
	if c.State != "called" {
		t.Errorf("%s", dump(c))
	}
	for _, g := range process.Guards() {
		if !strings.Contains(spec, "| `"+g+"` |") {
			t.Errorf("the spec does not explain the guard %s", g)
		}
	}
	for _, typ := range process.Types() {
		if !strings.Contains(spec, "`"+string(typ)+"`") {
			t.Errorf("the spec does not explain the type %s", typ)
		}
	}
}

// TestFormatCarriesArrest holds format and Lint to a process that takes a
// person's liberty: it passes as written, and each way of doing it wrong is found.
func TestFormatCarriesArrest(t *testing.T) {
	b, err := os.ReadFile("testdata/arrest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, err := process.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range process.Lint(d) {
		t.Errorf("%s %s: %s", f.Rule, f.Where, f.Text)
	}
	c, acts := chain(t, d, "XA request", "XB locate", "XB arrest")
	if c.State != "arrested" {
		t.Fatal(dump(c))
	}
	// The fortieth day frees the person, and not an hour earlier.
	free := act(d, 50, "XB", "time_over", acts[2].ID)
	for _, tt := range []struct {
		hours int
		state string
	}{{40*24 - 1, "arrested"}, {40 * 24, "release_due"}} {
		free.Time = acts[2].Time.Add(time.Duration(tt.hours) * time.Hour)
		if c := process.Fold(d, append(acts[:3:3], free)); c.State != tt.state {
			t.Errorf("after %d hours: %s", tt.hours, c.State)
		}
	}
	for name, m := range map[string][2]string{
		"a clock arrests":                        {"do: time_over", "do: arrest_due"},
		"the police arrest alone":                {"    by: [officer]\n    approvals: [judge]\n    guards: [S1.no_open_objection]", "    by: [officer]\n    guards: [S1.no_open_objection]"},
		"arrest without S1":                      {"    guards: [S1.no_open_objection]\n", ""},
		"withdrawn, and still in custody":        {"from: [arrested], to: release_due, side: requesting, by: [central_authority]", "from: [arrested], to: withdrawn, side: requesting, by: [central_authority]"},
		"no withdrawal from custody":             {"from: [arrested], to: release_due, side: requesting, by: [central_authority], needs: [reason], means: withdrawal", "from: [arrested], to: release_due, side: requesting, by: [central_authority], needs: [reason], means: liberation"},
		"the overseer cannot free":               {"from: [arrested], to: release_due, side: each, by: [oversight]", "from: [arrested], to: release_due, side: requested, by: [judge]"},
		"the clock frees on paper":               {"from: [arrested], to: release_due, side: requested, by: [system]", "from: [arrested], to: released, side: requested, by: [system]"},
		"oversight frees on paper":               {"from: [arrested], to: release_due, side: each, by: [oversight]", "from: [arrested], to: released, side: each, by: [oversight]"},
		"the system says that they are free":     {"from: [release_due], to: released, side: requested, by: [officer]", "from: [release_due], to: released, side: requested, by: [system]"},
		"the other side says that they are free": {"from: [release_due], to: released, side: requested, by: [officer]", "from: [release_due], to: released, side: requesting, by: [judge]"},
		"nobody is called after an hour":         {"confidence: default, escalate: [oversight]", "confidence: default, escalate: [judge]"},
		"called after a day":                     {"for: 1h", "for: 1d"},
		"not called after a withdrawal":          {"starts: [time_over, withdraw_in_custody, order_release]", "starts: [time_over, order_release]"},
		"held again while the release is due":    {"{name: locate, label: Located, done: Located, from: [requested]", "{name: locate, label: Located, done: Located, from: [requested, release_due]"},
		"suspended while the release is due":     {"from: [requested, located], to: suspended", "from: [requested, located, release_due], to: suspended"},
		"suspended in custody":                   {"from: [requested, located], to: suspended", "from: [requested, located, arrested], to: suspended"},
		"nobody can object":                      {"needs: [reason], means: objection}", "needs: [reason], means: \"\"}"},
		"one side cannot object":                 {"to: same, side: each, by: [judge], needs: [reason], means: objection}", "to: same, side: requesting, by: [judge], needs: [reason], means: objection}"},
		"objections are never settled":           {"means: objection_settled", "means: \"\""},
		"one person settles an objection":        {"by: [judge], approvals: [judge], needs: [reason], means: objection_settled", "by: [judge], needs: [reason], means: objection_settled"},
		"no word on what it does":                {"    effect: The person is held.\n", ""},
		"the clock leaves custody as it is":      {"from: [arrested], to: release_due, side: requested, by: [system], means: liberation", "from: [arrested], to: located, side: requested, by: [system], means: \"\""},
	} {
		changed := strings.Replace(string(b), m[0], m[1], 1)
		if changed == string(b) {
			t.Errorf("%s: nothing changed", name)
			continue
		}
		if strings.Contains(changed, "arrest_due") {
			changed = strings.Replace(changed, "  - {name: locate,", "  - {name: arrest_due, label: Arrest, done: Arrested, from: [located], to: arrested, side: requested, by: [system]}\n  - {name: locate,", 1)
		}
		m, err := process.Parse([]byte(changed))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(process.Lint(m)) == 0 {
			t.Errorf("%s: not noticed", name)
		}
	}
}

// TestEveryParty checks an act that every party of a side has to do before it
// counts, as the members of a team sign their agreement.
func TestEveryParty(t *testing.T) {
	spec, err := os.ReadFile("../spec/process.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(spec), "```yaml\n")
	text, _, _ := strings.Cut(rest, "```\n")
	text = strings.Replace(text, "label: Asked side,", "label: Asked side, parties: 3,", 1)
	text = strings.Replace(text, "to: called, side: requested,", "to: called, every: true, side: requested,", 1)
	d, err := process.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	open := act(d, 1, "XA", "ask")
	open.Sides["requested"] = []landbridge.PartyID{"XB", "XC", "XD"}
	acts := []process.Act{open}
	for i, p := range []landbridge.PartyID{"XB", "XC", "XB", "XD"} {
		a := act(d, 2+i, p, "call", open.ID)
		acts = append(acts, a)
		c := process.Fold(d, acts)
		if want := []string{"asked", "asked", "asked", "called"}[i]; c.State != want {
			t.Errorf("after %d calls: %s, want %s", i+1, c.State, want)
		}
	}
	c := process.Fold(d, acts)
	if len(c.Refused) != 1 || c.Refused[0].Act.Party != "XB" {
		t.Errorf("the second call of XB: %+v", c.Refused)
	}
}
