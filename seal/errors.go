package seal

import (
	"errors"
	"fmt"
)

// A Code says why an envelope was refused. Codes may travel: append, never rename.
type Code string

// Every reason for which this package refuses something.
const (
	Malformed      Code = "malformed"       // not an envelope at all, or bytes left over
	TooLarge       Code = "too_large"       // a bound of the format was passed
	BadHeader      Code = "bad_header"      // a header line is missing, wrong or not canonical
	BadKey         Code = "bad_key"         // the text of a key is not a key
	BadSignature   Code = "bad_signature"   // the signature does not belong to this header and key
	WrongSigner    Code = "wrong_signer"    // the header names another signing key
	NoPayload      Code = "no_payload"      // the payload travels detached and is not here
	WrongPayload   Code = "wrong_payload"   // the payload is not the one the header names
	NotSealed      Code = "not_sealed"      // the payload is not sealed as the header says
	WrongRecipient Code = "wrong_recipient" // the header does not name this party
	WrongKey       Code = "wrong_key"       // it is sealed to a key that is not here
	CannotOpen     Code = "cannot_open"     // the right key does not open it
	Rewrapped      Code = "rewrapped"       // the content was sealed for another envelope
	WrongContent   Code = "wrong_content"   // the content does not match the commitment
	WrongPadding   Code = "wrong_padding"   // the sealed content has a length or padding that hides something
	Expired        Code = "expired"         // its time is over
	TooEarly       Code = "too_early"       // it was made in the future
)

// Codes lists every code, for the tables that map them at the edges.
func Codes() []Code {
	return []Code{Malformed, TooLarge, BadHeader, BadKey, BadSignature, WrongSigner, NoPayload, WrongPayload, NotSealed,
		WrongRecipient, WrongKey, CannotOpen, Rewrapped, WrongContent, WrongPadding, Expired, TooEarly}
}

// An Error is a refusal: a code for programs and a sentence, free of content
// and of secrets, that may be shown to the other side.
type Error struct {
	Code Code
	Text string
}

// Error returns the sentence.
func (e *Error) Error() string { return e.Text }

func refuse(c Code, format string, args ...any) error {
	return &Error{c, fmt.Sprintf(format, args...)}
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
