package casework

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/handling"
	"landbridge.example/internal/access"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
	"landbridge.example/process"
)

// policy says of a case, or of one act of it, what handling.Decide asks.
func (w *Casework) policy(f *whole, m handling.Marking, team []string) handling.Policy {
	p := handling.Policy{Marking: m, Originator: w.me, KeepUntil: f.Keep}
	for _, parties := range f.Sides {
		p.Parties = append(p.Parties, parties...)
	}
	slices.Sort(p.Parties)
	if s := f.def.Side(f.Side); s != nil {
		p.Roles = s.Roles
	}
	for _, person := range team {
		p.Team = append(p.Team, string(w.me)+"/"+person)
	}
	p.Named = p.Team // TLP:RED: those who were given the case to work on
	if f.Purpose != "" {
		p.Purposes = []handling.Purpose{handling.Purpose(f.Purpose)}
	}
	return p
}

// purpose returns what an act is for: its own statement, or that of the case.
func (f *whole) purpose(c *core) handling.Purpose {
	if s := c.Fields["purpose"].Text; s != "" {
		f.Purpose = s
	}
	return handling.Purpose(f.Purpose)
}

// team lists who works on a case here.
func (f *whole) team(s source) (all []string, err error) {
	err = s.each(func(rows *sql.Rows) error {
		var person string
		err := rows.Scan(&person)
		all = append(all, person)
		return err
	}, `SELECT person FROM casework_member WHERE case_id = $1 ORDER BY person`, f.ID)
	return all, err
}

// canRead asks the table of roles, the role on the side, and the marking, in
// that order, and returns the purpose of the reading (S3).
func (w *Casework) canRead(s source, f *whole, p staff.Person, purpose handling.Purpose) (handling.Purpose, error) {
	if err := w.may(p, access.ReadCase); err != nil {
		return "", err
	}
	if !w.mayRead(f, p) {
		return "", noCase()
	}
	if f.Erased {
		return handling.Lawfulness, nil // nothing is left but the dates
	}
	m, err := handling.Parse(f.Marking)
	if err != nil {
		if f.Marking != "" {
			return "", err
		}
		m, _ = handling.Parse(defaultMarking)
	}
	team, err := f.team(s)
	if err != nil {
		return "", err
	}
	policy := w.policy(f, m, team)
	actor := handling.Actor{Party: w.me, Person: p.Pseudonym, Roles: p.Roles, Participant: true}
	if len(policy.Parties) == 0 { // known only by acts that wait for their first
		policy.Parties = []landbridge.PartyID{w.me}
	}
	if f.Purpose == "" {
		policy.Purposes = []handling.Purpose{purposeOfNone}
	}
	if purpose == "" {
		purpose = w.ownPurpose(f, p, policy)
	}
	// TLP:RED is for the team, for those whose approval is asked for, and at the
	// side that got the case, before anyone is on its team, for its contact point.
	if m.TLP == handling.TLPRed && !slices.Contains(team, p.Pseudonym) {
		asked, err := f.asked(s, p)
		if err != nil {
			return "", err
		}
		if asked || p.Is(landbridge.ContactPoint) && f.Origin != w.me {
			policy.Named = append(slices.Clone(policy.Named), string(w.me)+"/"+p.Pseudonym)
		}
	}
	d := handling.Decide(policy, handling.Question{Actor: actor, Action: handling.See, Purpose: purpose, At: w.now()})
	if !d.Allow {
		return "", fail.New(fail.Denied, "%s (%s)", d.Why, d.Rule)
	}
	return purpose, nil
}

// asked reports whether a proposal of the case waits for one of the person's roles.
func (f *whole) asked(s source, p staff.Person) (bool, error) {
	if len(p.Roles) == 0 {
		return false, nil
	}
	clause, args := inRoles("role", p.Roles, 2)
	var n int
	err := s.row(`SELECT count(*) FROM casework_turn WHERE case_id = $1 AND proposal_id <> '' AND `+clause, append([]any{f.ID}, args...)...).Scan(&n)
	return n > 0, err
}

// purposeOfNone stands for the purpose of a case that does not say one yet.
const purposeOfNone = handling.Purpose("drafting")

// ownPurpose is the purpose of someone who names none: that of the case for
// those who work on it, checking for those who check.
func (w *Casework) ownPurpose(f *whole, p staff.Person, policy handling.Policy) handling.Purpose {
	works := slices.ContainsFunc(p.Roles, func(r landbridge.Role) bool { return slices.Contains(policy.Roles, r) }) ||
		slices.Contains(policy.Team, string(w.me)+"/"+p.Pseudonym)
	if !works {
		return handling.Lawfulness
	}
	return policy.Purposes[0]
}

// noteReading records that a person read a case (S18). Looking again within
// minutes at what did not change is the same reading.
func (w *Casework) noteReading(ctx context.Context, f *whole, p staff.Person, purpose handling.Purpose) error {
	var last, version int64
	now := w.now()
	err := w.c.DB.QueryRow(ctx, `SELECT at_us, version FROM casework_read WHERE case_id = $1 AND person = $2 AND purpose = $3`,
		f.ID, p.Pseudonym, purpose).Scan(&last, &version)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	fresh := err == nil && version == f.Version && now.Sub(db.Moment(last)) < readAgain
	unopened := slices.ContainsFunc(f.acts, func(a *actRow) bool { return !a.Retrieved })
	if fresh && !unopened {
		return nil
	}
	return w.c.DB.Write(ctx, func(tx *db.Tx) error {
		if !fresh {
			if _, err := w.fact(tx, factRead, p.Pseudonym, landbridge.Digest{}, f.ID, string(purpose)); err != nil {
				return err
			}
		}
		_, err := tx.Exec(`INSERT INTO casework_read (case_id, person, purpose, at_us, version) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (case_id, person, purpose) DO UPDATE SET at_us = excluded.at_us, version = excluded.version`,
			f.ID, p.Pseudonym, purpose, db.Micros(now), f.Version)
		if err != nil {
			return err
		}
		return w.noteRetrieved(tx, f, purpose)
	})
}

// noteRetrieved tells the senders of acts that a person here opened them. Those
// who check do not count: what the ladder says is that someone took it up.
func (w *Casework) noteRetrieved(tx *db.Tx, f *whole, purpose handling.Purpose) error {
	if purpose == handling.Lawfulness || purpose == handling.PersonRights {
		return nil
	}
	for _, a := range f.acts {
		if a.Retrieved {
			continue
		}
		if err := w.c.Exchange.Retrieved(tx, a.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE casework_act SET retrieved = TRUE WHERE id = $1`, a.ID.String()); err != nil {
			return err
		}
		a.Retrieved = true
	}
	return nil
}

// audience is the dry run: who can see an act under this marking, and why. It is
// the same function that decides when someone really asks.
func (w *Casework) audience(ctx context.Context, f *whole, marking handling.Marking, purpose handling.Purpose, when time.Time) ([]AudienceView, error) {
	team, err := f.team(w.reading(ctx))
	if err != nil {
		return nil, err
	}
	names, err := w.names(ctx, team)
	if err != nil {
		return nil, err
	}
	p := w.policy(f, marking, team)
	if purpose == "" {
		purpose = purposeOfNone
	}
	p.Purposes = []handling.Purpose{purpose}
	var actors []handling.Actor
	var shown []AudienceView
	add := func(a handling.Actor, name string) {
		actors = append(actors, a)
		shown = append(shown, AudienceView{Party: a.Party, Roles: a.Roles, Name: name})
	}
	for _, person := range team {
		add(handling.Actor{Party: w.me, Person: person, Participant: true}, names[person])
	}
	for _, side := range f.def.Sides {
		for _, party := range f.Sides[side.Name] {
			add(handling.Actor{Party: party, Roles: side.Roles, Participant: true}, "")
			add(handling.Actor{Party: party, Roles: []landbridge.Role{landbridge.DataProtection, landbridge.Oversight}, Participant: true}, "")
			add(handling.Actor{Party: party, Roles: []landbridge.Role{landbridge.Operator}, Participant: true}, "")
		}
	}
	all, err := w.c.Directory.All(ctx)
	if err != nil {
		return nil, err
	}
	for _, l := range all {
		party := l.Record.Party
		switch {
		case slices.Contains(p.Parties, party):
		case l.Record.Kind == "secretariat":
			add(handling.Actor{Party: party, Roles: []landbridge.Role{landbridge.Secretariat}, Participant: true}, "")
		default:
			add(handling.Actor{Party: party, Participant: true}, "")
		}
	}
	add(handling.Actor{}, "")
	for i, r := range handling.Audience(p, purpose, when, actors) {
		shown[i].Sees, shown[i].Rule = r.Decision.Allow, r.Decision.Rule
		shown[i].Text = Text{r.Decision.Key, nil, r.Decision.Why}
	}
	return shown, nil
}

// names returns the names behind pseudonyms of this node.
func (w *Casework) names(ctx context.Context, pseudonyms []string) (map[string]string, error) {
	if w.c.Names == nil || len(pseudonyms) == 0 {
		return map[string]string{}, nil
	}
	return w.c.Names(ctx, pseudonyms...)
}

// safeguards lists the safeguards that bear on a case and how they stand.
func (f *whole) safeguards() []SafeguardView {
	fields := f.fold.Fields
	var all []SafeguardView
	add := func(rule, status, key, english string, args ...any) {
		all = append(all, SafeguardView{Rule: rule, Name: Text{"safeguard." + strings.ToLower(rule), nil, safeguardNames()[rule]}, Status: status,
			Text: Text{"safeguard." + key, args, english}})
	}
	if fields["neutrality_declaration"].Text == process.Yes {
		add("S1", "kept", "s1_declared", "declared, no flag")
	} else {
		add("S1", "open", "s1_open", "not declared yet")
	}
	if rows := fields["legal_basis"].Rows; len(rows) > 0 {
		add("S3", "kept", "s3_basis", rows[0]["instrument"]+" "+rows[0]["article"]+"; "+f.Purpose, rows[0]["instrument"], rows[0]["article"], f.Purpose)
	} else {
		add("S3", "open", "s3_open", "no legal basis named yet")
	}
	persons, accounts := len(fields["persons"].Rows), len(fields["accounts"].Rows)
	add("S4", "kept", "s4_count", plural(persons, "person")+", "+plural(accounts, "account"), persons, accounts)
	switch {
	case fields["death_penalty_possible"].Text == process.No:
		add("S7", "kept", "s7_no", "no death penalty for this offence")
	case f.fold.Meant[process.AssuranceAccepted] > 0:
		add("S7", "kept", "s7_assured", "an assurance was accepted")
	case len(f.acts) > 0:
		add("S7", "open", "s7_closed", "nothing is given until an assurance is accepted")
	}
	switch m, _ := handling.Parse(f.Marking); {
	case f.fold.Meant[process.ReleaseGranted] > 0 || fields["evidence_use_allowed"].Text == process.Yes:
		add("S16", "kept", "s16_released", "use as evidence was allowed")
	case m.H1:
		add("S16", "kept", "s16_h1", "use as evidence needs the giver's consent")
	}
	if until := fields["retention_until"].Text; until != "" {
		add("S15", "kept", "s15_until", "kept until "+until+" at the latest", until)
	}
	if len(f.acts) > 0 {
		add("S21", "kept", "s21_signed", "approved by another person than its author")
		add("S18", "kept", "s18_logged", "every reading is in the log")
		add("S28", "kept", "s28_sealed", "sealed to the sides of the case; nobody else can open it")
	}
	return all
}

func plural(n int, what string) string {
	s := "no "
	switch n {
	case 0:
	case 1:
		return "1 " + what
	default:
		s = itoa(n) + " "
	}
	return s + what + "s"
}

func safeguardNames() map[string]string {
	return map[string]string{"S1": "Neutrality", "S3": "Legal basis and purpose", "S4": "Proportion", "S7": "Assurances", "S15": "Storage limit",
		"S16": "Originator control", "S18": "Logging", "S21": "Four eyes", "S28": "Confidentiality"}
}
