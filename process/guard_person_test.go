package process_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/process"
)

// guardSample reads the definition that has every guard on an act of its own.
func guardSample(t testing.TB) *process.Definition {
	t.Helper()
	b, err := os.ReadFile("testdata/guards.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, err := process.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// A try is one attempt at the guarded act after a story.
type try struct {
	story  []string // "XA object", as chain reads it
	fields map[string]process.Value
	by     string // the person; the usual author when empty
	judge  bool   // a judge approved
	local  *process.Local
	open   bool
}

// hold runs attempts at the act of the guard, at the asked side, and wants it
// open or closed for the guard's own reason.
func hold(t *testing.T, guard string, tries map[string]try) {
	t.Helper()
	d := guardSample(t)
	name := strings.ToLower(strings.Replace(guard, ".", "_", 1))
	tr := d.Transition(name)
	if tr == nil || !slices.Equal(tr.Guards, []string{guard}) {
		t.Fatalf("the sample has no act %s guarded by %s alone", name, guard)
	}
	party := landbridge.PartyID("XB")
	if tr.Side == "asking" {
		party = "XA"
	}
	opened, closed := 0, 0
	for what, x := range tries {
		c, acts := chain(t, d, append([]string{"XA begin"}, x.story...)...)
		if len(c.Steps) != len(acts) {
			t.Fatalf("%s: the story does not run: %s", what, dump(c))
		}
		a := act(d, 99, party, name, acts[len(acts)-1].ID)
		a.Fields = process.Values(x.fields)
		if x.by != "" {
			a.Person = x.by
		}
		if x.judge {
			approve(&a, landbridge.Judge)
		}
		why := c.Check(&a, x.local)
		if x.open {
			opened++
			if why != nil {
				t.Errorf("%s: closed: %+v", what, why)
			}
			continue
		}
		closed++
		full := ""
		if why != nil {
			full = why.Rule + "." + why.Code
		}
		if full != guard && !(strings.HasPrefix(guard, "S23.") && full == "S21.needs_approval") {
			t.Errorf("%s: %+v, want %s", what, why, guard)
		}
	}
	if opened == 0 || closed == 0 {
		t.Errorf("%s: %d open, %d closed; a guard is tried both ways", guard, opened, closed)
	}
}

func of(pairs ...string) map[string]process.Value {
	m := map[string]process.Value{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = process.Text(pairs[i+1])
	}
	return m
}

func rows(field string, all ...process.Row) map[string]process.Value {
	return map[string]process.Value{field: {Rows: all}}
}

// TestS1OpenObjection: acts wait while any objection is open, one settling
// settles one, and nothing is settled in advance.
func TestS1OpenObjection(t *testing.T) {
	hold(t, "S1.no_open_objection", map[string]try{
		"none":             {open: true},
		"one":              {story: []string{"XA object"}},
		"settled":          {story: []string{"XA object", "XB settle"}, open: true},
		"two, one settled": {story: []string{"XA object", "XB object", "XB settle"}},
		"raised again":     {story: []string{"XA object", "XB settle", "XA object"}},
	})
	d := guardSample(t)
	c, acts := chain(t, d, "XA begin")
	a := act(d, 9, "XB", "settle", acts[0].ID)
	if why := c.Check(&a, nil); why == nil || why.Code != "objection_open" {
		t.Errorf("settled in advance: %+v", why)
	}
	for _, m := range c.Moves(process.Viewer{Party: "XB", Roles: landbridge.Roles()}, nil) {
		if m.Transition.Name == "settle" && len(m.Why) == 0 {
			t.Error("settling is shown as open with nothing to settle")
		}
	}
}

// TestS1SettledByOthers: the party that opened the case settles no objection to it.
func TestS1SettledByOthers(t *testing.T) {
	d := guardSample(t)
	c, acts := chain(t, d, "XA begin", "XB object")
	for party, code := range map[landbridge.PartyID]string{"XA": "own_case", "XB": ""} {
		a := act(d, 9, party, "settle", acts[1].ID)
		if why := c.Check(&a, nil); why == nil && code != "" || why != nil && why.Code != code {
			t.Errorf("settled by %s: %+v", party, why)
		}
	}
}

// TestS5LastWordOfEach: what one party found red, another does not turn green.
func TestS5LastWordOfEach(t *testing.T) {
	d := guardSample(t)
	say := func(n int, party landbridge.PartyID, level string, parent landbridge.Digest) process.Act {
		a := act(d, n, party, "s5_risk_assessed", parent)
		a.Fields = of("risk_level", level, "risk_date", "2026-11-20")
		return a
	}
	_, acts := chain(t, d, "XA begin", "XA promise", "XB trust")
	amber := say(10, "XB", "amber", acts[2].ID) // with an assurance it is applied
	broken := act(d, 11, "XB", "breach", amber.ID)
	green := say(12, "XA", "green", broken.ID)
	c := process.Fold(d, append(acts, amber, broken))
	if why := c.Check(&green, nil); rule(why) != "S5" {
		t.Errorf("the amber of XB, without an assurance, under the green of XA: %+v", why)
	}
	again := say(13, "XB", "green", broken.ID)
	c = process.Fold(d, append(acts, amber, broken, again))
	green.Parents = []landbridge.Digest{again.ID}
	if why := c.Check(&green, nil); why != nil {
		t.Errorf("green from both: %+v", why)
	}
}

// TestS7NotOnesOwn: nobody relies on a promise of their own.
func TestS7NotOnesOwn(t *testing.T) {
	d := guardSample(t)
	c, acts := chain(t, d, "XA begin", "XA promise")
	for party, want := range map[landbridge.PartyID]string{"XA": "S7", "XB": ""} {
		a := act(d, 9, party, "s7_assurance_given", acts[1].ID)
		if why := c.Check(&a, nil); rule(why) != want {
			t.Errorf("accepted by %s: %+v", party, why)
		}
	}
}

// TestS2RightsReview: a review by others, with a result that lets it go on.
func TestS2RightsReview(t *testing.T) {
	d := guardSample(t)
	go1 := func(result, reviewer, author string) *process.Reason {
		_, acts := chain(t, d, "XA begin")
		r := act(d, 5, "XB", "review", acts[0].ID)
		r.Person, r.Fields = reviewer, of("rights_result", result)
		c := process.Fold(d, append(acts, r))
		if len(c.Refused) > 0 {
			t.Fatalf("the review has no effect: %+v", c.Refused[0].Why)
		}
		a := act(d, 6, "XB", "s2_rights_reviewed", r.ID)
		a.Person = author
		return c.Check(&a, nil)
	}
	for _, tt := range []struct {
		result, reviewer, author string
		open                     bool
	}{{"clear", "p1", "p2", true}, {"conditions", "p1", "p2", true}, {"red", "p1", "p2", false}, {"clear", "p1", "p1", false}} {
		if why := go1(tt.result, tt.reviewer, tt.author); (why == nil) != tt.open {
			t.Errorf("%+v: %+v", tt, why)
		}
	}
	c, acts := chain(t, d, "XA begin")
	a := act(d, 6, "XB", "s2_rights_reviewed", acts[0].ID)
	if why := c.Check(&a, nil); rule(why) != "S2" {
		t.Errorf("without a review: %+v", why)
	}
	// An approver who made the review is in the chain as much as an author.
	r := act(d, 7, "XB", "review", acts[0].ID)
	r.Person, r.Fields = "p1", of("rights_result", "clear")
	c = process.Fold(d, append(acts, r))
	a = act(d, 8, "XB", "s2_rights_reviewed", r.ID)
	a.Approvals = []process.Approval{{Role: landbridge.Judge, Person: "p1"}}
	if why := c.Check(&a, nil); rule(why) != "S2" {
		t.Errorf("approved by the reviewer: %+v", why)
	}
}

// TestS2OutsideTheChain: who worked on the case makes no review of it; who
// settled an objection may, and a namesake at the other party is another person.
func TestS2OutsideTheChain(t *testing.T) {
	d := guardSample(t)
	for story, tt := range map[string]struct {
		person string
		open   bool
	}{"XB inform": {"XB-author", false}, "XA inform": {"XA-author", true}, "XB review": {"XB-author", true}} {
		_, acts := chain(t, d, "XA begin", story)
		acts[1].Fields = of()
		if strings.Contains(story, "review") {
			acts[1].Fields = of("rights_result", "red")
		}
		c := process.Fold(d, acts)
		a := act(d, 9, "XB", "review", acts[1].ID)
		a.Person, a.Fields = tt.person, of("rights_result", "clear")
		if why := c.Check(&a, nil); (why == nil) != tt.open {
			t.Errorf("%s, then reviewed: %+v", story, why)
		}
	}
}

func TestS4Serious(t *testing.T) {
	offence := func(penalty string) map[string]process.Value {
		return rows("offences", process.Row{"code": "fraud", "national_provision": "x", "max_penalty": "1m"},
			process.Row{"code": "fraud", "national_provision": "x", "max_penalty": penalty})
	}
	hold(t, "S4.serious", map[string]try{
		"nothing said":     {},
		"one year":         {fields: offence("1y"), open: true},
		"eleven months":    {fields: offence("11m")},
		"364 days":         {fields: offence("364d")},
		"four months left": {fields: of("remaining_sentence", "4m"), open: true},
		"three left":       {fields: of("remaining_sentence", "3m")},
	})
}

// TestS5RiskAssessed: red is closed to everyone, amber without an assurance, and
// an assessment is six months old at most.
func TestS5RiskAssessed(t *testing.T) {
	assured := []string{"XA promise", "XB trust"}
	hold(t, "S5.risk_assessed", map[string]try{
		"nothing said":          {},
		"green":                 {fields: of("risk_level", "green", "risk_date", "2026-11-20"), open: true},
		"green of tomorrow":     {fields: of("risk_level", "green", "risk_date", "2026-11-24")},
		"green, no date":        {fields: of("risk_level", "green")},
		"six months":            {fields: of("risk_level", "green", "risk_date", "2026-05-23"), open: true},
		"older":                 {fields: of("risk_level", "green", "risk_date", "2026-05-20")},
		"amber":                 {fields: of("risk_level", "amber", "risk_date", "2026-11-20")},
		"amber and assured":     {story: assured, fields: of("risk_level", "amber", "risk_date", "2026-11-20"), open: true},
		"amber, broken promise": {story: append(slices.Clone(assured), "XA breach"), fields: of("risk_level", "amber", "risk_date", "2026-11-20")},
		"red":                   {fields: of("risk_level", "red", "risk_date", "2026-11-20")},
		"red, assured, judge":   {story: assured, judge: true, fields: of("risk_level", "red", "risk_date", "2026-11-20")},
	})
}

// TestS7Breach: a broken assurance closes what it opened, until a new one is
// accepted; what only this side knows of other cases closes it as well.
func TestS7Breach(t *testing.T) {
	broken := []string{"XA promise", "XB trust", "XB breach"}
	mended := append(slices.Clone(broken), "XA promise", "XB trust")
	hold(t, "S7.no_fresh_breach", map[string]try{
		"nothing happened":        {open: true},
		"broken":                  {story: broken},
		"broken and mended":       {story: mended, open: true},
		"broken elsewhere":        {local: &process.Local{Breach: true}},
		"broken elsewhere, fresh": {story: []string{"XA promise", "XB trust"}, local: &process.Local{Breach: true}, open: true},
		"not broken, as known":    {local: &process.Local{}, open: true},
	})
	hold(t, "S7.assured", map[string]try{
		"no death penalty":  {fields: of("death_penalty_possible", "no"), open: true},
		"unknown":           {fields: of("death_penalty_possible", "unknown")},
		"unknown, assured":  {story: []string{"XA promise", "XB trust"}, fields: of("death_penalty_possible", "unknown"), open: true},
		"yes, broken":       {story: broken, fields: of("death_penalty_possible", "yes")},
		"yes, mended":       {story: mended, fields: of("death_penalty_possible", "yes"), open: true},
		"nobody was asked":  {},
		"promised, no more": {story: []string{"XA promise"}, fields: of("death_penalty_possible", "yes")},
	})
}

func TestS8DualCriminality(t *testing.T) {
	hold(t, "S8.dual_criminality", map[string]try{"nothing said": {}, "met": {fields: of("dual_criminality", "met"), open: true},
		"listed": {fields: of("dual_criminality", "listed"), open: true}, "not met": {fields: of("dual_criminality", "not_met")}})
}

func TestS9FinalDecision(t *testing.T) {
	hold(t, "S9.no_final_decision", map[string]try{"nothing said": {}, "no": {fields: of("final_decision", "no"), open: true},
		"yes": {fields: of("final_decision", "yes")}})
}

// TestS10Specialty: a new charge uses up one consent.
func TestS10Specialty(t *testing.T) {
	granted := []string{"XA ask_specialty", "XB grant_specialty"}
	hold(t, "S10.consented", map[string]try{
		"nobody asked": {}, "asked": {story: granted[:1]}, "granted": {story: granted, open: true},
		"used up":      {story: append(slices.Clone(granted), "XA s10_consented")},
		"refused":      {story: []string{"XA ask_specialty", "XB refuse_specialty"}},
		"granted anew": {story: append(append(slices.Clone(granted), "XA s10_consented"), granted...), open: true},
	})
	d := guardSample(t)
	for story, open := range map[string]bool{"": false, "XA ask_specialty": true, "XA ask_specialty,XB grant_specialty": false, "XA ask_specialty,XB refuse_specialty": false} {
		steps := []string{"XA begin"}
		if story != "" {
			steps = append(steps, strings.Split(story, ",")...)
		}
		c, acts := chain(t, d, steps...)
		a := act(d, 50, "XB", "grant_specialty", acts[len(acts)-1].ID)
		if why := c.Check(&a, nil); (why == nil) != open {
			t.Errorf("granting after %q: %+v", story, why)
		}
	}
}

func TestS11FairTrial(t *testing.T) {
	hold(t, "S11.fair_trial", map[string]try{
		"nothing said": {}, "present": {fields: of("in_absence", "no"), open: true}, "absent": {fields: of("in_absence", "yes")},
		"absent, summoned in person": {fields: of("in_absence", "yes", "summoned", "in_person"), open: true},
		"absent, with a lawyer":      {fields: of("in_absence", "yes", "summoned", "represented"), open: true},
		"absent, by post":            {fields: of("in_absence", "yes", "summoned", "other", "retrial", "no")},
		"absent, a new trial":        {fields: of("in_absence", "yes", "summoned", "other", "retrial", "yes"), open: true},
	})
}

// item is an item of evidence with two of its answers.
func item(privileged, duress string) process.Row {
	return process.Row{"number": "1", "title": "x", "collector": "x", "place": "x", "time": "2026-11-20T10:00Z", "legal_act": "x",
		"original": "yes", "privileged": privileged, "duress": duress}
}

// TestS12TaintedItem: one item among many is enough.
func TestS12TaintedItem(t *testing.T) {
	hold(t, "S12.untainted", map[string]try{
		"nothing listed": {}, "clean": {fields: rows("items", item("no", "no"), item("no", "unknown")), open: true},
		"one alleged": {fields: rows("items", item("no", "no"), item("no", "alleged"))},
	})
}

func TestS13Integrity(t *testing.T) {
	hold(t, "S13.integrity", map[string]try{"nobody compared": {}, "equal": {fields: of("integrity", "equal"), open: true},
		"differs": {fields: of("integrity", "differs")}})
}

func TestS17TransferBasis(t *testing.T) {
	hold(t, "S17.transfer_basis", map[string]try{
		"nothing said": {}, "adequacy": {fields: of("transfer_basis", "adequacy"), open: true},
		"safeguards":         {fields: of("transfer_basis", "safeguards"), open: true},
		"none":               {fields: of("transfer_basis", "none")},
		"derogation":         {fields: of("transfer_basis", "derogation")},
		"derogation, reason": {fields: of("transfer_basis", "derogation", "derogation_reason", "a life is at stake"), open: true},
	})
}

func TestS23Privilege(t *testing.T) {
	hold(t, "S23.privilege", map[string]try{
		"nothing privileged": {fields: rows("items", item("no", "no")), open: true},
		"one item":           {fields: rows("items", item("no", "no"), item("yes", "no"))},
		"one item, a judge":  {fields: rows("items", item("yes", "no")), judge: true, open: true},
		"all of it":          {fields: of("privileged", "yes")},
		"all of it, a judge": {fields: of("privileged", "yes"), judge: true, open: true},
	})
}

func TestS25Notice(t *testing.T) {
	hold(t, "S25.person_informed", map[string]try{"not told": {}, "told": {story: []string{"XB inform"}, open: true}})
	hold(t, "S25.counsel", map[string]try{"nothing said": {}, "not yet": {fields: of("counsel", "not_yet")},
		"informed": {fields: of("counsel", "informed"), open: true}, "waived": {fields: of("counsel", "waived"), open: true}})
	hold(t, "S25.consul", map[string]try{"nothing said": {}, "not yet": {fields: of("consul", "not_yet")}, "informed": {fields: of("consul", "informed"), open: true},
		"declined": {fields: of("consul", "declined"), open: true}, "not foreign": {fields: of("consul", "not_foreign"), open: true}})
}

func TestS26Emergency(t *testing.T) {
	hold(t, "S26.emergency_stated", map[string]try{"nothing said": {}, "a word": {fields: of("emergency_why", " x ")},
		"said": {fields: of("emergency_why", "The caller has said that the child is under water."), open: true}})
	hold(t, "S26.reviewed", map[string]try{"not reviewed": {}, "reviewed": {story: []string{"XA look_back"}, open: true}})
}

func TestS31TwoIdentifiers(t *testing.T) {
	list := func(items ...string) map[string]process.Value {
		return map[string]process.Value{"identifiers": {Items: items}}
	}
	hold(t, "S31.two_identifiers", map[string]try{"none": {}, "a name": {fields: list("name")}, "a name as text": {fields: of("identifiers", "name")},
		"name and birth date": {fields: list("name", "birth_date"), open: true}})
}

func TestS32NoVictim(t *testing.T) {
	person := func(category, kind string) map[string]process.Value {
		m := rows("persons", process.Row{"category": "suspect", "family_name": "A", "minor": "no", "protected_function": "no", "reason": "x", "assertion": "fact", "grade": "A1"},
			process.Row{"category": category, "family_name": "B", "minor": "no", "protected_function": "no", "reason": "x", "assertion": "fact", "grade": "A1"})
		if kind != "" {
			m["notice_kind"] = process.Text(kind)
		}
		return m
	}
	hold(t, "S32.no_victim", map[string]try{"suspects": {fields: person("suspect", ""), open: true}, "a victim": {fields: person("victim", "")},
		"a victim wanted": {fields: person("victim", "wanted")}, "a victim missing": {fields: person("victim", "missing"), open: true}})
}

func TestS36Understood(t *testing.T) {
	hold(t, "S36.understood", map[string]try{"nothing said": {}, "no": {fields: of("understood", "no")}, "yes": {fields: of("understood", "yes"), open: true}})
}

// TestS37Disguised: what only this node knows of another case closes it too,
// and the other side cannot tell.
func TestS37Disguised(t *testing.T) {
	hold(t, "S37.no_extradition_pending", map[string]try{
		"nothing said": {}, "open": {fields: of("extradition_state", "open")}, "refused": {fields: of("extradition_state", "refused")},
		"none":             {fields: of("extradition_state", "none"), open: true},
		"none, known here": {fields: of("extradition_state", "none"), local: &process.Local{Disguised: true}},
	})
}

// TestEveryCountsAnew: who has signed is counted anew in each state that is
// entered, and a suspension in between leaves the count alone.
func TestEveryCountsAnew(t *testing.T) {
	b, err := os.ReadFile("testdata/team.yaml")
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
	open := act(d, 1, "XA", "propose")
	open.Time = base
	open.Sides["members"] = []landbridge.PartyID{"XB"}
	if why := process.New(d).Check(&open, nil); why == nil || why.Code != "sides" {
		t.Errorf("a team of one member: %+v", why)
	}
	open.Sides["members"] = []landbridge.PartyID{"XB", "XC"}
	acts := []process.Act{open}
	for i, s := range []struct{ step, state string }{{"XB sign", "proposed"}, {"XC change", "proposed"}, {"XC sign", "proposed"},
		{"XA suspend", "suspended"}, {"XA resume", "proposed"}, {"XC sign", "proposed"}, {"XB sign", "active"}} {
		party, name, _ := strings.Cut(s.step, " ")
		acts = append(acts, act(d, 10+i, landbridge.PartyID(party), name, acts[len(acts)-1].ID))
		c := process.Fold(d, acts)
		if c.State != s.state {
			t.Fatalf("after step %d, %s: %s, want %s", i, s.step, c.State, s.state)
		}
	}
	for _, k := range process.Fold(d, acts[:len(acts)-1]).Clocks(base.Add(time.Hour)) {
		if k.Clock.Name != "sign" || !k.Ended.IsZero() {
			t.Errorf("the clock %s stopped with the first of two signatures: %+v", k.Clock.Name, k)
		}
	}
	for _, k := range process.Fold(d, acts).Clocks(base.Add(time.Hour)) {
		if k.Clock.Name == "sign" && k.Ended.IsZero() || k.Clock.Name == "period" && !k.Started.Equal(acts[len(acts)-1].Time) {
			t.Errorf("after the last signature: %+v", k)
		}
	}
	more := act(d, 40, "XB", "extend", acts[len(acts)-1].ID)
	both := act(d, 41, "XC", "extend", more.ID)
	for _, k := range process.Fold(d, append(slices.Clone(acts), more, both)).Clocks(base.Add(time.Hour)) {
		if k.Clock.Name == "period" && (!k.Started.Equal(both.Time) || !k.Ended.IsZero()) {
			t.Errorf("extended by all: %+v", k)
		}
	}
	if c := process.Fold(d, acts); len(c.Refused) != 1 || c.Refused[0].Act.ID != acts[6].ID {
		t.Errorf("signing twice: %s", dump(c))
	}
}
