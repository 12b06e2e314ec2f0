package party

import (
	"maps"
	"slices"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/seal"
)

// Apply returns the view after e, or the rule that e breaks.
func (v *View) Apply(e *Entry) (*View, error) {
	if e.Position != v.position+1 {
		return nil, fail.New(fail.Conflict, "the entry stands at position %d, and this directory ends at %d; fetch what lies between",
			e.Position, v.position)
	}
	if e.Previous != v.head {
		return nil, fail.New(fail.Conflict,
			"position %d follows another directory than the one held here: the secretariat has shown two. Keep both and ask the other members which they hold",
			e.Position)
	}
	if e.Time.Before(v.time) {
		return nil, fail.New(fail.Invalid, "the entry at position %d is older than the one before it", e.Position)
	}
	next, err := v.Check(e.Statement)
	if err != nil {
		return nil, err
	}
	key := v.orderKey
	if v.position == 0 {
		key = next.orderKey
	}
	if err := e.orderedBy(key); err != nil {
		return nil, err
	}
	if e.Statement.date().After(e.Time.Add(maxSkew)) {
		return nil, fail.New(fail.Invalid, "the statement at position %d bears a date after the one at which it was ordered; correct the clock it was signed by",
			e.Position)
	}
	next.position, next.head, next.time = e.Position, e.head, e.Time
	if e.Statement.Form == FormRecord {
		s := next.parties[e.Statement.Record.Party]
		s.last().Position, s.last().Time = e.Position, e.Time
	}
	return next, nil
}

// Check returns what the view would be after the statement, or the rule that
// the statement breaks. The secretariat asks it before it orders a statement,
// and a party before it sends one.
func (v *View) Check(s *Statement) (*View, error) {
	if v.position == 0 != (s.Form == FormFounding) {
		return nil, fail.New(fail.Conflict, "a directory begins with its founding and has no second one")
	}
	next := *v
	next.parties = maps.Clone(v.parties)
	next.pins = maps.Clone(v.pins)
	switch s.Form {
	case FormFounding:
		return &next, next.found(s)
	case FormRecord:
		return &next, next.record(s)
	default:
		return &next, next.motion(s)
	}
}

func (s *Statement) date() time.Time {
	switch s.Form {
	case FormFounding:
		return s.Founding.Date
	case FormRecord:
		return s.Record.Date
	default:
		return s.Motion.Date
	}
}

func (v *View) found(s *Statement) error {
	f := s.Founding
	if len(f.Founders) < 2 || len(f.Founders) > maxSignatures || f.Date.IsZero() {
		return fail.New(fail.Invalid, "a directory is founded by 2 to %d parties, at a date", maxSignatures)
	}
	var keys, want []string
	for _, p := range f.Founders {
		if _, err := landbridge.ParsePartyID(string(p.Party)); err != nil {
			return fail.New(fail.Invalid, "founders: %v", err)
		}
		if v.parties[p.Party] != nil {
			return fail.New(fail.Invalid, "%s stands among the founders twice", p.Party)
		}
		if err := checkNoteKey(p.IdentityKey, p.Party, useIdentity, "identity_key"); err != nil {
			return err
		}
		if (p.Kind == Forum) != (p.Party == f.Secretariat) || p.Kind != Forum && p.Kind != State && p.Kind != Organisation {
			return fail.New(fail.Invalid, "founders are states and organisations, and the secretariat is the one of kind secretariat")
		}
		v.parties[p.Party] = &state{party: p.Party, kind: p.Kind, identity: p.IdentityKey}
		keys, want = append(keys, p.IdentityKey), append(want, keyName(p.Party, useIdentity))
	}
	if v.parties[f.Secretariat] == nil {
		return fail.New(fail.Invalid, "the secretariat is one of the founders")
	}
	if err := checkNoteKey(f.DirectoryKey, f.Secretariat, useDirectory, "directory_key"); err != nil {
		return err
	}
	by, err := s.signedBy(keys...)
	if err != nil {
		return err
	}
	for _, name := range want {
		if !slices.Contains(by, name) {
			return fail.New(fail.Unsigned, "every founder signs the founding; the signature of %s is missing", name)
		}
	}
	v.orderer, v.orderKey, v.founding = f.Secretariat, f.DirectoryKey, s.Digest()
	return nil
}

func (v *View) record(s *Statement) error {
	r := s.Record
	was := v.parties[r.Party]
	if was == nil {
		return fail.New(fail.Denied, "%s is not a member; the secretariat and %d members sign its admission first", r.Party, v.Quorum(r.Party))
	}
	if r.Kind != was.kind {
		return fail.New(fail.Denied, "%s was admitted as %s and cannot call itself %s", r.Party, was.kind, r.Kind)
	}
	keys := []string{was.identity}
	if r.IdentityKey != was.identity {
		keys = append(keys, r.IdentityKey)
	}
	by, err := s.signedBy(keys...)
	if err != nil {
		return err
	}
	if len(by) != len(keys) {
		return fail.New(fail.Unsigned, "a new identity key takes the signatures of both the old and the new one; if the old one is lost, members sign a succession")
	}
	if err := v.follows(&r, was); err != nil {
		return err
	}
	version := Version{Digest: s.Digest(), Record: r}
	if version.log, err = r.LogVerifier(); err != nil {
		return fail.New(fail.Invalid, "log_key: %v", err)
	}
	if version.witness, err = r.WitnessVerifiers(); err != nil {
		return fail.New(fail.Invalid, "witness_keys: %v", err)
	}
	now := *was
	now.identity = r.IdentityKey
	now.versions = append(slices.Clone(was.versions), version)
	v.parties[r.Party] = &now
	if r.Kind == Forum {
		v.orderKey = r.DirectoryKey
	}
	return v.pin(&r, now.suspended)
}

// follows checks a record against the one it replaces.
func (v *View) follows(r *Record, was *state) error {
	if len(was.versions) == 0 {
		if r.Version != 1 {
			return fail.New(fail.Conflict, "the first record of %s is version 1", r.Party)
		}
		if r.Kind == Forum && r.DirectoryKey != v.orderKey {
			return fail.New(fail.Invalid, "the first record of the secretariat repeats the directory key of the founding")
		}
		return nil
	}
	old := was.last()
	if r.Version != old.Record.Version+1 || r.Previous != old.Digest {
		return fail.New(fail.Conflict, "the record in force of %s is version %d, digest %s; sign version %d that names it as previous",
			r.Party, old.Record.Version, old.Digest, old.Record.Version+1)
	}
	for _, x := range old.Record.Revoked {
		if now, ok := r.revocation(x.Key); !ok || now.Since.After(x.Since) {
			return fail.New(fail.Denied, "the revocation of key %s cannot be taken back or moved to a later date", x.Key)
		}
	}
	for _, k := range old.Record.SigningKeys {
		id := seal.KeyIDOf(k.Key)
		if _, _, kept := r.key(id); kept {
			continue
		}
		_, revoked := r.revocation(id)
		if !revoked && (k.Until.IsZero() || k.Until.After(r.Date)) {
			return fail.New(fail.Invalid, "the signing key %s may be left out only after the date until which it is valid; give it that date, or revoke it", id)
		}
	}
	return nil
}

// pin enters the certificates of a record, each of which belongs to one party.
func (v *View) pin(r *Record, suspended bool) error {
	maps.DeleteFunc(v.pins, func(_ landbridge.Digest, p landbridge.PartyID) bool { return p == r.Party })
	for _, pin := range r.TLSPins {
		if other, taken := v.pins[pin]; taken && other != r.Party {
			return fail.New(fail.Conflict, "the TLS pin %s belongs to %s; make a certificate of your own", pin, other)
		}
		if !suspended {
			v.pins[pin] = r.Party
		}
	}
	return nil
}

// motion applies what the secretariat and a quorum of members have signed.
func (v *View) motion(s *Statement) error {
	m := s.Motion
	was := v.parties[m.Party]
	if (was == nil) != (s.Form == FormAdmission) {
		if was != nil {
			return fail.New(fail.Conflict, "%s is a member already; it signs its next record itself", m.Party)
		}
		return fail.New(fail.Missing, "%s is not a member", m.Party)
	}
	if m.Party == v.orderer && s.Form != FormSuccession {
		return fail.New(fail.Denied, "the secretariat orders the directory and cannot be suspended in it; found a new directory instead")
	}
	if err := v.carried(s); err != nil {
		return err
	}
	if s.Form == FormAdmission {
		if len(v.parties) >= MaxParties {
			return fail.New(fail.TooLarge, "a directory holds at most %d parties", MaxParties)
		}
		v.parties[m.Party] = &state{party: m.Party, kind: m.Kind, identity: m.IdentityKey}
		return nil
	}
	now := *was
	switch s.Form {
	case FormSuspension, FormReinstatement:
		if now.suspended == (s.Form == FormSuspension) {
			return fail.New(fail.Conflict, "this motion about %s changes nothing; it is so already", m.Party)
		}
		now.suspended, now.reason = s.Form == FormSuspension, m.Reason
	case FormSuccession:
		now.identity = m.IdentityKey
	}
	v.parties[m.Party] = &now
	if len(now.versions) > 0 {
		return v.pin(&now.last().Record, now.suspended)
	}
	return nil
}

// carried checks that the secretariat and a quorum of members signed a motion.
func (v *View) carried(s *Statement) error {
	members := v.members(s.Motion.Party)
	keys := []string{v.parties[v.orderer].identity}
	for _, m := range members {
		keys = append(keys, m.identity)
	}
	by, err := s.signedBy(keys...)
	if err != nil {
		return err
	}
	secretariat := slices.Contains(by, keyName(v.orderer, useIdentity))
	votes := len(by)
	if secretariat {
		votes--
	}
	if need := v.Quorum(s.Motion.Party); !secretariat || votes < need {
		return fail.New(fail.Denied, "a motion about %s takes the signature of %s and of %d members; it bears those of %s",
			s.Motion.Party, v.orderer, need, strings.Join(by, ", "))
	}
	return nil
}
