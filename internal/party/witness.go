package party

import (
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

// Policy returns whose word makes a checkpoint of p's log good: p's own key as
// it was at a position of the directory or later, and cosignatures of quorum
// other members. With a negative quorum it is the network's rule, ⌈n/3⌉+1, or
// all other members where they are fewer.
func (v *View) Policy(p landbridge.PartyID, quorum int) (ledger.Policy, error) {
	s, err := v.published(p)
	if err != nil {
		return ledger.Policy{}, err
	}
	log, err := s.last().Record.LogVerifier()
	if err != nil {
		return ledger.Policy{}, err
	}
	pol := ledger.Policy{Log: log, Quorum: quorum}
	others := 0
	for _, l := range v.All() {
		if l.Party == p {
			continue
		}
		ws, err := l.Record.WitnessVerifiers()
		if err != nil {
			return ledger.Policy{}, err
		}
		pol.Witnesses = append(pol.Witnesses, ws...)
		others++
	}
	if quorum < 0 {
		pol.Quorum = min(others, ledger.Quorum(others))
	}
	return pol, nil
}
