package party

import (
	"crypto/ed25519"
	"net/url"
	"slices"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/seal"
)

// A Kind says what sort of party a record describes.
type Kind string

// The kinds of party. Append, never rename: they stand in signed records.
const (
	State        Kind = "state"
	Organisation Kind = "organisation"
	Forum        Kind = "secretariat" // orders and publishes the directory
)

// A Reach says how a party's node is reached.
type Reach string

// The ways in.
const (
	Push  Reach = "push"  // it listens at its addresses
	Pull  Reach = "pull"  // it never listens; it asks its peers for what waits
	Relay Reach = "relay" // others leave envelopes with one of its relays
)

// A Record is one version of what a party says about itself. It is published
// as a YAML text signed by its identity key; spec/directory.md has every field.
type Record struct {
	Party    landbridge.PartyID `yaml:"party" json:"party"`
	Version  int64              `yaml:"version" json:"version"`             // 1, then one more each time
	Previous landbridge.Digest  `yaml:"previous,omitempty" json:"previous"` // of the version before; none for version 1
	Date     time.Time          `yaml:"date" json:"date"`
	Name     Text               `yaml:"name" json:"name"`
	Kind     Kind               `yaml:"kind" json:"kind"`

	IdentityKey  string              `yaml:"identity_key" json:"identity_key"`             // signs records, and nothing else
	SigningKeys  []SigningKey        `yaml:"signing_keys" json:"signing_keys"`             // sign envelopes
	SealingKeys  []SealingKey        `yaml:"sealing_keys" json:"sealing_keys"`             // the first is the one to seal to
	LogKey       string              `yaml:"log_key" json:"log_key"`                       // signs checkpoints of the party's log
	WitnessKeys  []string            `yaml:"witness_keys" json:"witness_keys"`             // cosign checkpoints of other logs
	DirectoryKey string              `yaml:"directory_key,omitempty" json:"directory_key"` // orders the directory; secretariat only
	TLSPins      []landbridge.Digest `yaml:"tls_pins,flow" json:"tls_pins"`                // SHA-256 of the SubjectPublicKeyInfo of its certificates
	Revoked      []Revocation        `yaml:"revoked,omitempty" json:"revoked"`             // never taken back

	Reach     Reach                `yaml:"reach" json:"reach"`
	Addresses []string             `yaml:"addresses,omitempty" json:"addresses"` // https://host:port, the best first
	Relays    []landbridge.PartyID `yaml:"relays,flow,omitempty" json:"relays"`  // hold envelopes for it

	Contacts  []Contact         `yaml:"contacts,omitempty" json:"contacts"`
	Languages []string          `yaml:"languages,flow" json:"languages"`
	Roles     []landbridge.Role `yaml:"roles,flow,omitempty" json:"roles"` // the roles it has people for
	Profiles  []Profile         `yaml:"profiles,omitempty" json:"profiles"`
}

// A SigningKey is a public key that speaks in envelopes, and when.
type SigningKey struct {
	Key   string    `yaml:"key" json:"key"` // landbridge-sign-1:…
	From  time.Time `yaml:"from" json:"from"`
	Until time.Time `yaml:"until,omitempty" json:"until"` // zero: until further notice
}

// A SealingKey is a public key to seal to.
type SealingKey struct {
	Key string `yaml:"key" json:"key"` // age1pq1…
}

// A Revocation ends a signing key before its time. Messages that reach a node
// which holds the revocation are refused whatever date they bear, for a thief
// can write any date; what was logged before stands.
type Revocation struct {
	Key    seal.KeyID `yaml:"key" json:"key"`
	Since  time.Time  `yaml:"since" json:"since"` // the last moment at which it was surely the party's own
	Reason string     `yaml:"reason" json:"reason"`
}

// A Contact is one contact point: an office, never a private person.
type Contact struct {
	ID        string   `yaml:"id" json:"id"`
	Name      Text     `yaml:"name" json:"name"`
	Phone     string   `yaml:"phone,omitempty" json:"phone"`
	Email     string   `yaml:"email,omitempty" json:"email"`
	Hours     string   `yaml:"hours,omitempty" json:"hours"` // "24/7" or as people write it
	Languages []string `yaml:"languages,flow,omitempty" json:"languages"`
	Processes []string `yaml:"processes,flow,omitempty" json:"processes"`

	// What follows came with record/v2: a record that uses none of it is
	// written as v1, which every release reads.
	Function string    `yaml:"function,omitempty" json:"function,omitempty"` // one of [Functions]
	Person   string    `yaml:"person,omitempty" json:"person,omitempty"`     // who answers, where the office wishes to say so
	Zone     string    `yaml:"zone,omitempty" json:"zone,omitempty"`         // IANA name, such as Asia/Shanghai
	Duty     []Watch   `yaml:"duty,omitempty" json:"duty,omitempty"`         // when somebody is there, in Zone
	Channels []Channel `yaml:"channels,omitempty" json:"channels,omitempty"`
	Powers   []Power   `yaml:"powers,omitempty" json:"powers,omitempty"`
}

// Profile returns what the party requires under the process called id.
func (r *Record) Profile(id string) (Profile, bool) {
	for _, p := range r.Profiles {
		if p.Process == id {
			return p, true
		}
	}
	return Profile{}, false
}

// Supports reports whether the party takes requests under ref.
func (r *Record) Supports(ref landbridge.ProcessRef) bool {
	p, ok := r.Profile(ref.ID)
	return ok && p.Supports(ref)
}

// Recipient returns the key to seal to.
func (r *Record) Recipient() (seal.Recipient, error) {
	return seal.NewRecipient(r.Party, r.SealingKeys[0].Key)
}

// HasSealingKey reports whether id names one of the party's sealing keys.
func (r *Record) HasSealingKey(id seal.KeyID) bool {
	return slices.ContainsFunc(r.SealingKeys, func(k SealingKey) bool { return seal.KeyIDOf(k.Key) == id })
}

// revocation returns the revocation of the key called id, if there is one.
func (r *Record) revocation(id seal.KeyID) (Revocation, bool) {
	for _, v := range r.Revoked {
		if v.Key == id {
			return v, true
		}
	}
	return Revocation{}, false
}

// check holds every rule a record keeps by itself, without the one before it.
func (r *Record) check() error {
	for _, rule := range []func() error{r.checkWho, r.checkKeys, r.checkWays, r.checkContacts} {
		if err := rule(); err != nil {
			return err
		}
	}
	seen := map[string]bool{}
	if len(r.Profiles) > maxProfiles {
		return fail.New(fail.TooLarge, "a record holds at most %d profiles", maxProfiles)
	}
	for _, p := range r.Profiles {
		if seen[p.Process] {
			return fail.New(fail.Invalid, "there are two profiles for %s; keep one", p.Process)
		}
		seen[p.Process] = true
		if err := p.check(r); err != nil {
			return err
		}
	}
	return nil
}

func (r *Record) checkWho() error {
	if _, err := landbridge.ParsePartyID(string(r.Party)); err != nil {
		return fail.New(fail.Invalid, "party: %v", err)
	}
	if r.Version < 1 || r.Version == 1 != r.Previous.IsZero() {
		return fail.New(fail.Invalid, "version 1 has no previous, and every later version names the digest of the one before it")
	}
	if r.Date.IsZero() {
		return fail.New(fail.Invalid, "a record bears the date at which it was made")
	}
	if r.Kind != State && r.Kind != Organisation && r.Kind != Forum {
		return fail.New(fail.Invalid, "kind is state, organisation or secretariat")
	}
	if err := r.Name.check("name"); err != nil {
		return err
	}
	if len(r.Languages) == 0 {
		return fail.New(fail.Invalid, "name at least one language in which the party can be written to, such as en")
	}
	known := landbridge.Roles()
	for _, role := range r.Roles {
		if !slices.Contains(known, role) {
			return fail.New(fail.Invalid, "there is no role called %q; the roles are listed in spec/words.md", role)
		}
	}
	return checkLanguages(r.Languages)
}

func (r *Record) checkKeys() error {
	if len(r.SigningKeys) == 0 || len(r.SealingKeys) == 0 || len(r.TLSPins) == 0 || len(r.WitnessKeys) == 0 {
		return fail.New(fail.Invalid, "a record holds at least one signing key, one sealing key, one witness key and one TLS pin")
	}
	if max(len(r.SigningKeys), len(r.SealingKeys), len(r.TLSPins), len(r.WitnessKeys)) > maxKeys || len(r.Revoked) > maxList {
		return fail.New(fail.TooLarge, "a record holds at most %d keys of one kind and %d revocations", maxKeys, maxList)
	}
	for _, k := range []struct{ key, use, field string }{{r.IdentityKey, useIdentity, "identity_key"}, {r.LogKey, useLog, "log_key"}} {
		if err := checkNoteKey(k.key, r.Party, k.use, k.field); err != nil {
			return err
		}
	}
	for _, k := range r.WitnessKeys {
		if err := checkWitnessKey(k, r.Party); err != nil {
			return err
		}
	}
	if (r.Kind == Forum) != (r.DirectoryKey != "") {
		return fail.New(fail.Invalid, "directory_key stands in the record of the secretariat and in no other")
	}
	if r.DirectoryKey != "" {
		if err := checkNoteKey(r.DirectoryKey, r.Party, useDirectory, "directory_key"); err != nil {
			return err
		}
	}
	return r.checkEnvelopeKeys()
}

func (r *Record) checkEnvelopeKeys() error {
	seen := map[seal.KeyID]bool{}
	for _, k := range r.SigningKeys {
		if _, err := seal.ParsePublic(k.Key); err != nil {
			return fail.New(fail.Invalid, "signing_keys: %v", err)
		}
		if k.From.IsZero() || !k.Until.IsZero() && !k.From.Before(k.Until) {
			return fail.New(fail.Invalid, "a signing key has a date from which it is valid, and that lies before the date until which it is")
		}
		if id := seal.KeyIDOf(k.Key); seen[id] {
			return fail.New(fail.Invalid, "signing key %s stands in the record twice", id)
		} else {
			seen[id] = true
		}
	}
	for _, k := range r.SealingKeys {
		if _, err := seal.NewRecipient(r.Party, k.Key); err != nil {
			return fail.New(fail.Invalid, "sealing_keys: %v", err)
		}
	}
	for _, v := range r.Revoked {
		if _, err := seal.ParseKeyID(string(v.Key)); err != nil {
			return fail.New(fail.Invalid, "revoked: %v", err)
		}
		if v.Since.IsZero() || v.Reason == "" || len(v.Reason) > maxText {
			return fail.New(fail.Invalid, "a revocation says since when the key is not trusted, and why")
		}
	}
	return nil
}

func (r *Record) checkWays() error {
	if r.Reach != Push && r.Reach != Pull && r.Reach != Relay {
		return fail.New(fail.Invalid, "reach is push, pull or relay")
	}
	if len(r.Addresses) > maxAddresses || len(r.Relays) > maxAddresses {
		return fail.New(fail.TooLarge, "a record holds at most %d addresses and %d relays", maxAddresses, maxAddresses)
	}
	if r.Reach == Push && len(r.Addresses) == 0 {
		return fail.New(fail.Invalid, "a party that is reached by push has an address, such as https://node.example:8443")
	}
	if r.Reach == Relay && len(r.Relays) == 0 {
		return fail.New(fail.Invalid, "a party that is reached by relay names at least one relay")
	}
	for _, a := range r.Addresses {
		if !validAddress(a) {
			return fail.New(fail.Invalid, "the address %q is not of the form https://host:port, with nothing after it", a)
		}
	}
	for _, p := range r.Relays {
		if _, err := landbridge.ParsePartyID(string(p)); err != nil || p == r.Party {
			return fail.New(fail.Invalid, "a relay is another party, named by its code")
		}
	}
	return nil
}

// validAddress accepts https://host:port and nothing more: a path or a query
// would let a record aim a peer's requests at something that is no node.
func validAddress(a string) bool {
	u, err := url.Parse(a)
	return err == nil && u.Scheme == "https" && u.User == nil && u.Hostname() != "" && u.Port() != "" &&
		a == "https://"+u.Host && len(a) <= 300
}

func (r *Record) checkContacts() error {
	if len(r.Contacts) > maxContacts {
		return fail.New(fail.TooLarge, "a record holds at most %d contact points", maxContacts)
	}
	seen := map[string]bool{}
	for _, c := range r.Contacts {
		if !landbridge.ValidName(c.ID, landbridge.MaxKind) || seen[c.ID] {
			return fail.New(fail.Invalid, "every contact point has an id of its own in lower-case letters, such as duty-desk")
		}
		seen[c.ID] = true
		if err := c.Name.check("contact point " + c.ID); err != nil {
			return err
		}
		if len(c.Phone)+len(c.Email)+len(c.Hours) > maxText || len(c.Processes) > maxList {
			return fail.New(fail.TooLarge, "contact point %s is too long; keep each line short", c.ID)
		}
		if err := checkLanguages(c.Languages); err != nil {
			return err
		}
		if err := c.checkOffice(); err != nil {
			return fail.New(fail.KindOf(err), "contact point %s: %s", c.ID, fail.Safe(err))
		}
	}
	return nil
}

// checkLanguages accepts language codes such as en, zh or pt-BR.
func checkLanguages(list []string) error {
	if len(list) > maxList {
		return fail.New(fail.TooLarge, "at most %d languages", maxList)
	}
	for _, l := range list {
		if !validLanguage(l) {
			return fail.New(fail.Invalid, "%q is not a language code, such as en or pt-BR", l)
		}
	}
	return nil
}

func validLanguage(l string) bool {
	if len(l) < 2 || len(l) > 16 {
		return false
	}
	for _, c := range []byte(l) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && c != '-' && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

func (t Text) check(what string) error {
	if len(t) == 0 || len(t) > maxList {
		return fail.New(fail.Invalid, "%s is given in at least one language, such as {en: …}", what)
	}
	for l, s := range t {
		if !validLanguage(l) || strings.TrimSpace(s) == "" || len(s) > maxText {
			return fail.New(fail.Invalid, "%s: a text has a language code and 1 to %d bytes", what, maxText)
		}
	}
	return nil
}

// key returns the public key called id with its time of validity.
func (r *Record) key(id seal.KeyID) (SigningKey, ed25519.PublicKey, bool) {
	for _, k := range r.SigningKeys {
		if seal.KeyIDOf(k.Key) == id {
			pub, err := seal.ParsePublic(k.Key)
			return k, pub, err == nil
		}
	}
	return SigningKey{}, nil, false
}
