package party

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/fail"
)

// certificateLife is long because nothing checks it: a certificate is trusted
// while the directory holds its pin, and not a day longer.
const certificateLife = 30 * 365 * 24 * time.Hour

// NewCertificate makes a self-signed certificate for connections between nodes.
func NewCertificate(p landbridge.PartyID, now time.Time, random io.Reader) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), random)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("making a TLS key: %w", err)
	}
	serial := make([]byte, 16)
	if _, err := io.ReadFull(random, serial); err != nil {
		return tls.Certificate{}, fmt.Errorf("reading randomness for a certificate: %w", err)
	}
	serial[0] &= 0x7f
	t := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(serial),
		Subject:      pkix.Name{CommonName: string(p), Organization: []string{"Landbridge node"}},
		DNSNames:     []string{"node." + strings.ToLower(string(p)) + ".landbridge.example"},
		NotBefore:    now.Add(-time.Hour), NotAfter: now.Add(certificateLife),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(random, t, t, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("making a certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// PinOf returns the pin of one's own certificate.
func PinOf(c tls.Certificate) (landbridge.Digest, error) {
	if len(c.Certificate) == 0 {
		return landbridge.Digest{}, errors.New("there is no TLS certificate among the keys")
	}
	leaf, err := x509.ParseCertificate(c.Certificate[0])
	if err != nil {
		return landbridge.Digest{}, fmt.Errorf("reading the TLS certificate: %w", err)
	}
	return Pin(leaf), nil
}

// Pin returns the SHA-256 of the certificate's SubjectPublicKeyInfo, by which
// the directory names it.
func Pin(c *x509.Certificate) landbridge.Digest { return sha256.Sum256(c.RawSubjectPublicKeyInfo) }

// CheckPin refuses a certificate that is not one of p's in the directory.
func (v *View) CheckPin(p landbridge.PartyID, c *x509.Certificate) error {
	r, err := v.Lookup(p)
	if err != nil {
		return err
	}
	pin := Pin(c)
	if owner, ok := v.ByPin(pin); ok && owner == p {
		return nil
	} else if ok {
		return fail.New(fail.Unsigned, "%s answers at the address of %s; one of the two must correct the addresses in its record", owner, p)
	}
	return fail.New(fail.Unsigned,
		"%s now shows a key that is not in the directory at position %d (shown %s…, expected %s…); "+
			"if %s changed its certificate, it must publish its record first; if not, someone else answers",
		p, v.Position(), pin.String()[:12], r.TLSPins[0].String()[:12], p)
}

func encodeCertificate(c tls.Certificate) (string, error) {
	if len(c.Certificate) == 0 {
		return "", errors.New("there is no TLS certificate among the keys")
	}
	key, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		return "", fmt.Errorf("writing the TLS key: %w", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate[0]})) +
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})), nil
}

func decodeCertificate(b []byte, p landbridge.PartyID) (tls.Certificate, error) {
	c, err := tls.X509KeyPair(b, b)
	if err != nil {
		return c, fmt.Errorf("the key file %s is damaged: %w", fileTLS, err)
	}
	if c.Leaf == nil || c.Leaf.Subject.CommonName != string(p) {
		return c, fmt.Errorf("the key file %s belongs to another party than %s", fileTLS, p)
	}
	return c, nil
}
