package party

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
	"golang.org/x/mod/sumdb/note"

	"landbridge.example"
	"landbridge.example/internal/fail"
)

// A Form says what a statement does. It is the first line of its text.
type Form string

// The forms of statement. Append, never rename.
const (
	FormFounding      Form = "landbridge-directory founding/v1"
	FormRecord        Form = "landbridge-directory record/v1"
	FormRecord2       Form = "landbridge-directory record/v2" // with offices: function, hours, channels, powers
	FormAdmission     Form = "landbridge-directory admission/v1"
	FormSuspension    Form = "landbridge-directory suspension/v1"
	FormReinstatement Form = "landbridge-directory reinstatement/v1"
	FormSuccession    Form = "landbridge-directory succession/v1"
)

// formPrefix makes the first line a YAML comment, so that the whole text stays
// YAML while the form is known before anything is decoded.
const formPrefix = "# "

// A Founding is the first statement of a directory: who begins it.
type Founding struct {
	Date         time.Time          `yaml:"date"`
	Secretariat  landbridge.PartyID `yaml:"secretariat"`
	DirectoryKey string             `yaml:"directory_key"`
	Founders     []Founder          `yaml:"founders"`
}

// A Founder is one party of the founding and the key that is this party.
type Founder struct {
	Party       landbridge.PartyID `yaml:"party"`
	Kind        Kind               `yaml:"kind"`
	IdentityKey string             `yaml:"identity_key"`
}

// A Motion is what the secretariat and a quorum of members decide about one
// party: to admit it, to suspend or reinstate it, or to give it a new identity
// key after the old one was lost.
type Motion struct {
	Date        time.Time          `yaml:"date"`
	Party       landbridge.PartyID `yaml:"party"`
	Kind        Kind               `yaml:"kind,omitempty"`         // admission
	IdentityKey string             `yaml:"identity_key,omitempty"` // admission, succession
	Reason      string             `yaml:"reason"`
}

// A Statement is one signed text of the directory.
type Statement struct {
	Form     Form
	Founding Founding // for FormFounding
	Record   Record   // for FormRecord
	Motion   Motion   // for the other forms
	Text     string   // what is signed
	raw      []byte   // text and signatures
}

// Digest names the statement, whoever signed it.
func (s *Statement) Digest() landbridge.Digest { return digestText(domainStatement, s.Text) }

func digestText(domain, text string) landbridge.Digest {
	h := sha256.New()
	io.WriteString(h, domain) //nolint:errcheck // a hash takes everything
	io.WriteString(h, text)   //nolint:errcheck
	return landbridge.Digest(h.Sum(nil))
}

// Bytes returns the statement as it travels: its text and its signatures.
func (s *Statement) Bytes() []byte { return s.raw }

// ParseStatement reads a statement without checking its signatures: who may
// sign depends on the chain before it, which [View.Check] knows.
func ParseStatement(b []byte) (*Statement, error) {
	if len(b) > MaxStatement {
		return nil, fail.New(fail.TooLarge, "a directory statement has at most %d bytes", MaxStatement)
	}
	n, err := openUnverified(b)
	if err != nil {
		return nil, err
	}
	s := &Statement{Text: n.Text, raw: bytes.Clone(b)}
	first, body, _ := strings.Cut(n.Text, "\n")
	s.Form = Form(strings.TrimPrefix(first, formPrefix))
	if !strings.HasPrefix(first, formPrefix) {
		s.Form = ""
	}
	switch s.Form {
	case FormFounding:
		err = decode(body, &s.Founding)
	case FormRecord, FormRecord2:
		if err = decode(body, &s.Record); err == nil {
			err = s.Record.check()
		}
		if err == nil && s.Record.extended() != (s.Form == FormRecord2) {
			err = fail.New(fail.Invalid, "a record whose contact points have a function, a zone, duty, channels or powers begins with \"# %s\", any other with \"# %s\"",
				FormRecord2, FormRecord)
		}
		s.Form = FormRecord // what it does; the text says in which version
	case FormAdmission, FormSuspension, FormReinstatement, FormSuccession:
		if err = decode(body, &s.Motion); err == nil {
			err = s.Motion.check(s.Form)
		}
	default:
		err = fail.New(fail.Invalid, "the first line names no form of statement this release knows; it reads like \"# %s\"", FormRecord)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// openUnverified takes a note apart without any key. It accepts a signature in
// its one canonical form only, so that a note has no second set of bytes.
func openUnverified(b []byte) (*note.Note, error) {
	_, err := note.Open(b, note.VerifierList())
	unverified, ok := errors.AsType[*note.UnverifiedNoteError](err)
	if !ok {
		return nil, fail.New(fail.Invalid, "this is not a signed note: a text, a blank line, and lines that begin with a dash and the name of a key")
	}
	for _, sig := range unverified.Note.UnverifiedSigs {
		if _, err := base64.StdEncoding.Strict().DecodeString(sig.Base64); err != nil {
			return nil, fail.New(fail.Invalid, "the signature of %s is not in canonical form", sig.Name)
		}
	}
	return unverified.Note, nil
}

func (m *Motion) check(f Form) error {
	if _, err := landbridge.ParsePartyID(string(m.Party)); err != nil {
		return fail.New(fail.Invalid, "party: %v", err)
	}
	if m.Date.IsZero() || strings.TrimSpace(m.Reason) == "" || len(m.Reason) > maxText {
		return fail.New(fail.Invalid, "a motion bears a date and a reason of at most %d bytes", maxText)
	}
	if key := f == FormAdmission || f == FormSuccession; key != (m.IdentityKey != "") {
		return fail.New(fail.Invalid, "an admission and a succession name the party's identity_key, other motions do not")
	}
	if m.IdentityKey != "" {
		if err := checkNoteKey(m.IdentityKey, m.Party, useIdentity, "identity_key"); err != nil {
			return err
		}
	}
	if (f == FormAdmission) != (m.Kind == State || m.Kind == Organisation) {
		return fail.New(fail.Invalid, "an admission says whether the party is a state or an organisation; other motions do not")
	}
	return nil
}

// decode reads one YAML document strictly: no unknown field, no second
// document, and no anchors, which can blow a small text up.
func decode(text string, into any) error {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		return fail.Because(err, fail.Invalid, "this is not YAML: %s", plain(err))
	}
	if err := checkNodes(&doc, 0); err != nil {
		return err
	}
	dec := yaml.NewDecoder(strings.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(into); err != nil {
		return fail.Because(err, fail.Invalid, "the text does not have the fields of its form: %s", plain(err))
	}
	if dec.Decode(new(yaml.Node)) != io.EOF {
		return fail.New(fail.Invalid, "a statement is one YAML document; there is a second")
	}
	return nil
}

// maxDepth bounds how deep YAML may nest; a record needs five.
const maxDepth = 12

func checkNodes(n *yaml.Node, depth int) error {
	if depth > maxDepth {
		return fail.New(fail.Invalid, "the text nests deeper than %d", maxDepth)
	}
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		return fail.New(fail.Invalid, "line %d: anchors and aliases are not allowed; write the value out", n.Line)
	}
	for _, c := range n.Content {
		if err := checkNodes(c, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// plain takes the package's name and type names out of a YAML error.
func plain(err error) string {
	s := strings.TrimPrefix(err.Error(), "yaml: ")
	s = strings.ReplaceAll(s, "unmarshal errors:\n  ", "")
	if i := strings.Index(s, " in type "); i > 0 {
		s = s[:i] + " here"
	}
	s, _, _ = strings.Cut(s, "\n")
	return s
}

// text returns what is signed for a statement of the form.
func text(f Form, body any) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s\n", formPrefix, f)
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(body); err != nil {
		return "", fmt.Errorf("writing a statement: %w", err)
	}
	return b.String(), nil
}

// sign puts signatures under a statement and reads it back, so that nothing
// is signed that would be refused.
func sign(f Form, body any, signers ...note.Signer) ([]byte, error) {
	t, err := text(f, body)
	if err != nil {
		return nil, err
	}
	b, err := note.Sign(&note.Note{Text: t}, signers...)
	if err != nil {
		return nil, fmt.Errorf("signing a statement: %w", err)
	}
	if _, err := ParseStatement(b); err != nil {
		return nil, err
	}
	return b, nil
}

// SignRecord signs r with the party's identity key. When the record brings a
// new identity key, both the old and the new one sign.
func SignRecord(r Record, identity ...note.Signer) ([]byte, error) {
	r.Date = r.Date.UTC()
	form := FormRecord
	if r.extended() {
		form = FormRecord2
	}
	return sign(form, r, identity...)
}

// SignMotion signs a motion; members and secretariat add theirs with [Countersign].
func SignMotion(f Form, m Motion, identity note.Signer) ([]byte, error) {
	m.Date = m.Date.UTC()
	return sign(f, m, identity)
}

// Countersign adds a signature to a statement that others have signed.
func Countersign(statement []byte, identity note.Signer) ([]byte, error) {
	if _, err := ParseStatement(statement); err != nil {
		return nil, err
	}
	n, err := openUnverified(statement)
	if err != nil {
		return nil, err
	}
	if len(n.UnverifiedSigs) >= maxSignatures {
		return nil, fail.New(fail.TooLarge, "a statement bears at most %d signatures", maxSignatures)
	}
	out, err := note.Sign(n, identity)
	if err != nil {
		return nil, fmt.Errorf("countersigning: %w", err)
	}
	return out, nil
}

// signedBy checks that exactly the given keys, and none else, may stand under
// the statement, and returns the names of those that do.
func (s *Statement) signedBy(keys ...string) ([]string, error) {
	var vs []note.Verifier
	for _, k := range slices.Compact(slices.Sorted(slices.Values(keys))) {
		v, err := note.NewVerifier(k)
		if err != nil {
			return nil, fmt.Errorf("reading the key %q: %w", k, err)
		}
		vs = append(vs, v)
	}
	n, err := note.Open(s.raw, note.VerifierList(vs...))
	if _, ok := errors.AsType[*note.InvalidSignatureError](err); ok {
		return nil, fail.New(fail.Unsigned, "a signature under this statement does not belong to its text; it was changed after it was signed")
	}
	if unverified, ok := errors.AsType[*note.UnverifiedNoteError](err); ok {
		n = unverified.Note
	} else if err != nil {
		return nil, fail.New(fail.Unsigned, "the signatures under this statement cannot be read")
	}
	if len(n.UnverifiedSigs) > 0 {
		return nil, fail.New(fail.Unsigned, "%s signed with a key that the directory does not hold; here it takes the identity key in force of %s",
			n.UnverifiedSigs[0].Name, strings.Join(names(vs), " or "))
	}
	var by []string
	for _, sig := range n.Sigs {
		by = append(by, sig.Name)
	}
	return by, nil
}

func names(vs []note.Verifier) []string {
	var all []string
	for _, v := range vs {
		all = append(all, v.Name())
	}
	return all
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// checkNoteKey checks that key is the text of a public note key of p for the use.
func checkNoteKey(key string, p landbridge.PartyID, use, field string) error {
	v, err := note.NewVerifier(key)
	if err != nil {
		return fail.New(fail.Invalid, "%s is not a public note key, such as %s+1a2b3c4d+…", field, keyName(p, use))
	}
	if want := keyName(p, use); v.Name() != want {
		return fail.New(fail.Invalid, "%s is called %s; it must be called %s, so that a key serves one use of one party", field, v.Name(), want)
	}
	return nil
}
