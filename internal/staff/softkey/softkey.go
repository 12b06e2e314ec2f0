// Package softkey is a passkey in software: it registers and signs like an
// authenticator, with a real ES256 key that lies in a file or in memory.
//
// It serves the demo, officers who sign on the command line with a key file,
// and tests. It cannot be taken for a hardware key: it names its own model
// ([Model]) when it registers, and [Origin] in every signature it makes, a
// value no browser writes. Pages and receipts show it as "demo key".
//
// Trust: whoever reads the file can sign as its owner. A node accepts such
// keys only when its configuration says so.
package softkey

import (
	"io"

	"landbridge.example/internal/fail"
)

// Origin stands where a browser names the page it was on.
const Origin = "landbridge:software-key"

// Model is the AAGUID every software key gives: "landbridge-soft!" in ASCII.
const Model = "landbridge-soft!"

// A Key is one passkey. It is safe for use by one goroutine at a time.
type Key struct{}

// New makes a key for the given site (relying party id) from random.
func New(site string, random io.Reader) (*Key, error) { return nil, todo() }

// Parse reads the text form of a key file.
func Parse(text string) (*Key, error) { return nil, todo() }

// String returns the text form of a key file. It is the secret itself.
func (k *Key) String() string { return "" }

// Register answers registration options (the JSON a browser would get).
func (k *Key) Register(options []byte) (response []byte, err error) { return nil, todo() }

// Sign answers a challenge, as a browser would after a touch.
func (k *Key) Sign(challenge []byte) (assertion []byte, err error) { return nil, todo() }

func todo() error { return fail.New(fail.Internal, "not built yet") }
