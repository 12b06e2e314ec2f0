package process_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/process"
)

// sending checks the opening act after a change, as the side that makes it does.
func sending(t *testing.T, change func(*process.Act), local *process.Local) *process.Reason {
	t.Helper()
	d := load(t)
	a := act(d, 1, "XA", "send")
	change(&a)
	return process.New(d).Check(&a, local)
}

func rule(why *process.Reason) string {
	if why == nil {
		return ""
	}
	return why.Rule
}

func set(name, value string) func(*process.Act) {
	return func(a *process.Act) { a.Fields[name] = process.Text(value) }
}

// TestS1Neutrality checks that a request without the declaration, or for an
// offence of the sensitive list, has no effect anywhere.
func TestS1Neutrality(t *testing.T) {
	if why := sending(t, set("neutrality_declaration", "no"), nil); rule(why) != "S1" {
		t.Errorf("not declared: %+v", why)
	}
	sensitive := 0
	for _, o := range process.Offences() {
		why := sending(t, func(a *process.Act) { a.Fields["offences"].Rows[0]["code"] = o.Code }, nil)
		if o.Sensitive != (rule(why) == "S1") {
			t.Errorf("%s (sensitive %v): %+v", o.Code, o.Sensitive, why)
		}
		if o.Sensitive {
			sensitive++
		}
	}
	if sensitive != 9 {
		t.Errorf("%d offences are tagged, research names 9", sensitive)
	}
	// One among many is enough.
	why := sending(t, func(a *process.Act) {
		row := process.Row{"code": "espionage", "national_provision": "x", "max_penalty": "10y"}
		a.Fields["offences"] = process.Value{Rows: append(a.Fields["offences"].Rows, row)}
	}, nil)
	if rule(why) != "S1" {
		t.Errorf("espionage beside fraud: %+v", why)
	}
}

func TestS3LegalBasisAndPurpose(t *testing.T) {
	if why := sending(t, func(a *process.Act) { delete(a.Fields, "legal_basis") }, nil); why == nil {
		t.Error("no legal basis, and it leaves")
	}
	if why := sending(t, func(a *process.Act) { delete(a.Fields, "purpose") }, nil); why == nil {
		t.Error("no purpose, and it leaves")
	}
	if why := sending(t, func(*process.Act) {}, &process.Local{}); rule(why) != "S3" {
		t.Errorf("no profile: %+v", why)
	}
	if why := sending(t, func(*process.Act) {}, &process.Local{Profile: &process.Profile{}}); why != nil {
		t.Errorf("with a profile: %+v", why)
	}
}

// persons names n persons.
func persons(n int) func(*process.Act) {
	return func(a *process.Act) {
		row := a.Fields["persons"].Rows[0]
		rows := make([]process.Row, n)
		for i := range rows {
			rows[i] = row
		}
		a.Fields["persons"] = process.Value{Rows: rows}
	}
}

func approve(a *process.Act, r landbridge.Role) {
	a.Approvals = append(a.Approvals, process.Approval{Role: r, Person: fmt.Sprintf("%s-as-%s", a.Party, r)})
}

// TestS4Bulk checks the bound of ten persons, who may lift it, and that the
// recipient's own bound is lifted by nobody here.
func TestS4Bulk(t *testing.T) {
	if why := sending(t, persons(10), nil); why != nil {
		t.Errorf("ten persons: %+v", why)
	}
	if why := sending(t, persons(11), nil); why == nil {
		t.Error("eleven persons left without the data-protection officer")
	}
	with := func(a *process.Act) { persons(11)(a); approve(a, landbridge.DataProtection) }
	if why := sending(t, with, nil); why != nil {
		t.Errorf("eleven persons with the officer: %+v", why)
	}
	if why := sending(t, with, &process.Local{Profile: &process.Profile{MaxPersons: 10}}); rule(why) != "S4" {
		t.Errorf("eleven persons where the recipient takes ten: %+v", why)
	}
	if why := sending(t, persons(5), &process.Local{Profile: &process.Profile{MaxPersons: 4}}); rule(why) != "S4" {
		t.Errorf("five persons where the recipient takes four: %+v", why)
	}
}

// TestS4Seriousness checks the recipient's threshold at its edge.
func TestS4Seriousness(t *testing.T) {
	d := load(t)
	for months, ok := range map[string]bool{"11m": false, "12m": true, "1y": true, "364d": false, "2y": true} {
		a := act(d, 1, "XA", "send")
		a.Fields["offences"].Rows[0]["max_penalty"] = months
		found := d.CheckFields(d.Transition("send"), nil, a.Fields, &process.Profile{MinPenaltyMonths: 12})
		if (len(found) == 0) != ok {
			t.Errorf("%s where 12 months are asked for: %+v", months, found)
		}
	}
}

// TestS6PrivateBar checks that what only this side knows closes the answer here,
// and leaves the generic ground open.
func TestS6PrivateBar(t *testing.T) {
	d := load(t)
	c, acts := chain(t, d, "XA send", "XB receive", "XB acknowledge")
	a := act(d, 9, "XB", "answer", acts[2].ID)
	barred := &process.Local{Profile: &process.Profile{}, Barred: true}
	if why := c.Check(&a, barred); rule(why) != "S6" {
		t.Errorf("barred: %+v", why)
	}
	if why := c.Check(&a, nil); why != nil {
		t.Errorf("the other side could tell: %+v", why)
	}
	r := act(d, 10, "XB", "refuse", acts[2].ID)
	r.Ground = "rights_or_essential_interests"
	if why := c.Check(&r, barred); why != nil {
		t.Errorf("refusing: %+v", why)
	}
	for _, m := range c.Moves(process.Viewer{Party: "XB", Roles: landbridge.Roles()}, barred) {
		if m.Transition.Name == "answer" && (len(m.Why) == 0 || m.Why[0].Rule != "S6") {
			t.Errorf("the answer is open: %+v", m.Why)
		}
	}
}

// TestS7DeathPenalty checks that unknown counts as yes, and that only an
// assurance that was accepted opens the answer.
func TestS7DeathPenalty(t *testing.T) {
	d := load(t)
	for _, value := range []string{"yes", "unknown"} {
		_, acts := chain(t, d, "XA send", "XB receive", "XB acknowledge")
		acts[0].Fields["death_penalty_possible"] = process.Text(value)
		c := process.Fold(d, acts)
		a := act(d, 9, "XB", "answer", acts[2].ID)
		if why := c.Check(&a, nil); rule(why) != "S7" {
			t.Errorf("%s: %+v", value, why)
		}
		accept := act(d, 11, "XB", "accept_assurance", acts[2].ID)
		if why := c.Check(&accept, nil); rule(why) != "S7" {
			t.Errorf("accepting what nobody gave: %+v", why)
		}
		give := act(d, 10, "XA", "give_assurance", acts[2].ID)
		c = process.Fold(d, append(acts, give))
		a.Parents = []landbridge.Digest{give.ID}
		if why := c.Check(&a, nil); rule(why) != "S7" {
			t.Errorf("%s, given and not accepted: %+v", value, why)
		}
		accept.Parents = []landbridge.Digest{give.ID}
		c = process.Fold(d, append(acts, give, accept))
		a.Parents = []landbridge.Digest{accept.ID}
		if why := c.Check(&a, nil); why != nil {
			t.Errorf("%s, accepted: %+v", value, why)
		}
	}
}

func TestS12Duress(t *testing.T) {
	d := load(t)
	c, acts := chain(t, d, "XA send", "XB receive", "XB acknowledge")
	for value, want := range map[string]string{"no": "", "unknown": "", "alleged": "S12"} {
		a := act(d, 9, "XB", "answer", acts[2].ID)
		a.Fields["obtained_under_duress"] = process.Text(value)
		if why := c.Check(&a, nil); rule(why) != want {
			t.Errorf("%s: %+v", value, why)
		}
	}
}

// TestS14SpecialData checks that data on a minor, or of a special category, does
// not move without the data-protection officer, in either direction.
func TestS14SpecialData(t *testing.T) {
	minor := func(a *process.Act) { a.Fields["persons"].Rows[0]["minor"] = "yes" }
	for name, change := range map[string]func(*process.Act){"special": set("special_data", "yes"), "minor": minor} {
		if why := sending(t, change, nil); rule(why) != "S21" { // the missing approval is named
			t.Errorf("%s: %+v", name, why)
		}
		if why := sending(t, func(a *process.Act) { change(a); approve(a, landbridge.DataProtection) }, nil); why != nil {
			t.Errorf("%s, approved: %+v", name, why)
		}
	}
	d := load(t)
	c, acts := chain(t, d, "XA send", "XB receive", "XB acknowledge")
	a := act(d, 9, "XB", "answer", acts[2].ID)
	a.Fields["special_data_in_answer"] = process.Text("yes")
	if why := c.Check(&a, nil); rule(why) != "S21" {
		t.Errorf("the answer: %+v", why)
	}
	approve(&a, landbridge.DataProtection)
	if why := c.Check(&a, nil); why != nil {
		t.Errorf("the answer, approved: %+v", why)
	}
}

func TestS15RetentionSet(t *testing.T) {
	for until, want := range map[string]string{"2027-11-22": "", "2031-11-22": "", "2031-11-23": "S15", "2026-11-22": "S15", "2020-01-01": "S15"} {
		if why := sending(t, set("retention_until", until), nil); rule(why) != want {
			t.Errorf("%s: %+v", until, why)
		}
	}
	if why := sending(t, func(a *process.Act) { delete(a.Fields, "retention_until") }, nil); why == nil {
		t.Error("it leaves without a day of erasure")
	}
}

// TestS16EvidenceUse checks that an outcome which says "used as evidence" has no
// effect without the giver's consent, given with the answer or later.
func TestS16EvidenceUse(t *testing.T) {
	d := load(t)
	c, acts := chain(t, d, "XA send", "XB receive", "XB acknowledge", "XB answer")
	used := func(n int, parent landbridge.Digest) process.Act {
		a := act(d, n, "XA", "report_outcome", parent)
		a.Fields["used_as_evidence"] = process.Text("yes")
		return a
	}
	a := used(20, acts[3].ID)
	if why := c.Check(&a, nil); rule(why) != "S16" {
		t.Errorf("without consent: %+v", why)
	}
	grant := act(d, 21, "XB", "grant_evidence_use", acts[3].ID)
	if why := c.Check(&grant, nil); rule(why) != "S16" {
		t.Errorf("consent nobody asked for: %+v", why)
	}
	ask := act(d, 22, "XA", "ask_evidence_use", acts[3].ID)
	grant.Parents = []landbridge.Digest{ask.ID}
	c = process.Fold(d, append(acts, ask, grant))
	a = used(23, grant.ID)
	if why := c.Check(&a, nil); why != nil {
		t.Errorf("with consent: %+v", why)
	}
	again := act(d, 24, "XB", "grant_evidence_use", grant.ID)
	if why := c.Check(&again, nil); rule(why) != "S16" {
		t.Errorf("a second consent for one question: %+v", why)
	}
	acts[3].Fields["evidence_use_allowed"] = process.Text("yes")
	c = process.Fold(d, acts)
	a = used(25, acts[3].ID)
	if why := c.Check(&a, nil); why != nil {
		t.Errorf("allowed with the answer: %+v", why)
	}
}

// TestS21FourEyes checks that approvals come from other persons, from enough of
// them, and in the roles that are asked for.
func TestS21FourEyes(t *testing.T) {
	for name, change := range map[string]func(*process.Act){
		"none":       func(a *process.Act) { a.Approvals = nil },
		"own":        func(a *process.Act) { a.Approvals[0].Person = a.Person },
		"wrong role": func(a *process.Act) { a.Approvals[0].Role = landbridge.Officer },
		"own beside one": func(a *process.Act) {
			a.Approvals = append(a.Approvals, process.Approval{Role: landbridge.Judge, Person: a.Person})
		},
	} {
		if why := sending(t, change, nil); rule(why) != "S21" {
			t.Errorf("%s: %+v", name, why)
		}
	}
	// One person in two roles is one signature.
	two := func(a *process.Act) {
		set("special_data", "yes")(a)
		a.Approvals = append(a.Approvals, process.Approval{Role: landbridge.DataProtection, Person: a.Approvals[0].Person})
	}
	if why := sending(t, two, nil); rule(why) != "S21" {
		t.Errorf("one person signed twice: %+v", why)
	}
}

func TestMissing(t *testing.T) {
	j, s, dpo := landbridge.Judge, landbridge.Supervisor, landbridge.DataProtection
	needed := [][]landbridge.Role{{s, j}, {j}}
	given := []process.Approval{{Role: j, Person: "p1"}, {Role: s, Person: "p2"}}
	if m := process.Missing(needed, "p0", given); len(m) != 0 {
		t.Errorf("judge and supervisor: %v missing", m)
	}
	if m := process.Missing(needed, "p0", given[:1]); len(m) != 1 {
		t.Errorf("the judge alone: %v missing", m)
	}
	if m := process.Missing(needed, "p1", given); len(m) != 1 {
		t.Errorf("the judge is the author: %v missing", m)
	}
	if m := process.Missing([][]landbridge.Role{{dpo}}, "p0", []process.Approval{{Role: dpo, Person: "p0"}}); len(m) != 1 {
		t.Errorf("the author's own: %v missing", m)
	}
}

func TestS23ProtectedFunction(t *testing.T) {
	protected := func(a *process.Act) { a.Fields["persons"].Rows[0]["protected_function"] = "yes" }
	if why := sending(t, protected, nil); rule(why) != "S21" || !strings.Contains(why.Text, "judge") {
		t.Errorf("without a judge: %+v", why)
	}
	if why := sending(t, func(a *process.Act) { protected(a); approve(a, landbridge.Judge) }, nil); why != nil {
		t.Errorf("with a judge: %+v", why)
	}
}

// TestS24SystemDoesNothing checks that the system's role opens nothing that is a
// person's to do.
func TestS24SystemDoesNothing(t *testing.T) {
	d := load(t)
	c, acts := chain(t, d, "XA send", "XB receive", "XB acknowledge")
	for _, tr := range d.Transitions {
		if tr.Auto() {
			continue
		}
		for _, party := range []landbridge.PartyID{"XA", "XB"} {
			a := act(d, 70, party, tr.Name, acts[2].ID)
			a.Role, a.Person = landbridge.System, ""
			if c.Check(&a, nil) == nil {
				t.Errorf("the system did %s", tr.Name)
			}
		}
	}
}

// TestS33Exculpatory checks that the question is mandatory in an answer, and that
// sending such information is open in every state, to both sides, at once.
func TestS33Exculpatory(t *testing.T) {
	d := load(t)
	for _, steps := range [][]string{
		{"XA send"}, {"XA send", "XB receive"}, {"XA send", "XB receive", "XB acknowledge", "XB answer"}, {"XA send", "XB receive", "XB refuse", "XA close"},
		{"XA send", "XA withdraw"}, {"XA send", "XB receive", "XA suspend"}} {
		c, acts := chain(t, d, steps...)
		for _, party := range []landbridge.PartyID{"XA", "XB"} {
			a := act(d, 60, party, "disclose_exculpatory", acts[len(acts)-1].ID)
			if why := c.Check(&a, nil); why != nil {
				t.Errorf("%s in %s: %+v", party, c.State, why)
			}
		}
	}
	c, acts := chain(t, d, "XA send", "XB receive", "XB acknowledge")
	a := act(d, 61, "XB", "answer", acts[2].ID)
	delete(a.Fields, "exculpatory")
	if c.Check(&a, nil) == nil {
		t.Error("an answer left without the question answered")
	}
}

// TestS35StrictestProfile checks the algebra of merging what recipients ask for.
func TestS35StrictestProfile(t *testing.T) {
	all := []process.Profile{
		{}, {Required: []string{"b", "a"}, Languages: []string{"fr", "en"}, MaxPersons: 5}, {Required: []string{"c"}, Languages: []string{"en"}, MinPenaltyMonths: 12},
		{Languages: []string{"ar"}, MaxPersons: 3, Excluded: []string{"other"}}, {MaxPersons: 9, MinPenaltyMonths: 24, Excluded: []string{"fraud", "other"}},
	}
	show := func(p process.Profile) string { return fmt.Sprintf("%v", p) }
	for _, a := range all {
		for _, b := range all {
			ab := process.Strictest(a, b)
			if show(ab) != show(process.Strictest(b, a)) {
				t.Errorf("not commutative: %v, %v", a, b)
			}
			if show(process.Strictest(ab, a)) != show(ab) || show(process.Strictest(ab, ab)) != show(ab) {
				t.Errorf("not idempotent: %v, %v", a, b)
			}
			for _, c := range all {
				if show(process.Strictest(ab, c)) != show(process.Strictest(a, process.Strictest(b, c))) {
					t.Errorf("not associative: %v, %v, %v", a, b, c)
				}
			}
			// Monotone: what the merge lets pass, each of the two lets pass.
			d := load(t)
			for _, lang := range []string{"en", "fr", "ar", "ru"} {
				for _, penalty := range []string{"6m", "1y", "3y"} {
					x := act(d, 1, "XA", "send")
					x.Fields["language"] = process.Text(lang)
					x.Fields["offences"].Rows[0]["max_penalty"] = penalty
					pass := func(p process.Profile) bool { return len(d.CheckFields(d.Transition("send"), nil, x.Fields, &p)) == 0 }
					if pass(ab) && !(pass(a) && pass(b)) {
						t.Errorf("the merge of %v and %v is looser than one of them", a, b)
					}
				}
			}
		}
	}
}

// TestFields checks forms: what is missing, too much, or of the wrong shape is
// named with its field.
func TestFields(t *testing.T) {
	d := load(t)
	for name, tt := range map[string]struct {
		field string
		value process.Value
		code  string
	}{
		"missing":            {"facts_summary", process.Value{}, "required"},
		"two texts":          {"facts_summary", process.Value{Items: []string{"a", "b"}}, "one_text"},
		"control characters": {"facts_summary", process.Text("a\x00b"), "characters"},
		"not asked":          {"urgent_reason", process.Text("information_losing_relevance"), "not_asked"},
		"no option":          {"purpose", process.Text("curiosity"), "form_enum"},
		"bad option":         {"data_kinds", process.Value{Items: []string{"account_holder", "gossip"}}, "form_enums"},
		"rows as text":       {"offences", process.Text("fraud"), "rows"},
		"bad date":           {"retention_until", process.Text("22.11.2027"), "form_date"},
		"impossible date":    {"retention_until", process.Text("2027-02-30"), "form_date"},
		"bad time":           {"answer_by", process.Text("2026-11-23 08:00"), "form_datetime"},
		"bad language":       {"language", process.Text("English"), "form_language"},
		"too long":           {"purpose_text", process.Text(strings.Repeat("x", 2001)), "too_long"},
		"unknown part":       {"accounts", process.Value{Rows: []process.Row{{"number": "1", "institution": "b", "assertion": "fact", "grade": "A1", "colour": "red"}}}, "unknown_part"},
		"bad grade":          {"accounts", process.Value{Rows: []process.Row{{"number": "1", "institution": "b", "assertion": "fact", "grade": "A5"}}}, "form_grade"},
		"missing part":       {"accounts", process.Value{Rows: []process.Row{{"number": "1", "assertion": "fact", "grade": "A1"}}}, "required"},
		"too many":           {"legal_basis", process.Value{Rows: make([]process.Row, 9)}, "too_many"},
	} {
		a := act(d, 1, "XA", "send")
		a.Fields[tt.field] = tt.value
		found := d.CheckFields(d.Transition("send"), nil, a.Fields, nil)
		if len(found) != 1 || found[0].Field != tt.field || found[0].Code != tt.code || found[0].Text == "" {
			t.Errorf("%s: %+v, want %s %s", name, found, tt.field, tt.code)
		}
	}
	a := act(d, 1, "XA", "send")
	a.Fields["shoe_size"] = process.Text("44")
	if found := d.CheckFields(d.Transition("send"), nil, a.Fields, nil); len(found) != 1 || found[0].Code != "unknown_field" {
		t.Errorf("a field that is not asked for: %+v", found)
	}
	if found := d.CheckFields(d.Transition("send"), nil, act(d, 1, "XA", "send").Fields, &process.Profile{Required: []string{"answer_by", "confidentiality_wish"}, Languages: []string{"fr"}}); len(found) != 1 || found[0].Code != "language" {
		t.Errorf("by the recipient's profile: %+v", found)
	}
}

// TestBounds checks that a stranger's act cannot make the engine work without end.
func TestBounds(t *testing.T) {
	d := load(t)
	a := act(d, 1, "XA", "send")
	rows := make([]process.Row, process.MaxRows+1)
	a.Fields["persons"] = process.Value{Rows: rows}
	if why := process.New(d).Check(&a, nil); why == nil || why.Code != "bounds" {
		t.Errorf("too many rows: %+v", why)
	}
	started := time.Now()
	var acts []process.Act
	acts = append(acts, act(d, 1, "XA", "send"))
	for n := 2; n < 2000; n++ {
		acts = append(acts, act(d, n, "XA", "disclose_exculpatory", acts[0].ID))
	}
	if c := process.Fold(d, acts); len(c.Steps) != len(acts) {
		t.Errorf("%d of %d applied", len(c.Steps), len(acts))
	}
	if took := time.Since(started); took > 5*time.Second {
		t.Errorf("folding 2000 acts that nobody ordered took %v", took)
	}
}

// TestS13GradeAndAssertion checks that every statement about a person, account
// or answer says whether it is fact or assessment, and carries its grade.
func TestS13GradeAndAssertion(t *testing.T) {
	for _, typ := range []process.Type{process.PersonType, process.AccountType} {
		required := map[string]bool{}
		for _, p := range process.Parts(typ) {
			required[p.Name] = p.Required
		}
		if !required["grade"] || !required["assertion"] {
			t.Errorf("%s does without grade or assertion", typ)
		}
	}
	d := load(t)
	c, acts := chain(t, d, "XA send", "XB receive", "XB acknowledge")
	a := act(d, 9, "XB", "answer", acts[2].ID)
	delete(a.Fields, "source_grade")
	if c.Check(&a, nil) == nil {
		t.Error("an answer left without its grade")
	}
	for _, part := range []string{"grade", "assertion", "reason", "category"} {
		if why := sending(t, func(a *process.Act) { delete(a.Fields["persons"].Rows[0], part) }, nil); why == nil {
			t.Errorf("a person without %s was accepted", part)
		}
	}
}

// TestS22Vocabulary checks that nothing this release ships asks for opinions,
// beliefs or origin, and that a definition which does is found.
func TestS22Vocabulary(t *testing.T) {
	bad := []string{"politic", "opinion", "protest", "petition", "diaspora", "ethnic", "race", "religion", "belief", "activis", "journalist"}
	names := map[string]bool{}
	for _, f := range load(t).Fields {
		names[f.Name] = true
	}
	for _, typ := range process.Types() {
		for _, p := range process.Parts(typ) {
			names[p.Name] = true
		}
	}
	for name := range names {
		for _, b := range bad {
			if strings.Contains(name, b) {
				t.Errorf("something asks for %s", name)
			}
		}
	}
	text := strings.ReplaceAll(shippedText(t), "handled_by", "religion")
	d, err := process.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, f := range process.Lint(d) {
		found = found || f.Rule == "S22"
	}
	if !found {
		t.Error("a field called religion was not found")
	}
}

// TestS34SmallCells checks that a definition may not publish small counts.
func TestS34SmallCells(t *testing.T) {
	if d := load(t); d.Public.MinCell < 10 || len(d.Public.Counts) == 0 {
		t.Errorf("public: %+v", d.Public)
	}
}
