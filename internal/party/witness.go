package party

import (
	"slices"

	"golang.org/x/mod/sumdb/note"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/ledger"
)

// checkWitnessKey checks that key is the text of a public cosigning key of p.
func checkWitnessKey(key string, p landbridge.PartyID) error {
	v, err := ledger.ParseVerifier(key)
	if err != nil {
		return fail.New(fail.Invalid, "witness_keys: %v", err)
	}
	if want := keyName(p, useWitness); v.Name() != want {
		return fail.New(fail.Invalid, "a witness key is called %s; it must be called %s, so that a key serves one use of one party", v.Name(), want)
	}
	return nil
}

// LogVerifier returns the key that the party's checkpoints verify with.
func (r *Record) LogVerifier() (note.Verifier, error) { return ledger.ParseVerifier(r.LogKey) }

// WitnessVerifiers returns the keys that the party's cosignatures verify with.
func (r *Record) WitnessVerifiers() ([]note.Verifier, error) {
	var all []note.Verifier
	for _, k := range r.WitnessKeys {
		v, err := ledger.ParseVerifier(k)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// Policy returns whose word makes a checkpoint of p's log good: p's own key in
// force, and cosignatures of quorum other parties. With a negative quorum it is
// the network's rule, ⌈n/3⌉+1, or all other parties where they are fewer.
func (v *View) Policy(p landbridge.PartyID, quorum int) (ledger.Policy, error) {
	all, err := v.Policies(p, quorum)
	if err != nil {
		return ledger.Policy{}, err
	}
	return all[0], nil
}

// Policies is Policy for every log key p ever published, the newest first: a
// receipt outlives the key it was signed with. Witness keys of the past count
// as well, for the same reason.
func (v *View) Policies(p landbridge.PartyID, quorum int) ([]ledger.Policy, error) {
	s, err := v.published(p)
	if err != nil {
		return nil, err
	}
	var witnesses []note.Verifier
	others := 0
	for _, l := range v.All() {
		if l.Party == p {
			continue
		}
		if !l.Suspended {
			others++
		}
		witnesses = append(witnesses, v.parties[l.Party].witnesses()...)
	}
	if quorum < 0 {
		quorum = min(others, ledger.Quorum(others))
	}
	var all []ledger.Policy
	seen := map[string]bool{}
	for _, x := range slices.Backward(s.versions) {
		if !seen[x.Record.LogKey] {
			seen[x.Record.LogKey] = true
			all = append(all, ledger.Policy{Log: x.log, Witnesses: witnesses, Quorum: quorum})
		}
	}
	return all, nil
}

// witnesses returns every key the party ever cosigned with.
func (s *state) witnesses() []note.Verifier {
	var all []note.Verifier
	seen := map[string]bool{}
	for _, x := range slices.Backward(s.versions) {
		for i, k := range x.Record.WitnessKeys {
			if !seen[k] {
				seen[k] = true
				all = append(all, x.witness[i])
			}
		}
	}
	return all
}
