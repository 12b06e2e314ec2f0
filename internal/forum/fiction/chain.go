package fiction

// A Chain is all that happens around the sessions of an edition: calls, guests,
// a text, what was promised.
type Chain struct {
	Calls       []Call                       `yaml:"calls"`
	Entries     []Entry                      `yaml:"entries"`
	Waiting     []Entry                      `yaml:"waiting"`   // of the edition after it
	Reviewers   map[string][]Author          `yaml:"reviewers"` // by kind of call
	Stands      []Stand                      `yaml:"stands"`
	Delegations []Delegation                 `yaml:"delegations"`
	Text        Document                     `yaml:"text"`
	Amendments  []Amendment                  `yaml:"amendments"`
	Objection   Remark                       `yaml:"objection"`
	Reservation Remark                       `yaml:"reservation"`
	Commitments []Commitment                 `yaml:"commitments"`
	Minutes     string                       `yaml:"minutes"`
	Task        struct{ Party, What string } `yaml:"task"`
	Given       []string                     `yaml:"given"`
	Family      []string                     `yaml:"family"`
	Titles      []string                     `yaml:"titles"`
}

// A Call asks for entries.
type Call struct {
	Kind      string      `yaml:"kind"`
	Title     string      `yaml:"title"`
	Text      string      `yaml:"text"`
	Anonymous bool        `yaml:"anonymous"`
	Reviews   int         `yaml:"reviews"`
	Criteria  []Criterion `yaml:"criteria"`
}

// A Criterion is one thing that reviewers score.
type Criterion struct {
	Name   string `yaml:"name"`
	Weight int    `yaml:"weight"`
}

// An Entry is something sent in, how it is judged, and what becomes of it.
type Entry struct {
	Kind      string     `yaml:"kind"`
	Title     string     `yaml:"title"`
	Abstract  string     `yaml:"abstract"`
	Keywords  []string   `yaml:"keywords"`
	Text      string     `yaml:"text"`
	Event     *Event     `yaml:"event"`
	Exhibitor *Exhibitor `yaml:"exhibitor"`
	Project   *Project   `yaml:"project"`
	Authors   []Author   `yaml:"authors"`
	Scores    [][]int    `yaml:"scores"` // of each reviewer, by the criteria in their order
	Way       string     `yaml:"way"`
	Reason    string     `yaml:"reason"`
	Stand     string     `yaml:"stand"`
	Slot      *Slot      `yaml:"slot"` // that it gets in the programme; nil: none
}

// A Slot is where an accepted entry stands in the programme.
type Slot struct {
	Day  int    `yaml:"day"`
	From string `yaml:"from"`
	Room string `yaml:"room"`
	Part string `yaml:"part"`
}

// An Event is what a side event needs.
type Event struct {
	Format  string `yaml:"format"`
	Minutes int    `yaml:"minutes"`
	Seats   int    `yaml:"seats"`
	Wishes  string `yaml:"wishes"`
}

// An Exhibitor is who shows something.
type Exhibitor struct {
	Organisation string                        `yaml:"organisation"`
	Site         string                        `yaml:"site"`
	Products     []struct{ Name, Text string } `yaml:"products"`
}

// A Project is nominated for an award.
type Project struct {
	Organisation string `yaml:"organisation"`
	Country      string `yaml:"country"`
	Period       string `yaml:"period"`
	Results      string `yaml:"results"`
}

// An Author wrote, organises, exhibits, nominates or reviews.
type Author struct {
	Name         string `yaml:"name"`
	Organisation string `yaml:"organisation"`
	Email        string `yaml:"email"`
}

// A Stand is a place on the plan of a hall, in centimetres.
type Stand struct {
	Code string `yaml:"code"`
	Hall string `yaml:"hall"`
	Left int    `yaml:"left"`
	Top  int    `yaml:"top"`
	Wide int    `yaml:"wide"`
	Deep int    `yaml:"deep"`
}

// A Delegation is a group of guests: one head, members and observers.
type Delegation struct {
	Kind      string `yaml:"kind"`
	Party     string `yaml:"party"`
	Name      string `yaml:"name"`
	Members   int    `yaml:"members"`
	Observers int    `yaml:"observers"`
}

// A Document is a text with numbered paragraphs, and its French translation.
type Document struct {
	ID         string      `yaml:"id"`
	Title      string      `yaml:"title"`
	Paragraphs []Paragraph `yaml:"paragraphs"`
	French     struct {
		Title      string   `yaml:"title"`
		Paragraphs []string `yaml:"paragraphs"`
	} `yaml:"fr"`
}

// A Paragraph is one piece of a text.
type Paragraph struct {
	ID    string `yaml:"id"`
	Level int    `yaml:"level"`
	Body  string `yaml:"body"`
}

// An Amendment replaces a paragraph, or puts a new one after another.
type Amendment struct {
	Party   string `yaml:"party"`
	Replace string `yaml:"replace"`
	After   string `yaml:"after"`
	ID      string `yaml:"id"` // of the new paragraph
	Body    string `yaml:"body"`
	Reason  string `yaml:"reason"`
	Becomes string `yaml:"becomes"` // adopted or withdrawn
	French  string `yaml:"fr"`      // of its paragraph
}

// A Remark is what one party says of the text.
type Remark struct {
	Party     string `yaml:"party"`
	Paragraph string `yaml:"paragraph"`
	Note      string `yaml:"note"`
}

// A Commitment is what one party promises, and what it reports on it. Days count
// from the last day of the edition.
type Commitment struct {
	Party         string `yaml:"party"`
	Title         string `yaml:"title"`
	What          string `yaml:"what"`
	Indicator     string `yaml:"indicator"`
	Target        string `yaml:"target"`
	Days          int    `yaml:"days"`
	Milestone     string `yaml:"milestone"`
	After         int    `yaml:"after"` // days to the milestone
	Report        string `yaml:"report"`
	Value         string `yaml:"value"`
	Reported      int    `yaml:"reported"` // days to the report
	Evidence      string `yaml:"evidence"` // where there is none the promise was not kept
	EvidenceTitle string `yaml:"evidence_title"`
}

// Around returns all that happens around the sessions of Merrow.
func Around() (*Chain, error) {
	c := new(Chain)
	return c, read("chain.yaml", c)
}

// A Guest is one invented person and their part in a delegation.
type Guest struct {
	Part  string // head, member, observer
	Name  string
	Title string
	Email string
}

// Guests returns who comes in a delegation, its quota used up. Nobody in the
// edition has the name of another.
func (c *Chain) Guests(d Delegation) []Guest {
	at := 0
	for _, o := range c.Delegations {
		if o.Name == d.Name {
			break
		}
		at += o.size()
	}
	all := make([]Guest, d.size())
	for i := range all {
		n := at + i
		name := c.Given[n%len(c.Given)] + " " + c.Family[(n/len(c.Given)+n)%len(c.Family)]
		all[i] = Guest{Part: "member", Name: name, Title: c.Titles[(n/len(c.Given)+3*n)%len(c.Titles)]}
		switch {
		case i == 0:
			all[i].Part, all[i].Title = "head", "Head of delegation"
		case i > d.Members:
			all[i].Part = "observer"
		}
	}
	return all
}

func (d Delegation) size() int { return 1 + d.Members + d.Observers }

// Size returns how many people come in all.
func (c *Chain) Size() (n int) {
	for _, d := range c.Delegations {
		n += d.size()
	}
	return n
}
