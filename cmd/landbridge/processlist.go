package main

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/ledger"
	"landbridge.example/process"
)

// maxDefinitions bounds a signed list of definitions.
const maxDefinitions = 1 << 20

// processSign writes which exact definitions a party holds, signed. Each act
// names the hash of its definition and is refused where the bytes differ; the
// list lets two parties find out before the first case.
func processSign(fs *flag.FlagSet) func(context.Context, *app, []string) error {
	dir := fs.String("dir", "", "data `folder` of the node")
	return func(_ context.Context, a *app, _ []string) error {
		keys, err := loadKeys(a, *dir)
		if err != nil {
			return err
		}
		all, err := loadProcesses(nil)
		if err != nil {
			return err
		}
		signed, err := note.Sign(&note.Note{Text: process.FormatList(refs(all))}, keys.Identity.Signer())
		if err != nil {
			return fmt.Errorf("signing the list of definitions: %w", err)
		}
		_, err = a.out.Write(signed)
		return err
	}
}

func refs(all []*process.Definition) []landbridge.ProcessRef {
	var list []landbridge.ProcessRef
	for _, d := range all {
		list = append(list, d.Ref)
	}
	return list
}

// definitions checks a party's signed list of definitions, and compares it with
// those of this program.
func (v *verifier) definitions(b []byte) (string, error) {
	if err := v.needView(); err != nil {
		return "", err
	}
	if len(b) > maxDefinitions {
		return "", fail.New(fail.TooLarge, "a list of definitions has at most %d bytes", maxDefinitions)
	}
	who, list, err := v.signedList(b)
	if err != nil {
		return "", err
	}
	all, err := loadProcesses(nil)
	if err != nil {
		return "", err
	}
	same, other, unknown := compareLists(refs(all), list)
	if len(other) > 0 {
		return "", fail.New(fail.Invalid, "signed by %s, which holds another text of %s than this program: no case can run under it between the two", who,
			strings.Join(other, ", "))
	}
	text := fmt.Sprintf("signed by %s: %d definitions, the same bytes as here", who, same)
	if len(unknown) > 0 {
		text += "; not here: " + strings.Join(unknown, ", ")
	}
	return text, nil
}

// signedList opens the note with the identity key of the party that its
// signature names.
func (v *verifier) signedList(b []byte) (landbridge.PartyID, []landbridge.ProcessRef, error) {
	bad := fail.New(fail.Unsigned, "no party of the directory signed this list of definitions with its identity key")
	for _, l := range v.view.All() {
		r, err := v.view.Lookup(l.Party)
		if err != nil {
			continue
		}
		key, err := ledger.ParseVerifier(r.IdentityKey)
		if err != nil {
			continue
		}
		n, err := note.Open(b, note.VerifierList(key))
		if err != nil {
			continue
		}
		if p, err := party.PartyOf(key.Name()); err != nil || p != l.Party {
			return "", nil, bad
		}
		list, err := process.ParseList(n.Text)
		if err != nil {
			return "", nil, fail.New(fail.Invalid, "%v", err)
		}
		return l.Party, list, nil
	}
	return "", nil, bad
}

// compareLists counts what both hold, and names what differs and what is not here.
func compareLists(here, there []landbridge.ProcessRef) (same int, other, unknown []string) {
	for _, r := range there {
		i := slices.IndexFunc(here, func(h landbridge.ProcessRef) bool { return h.Name() == r.Name() })
		switch {
		case i < 0:
			unknown = append(unknown, r.Name())
		case here[i] == r:
			same++
		default:
			other = append(other, r.Name())
		}
	}
	return same, other, unknown
}
