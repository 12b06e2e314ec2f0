package staff

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
)

// A Ceremony is one question to a browser's authenticator. Name goes back with
// the answer. It is authenticated and holds its own end, so that asking costs
// this node no row: only an answer does.
type Ceremony struct {
	Name      string          `json:"name"`
	Challenge []byte          `json:"-"`
	Options   json.RawMessage `json:"options"` // for navigator.credentials.get or create
}

// A Key is a passkey as pages show it.
type Key struct {
	ID       []byte
	Label    string
	Software bool // a software key: shown as "demo key"
	Added    time.Time
	Used     time.Time
}

// What a ceremony is for. A name made for one is not taken for another.
const (
	forSignIn   = "sign-in"
	forRegister = "register"
)

const (
	nameRandom = 16
	nameBytes  = nameRandom + 8 + sha256.Size
)

// begin names a new ceremony: randomness, its end, and an authenticator over
// both, the purpose and the account.
func (s *Staff) begin(purpose string, account landbridge.ID) (name string, challenge []byte, err error) {
	b := make([]byte, nameRandom, nameBytes)
	if _, err := io.ReadFull(s.c.Random, b); err != nil {
		return "", nil, fmt.Errorf("reading randomness for a challenge: %w", err)
	}
	b = binary.BigEndian.AppendUint64(b, uint64(s.c.Clock().Add(ceremony).UnixMicro()))
	b = append(b, s.keyed(domainCeremony, purpose+"\n"+string(account)+"\n"+string(b))...)
	c := sha256.Sum256(append([]byte(domainChallenge), b...))
	return base64.RawURLEncoding.EncodeToString(b), c[:], nil
}

// challenge returns what the ceremony called name asked, and until when.
func (s *Staff) challenge(name, purpose string, account landbridge.ID) (challenge []byte, ends int64, err error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(name)
	if err != nil || len(b) != nameBytes {
		return nil, 0, fail.New(fail.Invalid, "this answer belongs to no question of ours; start again")
	}
	body, mac := b[:nameRandom+8], b[nameRandom+8:]
	if !hmac.Equal(mac, s.keyed(domainCeremony, purpose+"\n"+string(account)+"\n"+string(body))) {
		return nil, 0, fail.New(fail.Invalid, "this answer belongs to no question of ours; start again")
	}
	ends = int64(binary.BigEndian.Uint64(body[nameRandom:]))
	if ends < s.now() {
		return nil, 0, fail.New(fail.Expired, "this took longer than %d minutes; start again", ceremony/time.Minute)
	}
	c := sha256.Sum256(append([]byte(domainChallenge), b...))
	return c[:], ends, nil
}

// answered makes a challenge count once, and forgets those past their end.
func (s *Staff) answered(tx *db.Tx, challenge []byte, ends int64) error {
	if _, err := tx.Exec(`DELETE FROM staff_answered WHERE ends_us < $1`, s.now()); err != nil {
		return err
	}
	hash := sha256.Sum256(challenge)
	ok, err := changed(tx, `INSERT INTO staff_answered (hash, ends_us) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING`, hash[:], ends)
	if err == nil && !ok {
		err = fail.New(fail.Conflict, "this answer was used before; start again")
	}
	return err
}

// owner is an account as the library sees it.
type owner struct {
	Person
	keys []webauthn.Credential
}

func (o owner) WebAuthnID() []byte                         { return []byte(o.Account) }
func (o owner) WebAuthnName() string                       { return o.Login }
func (o owner) WebAuthnDisplayName() string                { return o.Name }
func (o owner) WebAuthnCredentials() []webauthn.Credential { return o.keys }

func (s *Staff) owner(ctx context.Context, account landbridge.ID) (owner, error) {
	p, err := s.Account(ctx, account)
	if err != nil {
		return owner{}, err
	}
	o := owner{Person: p}
	err = s.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var record string
		var c webauthn.Credential
		if err := rows.Scan(&record); err != nil {
			return err
		}
		err := json.Unmarshal([]byte(record), &c)
		o.keys = append(o.keys, c)
		return err
	}, `SELECT record FROM staff_key WHERE account = $1 AND ended_us = 0 ORDER BY added_us LIMIT $2`, string(account), MaxKeys)
	if err != nil {
		return owner{}, fmt.Errorf("reading passkeys: %w", err)
	}
	return o, nil
}

// Keys returns the passkeys of an account.
func (s *Staff) Keys(ctx context.Context, account landbridge.ID) ([]Key, error) {
	var all []Key
	err := s.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var k Key
		var added, used int64
		if err := rows.Scan(&k.ID, &k.Label, &k.Software, &added, &used); err != nil {
			return err
		}
		k.Added, k.Used = db.Moment(added), db.Moment(used)
		all = append(all, k)
		return nil
	}, `SELECT id, label, software, added_us, used_us FROM staff_key WHERE account = $1 AND ended_us = 0 ORDER BY added_us`, string(account))
	if err != nil {
		return nil, fmt.Errorf("reading passkeys: %w", err)
	}
	return all, nil
}

// BeginKey asks the browser for a new passkey of p.
func (s *Staff) BeginKey(ctx context.Context, p Person) (Ceremony, error) {
	o, err := s.owner(ctx, p.Account)
	if err != nil {
		return Ceremony{}, err
	}
	if len(o.keys) >= MaxKeys {
		return Ceremony{}, fail.New(fail.TooLarge, "an account has at most %d passkeys; remove one you no longer use", MaxKeys)
	}
	name, challenge, err := s.begin(forRegister, p.Account)
	if err != nil {
		return Ceremony{}, err
	}
	var known []protocol.CredentialDescriptor
	for _, k := range o.keys {
		known = append(known, k.Descriptor())
	}
	options, _, err := s.keys.BeginRegistration(o, webauthn.WithExclusions(known),
		func(c *protocol.PublicKeyCredentialCreationOptions) error { c.Challenge = challenge; return nil })
	if err != nil {
		return Ceremony{}, fmt.Errorf("asking for a passkey: %w", err)
	}
	text, err := json.Marshal(options)
	return Ceremony{name, challenge, text}, err
}

// FinishKey checks the browser's answer and keeps the new passkey.
func (s *Staff) FinishKey(ctx context.Context, p Person, name, label string, answer []byte) error {
	record, ends, challenge, err := s.checkKey(ctx, p.Account, name, answer)
	if err != nil {
		return err
	}
	return s.write(ctx, "keeping a passkey", func(tx *db.Tx) error {
		if err := s.answered(tx, challenge, ends); err != nil {
			return err
		}
		return s.keep(tx, p, label, record)
	})
}

// checkKey checks a registration and returns the record to keep.
func (s *Staff) checkKey(ctx context.Context, account landbridge.ID, name string, answer []byte) (
	record *webauthn.Credential, ends int64, challenge []byte, err error) {
	challenge, ends, err = s.challenge(name, forRegister, account)
	if err != nil {
		return nil, 0, nil, err
	}
	o, err := s.owner(ctx, account)
	if err != nil {
		return nil, 0, nil, err
	}
	refused := func(cause error) error {
		return fail.Because(cause, fail.Unsigned, "this passkey could not be registered: it must be made on this page, with a PIN, a face or a finger")
	}
	if len(answer) > MaxAnswer {
		return nil, 0, nil, refused(errors.New("too long"))
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return nil, 0, nil, refused(err)
	}
	record, err = s.keys.CreateCredential(o, webauthn.SessionData{
		Challenge:        base64.RawURLEncoding.EncodeToString(challenge),
		RelyingPartyID:   s.c.RPID,
		UserID:           o.WebAuthnID(),
		UserVerification: protocol.VerificationRequired,
		CredParams:       webauthn.CredentialParametersDefault(),
	}, parsed)
	if err != nil {
		return nil, 0, nil, refused(err)
	}
	if software(record) != (parsed.Response.CollectedClientData.Origin == SoftwareOrigin) {
		return nil, 0, nil, refused(errors.New("model and origin disagree about being software"))
	}
	return record, ends, challenge, nil
}

// software reports whether a passkey is one of internal/staff/softkey.
func software(c *webauthn.Credential) bool { return string(c.Authenticator.AAGUID) == softwareModel }

func (s *Staff) keep(tx *db.Tx, p Person, label string, record *webauthn.Credential) error {
	if err := s.live(tx, p.Account); err != nil {
		return err
	}
	label, err := checkName(label)
	if err != nil {
		return err
	}
	text, err := json.Marshal(record)
	if err != nil {
		return err
	}
	ok, err := changed(tx, `INSERT INTO staff_key (id, account, label, record, software, added_us, used_us, ended_us)
		VALUES ($1, $2, $3, $4, $5, $6, 0, 0) ON CONFLICT (id) DO NOTHING`,
		record.ID, string(p.Account), label, string(text), software(record), s.now())
	if err != nil {
		return err
	}
	if !ok {
		return fail.New(fail.Conflict, "this passkey is already registered here; use another")
	}
	return s.fact(tx, "staff.key-added", p, string(p.Account), base64.RawURLEncoding.EncodeToString(record.ID))
}

// RemoveKey ends one passkey of p. The last one stays: without it nobody could
// sign in to the account again.
func (s *Staff) RemoveKey(ctx context.Context, p Person, id []byte) error {
	return s.write(ctx, "removing a passkey", func(tx *db.Tx) error {
		var left int
		err := tx.QueryRow(`SELECT count(*) FROM staff_key WHERE account = $1 AND ended_us = 0 AND id <> $2`, string(p.Account), id).Scan(&left)
		if err != nil {
			return err
		}
		if left == 0 {
			return fail.New(fail.Conflict, "this is the account's only passkey; register another one first")
		}
		ok, err := changed(tx, `UPDATE staff_key SET ended_us = $1 WHERE account = $2 AND id = $3 AND ended_us = 0`, s.now(), string(p.Account), id)
		if err != nil {
			return err
		}
		if !ok {
			return fail.New(fail.Missing, "this account has no such passkey")
		}
		return s.fact(tx, "staff.key-ended", p, string(p.Account), base64.RawURLEncoding.EncodeToString(id))
	})
}

// An Authenticator answers registration options; *softkey.Key is one.
type Authenticator interface {
	Register(options []byte) (answer []byte, err error)
}

// Enrol registers a software key for an account, where the configuration
// accepts them: for the demo and for officers who sign with a key file.
func (s *Staff) Enrol(ctx context.Context, account landbridge.ID, label string, key Authenticator) error {
	if !s.c.SoftKeys {
		return fail.New(fail.Denied, "this node accepts passkeys of devices only; its configuration does not allow software keys")
	}
	p, err := s.Account(ctx, account)
	if err != nil {
		return err
	}
	c, err := s.BeginKey(ctx, p)
	if err != nil {
		return err
	}
	answer, err := key.Register(c.Options)
	if err != nil {
		return fmt.Errorf("registering a software key: %w", err)
	}
	return s.FinishKey(ctx, p, c.Name, label, answer)
}

// assert checks an assertion over challenge by one of o's keys and returns the key.
func (s *Staff) assert(o owner, challenge, answer []byte) (*webauthn.Credential, error) {
	if len(answer) > MaxAnswer {
		return nil, errors.New("the answer is too long")
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return nil, err
	}
	if h := parsed.Response.UserHandle; len(h) > 0 && !bytes.Equal(h, o.WebAuthnID()) {
		return nil, errors.New("the passkey names another account")
	}
	key, err := s.keys.ValidateLogin(o, webauthn.SessionData{
		Challenge:        base64.RawURLEncoding.EncodeToString(challenge),
		RelyingPartyID:   s.c.RPID,
		UserID:           o.WebAuthnID(),
		UserVerification: protocol.VerificationRequired,
	}, parsed)
	if err != nil {
		return nil, err
	}
	if key.Authenticator.CloneWarning {
		return nil, errors.New("the passkey's counter went backwards")
	}
	if software(key) != (parsed.Response.CollectedClientData.Origin == SoftwareOrigin) {
		return nil, errors.New("key and origin disagree about being software")
	}
	return key, nil
}

// used notes that a passkey signed: its counter and when.
func (s *Staff) used(tx *db.Tx, key *webauthn.Credential) error {
	text, err := json.Marshal(key)
	if err != nil {
		return err
	}
	ok, err := changed(tx, `UPDATE staff_key SET record = $1, used_us = $2 WHERE id = $3 AND ended_us = 0`, string(text), s.now(), key.ID)
	if err == nil && !ok {
		err = fail.New(fail.Denied, "this passkey was removed; use another")
	}
	return err
}
