package party

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"landbridge.example"
	"landbridge.example/seal"
)

// Rotate gives the node a new signing key, a new sealing key and a new
// certificate. Old sealing keys stay, so that what is under way can be opened.
// The new keys are of use once the record of [Keys.Succeed] is published; keep
// them with [Keys.Replace] and start the node again.
func (k *Keys) Rotate(now time.Time, random io.Reader) error {
	signing, err := seal.NewSigningKey(random)
	if err != nil {
		return err
	}
	sealing, err := seal.NewSealingKey()
	if err != nil {
		return err
	}
	certificate, err := NewCertificate(k.Party, now, random)
	if err != nil {
		return err
	}
	k.Signing, k.TLS = signing, certificate
	k.Sealing = append([]seal.SealingKey{sealing}, k.Sealing...)
	if len(k.Sealing) > maxKeys {
		k.Sealing = k.Sealing[:maxKeys]
	}
	return nil
}

// Succeed returns the record that follows last and brings the keys of k into
// force: the signing keys before them stay valid for the overlap, so that what
// was signed with them still arrives, and their certificates stay pinned until
// the record after this one.
func (k *Keys) Succeed(last Version, now time.Time, overlap time.Duration) (Record, error) {
	now = now.UTC().Truncate(time.Microsecond)
	fresh, err := k.Record(last.Record.Kind, last.Record.Version+1, last.Digest, now)
	if err != nil {
		return Record{}, err
	}
	r := last.Record
	r.Version, r.Previous, r.Date = fresh.Version, fresh.Previous, now
	r.LogKey, r.WitnessKeys, r.SealingKeys = fresh.LogKey, fresh.WitnessKeys, fresh.SealingKeys
	if !k.Identity.IsZero() {
		r.IdentityKey = fresh.IdentityKey
	}
	r.SigningKeys = nil
	for _, s := range last.Record.SigningKeys {
		end := now.Add(max(overlap, time.Microsecond))
		if s.Key != k.Signing.PublicText() {
			if !s.Until.IsZero() && !s.Until.After(now) {
				continue // its time is over: it may be left out
			}
			if s.Until.IsZero() || s.Until.After(end) {
				s.Until = end
			}
		}
		r.SigningKeys = append(r.SigningKeys, s)
	}
	if !slices.ContainsFunc(r.SigningKeys, func(s SigningKey) bool { return s.Key == k.Signing.PublicText() }) {
		r.SigningKeys = append(r.SigningKeys, fresh.SigningKeys...)
	}
	pin := fresh.TLSPins[0]
	r.TLSPins = []landbridge.Digest{pin}
	if old := last.Record.TLSPins[0]; old != pin {
		r.TLSPins = append(r.TLSPins, old)
	}
	return r, nil
}

// Replace writes keys that were rotated into their folder. A file that held
// another key is moved aside under a name with the time, never destroyed: the
// operator destroys it when nothing needs it any more.
func (k *Keys) Replace(dir string, now time.Time) error {
	was, err := Load(dir, k.Party)
	if err != nil {
		return fmt.Errorf("rotating keys: %w", err)
	}
	changed := map[string]bool{
		fileSigning: was.Signing.Secret() != k.Signing.Secret(),
		fileSealing: len(was.Sealing) != len(k.Sealing) || was.Sealing[0].Secret() != k.Sealing[0].Secret(),
		fileTLS:     !slices.EqualFunc(was.TLS.Certificate, k.TLS.Certificate, slices.Equal[[]byte]),
	}
	for _, name := range sortedKeys(changed) {
		if !changed[name] {
			continue
		}
		// If we stop here the file is missing, and the node says so when it
		// starts; what is moved aside is brought back by hand.
		path := filepath.Join(dir, name)
		err := os.Rename(path, path+".until-"+now.UTC().Format("20060102T150405Z"))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("moving an old key aside: %w", err)
		}
	}
	return k.Save(dir)
}
