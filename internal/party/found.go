package party

import (
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"

	"landbridge.example/internal/fail"
)

// A Member is a party that takes part in a founding: its keys and its first
// record, made with [Keys.Record].
type Member struct {
	Keys   *Keys
	Record Record
}

// Found makes a whole new directory: the founding signed by all, and the first
// record of each. It needs every founder's keys in one place, which suits a
// demonstration and tests; states far apart sign the same statements one by
// one with [Countersign] and let the secretariat [Directory.Order] them.
func Found(members []Member, now time.Time) ([][]byte, error) {
	now = now.UTC().Truncate(time.Microsecond)
	f := Founding{Date: now}
	var secretariat *Keys
	var signers []note.Signer
	for _, m := range members {
		if m.Keys.Identity.IsZero() {
			return nil, fail.New(fail.Missing, "the identity key of %s is not here; bring its file for the founding", m.Keys.Party)
		}
		f.Founders = append(f.Founders, Founder{m.Keys.Party, m.Record.Kind, m.Keys.Identity.Public()})
		signers = append(signers, m.Keys.Identity.Signer())
		if m.Record.Kind == Forum {
			secretariat = m.Keys
			f.Secretariat, f.DirectoryKey = m.Keys.Party, m.Keys.Directory.Public()
		}
	}
	if secretariat == nil || secretariat.Directory.IsZero() {
		return nil, fail.New(fail.Missing, "one founder is of kind secretariat and brings the directory key")
	}
	founding, err := sign(FormFounding, f, signers...)
	if err != nil {
		return nil, fmt.Errorf("founding a directory: %w", err)
	}
	statements := [][]byte{founding}
	for _, m := range members {
		s, err := SignRecord(m.Record, m.Keys.Identity.Signer())
		if err != nil {
			return nil, fmt.Errorf("the first record of %s: %w", m.Keys.Party, err)
		}
		statements = append(statements, s)
	}
	v := NewView()
	var entries [][]byte
	for _, b := range statements {
		s, err := ParseStatement(b)
		if err != nil {
			return nil, err
		}
		e, err := order(v.Position()+1, v.Head(), now, s, secretariat.Directory.Signer())
		if err != nil {
			return nil, err
		}
		if v, err = v.Apply(e); err != nil {
			return nil, err
		}
		entries = append(entries, e.Bytes())
	}
	return entries, nil
}
