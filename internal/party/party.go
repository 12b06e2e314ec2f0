// Package party keeps the directory of cooperating parties: who they are,
// which keys speak for them, where they are reached and what they require.
//
// The directory is a chain of signed statements. A party signs its own record;
// it is admitted, suspended and given a new identity key only by the
// secretariat together with a quorum of members. One party, the secretariat,
// puts statements in order and publishes them; every node keeps the whole
// chain and checks each link itself. A record is replaced, never edited: what
// was true at a position can always be asked.
//
// The rules live in [View], which is pure: a verifier with a file and no
// network runs the very code a node runs.
//
// Trust: the secretariat is trusted to publish. One who controls it can delay
// or leave out statements, and can show two chains to two nodes; it cannot
// make a key speak for a party, admit or suspend anyone alone, or rewrite a
// position a node has seen. Nodes compare heads, so two chains are noticed.
// Whoever holds a party's identity key is that party.
package party

import (
	"embed"
	"fmt"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/db"
)

//go:embed schema
var schema embed.FS

// Schema returns the migrations of this package.
func Schema() db.Schema { return db.Schema{Package: "party", Files: schema} }

// Limits of the directory. They are part of spec/directory.md.
const (
	MaxStatement  = 128 << 10       // bytes of one signed statement
	MaxParties    = 1000            // parties in one directory
	maxSignatures = 100             // signatures under one statement; the signed-note limit
	maxKeys       = 16              // keys of one kind in one record
	maxAddresses  = 8               // addresses of one party
	maxContacts   = 32              // contact points of one party
	maxProfiles   = 64              // requirement profiles of one party
	maxList       = 64              // entries of any other list
	maxText       = 2000            // bytes of one human text
	maxSkew       = 5 * time.Minute // how far a statement's time may lie ahead of the one who orders it
)

// originPrefix begins the name of every key: "landbridge.example/XA/identity".
const originPrefix = "landbridge.example/"

// The uses of a party's note keys; the use is the last part of a key's name,
// so that a key made for one use is refused for another.
const (
	useIdentity  = "/identity"
	useLog       = "" // the log's name is its origin
	useWitness   = "/witness"
	useDirectory = "/directory"
)

// Origin returns the name of the party's log.
func Origin(p landbridge.PartyID) string { return originPrefix + string(p) }

// keyName returns the name of one of p's note keys.
func keyName(p landbridge.PartyID, use string) string { return Origin(p) + use }

// PartyOf returns the party that a key name or log origin belongs to.
func PartyOf(name string) (landbridge.PartyID, error) {
	rest, ok := strings.CutPrefix(name, originPrefix)
	if !ok {
		return "", fmt.Errorf("the key name %q does not begin with %s", name, originPrefix)
	}
	code, _, _ := strings.Cut(rest, "/")
	return landbridge.ParsePartyID(code)
}
