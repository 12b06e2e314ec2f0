package party

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"landbridge.example"
	"landbridge.example/ledger"
	"landbridge.example/seal"
)

// A NoteKey is a secret key that signs notes: records, checkpoints,
// cosignatures or directory entries, one key for each use.
type NoteKey struct {
	signer note.Signer
	secret string
	public string
}

// newNoteKey makes a key with the name of its party and use.
func newNoteKey(name string, random io.Reader) (NoteKey, error) {
	secret, public, err := note.GenerateKey(random, name)
	if err != nil {
		return NoteKey{}, fmt.Errorf("making the key %s: %w", name, err)
	}
	return NoteKey{secret: secret, public: public}.ready()
}

func (k NoteKey) ready() (NoteKey, error) {
	s, err := note.NewSigner(k.secret)
	if err != nil {
		return NoteKey{}, fmt.Errorf("reading a note key: %w", err)
	}
	k.signer = s
	return k, nil
}

// Signer returns the key as notes use it, nil when the key is not here.
func (k NoteKey) Signer() note.Signer { return k.signer }

// Secret returns the text form of the key, as x/mod/sumdb/note writes it.
func (k NoteKey) Secret() string { return k.secret }

// Public returns the text form of the public half.
func (k NoteKey) Public() string { return k.public }

// IsZero reports whether the key is not here.
func (k NoteKey) IsZero() bool { return k.signer == nil }

// Keys are the secrets of one party's node. The identity key is needed only to
// sign records and motions: an operator keeps its file elsewhere and brings it
// when it is needed.
type Keys struct {
	Party     landbridge.PartyID
	Identity  NoteKey // may be absent
	Directory NoteKey // secretariat only
	Log       NoteKey
	Witness   *ledger.Cosigner
	Signing   seal.SigningKey
	Sealing   []seal.SealingKey // the newest first; older ones open what was sealed before a rotation
	TLS       tls.Certificate
	KEK       [32]byte // wraps the keys of stored content; the only key that erasure turns on
}

// NewKeys makes all keys of a party, with a certificate valid from now on.
// Sealing keys and certificates draw from the system's randomness as well.
func NewKeys(p landbridge.PartyID, now time.Time, random io.Reader) (*Keys, error) {
	if _, err := landbridge.ParsePartyID(string(p)); err != nil {
		return nil, err
	}
	k := &Keys{Party: p}
	var err error
	for _, n := range []struct {
		use  string
		into *NoteKey
	}{{useIdentity, &k.Identity}, {useDirectory, &k.Directory}, {useLog, &k.Log}} {
		if *n.into, err = newNoteKey(keyName(p, n.use), random); err != nil {
			return nil, err
		}
	}
	if k.Witness, err = ledger.NewCosigner(keyName(p, useWitness), random); err != nil {
		return nil, err
	}
	if k.Signing, err = seal.NewSigningKey(random); err != nil {
		return nil, err
	}
	sealing, err := seal.NewSealingKey()
	if err != nil {
		return nil, err
	}
	k.Sealing = []seal.SealingKey{sealing}
	if k.TLS, err = NewCertificate(p, now, random); err != nil {
		return nil, err
	}
	if _, err := io.ReadFull(random, k.KEK[:]); err != nil {
		return nil, fmt.Errorf("reading randomness for the storage key: %w", err)
	}
	return k, nil
}

// Record returns a record with the public halves of k, to be filled with
// name, addresses and profiles, and signed.
func (k *Keys) Record(kind Kind, version int64, previous landbridge.Digest, now time.Time) (Record, error) {
	pin, err := PinOf(k.TLS)
	if err != nil {
		return Record{}, err
	}
	now = now.UTC().Truncate(time.Microsecond)
	r := Record{Party: k.Party, Version: version, Previous: previous, Date: now, Kind: kind, Reach: Push,
		IdentityKey: k.Identity.Public(), LogKey: k.Log.Public(), WitnessKeys: k.Witness.VerifierTexts(),
		SigningKeys: []SigningKey{{Key: k.Signing.PublicText(), From: now}}, TLSPins: []landbridge.Digest{pin}}
	for _, s := range k.Sealing {
		r.SealingKeys = append(r.SealingKeys, SealingKey{s.PublicText()})
	}
	if kind == Forum {
		r.DirectoryKey = k.Directory.Public()
	}
	return r, nil
}

// Names of the key files. Each is one short text an operator can copy.
const (
	fileIdentity  = "identity.key"
	fileDirectory = "directory.key"
	fileLog       = "log.key"
	fileWitness   = "witness.key"
	fileSigning   = "signing.key"
	fileSealing   = "sealing.key" // one identity a line, as the age tool reads it
	fileKEK       = "storage.key"
	fileTLS       = "tls.pem" // certificate and key
)

// Save writes each key to its own file in dir, readable by the owner alone.
// It never replaces a file that holds another key.
func (k *Keys) Save(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making the key folder: %w", err)
	}
	pem, err := encodeCertificate(k.TLS)
	if err != nil {
		return err
	}
	var sealing strings.Builder
	for _, s := range k.Sealing {
		fmt.Fprintln(&sealing, s.Secret())
	}
	for _, f := range []struct{ name, what, body string }{
		{fileIdentity, "identity key: signs the party's records. Keep it off this machine", notePair(k.Identity)},
		{fileDirectory, "directory key: orders the directory, if this party is the secretariat", notePair(k.Directory)},
		{fileLog, "log key: signs checkpoints of the log", notePair(k.Log)},
		{fileWitness, "witness key: cosigns the logs of others", k.Witness.Secret() + "\n"},
		{fileSigning, "signing key: signs envelopes", k.Signing.Secret() + "\n"},
		{fileSealing, "sealing keys, the newest first: open what was sealed to this party; the age tool reads this file", sealing.String()},
		{fileKEK, "storage key: wraps the keys of stored content. Without it nothing stored can be read", fmt.Sprintf("%x\n", k.KEK)},
		{fileTLS, "certificate and key for connections between nodes", pem},
	} {
		if f.body == "" {
			continue
		}
		text := fmt.Sprintf("# Landbridge %s, %s.\n%s", k.Party, f.what, f.body)
		if err := writeKey(filepath.Join(dir, f.name), text); err != nil {
			return err
		}
	}
	return syncDir(dir)
}

func notePair(k NoteKey) string {
	if k.IsZero() {
		return ""
	}
	return k.secret + "\n" + k.public + "\n"
}

// writeKey writes a new file and syncs it; the same text again is no change.
func writeKey(path, text string) error {
	if was, err := os.ReadFile(path); err == nil {
		if string(was) == text {
			return nil
		}
		return fmt.Errorf("the file %s holds another key; move it away first: a key that is overwritten is lost for ever", path)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("writing a key: %w", err)
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close())
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("syncing the key folder: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}

// Load reads the keys of p from dir. The identity and directory keys may be
// absent; every other fault is one sentence that names the file.
func Load(dir string, p landbridge.PartyID) (*Keys, error) {
	k := &Keys{Party: p}
	for _, n := range []struct {
		file, use string
		into      *NoteKey
		optional  bool
	}{
		{fileIdentity, useIdentity, &k.Identity, true}, {fileDirectory, useDirectory, &k.Directory, true},
		{fileLog, useLog, &k.Log, false},
	} {
		lines, err := readKey(dir, n.file)
		if errors.Is(err, os.ErrNotExist) && n.optional {
			continue
		}
		if err != nil {
			return nil, err
		}
		if len(lines) != 2 {
			return nil, fmt.Errorf("the key file %s holds %d lines; it must hold the secret key and the public key", n.file, len(lines))
		}
		if *n.into, err = (NoteKey{secret: lines[0], public: lines[1]}).ready(); err != nil {
			return nil, fmt.Errorf("the key file %s is damaged: %w", n.file, err)
		}
		if name := n.into.signer.Name(); name != keyName(p, n.use) {
			return nil, fmt.Errorf("the key file %s holds %s, not %s; it belongs to another party or another use", n.file, name, keyName(p, n.use))
		}
	}
	return k, k.loadRest(dir)
}

// readOne returns the one key of a file that holds one.
func readOne(dir, name string) (string, error) {
	lines, err := readKey(dir, name)
	if err != nil {
		return "", err
	}
	if len(lines) != 1 {
		return "", fmt.Errorf("the key file %s must hold one key", name)
	}
	return lines[0], nil
}

func (k *Keys) loadRest(dir string) error {
	line, err := readOne(dir, fileSigning)
	if err != nil {
		return err
	}
	if k.Signing, err = seal.ParseSigningKey(line); err != nil {
		return fmt.Errorf("the key file %s is damaged: %w", fileSigning, err)
	}
	if line, err = readOne(dir, fileWitness); err != nil {
		return err
	}
	if k.Witness, err = ledger.ParseCosigner(line); err != nil {
		return fmt.Errorf("the key file %s is damaged: %w", fileWitness, err)
	}
	if want := keyName(k.Party, useWitness); k.Witness.Name() != want {
		return fmt.Errorf("the key file %s holds %s, not %s; it belongs to another party or another use", fileWitness, k.Witness.Name(), want)
	}
	if line, err = readOne(dir, fileKEK); err != nil {
		return err
	}
	d, err := landbridge.ParseDigest(line)
	if err != nil {
		return fmt.Errorf("the key file %s is damaged: it must hold 64 hex digits", fileKEK)
	}
	k.KEK = d
	lines, err := readKey(dir, fileSealing)
	if err != nil {
		return err
	}
	for _, l := range lines {
		s, err := seal.ParseSealingKey(l)
		if err != nil {
			return fmt.Errorf("the key file %s is damaged: %w", fileSealing, err)
		}
		k.Sealing = append(k.Sealing, s)
	}
	if len(k.Sealing) == 0 || len(k.Sealing) > maxKeys {
		return fmt.Errorf("the key file %s must hold 1 to %d sealing keys", fileSealing, maxKeys)
	}
	if lines, err = readKey(dir, fileTLS); err != nil {
		return err
	}
	k.TLS, err = decodeCertificate([]byte(strings.Join(lines, "\n")+"\n"), k.Party)
	return err
}

// maxKeyFile bounds a key file; the longest holds sixteen sealing keys.
const maxKeyFile = 64 << 10

// readKey returns the lines of a key file without comments and empty lines.
func readKey(dir, name string) ([]string, error) {
	path := filepath.Join(dir, name)
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("there is no key file %s; restore it from the backup of the keys, or make a new node with `landbridge init`: %w", path, os.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("reading a key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("others can read the key file %s; run `chmod 600 %s`, and if the machine is shared, replace the key", path, path)
	}
	if info.Size() > maxKeyFile {
		return nil, fmt.Errorf("the key file %s is too long to be one", path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading a key: %w", err)
	}
	var lines []string
	for line := range bytes.Lines(b) {
		if l := strings.TrimSpace(string(line)); l != "" && !strings.HasPrefix(l, "#") {
			lines = append(lines, l)
		}
	}
	return lines, nil
}
