package casework

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strings"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/process"

	"go.yaml.in/yaml/v3"
)

// MaxRequest bounds a request file, in bytes.
const MaxRequest = MaxBody

// A Request is what a request file says, for the command line and the API:
// the form of a new case, or of one act in a case, as a person writes it down.
//
//	process: information-request
//	to: XB
//	title: Account holder behind a telephone-fraud transfer
//	handling: TLP:AMBER PAP:GREEN H1
//	fields:
//	  purpose: investigation
//	  accounts:
//	    - {number: XB00 0000 0000 0000 0000 00, institution: Bank of Borealis, assertion: fact, grade: A1}
//	attachments:
//	  - {file: statement.pdf, title: Statement of the victim's bank}
type Request struct {
	Process    string             `yaml:"process" json:"process,omitempty"`
	To         landbridge.PartyID `yaml:"to" json:"to,omitempty"`
	Transition string             `yaml:"act" json:"act,omitempty"` // "answer"; empty: what opens a case
	Title      string             `yaml:"title" json:"title,omitempty"`
	Handling   string             `yaml:"handling" json:"handling,omitempty"`
	Fields     process.Values     `yaml:"fields" json:"fields,omitempty"`
	Ground     string             `yaml:"ground" json:"ground,omitempty"`
	Reason     string             `yaml:"reason" json:"reason,omitempty"`
	Files      []RequestFile      `yaml:"attachments" json:"attachments,omitempty"`
}

// A RequestFile is one line of a request file's list of attachments. The file
// is found beside the request file.
type RequestFile struct {
	File      string `yaml:"file" json:"file"`
	Title     string `yaml:"title" json:"title,omitempty"`
	MediaType string `yaml:"media_type" json:"media_type,omitempty"`
}

// Input returns what the request says as the input of a draft.
func (r *Request) Input() Input {
	return tidy(Input{Title: r.Title, Handling: r.Handling, Fields: r.Fields, Ground: r.Ground, Reason: r.Reason})
}

// ParseRequest reads a request file strictly: a key it does not know is an
// error with its line, because a key that is passed over in silence is a
// safeguard that was not read.
func ParseRequest(text []byte) (*Request, error) {
	if len(text) > MaxRequest {
		return nil, fail.New(fail.TooLarge, "a request file has at most %d bytes; attach the rest as files", MaxRequest)
	}
	var n yaml.Node
	if err := yaml.Unmarshal(text, &n); err != nil {
		return nil, badRequest(err)
	}
	if err := plainYAML(&n, 0); err != nil {
		return nil, err
	}
	var r Request
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&r); errors.Is(err, io.EOF) {
		return nil, fail.New(fail.Invalid, "the request file is empty; it begins with process, to and title")
	} else if err != nil {
		return nil, badRequest(err)
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, fail.New(fail.Invalid, "a request file is one YAML document; take away what follows the first")
	}
	return &r, r.check()
}

func (r *Request) check() error {
	if r.To != "" {
		if _, err := landbridge.ParsePartyID(string(r.To)); err != nil {
			return fail.New(fail.Invalid, "to: %v", err)
		}
	}
	if len(r.Files) > MaxFiles {
		return fail.New(fail.TooLarge, "attachments: at most %d files", MaxFiles)
	}
	for i, f := range r.Files {
		line := fileLine{ID: "", Name: f.File, Title: f.Title, MediaType: mediaType(NewFile{Name: f.File, MediaType: f.MediaType}), SHA256: landbridge.Sum(nil)}
		if err := line.check(); err != nil {
			return fail.New(fail.Invalid, "attachments, entry %d: %s; name a file that lies beside the request", i+1, fail.Safe(err))
		}
	}
	return nil
}

const maxYAMLDepth = 8

// plainYAML refuses what YAML can do and a request does not need.
func plainYAML(n *yaml.Node, depth int) error {
	switch {
	case depth > maxYAMLDepth:
		return fail.New(fail.Invalid, "line %d: nested too deeply for a request", n.Line)
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		return fail.New(fail.Invalid, "line %d: anchors and aliases are not used in requests; write the text out", n.Line)
	case n.Style&yaml.TaggedStyle != 0:
		return fail.New(fail.Invalid, "line %d: tags are not used in requests", n.Line)
	}
	for _, c := range n.Content {
		if err := plainYAML(c, depth+1); err != nil {
			return err
		}
	}
	return nil
}

var unknownKey = regexp.MustCompile(`line (\d+): field (\S+) not found in type \S+`)

// badRequest turns an error of the YAML library into a sentence with its line.
func badRequest(err error) error {
	text := strings.Join(strings.Fields(strings.TrimPrefix(err.Error(), "yaml: ")), " ")
	if m := unknownKey.FindStringSubmatch(text); m != nil {
		return fail.Because(err, fail.Invalid, "line %s: a request has no key %q; fields of the form stand under fields:", m[1], clip(m[2]))
	}
	text = strings.TrimPrefix(text, "unmarshal errors: ")
	if len(text) > 200 {
		text = strings.ToValidUTF8(text[:200], "") + "…"
	}
	return fail.Because(err, fail.Invalid, "the request file is not YAML as it is needed: %s", text)
}
