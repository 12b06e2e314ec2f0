package screening

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/jobs"
	"landbridge.example/internal/staff"
	"landbridge.example/match"
)

// An Identifier is something besides the name that was compared by a person.
type Identifier struct {
	Kind string `json:"kind"`
	Note string `json:"note"` // what was compared with what
}

// The kinds of identifiers.
const (
	ByBirth       = "birth"
	ByDocument    = "document"
	ByBirthPlace  = "birth_place"
	ByNationality = "nationality"
	ByAddress     = "address"
	ByOffice      = "office"
	ByPhotograph  = "photograph"
	ByFingerprint = "fingerprint"
	ByActivity    = "activity"   // of an organisation: what it does
	ByManagement  = "management" // of an organisation: who owns or runs it
)

// Identifiers lists the kinds of identifiers for a kind of entry.
func Identifiers(k match.Kind) []string {
	if k == match.Person {
		return []string{ByBirth, ByDocument, ByBirthPlace, ByNationality, ByAddress, ByOffice, ByPhotograph, ByFingerprint}
	}
	return []string{ByDocument, ByNationality, ByAddress, ByActivity, ByManagement}
}

const needIdentifiers = 2

// checkIdentifiers holds what a match needs besides the name (S31): two
// identifiers of different kinds that the entry states and that do not
// contradict, and for a person one of them that few others share. An entry
// without any such can never make a match by itself.
func checkIdentifiers(all []Identifier, e *match.Record, evidence []match.Evidence) error {
	seen := map[string]bool{}
	strong := e.Kind != match.Person
	for i := range all {
		id := &all[i]
		note, err := words(id.Note, "say of each identifier what was compared with what")
		if err != nil {
			return err
		}
		id.Note = note
		if !slices.Contains(Identifiers(e.Kind), id.Kind) {
			return fail.New(fail.Invalid, "%q is no identifier of such an entry; a name is none either (S31)", clip(id.Kind))
		}
		if seen[id.Kind] {
			return fail.New(fail.Invalid, "the identifiers are of different kinds: two documents are one identifier (S31)")
		}
		seen[id.Kind] = true
		if !states(e, id.Kind) {
			return fail.New(fail.Invalid, "the entry does not state its %s, so nothing can be compared with it (S31)", strings.ReplaceAll(id.Kind, "_", " "))
		}
		for _, v := range evidence {
			if v.What == id.Kind && v.State == match.Contradicts {
				return fail.New(fail.Invalid, "the %s contradicts the entry: %s against %s; that speaks against a match", id.Kind, v.Query, v.Listed)
			}
		}
		strong = strong || id.Kind == ByBirth || id.Kind == ByDocument || id.Kind == ByFingerprint
	}
	if len(seen) < needIdentifiers {
		return fail.New(fail.Invalid, "a match needs two independent identifiers besides the name (S31)")
	}
	if !strong {
		return fail.New(fail.Invalid, "one of the identifiers is the date of birth, a document or fingerprints: many people share the others (S31)")
	}
	return nil
}

// states reports whether an entry says something that an identifier is compared with.
func states(e *match.Record, kind string) bool {
	switch kind {
	case ByBirth:
		return len(e.Births) > 0
	case ByDocument:
		return len(e.Documents) > 0
	case ByBirthPlace:
		return len(e.BirthPlaces) > 0
	case ByNationality:
		return len(e.Nationalities) > 0
	case ByAddress:
		return len(e.Addresses) > 0
	case ByOffice:
		return len(e.Positions) > 0
	}
	return true // compared with what lies elsewhere; the note says where
}

// ruling seals what a person wrote about a hit.
func (s *Screening) ruling(tx *db.Tx, h *hitRow, w *Watch, r rulingText) ([]byte, error) {
	key, err := s.c.Vault.KeyTx(tx, w.keyOwner)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	return key.Seal(text, aboutRuling(h.ID)), nil
}

// Dismiss marks a candidate as a false positive, with the reason and for a
// time. It comes back when the time is over or when the entry says something else.
func (s *Screening) Dismiss(ctx context.Context, p staff.Person, id landbridge.ID, reason string, until time.Time) error {
	if err := s.may(p, access.DecideHit); err != nil {
		return err
	}
	h, w, err := s.hit(ctx, p, id)
	if err != nil {
		return err
	}
	if h.State != Open && h.State != Proposed {
		return fail.New(fail.Conflict, "this candidate was decided already; look at it again")
	}
	if reason, err = words(reason, "say why it is not this person"); err != nil {
		return err
	}
	now := s.now()
	if until.IsZero() {
		until = now.Add(maxWhite)
	}
	if !until.After(now) || until.After(now.Add(maxWhite+24*time.Hour)) {
		return fail.New(fail.Invalid, "a false positive stands for at most %d days; then it is looked at again", int(maxWhite.Hours()/24))
	}
	return s.c.DB.Write(ctx, func(tx *db.Tx) error {
		text, err := s.ruling(tx, h, w, rulingText{Reason: reason, At: now})
		if err != nil {
			return err
		}
		m := *h
		m.White, m.Proposer, m.Decider = until.UTC(), "", p.Pseudonym
		if err := s.move(tx, &m, FalsePositive, text); err != nil {
			return err
		}
		due := jobs.Job{ID: fmt.Sprintf("%s/white/%s/%d", jobKeep, id, m.Serial), Kind: jobKeep, Body: []byte("white " + string(id)), Due: m.White}
		if err := jobs.Add(tx, due); err != nil {
			return err
		}
		_, err = s.fact(tx, factWhite, p.Pseudonym, s.aboutHitRow(h), landbridge.Sum(text),
			"until "+until.Format(time.DateOnly)+"; "+h.List+"@"+fmt.Sprint(h.Version))
		return err
	})
}

// Propose says that a candidate is the listed person, with the identifiers
// that were compared. It waits for another person.
func (s *Screening) Propose(ctx context.Context, p staff.Person, id landbridge.ID, identifiers []Identifier, reason string) error {
	if err := s.may(p, access.DecideHit); err != nil {
		return err
	}
	h, w, err := s.hit(ctx, p, id)
	if err != nil {
		return err
	}
	if h.State != Open {
		return fail.New(fail.Conflict, "this candidate was decided already; look at it again")
	}
	t, _, err := s.texts(ctx, h, w)
	if err != nil {
		return err
	}
	e, err := s.entry(ctx, h.List, h.Record)
	if err != nil {
		return err
	}
	if e.Delisted {
		return fail.New(fail.Conflict, "the entry was taken off the list")
	}
	identifiers = slices.Clone(identifiers)
	if err := checkIdentifiers(identifiers, &e.Record, t.Evidence); err != nil {
		return err
	}
	if reason, err = words(reason, "say why it is this person"); err != nil {
		return err
	}
	return s.c.DB.Write(ctx, func(tx *db.Tx) error {
		r := rulingText{Reason: reason, Identifiers: identifiers, At: s.now()}
		text, err := s.ruling(tx, h, w, r)
		if err != nil {
			return err
		}
		m := *h
		m.Proposer, m.Decider, m.White = p.Pseudonym, "", time.Time{}
		if err := s.move(tx, &m, Proposed, text); err != nil {
			return err
		}
		_, err = s.fact(tx, factProposed, p.Pseudonym, s.aboutHitRow(h), matchDigest(&m, &r), kindsOf(identifiers)+"; "+h.List+"@"+fmt.Sprint(h.Version))
		return err
	})
}

func kindsOf(all []Identifier) string {
	var kinds []string
	for _, i := range all {
		kinds = append(kinds, i.Kind)
	}
	slices.Sort(kinds)
	return strings.Join(kinds, ", ")
}

// matchDigest names what two persons sign: this subject, this text of this
// entry, these identifiers, this reason.
func matchDigest(h *hitRow, r *rulingText) landbridge.Digest {
	text, err := json.Marshal(struct {
		Hit, Subject landbridge.ID
		List, Record string
		Hash         []byte
		Proposer     string
		Identifiers  []Identifier
		Reason       string
		At           time.Time
	}{h.ID, h.Subject, h.List, h.Record, h.Hash, h.Proposer, r.Identifiers, r.Reason, r.At})
	if err != nil { // texts alone
		panic("screening: encoding a match: " + err.Error())
	}
	return landbridge.Sum(append([]byte(domainMatch), text...))
}

// Digest returns what a second person signs to confirm a proposed match.
func (s *Screening) Digest(ctx context.Context, p staff.Person, id landbridge.ID) (landbridge.Digest, error) {
	h, w, err := s.hit(ctx, p, id)
	if err != nil {
		return landbridge.Digest{}, err
	}
	if h.State != Proposed {
		return landbridge.Digest{}, fail.New(fail.Conflict, "nobody has proposed this as a match, or it was decided already")
	}
	_, r, err := s.texts(ctx, h, w)
	return matchDigest(h, &r), err
}

// Confirm makes a proposed match one: by another person (S21), in a role that
// may, with a passkey over exactly what was proposed. Freezing, telling the
// person, and their clocks begin.
func (s *Screening) Confirm(ctx context.Context, p staff.Person, id landbridge.ID, role landbridge.Role, assertion []byte) error {
	if err := s.may(p, access.ConfirmHit); err != nil {
		return err
	}
	h, w, err := s.hit(ctx, p, id)
	if err != nil {
		return err
	}
	if h.State != Proposed {
		return fail.New(fail.Conflict, "nobody has proposed this as a match, or it was decided already")
	}
	if h.Proposer == p.Pseudonym {
		return fail.New(fail.Denied, "you proposed this match yourself; another person confirms it (S21)")
	}
	if !slices.Contains(s.access.Roles(access.ConfirmHit), role) {
		return fail.New(fail.Denied, "a match is confirmed in a role that may; %q is none (S21)", clip(string(role)))
	}
	_, r, err := s.texts(ctx, h, w)
	if err != nil {
		return err
	}
	digest := matchDigest(h, &r)
	approval, err := s.c.Verify(ctx, p, role, digest, assertion)
	if err != nil {
		return err
	}
	r.Approval = &approval
	return s.c.DB.Write(ctx, func(tx *db.Tx) error {
		text, err := s.ruling(tx, h, w, r)
		if err != nil {
			return err
		}
		m := *h
		m.Decider = p.Pseudonym
		if err := s.move(tx, &m, Matched, text); err != nil {
			return err
		}
		for _, t := range []struct {
			kind TaskKind
			time time.Duration
		}{{TaskFreeze, freezeTime}, {TaskInform, informTime}} {
			if err := s.openTask(tx, id, t.kind, t.time); err != nil {
				return err
			}
		}
		_, err = s.fact(tx, factConfirmed, p.Pseudonym, s.aboutHitRow(h), digest, string(role)+"; "+h.List+"@"+fmt.Sprint(h.Version))
		return err
	})
}

// Return gives a proposed match back, with the reason: it is a candidate again.
func (s *Screening) Return(ctx context.Context, p staff.Person, id landbridge.ID, reason string) error {
	if err := s.may(p, access.ConfirmHit); err != nil {
		return err
	}
	return s.withdraw(ctx, p, id, Proposed, reason, func(tx *db.Tx, h *hitRow, text []byte) error {
		h.Proposer = ""
		if err := s.move(tx, h, Open, text); err != nil {
			return err
		}
		_, err := s.fact(tx, factReturned, p.Pseudonym, s.aboutHitRow(h), landbridge.Sum(text), "")
		return err
	})
}

// Revoke ends a match that was a mistake. One person is enough: lifting a
// measure needs no second. It is due within the hour.
func (s *Screening) Revoke(ctx context.Context, p staff.Person, id landbridge.ID, reason string) error {
	if err := s.may(p, access.ConfirmHit); err != nil {
		return err
	}
	return s.withdraw(ctx, p, id, Matched, reason, func(tx *db.Tx, h *hitRow, text []byte) error {
		h.ruling = text
		return s.lift(tx, h, p.Pseudonym, "the match was a mistake")
	})
}

func (s *Screening) withdraw(ctx context.Context, p staff.Person, id landbridge.ID, from State, reason string, do func(*db.Tx, *hitRow, []byte) error) error {
	h, w, err := s.hit(ctx, p, id)
	if err != nil {
		return err
	}
	if h.State != from {
		return fail.New(fail.Conflict, "this candidate was decided already; look at it again")
	}
	if reason, err = words(reason, "say why"); err != nil {
		return err
	}
	_, r, err := s.texts(ctx, h, w)
	if err != nil {
		return err
	}
	r.Second = reason
	return s.c.DB.Write(ctx, func(tx *db.Tx) error {
		text, err := s.ruling(tx, h, w, r)
		if err != nil {
			return err
		}
		m := *h
		return do(tx, &m, text)
	})
}
