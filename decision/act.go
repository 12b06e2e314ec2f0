package decision

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"landbridge.example"
)

const (
	actForm       = "landbridge-act/1"
	signatureLine = "signature "
)

// What a party signs about a matter. Append, never rename: messages are called so.
const (
	Opened     = "opened"    // by the keeper; Body is the matter
	Agreed     = "agreed"    // to the text, under consensus
	Objected   = "objected"  // to the text; breaks silence and stands against consensus
	Voted      = "voted"     // openly; Choice
	Cast       = "cast"      // secretly; Body is the ballot
	Entrusted  = "entrusted" // this party's voice to another, To
	Revoked    = "revoked"   // that
	Extended   = "extended"  // by the keeper: the silence ends at Closes
	Closed     = "closed"    // by the keeper: Acts are all that it had
	Tallied    = "tallied"   // by a teller; Body is the tally
	Dropped    = "dropped"   // by the keeper, with a reason: nothing is decided
	Reserved   = "reserved"  // a reservation, perhaps to Paragraphs
	Dissented  = "dissented" // a dissent
	Explained  = "explained" // an explanation of position
	Subscribed = "signed"    // the outcome Of: this party's node signs it
)

// What a party signs about a text under negotiation.
const (
	Tabled       = "tabled"       // begins it; Body is the text
	Amended      = "amended"      // proposes Body, an amendment
	Supported    = "supported"    // the amendment of the act Of
	Opposed      = "opposed"      // that
	Withdrew     = "withdrew"     // its own amendment, Of
	Consolidated = "consolidated" // by who tabled it: Acts are adopted, and Text is what comes out
)

// Translated publishes Body, a translation of a version of a draft.
const Translated = "translated"

// What a party signs about what it promised.
const (
	Committed = "committed" // Body is the commitment; Matter, if it follows from one
	Reported  = "reported"  // on its commitment Of; Body is the report
)

// Kinds lists all kinds of acts.
func Kinds() []string {
	return []string{Opened, Agreed, Objected, Voted, Cast, Entrusted, Revoked, Extended, Closed, Tallied, Dropped, Reserved, Dissented, Explained, Subscribed,
		Tabled, Amended, Supported, Opposed, Withdrew, Consolidated, Translated, Committed, Reported}
}

// Choices of a vote.
const (
	Yes     = "yes"
	No      = "no"
	Abstain = "abstain"
)

// Choices lists them, in the order of ballots.
func Choices() []string { return []string{Yes, No, Abstain} }

// An Act is one thing a party said in a matter. Its digest is its name.
type Act struct {
	ID         landbridge.ID
	Kind       string
	Party      landbridge.PartyID
	Made       time.Time
	Matter     landbridge.Digest // the matter; of a draft: the act that tabled it
	Text       landbridge.Digest // the text the party speaks about
	Of         landbridge.Digest // another act
	To         landbridge.PartyID
	For        landbridge.PartyID // whose voice it is, if not its own
	Choice     string
	Closes     time.Time
	Note       string
	Paragraphs []string
	Acts       []landbridge.Digest // sorted, each once
	Body       string
}

// Encode returns the one form of the act.
func (a *Act) Encode() []byte {
	f := newForm(actForm)
	f.put("id", string(a.ID))
	f.put("kind", a.Kind)
	f.party("party", a.Party)
	f.time("made", a.Made)
	f.digest("matter", a.Matter)
	f.digest("text", a.Text)
	f.digest("of", a.Of)
	f.party("to", a.To)
	f.party("for", a.For)
	f.put("choice", a.Choice)
	f.time("closes", a.Closes)
	f.put("note", a.Note)
	f.put("paragraph", a.Paragraphs...)
	f.digest("act", a.Acts...)
	f.put("body", a.Body)
	return f.bytes()
}

// Digest names the act.
func (a *Act) Digest() landbridge.Digest { return sum(domainAct, a.Encode()) }

// ParseAct reads an act in its one form and checks all that it can say by itself.
func ParseAct(b []byte) (*Act, error) {
	c, err := read(b, actForm, MaxAct)
	if err != nil {
		return nil, fmt.Errorf("reading an act: %w", err)
	}
	a := &Act{ID: landbridge.ID(c.one("id")), Kind: c.one("kind"), Party: c.party("party"), Made: c.time("made"), Matter: c.digest("matter"),
		Text: c.digest("text"), Of: c.digest("of"), To: c.party("to"), For: c.party("for"), Choice: c.maybe("choice"), Closes: c.time("closes"),
		Note: c.maybe("note"), Paragraphs: c.all("paragraph", MaxParagraphs), Acts: c.digests("act", MaxNamed), Body: c.maybe("body")}
	if err := c.end(b, a.Encode()); err != nil {
		return nil, fmt.Errorf("reading an act: %w", err)
	}
	return a, a.Check()
}

// parts says which fields a kind of act has besides id, kind, party and time:
// m matter, t text, o of, > to, f for, c choice, d closes, n note, p paragraphs,
// a acts, b body. A capital letter is needed, a small one may be there.
func parts(kind string) string {
	switch kind {
	case Opened, Tabled:
		return "B"
	case Agreed:
		return "MTfn"
	case Objected:
		return "MTfN"
	case Voted:
		return "MTfCn"
	case Cast:
		return "MTfB"
	case Entrusted:
		return "M>n"
	case Revoked:
		return "Mn"
	case Extended:
		return "MDN"
	case Closed:
		return "Man"
	case Tallied:
		return "MB"
	case Dropped:
		return "MN"
	case Reserved:
		return "MTpN"
	case Dissented, Explained:
		return "MTN"
	case Amended:
		return "MBn"
	case Supported:
		return "MOn"
	case Opposed, Withdrew:
		return "MOn"
	case Consolidated:
		return "MTAn"
	case Subscribed:
		return "MTO"
	case Translated:
		return "MB"
	case Committed:
		return "mB"
	case Reported:
		return "OB"
	}
	return ""
}

// Check refuses an act that says too little or too much for its kind.
func (a *Act) Check() error {
	if !slices.Contains(Kinds(), a.Kind) {
		return fmt.Errorf("%.40q is no kind of act", a.Kind)
	}
	if _, err := landbridge.ParseID(string(a.ID)); err != nil {
		return fmt.Errorf("the id of an act: %w", err)
	}
	if _, err := landbridge.ParsePartyID(string(a.Party)); err != nil {
		return fmt.Errorf("whose act it is: %w", err)
	}
	if !micro(a.Made) || !a.Closes.IsZero() && !micro(a.Closes) {
		return errors.New("an act bears the time at which it was made, to the microsecond in UTC")
	}
	have := map[string]bool{"m": !a.Matter.IsZero(), "t": !a.Text.IsZero(), "o": !a.Of.IsZero(), ">": a.To != "", "f": a.For != "", "c": a.Choice != "",
		"d": !a.Closes.IsZero(), "n": a.Note != "", "p": len(a.Paragraphs) > 0, "a": len(a.Acts) > 0, "b": a.Body != ""}
	allowed := parts(a.Kind)
	for part, has := range have {
		must := strings.Contains(allowed, strings.ToUpper(part)) // ">" is its own capital: needed where it stands
		may := must || strings.Contains(allowed, part)
		if must && !has || has && !may {
			return fmt.Errorf("an act %q needs %q of its parts, and has others", a.Kind, allowed)
		}
	}
	if a.Choice != "" && !slices.Contains(Choices(), a.Choice) {
		return errors.New("a choice is yes, no or abstain")
	}
	if !plain(a.Note, maxNote, true) || a.For == a.Party || a.To == a.Party {
		return fmt.Errorf("a note has at most %d bytes and no control characters; nobody entrusts a voice to itself", maxNote)
	}
	return a.inner()
}

// inner checks the lists and the body.
func (a *Act) inner() error {
	if len(a.Acts) > MaxNamed || len(a.Paragraphs) > MaxParagraphs {
		return fmt.Errorf("an act names at most %d others", MaxNamed)
	}
	for i := 1; i < len(a.Acts); i++ {
		if bytes.Compare(a.Acts[i-1][:], a.Acts[i][:]) >= 0 {
			return errors.New("acts stand by their digests, each once")
		}
	}
	for _, p := range a.Paragraphs {
		if !landbridge.ValidName(p, maxID) {
			return fmt.Errorf("%.60q is not the id of a paragraph", p)
		}
	}
	var err error
	switch a.Kind {
	case Opened:
		var m *Matter
		if m, err = ParseMatter([]byte(a.Body)); err == nil && (m.Keeper != a.Party || a.Made.After(m.Opens)) {
			err = errors.New("a matter is opened by its keeper, no later than it says")
		}
	case Tabled, Translated:
		_, err = ParseText([]byte(a.Body))
	case Committed:
		_, err = ParseCommitment([]byte(a.Body))
	case Reported:
		_, err = ParseReport([]byte(a.Body))
	case Amended:
		_, err = ParseAmendment([]byte(a.Body))
	case Cast:
		_, err = ParseBallot([]byte(a.Body))
	case Tallied:
		_, err = ParseTally([]byte(a.Body))
	}
	return err
}

// About returns what the act belongs to: the digest of its matter, or of the
// act that tabled the text or made the commitment.
func (a *Act) About() landbridge.Digest {
	switch a.Kind {
	case Opened:
		if m, err := ParseMatter([]byte(a.Body)); err == nil {
			return m.Digest()
		}
	case Tabled, Committed:
		return a.Digest()
	case Reported:
		return a.Of
	}
	return a.Matter
}

// A Signed is an act with the signature of its party's node. It proves itself:
// whoever has it may hand it on.
type Signed struct {
	Act       *Act
	Signature []byte
}

// Sign has a node sign an act. sign is its key, such as [seal.SigningKey.Sign].
func Sign(a *Act, sign func([]byte) []byte) (Signed, error) {
	if err := a.Check(); err != nil {
		return Signed{}, err
	}
	return Signed{a, sign(append([]byte(domainSignature), a.Encode()...))}, nil
}

// Verify reports whether the signature is of key over this act.
func (s Signed) Verify(key ed25519.PublicKey) bool {
	return len(key) == ed25519.PublicKeySize && ed25519.Verify(key, append([]byte(domainSignature), s.Act.Encode()...), s.Signature)
}

// Encode returns the act followed by one line with its signature.
func (s Signed) Encode() []byte {
	return append(s.Act.Encode(), signatureLine+hex.EncodeToString(s.Signature)+"\n"...)
}

// ParseSigned reads what Encode wrote. It does not check the signature: that
// needs the party's key.
func ParseSigned(b []byte) (Signed, error) {
	const tail = len(signatureLine) + 2*ed25519.SignatureSize + 1
	bad := errors.New("a signed act ends in a line with its signature")
	if len(b) < tail || len(b) > MaxAct+tail {
		return Signed{}, bad
	}
	line := string(b[len(b)-tail:])
	digits, ok := strings.CutPrefix(line, signatureLine)
	digits, ok2 := strings.CutSuffix(digits, "\n")
	signature, err := hex.DecodeString(digits)
	if !ok || !ok2 || err != nil || strings.ToLower(digits) != digits {
		return Signed{}, bad
	}
	a, err := ParseAct(b[:len(b)-tail])
	return Signed{a, signature}, err
}
