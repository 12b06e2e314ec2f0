package ledger

import (
	"errors"
	"fmt"
)

// A Code says why something was refused. Codes may travel: append, never rename.
type Code string

// Every reason for which this package refuses something.
const (
	BadEntry      Code = "bad_entry"      // not the text of an entry
	BadKey        Code = "bad_key"        // not the text of a key
	BadCheckpoint Code = "bad_checkpoint" // not a checkpoint
	BadProof      Code = "bad_proof"      // not a proof, or it does not hold
	BadRequest    Code = "bad_request"    // not a request to a witness
	BadPath       Code = "bad_path"       // not the path of a tile
	UnknownLog    Code = "unknown_log"    // a checkpoint of another log
	BadSignature  Code = "bad_signature"  // the log's signature is missing or does not hold
	NoQuorum      Code = "no_quorum"      // too few witnesses have signed
	Stale         Code = "stale"          // the request begins at another size than the witness knows
	Shrunk        Code = "shrunk"         // the log is smaller than it was
	Forked        Code = "forked"         // the log has a second history
)

// Codes lists every code, for the tables that map them at the edges.
func Codes() []Code {
	return []Code{BadEntry, BadKey, BadCheckpoint, BadProof, BadRequest, BadPath, UnknownLog, BadSignature, NoQuorum, Stale, Shrunk, Forked}
}

// An Error is a refusal: a code for programs and a sentence that may be shown
// to the other side.
type Error struct {
	Code  Code
	Text  string
	Known int64 // with Stale and Shrunk: the size the witness knows
}

// Error returns the sentence.
func (e *Error) Error() string { return e.Text }

func refuse(c Code, format string, args ...any) error {
	return &Error{Code: c, Text: fmt.Sprintf(format, args...)}
}

func refuseAt(known int64, c Code, format string, args ...any) error {
	return &Error{Code: c, Text: fmt.Sprintf(format, args...), Known: known}
}

// CodeOf returns the code of err, or "" if err was not made by this package.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

// Is reports whether err was refused for the reason c.
func Is(err error, c Code) bool { return err != nil && CodeOf(err) == c }
