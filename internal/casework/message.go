package casework

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"landbridge.example"
	"landbridge.example/handling"
	"landbridge.example/internal/canon"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
	"landbridge.example/process"
	"landbridge.example/seal"
)

// actFormat is the first key of every act.
const actFormat = "landbridge-act/1"

// A core is what an act says: what its author wrote and its approvers signed.
// Its JSON form is canonical (spec/process.md), so that one text has one meaning.
type core struct {
	Format     string                          `json:"format"`
	Case       landbridge.CaseID               `json:"case"`
	Process    string                          `json:"process"`
	From       landbridge.PartyID              `json:"from"`
	To         []landbridge.PartyID            `json:"to"`
	Number     string                          `json:"number,omitempty"` // opening act alone
	Title      string                          `json:"title,omitempty"`  // opening act alone
	Sides      map[string][]landbridge.PartyID `json:"sides,omitempty"`  // opening act alone
	Transition string                          `json:"transition"`
	By         author                          `json:"by"`
	Handling   string                          `json:"handling"`
	Fields     process.Values                  `json:"fields,omitempty"`
	Ground     string                          `json:"ground,omitempty"`
	Reason     string                          `json:"reason,omitempty"`
	Files      []fileLine                      `json:"files,omitempty"`
	Made       time.Time                       `json:"made"`
}

// An author is who did an act. The name is what their side chooses to show.
type author struct {
	Person string          `json:"person,omitempty"` // pseudonym; empty for the node itself
	Role   landbridge.Role `json:"role"`
	Name   string          `json:"name,omitempty"`
}

// A fileLine is one exhibit an act lists. ID is also the id of its envelope.
type fileLine struct {
	ID        landbridge.MessageID `json:"id"`
	Name      string               `json:"name"`
	Title     string               `json:"title,omitempty"`
	MediaType string               `json:"media_type"`
	Size      int64                `json:"size"`
	SHA256    landbridge.Digest    `json:"sha256"`
}

// A tail is what is known only when the act is sealed.
type tail struct {
	Parents   []landbridge.Digest `json:"parents"`
	Approvals []staff.Approval    `json:"approvals"`
}

// digest names the core: what a passkey signs to approve it.
func digestOf(coreText []byte) landbridge.Digest {
	return landbridge.Sum(append([]byte(domainCore), coreText...))
}

// body joins what is sealed: the core, a line break, the tail.
func body(coreText []byte, t tail) ([]byte, error) {
	if t.Parents == nil {
		t.Parents = []landbridge.Digest{}
	}
	if t.Approvals == nil {
		t.Approvals = []staff.Approval{}
	}
	end, err := canon.Encode(t)
	if err != nil {
		return nil, fmt.Errorf("writing an act: %w", err)
	}
	return append(append(slices.Clone(coreText), '\n'), end...), nil
}

// parseBody reads what body wrote. It accepts the canonical form and nothing else.
func parseBody(b []byte) (c *core, coreText []byte, t *tail, err error) {
	if len(b) > MaxBody {
		return nil, nil, nil, fail.New(fail.TooLarge, "the text of an act has at most %d bytes; send the rest as a file", MaxBody)
	}
	coreText, end, ok := bytes.Cut(b, []byte("\n"))
	if !ok {
		return nil, nil, nil, fail.New(fail.Invalid, "an act is two lines of JSON: what it says, and what it follows")
	}
	c, t = new(core), new(tail)
	if err := strict(coreText, c); err != nil {
		return nil, nil, nil, err
	}
	if err := strict(end, t); err != nil {
		return nil, nil, nil, err
	}
	if err := c.check(); err != nil {
		return nil, nil, nil, err
	}
	return c, coreText, t, t.check()
}

// storedBody reads a body that parseBody accepted when it was stored.
func storedBody(b []byte) (c *core, coreText []byte, t *tail, err error) {
	coreText, end, ok := bytes.Cut(b, []byte("\n"))
	if !ok {
		return nil, nil, nil, errors.New("reading a stored act: it has no second line")
	}
	c, t = new(core), new(tail)
	if err := json.Unmarshal(coreText, c); err != nil {
		return nil, nil, nil, fmt.Errorf("reading a stored act: %w", err)
	}
	if err := json.Unmarshal(end, t); err != nil {
		return nil, nil, nil, fmt.Errorf("reading a stored act: %w", err)
	}
	return c, coreText, t, nil
}

// strict decodes one JSON value and refuses every other text that means the same.
func strict(b []byte, v any) error {
	switch err := canon.Decode(b, v); {
	case errors.Is(err, canon.ErrMore):
		return fail.New(fail.Invalid, "the act goes on after its end")
	case err != nil:
		return fail.Because(err, fail.Invalid, "the act is not in the form of %s; see spec/process.md", actFormat)
	case !canon.Is(b, v):
		return fail.New(fail.Invalid, "the act is not written in canonical form; see spec/process.md")
	}
	return nil
}

// what names the act in the log: the transition, and the ground of a refusal.
func (c *core) what() string {
	if c.Ground == "" {
		return c.Transition
	}
	return c.Transition + " " + c.Ground
}

// check holds what every act keeps, whatever its process.
func (c *core) check() error {
	if c.Format != actFormat {
		return fail.New(fail.Invalid, "the act has the format %q, and this node reads %q", clip(c.Format), actFormat)
	}
	if _, err := landbridge.ParseID(string(c.Case)); err != nil {
		return fail.New(fail.Invalid, "the act names no case: %v", err)
	}
	if _, err := landbridge.ParseProcessRef(c.Process); err != nil {
		return fail.New(fail.Invalid, "the act names no process: %v", err)
	}
	if len(c.To) == 0 || len(c.To) > seal.MaxRecipients || !slices.IsSorted(c.To) {
		return fail.New(fail.Invalid, "an act names its recipients, sorted")
	}
	for _, p := range append([]landbridge.PartyID{c.From}, c.To...) {
		if _, err := landbridge.ParsePartyID(string(p)); err != nil {
			return fail.New(fail.Invalid, "the act names a party wrongly: %v", err)
		}
	}
	m, err := handling.Parse(c.Handling)
	if err != nil || m.String() != c.Handling {
		return fail.New(fail.Invalid, "the act's marking is not in canonical form")
	}
	if !landbridge.ValidName(c.Transition, 48) || len(c.Reason) > maxReason || len(c.Title) > maxTitle || strings.ContainsFunc(c.Title, unicode.IsControl) {
		return fail.New(fail.Invalid, "the act's transition, title or reason is out of bounds")
	}
	if c.Number != "" && !validNumber(c.Number) {
		return fail.New(fail.Invalid, "a case number looks like XA-2026-0001")
	}
	if err := c.By.check(); err != nil {
		return err
	}
	return checkFiles(c.Files)
}

// Bounds of an act beside those of its process.
const (
	maxReason   = 8000
	maxTitle    = 200
	maxFileName = 200
	maxParents  = 64
	maxSigned   = 16 // approvals of one act
	nameLen     = 80 // bytes of a person's name
)

func (a author) check() error {
	if !slices.Contains(landbridge.Roles(), a.Role) || len(a.Name) > nameLen || strings.ContainsFunc(a.Name, unicode.IsControl) {
		return fail.New(fail.Invalid, "the act's author has a role of the list and a short name")
	}
	if a.Role == landbridge.System {
		if a.Person != "" || a.Name != "" {
			return fail.New(fail.Invalid, "an act of the node itself names no person")
		}
		return nil
	}
	if p, err := hex.DecodeString(a.Person); err != nil || len(p) != 8 || strings.ToLower(a.Person) != a.Person {
		return fail.New(fail.Invalid, "the act's author is named by a pseudonym of 16 hex digits")
	}
	return nil
}

func checkFiles(files []fileLine) error {
	if len(files) > MaxFiles {
		return fail.New(fail.TooLarge, "an act lists at most %d files", MaxFiles)
	}
	seen := map[landbridge.ID]bool{}
	for _, f := range files {
		if _, err := landbridge.ParseID(string(f.ID)); err != nil || seen[f.ID] {
			return fail.New(fail.Invalid, "each file of an act has an id of its own")
		}
		seen[f.ID] = true
		if err := f.check(); err != nil {
			return err
		}
	}
	return nil
}

func (f fileLine) check() error {
	// A name may travel into a folder of the recipient: no paths, no tricks.
	bad := f.Name == "" || len(f.Name) > maxFileName || !utf8.ValidString(f.Name) || f.Name == "." || f.Name == ".." ||
		strings.ContainsFunc(f.Name, func(r rune) bool {
			return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`/\:*?"<>|`, r)
		})
	if bad {
		return fail.New(fail.Invalid, "a file name has 1 to %d bytes and no path or control characters", maxFileName)
	}
	if len(f.Title) > maxTitle || strings.ContainsFunc(f.Title, unicode.IsControl) {
		return fail.New(fail.Invalid, "the title of a file is one line of at most %d bytes", maxTitle)
	}
	if media, _, err := mime.ParseMediaType(f.MediaType); err != nil || media != f.MediaType || len(media) > 100 {
		return fail.New(fail.Invalid, "the media type of a file looks like application/pdf")
	}
	if f.Size < 0 || f.Size > seal.MaxPayload || f.SHA256.IsZero() {
		return fail.New(fail.Invalid, "a file has a size and a SHA-256")
	}
	return nil
}

func (t *tail) check() error {
	if t.Parents == nil || t.Approvals == nil {
		return fail.New(fail.Invalid, "an act says what it follows and who approved it, if only with empty lists")
	}
	if len(t.Parents) > maxParents || len(t.Approvals) > maxSigned {
		return fail.New(fail.TooLarge, "an act follows at most %d others and has at most %d approvals", maxParents, maxSigned)
	}
	for i, p := range t.Parents {
		if p.IsZero() || i > 0 && bytes.Compare(t.Parents[i-1][:], p[:]) >= 0 {
			return fail.New(fail.Invalid, "the acts that an act follows stand once each, sorted")
		}
	}
	return nil
}

// validNumber reports whether s looks like XA-2026-0001.
func validNumber(s string) bool {
	i := strings.LastIndexByte(s, '-')
	if i < 0 || i < 5 || len(s) > 40 {
		return false
	}
	j := i - 5
	if s[j] != '-' || len(s)-i-1 < 4 {
		return false
	}
	if _, err := landbridge.ParsePartyID(s[:j]); err != nil {
		return false
	}
	for _, c := range s[j+1:i] + s[i+1:] {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// act returns the act as the engine sees it. Its id and time come from the
// envelope, and its sender's previous act is one of its parents too: a chain
// with a hole waits.
func (c *core) act(id landbridge.Digest, previous landbridge.Digest, signed time.Time, t *tail) process.Act {
	a := process.Act{ID: id, Parents: slices.Clone(t.Parents), Party: c.From, Transition: c.Transition, Time: signed, Role: c.By.Role,
		Person: c.By.Person, Fields: c.Fields, Ground: c.Ground, Reason: c.Reason, Files: len(c.Files), Sides: c.Sides}
	if a.Fields == nil {
		a.Fields = process.Values{}
	}
	if !previous.IsZero() && !slices.Contains(a.Parents, previous) {
		a.Parents = append(a.Parents, previous)
	}
	for _, p := range t.Approvals {
		a.Approvals = append(a.Approvals, process.Approval{Role: p.Role, Person: p.Person})
	}
	return a
}

// clip shortens a stranger's text for a sentence.
func clip(s string) string {
	const limit = 40
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}
