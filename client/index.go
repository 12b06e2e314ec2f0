package client

import (
	"context"
	"io"
	"net/http"
	"time"
)

// An IndexRelease is one published edition of an index, or a revision of one.
type IndexRelease struct {
	Tag
	ID            string    `json:"id" doc:"Such as xf-gpsi-demo-2018-1."`
	Publisher     string    `json:"publisher"`
	Index         string    `json:"index"`
	Title         string    `json:"title"`
	Edition       string    `json:"edition"`
	Revision      int64     `json:"revision"`
	Demonstration bool      `json:"demonstration" doc:"Not the forum's index; say so wherever its numbers are."`
	Notice        string    `json:"notice,omitempty" doc:"Must stand wherever its numbers are."`
	Released      time.Time `json:"released"`
	Digest        string    `json:"digest" doc:"Of the bundle's manifest: its name for ever."`
	Size          int64     `json:"size" doc:"Bytes of the bundle."`
	LogIndex      int64     `json:"log_index" doc:"Entry in the publisher's log; -1 when it is not known here."`
	Revises       string    `json:"revises,omitempty"`
	RevisedBy     string    `json:"revised_by,omitempty"`
	Note          string    `json:"note,omitempty"`
}

// IndexReleases are all releases this node knows, the newest first.
type IndexReleases struct {
	Releases []IndexRelease `json:"releases"`
}

// An IndexEdition is an index on its way to a release.
type IndexEdition struct {
	Tag
	ID            string         `json:"id"`
	Publisher     string         `json:"publisher"`
	Index         string         `json:"index"`
	Edition       string         `json:"edition"`
	Title         string         `json:"title"`
	Demonstration bool           `json:"demonstration"`
	State         string         `json:"state" doc:"draft, preview, released or dropped."`
	Version       int64          `json:"version"`
	Method        int64          `json:"method,omitempty"`
	Revises       string         `json:"revises,omitempty"`
	Until         *time.Time     `json:"until,omitempty" doc:"Comments are taken until then."`
	Files         []IndexFile    `json:"files"`
	Comments      []IndexComment `json:"comments"`
	Budget        *IndexBudget   `json:"budget,omitempty"`
	Hinders       string         `json:"hinders,omitempty" doc:"Why the caller cannot release it now."`
}

// IndexEditions are the editions of a node and those it was shown.
type IndexEditions struct {
	Editions []IndexEdition `json:"editions"`
}

// An IndexFile is one data file that a specification names.
type IndexFile struct {
	Path    string `json:"path"`
	Source  string `json:"source,omitempty"`
	Licence string `json:"licence,omitempty"`
	Here    bool   `json:"here"`
}

// An IndexComment is a correction or a dissent.
type IndexComment struct {
	ID     string    `json:"id"`
	Party  string    `json:"party"`
	Kind   string    `json:"kind" doc:"correction or dissent."`
	Unit   string    `json:"unit,omitempty"`
	Column string    `json:"column,omitempty"`
	Year   int       `json:"year,omitempty"`
	Was    string    `json:"was,omitempty"`
	Wanted string    `json:"wanted,omitempty"`
	Source string    `json:"source,omitempty"`
	Text   string    `json:"text"`
	State  string    `json:"state" doc:"open, accepted or declined."`
	Answer string    `json:"answer,omitempty"`
	At     time.Time `json:"at"`
}

// An IndexBudget is the question to members how they would weigh, and the answers.
type IndexBudget struct {
	Groups   map[string][]string `json:"groups" doc:"Codes to spread 100 points over, by group."`
	Named    bool                `json:"named" doc:"Who gave what is published."`
	Decision string              `json:"decision"`
	Until    time.Time           `json:"until"`
	Open     bool                `json:"open"`
	Given    []IndexPoints       `json:"given"`
}

// An IndexPoints is what one member gave.
type IndexPoints struct {
	Party  string             `json:"party"`
	Points map[string]float64 `json:"points"`
}

// Requests about an index.
type (
	// ByRelease names a release.
	ByRelease struct {
		Release string `path:"release"`
	}
	// ByEdition names an edition.
	ByEdition struct {
		Edition string `path:"edition"`
	}
	// ByTable names a table that was sent in.
	ByTable struct {
		Table string `path:"table"`
	}
	// NewIndexMethod sets a specification in force.
	NewIndexMethod struct {
		Text           string `json:"text" doc:"The specification, YAML."`
		Decision       string `json:"decision" doc:"The decision of the forum that it rests on."`
		DecisionDigest string `json:"decision_digest,omitempty" doc:"SHA-256 of the decided text."`
		Note           string `json:"note,omitempty"`
	}
	// NewIndexEdition begins an edition.
	NewIndexEdition struct {
		Index         string `json:"index"`
		Demonstration bool   `json:"demonstration,omitempty"`
		Revises       string `json:"revises,omitempty" doc:"Id of the release to put right."`
	}
	// NewIndexTable names the table in the body.
	NewIndexTable struct {
		Edition string `path:"edition"`
		Path    string `query:"path" doc:"The file as the specification names it."`
		Name    string `query:"name" doc:"The table's file name; CSV and XLSX are read."`
	}
	// ReadIndexTable says how a table is to be read.
	ReadIndexTable struct {
		Table   string       `path:"table"`
		Reading IndexReading `json:"reading"`
	}
	// ShowIndexEdition shows an edition to members.
	ShowIndexEdition struct {
		Edition string    `path:"edition"`
		Until   time.Time `json:"until" doc:"Comments are taken until then."`
		Note    string    `json:"note,omitempty"`
		To      []string  `json:"to,omitempty" doc:"Parties; nobody is all."`
	}
	// NewIndexComment asks for a correction, or dissents.
	NewIndexComment struct {
		Edition  string `path:"edition"`
		Kind     string `json:"kind" doc:"correction or dissent."`
		Unit     string `json:"unit,omitempty"`
		Column   string `json:"column,omitempty"`
		Year     int    `json:"year,omitempty"`
		Wanted   string `json:"wanted,omitempty"`
		Source   string `json:"source,omitempty"`
		Text     string `json:"text"`
		Language string `json:"language,omitempty"`
	}
	// SettleIndexComment answers a correction.
	SettleIndexComment struct {
		Comment string `path:"comment"`
		Accept  bool   `json:"accept"`
		Text    string `json:"text,omitempty"`
	}
	// AskIndexBudget asks members for their weights.
	AskIndexBudget struct {
		Edition  string    `path:"edition"`
		Groups   []string  `json:"groups,omitempty" doc:"None: every group whose parts are groups."`
		Named    bool      `json:"named"`
		Decision string    `json:"decision"`
		Until    time.Time `json:"until"`
	}
	// GiveIndexBudget spreads 100 points in each group.
	GiveIndexBudget struct {
		Edition string             `path:"edition"`
		Points  map[string]float64 `json:"points"`
	}
	// ReleaseIndexEdition publishes an edition.
	ReleaseIndexEdition struct {
		Edition string `path:"edition"`
		Note    string `json:"note,omitempty"`
	}
)

// An IndexMethod is one version of the method of an index.
type IndexMethod struct {
	Index    string `json:"index"`
	Version  int64  `json:"version"`
	Edition  string `json:"edition" doc:"The edition its text speaks of."`
	Decision string `json:"decision"`
}

// An IndexReading is the choices of how a table is read, and where its values
// come from.
type IndexReading struct {
	Sheet      string            `json:"sheet,omitempty"`
	Header     int               `json:"header,omitempty" doc:"Line of the header."`
	Unit       string            `json:"unit,omitempty" doc:"Header of the column of countries."`
	Year       string            `json:"year,omitempty" doc:"Header of the year, or -."`
	Variable   string            `json:"variable,omitempty"`
	Decimal    string            `json:"decimal,omitempty"`
	Thousands  string            `json:"thousands,omitempty"`
	Missing    []string          `json:"missing,omitempty" doc:"Words for no value."`
	Percent    string            `json:"percent,omitempty" doc:"number or share."`
	Footnotes  string            `json:"footnotes,omitempty" doc:"drop."`
	Merged     string            `json:"merged,omitempty" doc:"repeat or first."`
	Duplicates string            `json:"duplicates,omitempty" doc:"first or last."`
	Countries  map[string]string `json:"countries,omitempty" doc:"Code by spelling; - leaves the row out."`
	Source     string            `json:"source,omitempty"`
	Licence    string            `json:"licence,omitempty"`
	Method     string            `json:"method,omitempty"`
	Of         string            `json:"of,omitempty" doc:"Year or years that values speak of."`
}

// An IndexTable is a table that was sent in, with what was found in it.
type IndexTable struct {
	Tag
	ID       string         `json:"id"`
	Edition  string         `json:"edition"`
	Path     string         `json:"path"`
	Name     string         `json:"name"`
	State    string         `json:"state" doc:"checked or taken."`
	Ready    bool           `json:"ready" doc:"Nothing stands in the way of taking it over."`
	Rows     int            `json:"rows"`
	Reading  IndexReading   `json:"reading"`
	Proposed IndexReading   `json:"proposed" doc:"What the table itself suggests; a person decides."`
	Findings []IndexFinding `json:"findings"`
	Changed  int            `json:"changed" doc:"Values that would be others."`
	Gained   int            `json:"gained"`
	Lost     int            `json:"lost"`
}

// An IndexFinding is one thing to be put right, or to be known.
type IndexFinding struct {
	Rule     string `json:"rule"`
	Bad      bool   `json:"bad" doc:"Nothing is taken over until it is settled."`
	Line     int    `json:"line,omitempty"`
	Column   string `json:"column,omitempty"`
	Unit     string `json:"unit,omitempty"`
	Cell     string `json:"cell,omitempty"`
	Text     string `json:"text"`
	Option   string `json:"option,omitempty" doc:"The choice that would settle it."`
	Proposed string `json:"proposed,omitempty"`
	Further  int    `json:"further,omitempty"`
}

// indexRoutes are the calls about indices.
func indexRoutes() []Route {
	get, post, put, del := http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
	made := http.StatusCreated
	const e = "/index/editions/{edition}"
	return []Route{
		{Name: "indexReleases", Method: get, Path: "/index/releases", Summary: "Releases of indices, the newest first", In: None{}, Out: IndexReleases{}},
		{Name: "indexRelease", Method: get, Path: "/index/releases/{release}", Summary: "One release", In: ByRelease{}, Out: IndexRelease{}},
		{Name: "indexBundle", Method: get, Path: "/index/releases/{release}/bundle", Summary: "The signed bundle; \"landbridge index verify\" calculates it again",
			In: ByRelease{}, Answer: octets},
		{Name: "indexProof", Method: get, Path: "/index/releases/{release}/proof", Summary: "Proof that the release stands in this node's log",
			In: ByRelease{}, Answer: plain},
		{Name: "newIndexMethod", Method: post, Path: "/index/methods", Summary: "Set a specification in force, with the decision it rests on",
			In: NewIndexMethod{}, Out: IndexMethod{}, Status: made},
		{Name: "indexEditions", Method: get, Path: "/index/editions", Summary: "Editions of this node, and those it was shown",
			In: None{}, Out: IndexEditions{}},
		{Name: "newIndexEdition", Method: post, Path: "/index/editions", Summary: "Begin an edition, or a revision",
			In: NewIndexEdition{}, Out: IndexEdition{}, Status: made},
		{Name: "indexEdition", Method: get, Path: e, Summary: "One edition, with what was said about it", In: ByEdition{}, Out: IndexEdition{}},
		{Name: "indexPreview", Method: get, Path: e + "/bundle", Summary: "The bundle of an edition as it is now", In: ByEdition{}, Answer: octets},
		{Name: "dropIndexEdition", Method: del, Path: e, Summary: "End an edition that will not be released",
			In: ByEdition{}, Status: http.StatusNoContent},
		{Name: "newIndexTable", Method: post, Path: e + "/tables", Summary: "Send in a table (CSV or XLSX) and learn what must be put right",
			In: NewIndexTable{}, Out: IndexTable{}, Status: made, Body: octets},
		{Name: "indexTable", Method: get, Path: "/index/tables/{table}", Summary: "A table that was sent in", In: ByTable{}, Out: IndexTable{}},
		{Name: "readIndexTable", Method: put, Path: "/index/tables/{table}", Summary: "Read a table with other choices",
			In: ReadIndexTable{}, Out: IndexTable{}},
		{Name: "takeIndexTable", Method: post, Path: "/index/tables/{table}/take", Summary: "Take a table over into its edition",
			In: ByTable{}, Out: IndexEdition{}},
		{Name: "showIndexEdition", Method: post, Path: e + "/show", Summary: "Show an edition to the members",
			In: ShowIndexEdition{}, Out: IndexEdition{}},
		{Name: "commentOnIndex", Method: post, Path: e + "/comments", Summary: "Ask for a correction, or dissent",
			In: NewIndexComment{}, Out: IndexComment{}, Status: made},
		{Name: "settleIndexComment", Method: post, Path: "/index/comments/{comment}", Summary: "Accept or decline a correction", In: SettleIndexComment{},
			Status: http.StatusNoContent},
		{Name: "askIndexBudget", Method: post, Path: e + "/budget", Summary: "Ask the members how they would weigh",
			In: AskIndexBudget{}, Out: IndexEdition{}},
		{Name: "giveIndexBudget", Method: put, Path: e + "/budget", Summary: "Spread this state's points",
			In: GiveIndexBudget{}, Status: http.StatusNoContent},
		{Name: "closeIndexBudget", Method: post, Path: e + "/budget/close", Summary: "Take the weights from what members gave",
			In: ByEdition{}, Out: IndexEdition{}},
		{Name: "releaseIndexEdition", Method: post, Path: e + "/release", Summary: "Release an edition",
			In: ReleaseIndexEdition{}, Out: IndexRelease{}, Status: made},
	}
}

// IndexReleases lists the releases of indices.
func (c *Client) IndexReleases(ctx context.Context) (IndexReleases, error) {
	return call[IndexReleases](ctx, c, "indexReleases", None{})
}

// IndexRelease returns one release.
func (c *Client) IndexRelease(ctx context.Context, id string) (IndexRelease, error) {
	return call[IndexRelease](ctx, c, "indexRelease", ByRelease{id})
}

// IndexBundle returns the bundle of a release. Close it.
func (c *Client) IndexBundle(ctx context.Context, id string) (io.ReadCloser, error) {
	return stream(ctx, c, "indexBundle", ByRelease{id})
}

// IndexProof returns the proof that a release stands in the node's log. Close it.
func (c *Client) IndexProof(ctx context.Context, id string) (io.ReadCloser, error) {
	return stream(ctx, c, "indexProof", ByRelease{id})
}

// NewIndexMethod sets a specification in force.
func (c *Client) NewIndexMethod(ctx context.Context, m NewIndexMethod) (IndexMethod, error) {
	return call[IndexMethod](ctx, c, "newIndexMethod", m)
}

// IndexEditions lists the editions of the node and those it was shown.
func (c *Client) IndexEditions(ctx context.Context) (IndexEditions, error) {
	return call[IndexEditions](ctx, c, "indexEditions", None{})
}

// NewIndexEdition begins an edition.
func (c *Client) NewIndexEdition(ctx context.Context, n NewIndexEdition) (IndexEdition, error) {
	return call[IndexEdition](ctx, c, "newIndexEdition", n)
}

// IndexEdition returns one edition.
func (c *Client) IndexEdition(ctx context.Context, id string) (IndexEdition, error) {
	return call[IndexEdition](ctx, c, "indexEdition", ByEdition{id})
}

// IndexPreview returns the bundle of an edition as it is now. Close it.
func (c *Client) IndexPreview(ctx context.Context, id string) (io.ReadCloser, error) {
	return stream(ctx, c, "indexPreview", ByEdition{id})
}

// DropIndexEdition ends an edition that will not be released.
func (c *Client) DropIndexEdition(ctx context.Context, id string) error {
	_, err := call[struct{}](ctx, c, "dropIndexEdition", ByEdition{id})
	return err
}

// NewIndexTable sends a table in.
func (c *Client) NewIndexTable(ctx context.Context, n NewIndexTable, content io.ReadSeeker) (IndexTable, error) {
	return upload[IndexTable](ctx, c, "newIndexTable", n, content)
}

// IndexTable returns a table that was sent in.
func (c *Client) IndexTable(ctx context.Context, id string) (IndexTable, error) {
	return call[IndexTable](ctx, c, "indexTable", ByTable{id})
}

// ReadIndexTable reads a table with other choices.
func (c *Client) ReadIndexTable(ctx context.Context, r ReadIndexTable) (IndexTable, error) {
	return call[IndexTable](ctx, c, "readIndexTable", r)
}

// TakeIndexTable takes a table over into its edition.
func (c *Client) TakeIndexTable(ctx context.Context, id string) (IndexEdition, error) {
	return call[IndexEdition](ctx, c, "takeIndexTable", ByTable{id})
}

// ShowIndexEdition shows an edition to the members.
func (c *Client) ShowIndexEdition(ctx context.Context, r ShowIndexEdition) (IndexEdition, error) {
	return call[IndexEdition](ctx, c, "showIndexEdition", r)
}

// CommentOnIndex asks for a correction, or dissents.
func (c *Client) CommentOnIndex(ctx context.Context, r NewIndexComment) (IndexComment, error) {
	return call[IndexComment](ctx, c, "commentOnIndex", r)
}

// SettleIndexComment accepts or declines a correction.
func (c *Client) SettleIndexComment(ctx context.Context, r SettleIndexComment) error {
	_, err := call[struct{}](ctx, c, "settleIndexComment", r)
	return err
}

// AskIndexBudget asks the members how they would weigh.
func (c *Client) AskIndexBudget(ctx context.Context, r AskIndexBudget) (IndexEdition, error) {
	return call[IndexEdition](ctx, c, "askIndexBudget", r)
}

// GiveIndexBudget spreads this state's points.
func (c *Client) GiveIndexBudget(ctx context.Context, r GiveIndexBudget) error {
	_, err := call[struct{}](ctx, c, "giveIndexBudget", r)
	return err
}

// CloseIndexBudget takes the weights from what members gave.
func (c *Client) CloseIndexBudget(ctx context.Context, id string) (IndexEdition, error) {
	return call[IndexEdition](ctx, c, "closeIndexBudget", ByEdition{id})
}

// ReleaseIndexEdition releases an edition.
func (c *Client) ReleaseIndexEdition(ctx context.Context, r ReleaseIndexEdition) (IndexRelease, error) {
	return call[IndexRelease](ctx, c, "releaseIndexEdition", r)
}
