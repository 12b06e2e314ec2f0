// Package blob keeps bytes at rest: small secrets in rows and large ones in
// files, each sealed under the data key of the thing it belongs to.
//
// A data key is 32 random bytes, stored wrapped under the node's key-encryption
// key (KEK), which lives in a file outside the database and its backups. To
// erase a case lawfully is to destroy its data key (S15): rows, files and
// backups that still hold its bytes hold noise.
//
// Trust: the folder and the database are trusted for availability only. Who
// steals both without the KEK reads nothing; who changes them is noticed,
// because every seal is authenticated and bound to what it is about.
package blob

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"

	"filippo.io/age"
)

//go:embed schema
var schema embed.FS

// Schema returns the migrations of this package.
func Schema() db.Schema { return db.Schema{Package: "blob", Files: schema} }

const (
	keySize    = 32
	wrapAbout  = "landbridge/data-key/v1\x00"
	sealAbout  = "landbridge/at-rest/v1\x00"
	stanzaType = "landbridge.example/data-key"
	maxOwner   = 128
)

// A Vault hands out data keys.
type Vault struct{ kek cipher.AEAD }

// NewVault returns the vault whose data keys are wrapped under kek.
func NewVault(kek [32]byte) *Vault { return &Vault{aead(kek[:])} }

// A Key is one owner's data key, in memory. It has no text form on purpose.
type Key struct{ aead cipher.AEAD }

// aead builds the one cipher of this package. The key size is fixed, so an
// error is a broken invariant.
func aead(key []byte) cipher.AEAD {
	b, err := aes.NewCipher(key)
	if err != nil {
		panic(fmt.Sprintf("blob: %v", err))
	}
	a, err := cipher.NewGCMWithRandomNonce(b)
	if err != nil {
		panic(fmt.Sprintf("blob: %v", err))
	}
	return a
}

// Create makes a new data key for owner, such as "case/01…". It is a conflict
// if the owner has one: a second key would orphan what the first sealed.
func (v *Vault) Create(tx *db.Tx, owner string) (Key, error) {
	if owner == "" || len(owner) > maxOwner {
		return Key{}, fmt.Errorf("creating a data key: owner name of %d bytes", len(owner))
	}
	raw := make([]byte, keySize)
	if _, err := rand.Read(raw); err != nil {
		return Key{}, fmt.Errorf("creating a data key: %w", err)
	}
	wrapped := v.kek.Seal(nil, nil, raw, []byte(wrapAbout+owner))
	res, err := tx.Exec(`INSERT INTO blob_key (owner, wrapped) VALUES ($1, $2) ON CONFLICT (owner) DO NOTHING`, owner, wrapped)
	if err != nil {
		return Key{}, err
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return Key{}, errors.Join(err, fail.New(fail.Conflict, "this record has a data key already"))
	}
	return Key{aead(raw)}, nil
}

// Key returns the data key of owner, or fail.Missing if it was destroyed or never made.
func (v *Vault) Key(ctx context.Context, d *db.DB, owner string) (Key, error) {
	return v.unwrap(owner, d.QueryRow(ctx, selectKey, owner).Scan)
}

// KeyTx is Key within a transaction.
func (v *Vault) KeyTx(tx *db.Tx, owner string) (Key, error) {
	return v.unwrap(owner, tx.QueryRow(selectKey, owner).Scan)
}

const selectKey = `SELECT wrapped FROM blob_key WHERE owner = $1`

func (v *Vault) unwrap(owner string, scan func(...any) error) (Key, error) {
	var wrapped []byte
	switch err := scan(&wrapped); {
	case errors.Is(err, sql.ErrNoRows):
		return Key{}, fail.New(fail.Missing, "the content was erased: its data key no longer exists")
	case err != nil:
		return Key{}, fmt.Errorf("reading a data key: %w", err)
	}
	return v.open(owner, wrapped)
}

func (v *Vault) open(owner string, wrapped []byte) (Key, error) {
	raw, err := v.kek.Open(nil, nil, wrapped, []byte(wrapAbout+owner))
	if err != nil {
		return Key{}, fail.Because(err, fail.Unsigned, "this node's key-encryption key does not open its data keys; "+
			"put back keys/kek from the backup that belongs to this database")
	}
	return Key{aead(raw)}, nil
}

// keysAtOnce is how many keys one question asks for.
const keysAtOnce = 500

// Keys returns the data keys of many owners; who has none is not in the answer.
func (v *Vault) Keys(ctx context.Context, d *db.DB, owners []string) (map[string]Key, error) {
	all := make(map[string]Key, len(owners))
	for some := range slices.Chunk(owners, keysAtOnce) {
		var places strings.Builder
		args := make([]any, len(some))
		for i, owner := range some {
			args[i] = owner
			fmt.Fprintf(&places, ", $%d", i+1)
		}
		err := d.Each(ctx, func(rows *sql.Rows) error {
			var owner string
			var wrapped []byte
			if err := rows.Scan(&owner, &wrapped); err != nil {
				return err
			}
			key, err := v.open(owner, wrapped)
			all[owner] = key
			return err
		}, `SELECT owner, wrapped FROM blob_key WHERE owner IN (`+places.String()[2:]+`)`, args...)
		if err != nil {
			return nil, fmt.Errorf("reading data keys: %w", err)
		}
	}
	return all, nil
}

// Destroy forgets the data key of owner for ever (S15). Destroying what is not
// there is no error: erasure may be asked twice.
func (v *Vault) Destroy(tx *db.Tx, owner string) error {
	_, err := tx.Exec(`DELETE FROM blob_key WHERE owner = $1`, owner)
	return err
}

// Seal encrypts a small value; about says what it is, and Open must be told the same.
func (k Key) Seal(plain []byte, about string) []byte {
	return k.aead.Seal(nil, nil, plain, []byte(sealAbout+about))
}

// Open returns what Seal was given.
func (k Key) Open(sealed []byte, about string) ([]byte, error) {
	plain, err := k.aead.Open(nil, nil, sealed, []byte(sealAbout+about))
	if err != nil {
		return nil, fail.Because(err, fail.Unsigned, "a stored value was changed or moved; restore it from a backup and run landbridge doctor")
	}
	return plain, nil
}

// Encrypt returns a writer whose bytes reach w sealed under k, in the age
// format with one stanza of our own. Close it to finish.
func (k Key) Encrypt(w io.Writer) (io.WriteCloser, error) { return age.Encrypt(w, stanza{k}) }

// Decrypt is the inverse of Encrypt. A changed byte is an error when it is
// reached: do not act on a stream before its end.
func (k Key) Decrypt(r io.Reader) (io.Reader, error) {
	plain, err := age.Decrypt(r, stanza{k})
	if err != nil {
		return nil, fail.Because(err, fail.Unsigned, "a stored file was changed or belongs to another record; restore it from a backup")
	}
	return plain, nil
}

// stanza wraps an age file key under a data key.
type stanza struct{ k Key }

// Wrap implements age.Recipient.
func (s stanza) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	return []*age.Stanza{{Type: stanzaType, Body: s.k.aead.Seal(nil, nil, fileKey, []byte(wrapAbout+stanzaType))}}, nil
}

// Unwrap implements age.Identity.
func (s stanza) Unwrap(all []*age.Stanza) ([]byte, error) {
	for _, st := range all {
		if st.Type != stanzaType {
			continue
		}
		if fileKey, err := s.k.aead.Open(nil, nil, st.Body, []byte(wrapAbout+stanzaType)); err == nil {
			return fileKey, nil
		}
	}
	return nil, age.ErrIncorrectIdentity
}
