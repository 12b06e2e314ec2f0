package client

import (
	"context"
	"net/http"
	"time"
)

// A ContactQuery filters the contact points of all parties.
type ContactQuery struct {
	Party    string `query:"party"`
	Process  string `query:"process" doc:"Who works under this process."`
	Function string `query:"function" doc:"Such as directors_liaison or duty_desk."`
	Language string `query:"language"`
	Duty     bool   `query:"duty" doc:"Only where somebody is there now."`
}

// Contacts are the contact points of all parties, as their signed records name them.
type Contacts struct {
	At       time.Time `json:"at" doc:"When it was computed who is there."`
	Contacts []Office  `json:"contacts"`
}

// An Office is one contact point with whose it is.
type Office struct {
	Party     string    `json:"party"`
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Function  string    `json:"function,omitempty"`
	Person    string    `json:"person,omitempty"`
	Phone     string    `json:"phone,omitempty"`
	Email     string    `json:"email,omitempty"`
	Hours     string    `json:"hours,omitempty" doc:"In words."`
	Zone      string    `json:"zone,omitempty" doc:"IANA name of its time zone."`
	Languages []string  `json:"languages"`
	Processes []string  `json:"processes"`
	Duty      []Watch   `json:"duty,omitempty" doc:"When somebody is there, in its zone."`
	Channels  []Channel `json:"channels,omitempty"`
	Powers    []Power   `json:"powers,omitempty"`
	Present   *Presence `json:"present,omitempty" doc:"Absent where the record does not say when somebody is there."`
}

// A Watch is a span of the week.
type Watch struct {
	Days []string `json:"days"`
	From string   `json:"from"`
	To   string   `json:"to"`
}

// A Channel is one way to reach a contact point.
type Channel struct {
	Kind  string `json:"kind"`
	Value string `json:"value"`
	Note  string `json:"note,omitempty"`
}

// A Power says what a contact point may do.
type Power struct {
	Process string   `json:"process"`
	Measure string   `json:"measure,omitempty"`
	May     []string `json:"may"`
}

// A Presence says whether somebody is there, by the published hours.
type Presence struct {
	Now   bool       `json:"now"`
	Until *time.Time `json:"until,omitempty" doc:"When the watch ends, or the next begins."`
	Local string     `json:"local,omitempty" doc:"The time there."`
}

// ByMechanism names a standing group.
type ByMechanism struct {
	Mechanism string `path:"mechanism" doc:"Such as pipeline."`
}

// Mechanisms are the standing groups of parties.
type Mechanisms struct {
	Mechanisms []Mechanism `json:"mechanisms"`
}

// A Mechanism is one standing group of parties.
type Mechanism struct {
	ID        string          `json:"id"`
	Kind      string          `json:"kind" doc:"platform or mechanism."`
	Founded   int             `json:"founded"`
	Name      string          `json:"name"`
	Purpose   string          `json:"purpose"`
	Processes []string        `json:"processes"`
	Rhythm    string          `json:"rhythm" doc:"How often the members meet."`
	In        bool            `json:"in" doc:"This party is a member."`
	Members   []GroupMember   `json:"members" doc:"All that ever joined."`
	Calendar  []CalendarEntry `json:"calendar"`
}

// A GroupMember is one party's place in a group.
type GroupMember struct {
	Party string    `json:"party"`
	In    bool      `json:"in"`
	Since time.Time `json:"since"`
	Desk  string    `json:"desk,omitempty" doc:"The contact point that serves the group."`
	Note  string    `json:"note,omitempty"`
}

// A CalendarEntry is one entry of a group's calendar.
type CalendarEntry struct {
	ID      string        `json:"entry"`
	By      string        `json:"by"`
	Title   string        `json:"title"`
	Place   string        `json:"place,omitempty"`
	Start   time.Time     `json:"start"`
	End     time.Time     `json:"end"`
	Note    string        `json:"note,omitempty"`
	Status  string        `json:"status" doc:"proposed, agreed, declined or cancelled."`
	Answers []GroupAnswer `json:"answers"`
}

// A GroupAnswer is what one member says to an entry.
type GroupAnswer struct {
	Party string `json:"party"`
	Kind  string `json:"kind,omitempty" doc:"agreed or declined; empty: nothing yet."`
	Note  string `json:"note,omitempty"`
}

// A GroupSaying makes this party say something in a group.
type GroupSaying struct {
	Mechanism string     `path:"mechanism" json:"-"`
	Kind      string     `json:"kind" doc:"joined, left, scheduled, agreed, declined or cancelled."`
	Desk      string     `json:"desk,omitempty" doc:"Of joined: the contact point that serves the group."`
	Note      string     `json:"note,omitempty"`
	Of        string     `json:"of,omitempty" doc:"Of agreed, declined and cancelled: the entry."`
	Title     string     `json:"title,omitempty" doc:"Of scheduled."`
	Place     string     `json:"place,omitempty"`
	Start     *time.Time `json:"start,omitempty"`
	End       *time.Time `json:"end,omitempty"`
}

func mechanismRoutes() []Route {
	get, post := http.MethodGet, http.MethodPost
	return []Route{
		{Name: "contacts", Method: get, Path: "/contacts", Summary: "Contact points of all parties, and who is there now", In: ContactQuery{}, Out: Contacts{}},
		{Name: "contactCards", Method: get, Path: "/contact-cards", Summary: "The same as vCard 4.0", In: ContactQuery{}, Answer: plain},
		{Name: "mechanisms", Method: get, Path: "/mechanisms", Summary: "The standing groups of parties", In: None{}, Out: Mechanisms{}},
		{Name: "mechanism", Method: get, Path: "/mechanisms/{mechanism}", Summary: "One group: members, contact points, calendar",
			In: ByMechanism{}, Out: Mechanism{}},
		{Name: "mechanismCalendar", Method: get, Path: "/mechanisms/{mechanism}/calendar", Summary: "The group's calendar as iCalendar",
			In: ByMechanism{}, Answer: plain},
		{Name: "sayInMechanism", Method: post, Path: "/mechanisms/{mechanism}/statements",
			Summary: "Join, leave, schedule, agree, decline or cancel, in this party's name",
			In:      GroupSaying{}, Out: Mechanism{}, Status: http.StatusCreated},
	}
}

// Contacts returns the contact points of all parties.
func (c *Client) Contacts(ctx context.Context, q ContactQuery) (Contacts, error) {
	return call[Contacts](ctx, c, "contacts", q)
}

// ContactCards returns the contact points of all parties as vCard.
func (c *Client) ContactCards(ctx context.Context, q ContactQuery) (string, error) {
	return call[string](ctx, c, "contactCards", q)
}

// Mechanisms returns the standing groups of parties.
func (c *Client) Mechanisms(ctx context.Context) (Mechanisms, error) {
	return call[Mechanisms](ctx, c, "mechanisms", None{})
}

// Mechanism returns one standing group.
func (c *Client) Mechanism(ctx context.Context, id string) (Mechanism, error) {
	return call[Mechanism](ctx, c, "mechanism", ByMechanism{id})
}

// MechanismCalendar returns a group's calendar as iCalendar.
func (c *Client) MechanismCalendar(ctx context.Context, id string) (string, error) {
	return call[string](ctx, c, "mechanismCalendar", ByMechanism{id})
}

// SayInMechanism makes this party say something in a group.
func (c *Client) SayInMechanism(ctx context.Context, s GroupSaying) (Mechanism, error) {
	return call[Mechanism](ctx, c, "sayInMechanism", s)
}
