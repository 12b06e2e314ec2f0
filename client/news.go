package client

import (
	"context"
	"net/http"
	"time"
)

// A NewsText is a piece of news in one language.
type NewsText struct {
	Title string `json:"title"`
	Lead  string `json:"lead,omitempty" doc:"One paragraph of plain text, for lists and feeds."`
	Body  string `json:"body,omitempty" doc:"Markdown without HTML and pictures."`
}

// A NewsItem is a piece of news as the secretariat works on it.
type NewsItem struct {
	ID        string              `json:"news"`
	Edition   string              `json:"edition,omitempty" doc:"Of the forum, if it belongs to one."`
	Texts     map[string]NewsText `json:"texts" doc:"The draft, by language."`
	State     string              `json:"state" doc:"draft, published or withdrawn."`
	Revision  int64               `json:"revision" doc:"Of the draft."`
	Version   int64               `json:"version" doc:"That was published last; 0: none."`
	Ahead     bool                `json:"ahead" doc:"The draft was changed since it was published."`
	Reason    string              `json:"reason,omitempty" doc:"Of the withdrawal."`
	Changed   time.Time           `json:"changed"`
	Published *time.Time          `json:"published,omitempty"`
	Address   string              `json:"address,omitempty" doc:"Of the public page, on this node."`
}

// A NewsList is news, what changed last first.
type NewsList struct {
	News []NewsItem `json:"news"`
}

// ByNews names a piece of news.
type ByNews struct {
	News string `path:"news"`
}

// WriteNews begins a piece of news.
type WriteNews struct {
	Edition string              `json:"edition,omitempty"`
	Texts   map[string]NewsText `json:"texts"`
}

// SaveNews replaces the draft of a piece of news.
type SaveNews struct {
	News    string              `path:"news" json:"-"`
	Edition string              `json:"edition,omitempty"`
	Texts   map[string]NewsText `json:"texts"`
	Seen    int64               `json:"seen" doc:"Revision of the draft as you saw it."`
}

// PublishNews shows a draft to the public.
type PublishNews struct {
	News string `path:"news" json:"-"`
	Seen int64  `json:"seen" doc:"Revision of the draft as you saw it."`
}

// WithdrawNews takes a piece of news from the public.
type WithdrawNews struct {
	News   string `path:"news" json:"-"`
	Reason string `json:"reason"`
}

// Agenda is the caller's personal agenda.
type Agenda struct {
	Picks []AgendaPick `json:"picks"`
}

// An AgendaPick is one session in an agenda.
type AgendaPick struct {
	Session string    `json:"session"`
	Edition string    `json:"edition"`
	Title   string    `json:"title,omitempty" doc:"As last published; empty: it is in no published programme any more."`
	Start   time.Time `json:"start,omitzero"`
	End     time.Time `json:"end,omitzero"`
	Place   string    `json:"place,omitempty"`
	Status  string    `json:"status,omitempty" doc:"confirmed or cancelled."`
}

// ByAgendaSession names a session of the caller's agenda.
type ByAgendaSession struct {
	Session string `path:"session" json:"-"`
}

// AgendaAddresses are the caller's personal addresses.
type AgendaAddresses struct {
	Addresses []AgendaAddress `json:"addresses"`
}

// An AgendaAddress is a personal address for a calendar program (CalDAV) and an
// address book (CardDAV).
type AgendaAddress struct {
	ID       string     `json:"address" doc:"The user name."`
	Secret   string     `json:"secret,omitempty" doc:"The password. It is told once, where the address is made."`
	URL      string     `json:"url" doc:"What the program asks for."`
	Name     string     `json:"name"`
	Contacts bool       `json:"contacts"`
	Made     time.Time  `json:"made"`
	Used     *time.Time `json:"used,omitempty"`
}

// NewAgendaAddress makes a personal address.
type NewAgendaAddress struct {
	Name     string `json:"name" doc:"Of the device, so that you know which address to end when it is lost."`
	Contacts bool   `json:"contacts,omitempty" doc:"The contact points that the parties publish, too."`
}

// ByAgendaAddress names a personal address.
type ByAgendaAddress struct {
	Address string `path:"address" json:"-"`
}

// NewAgendaCode makes a code by which a guest gets a personal agenda, once.
type NewAgendaCode struct {
	Label string `json:"label,omitempty" doc:"For whoever hands it out; it names no person."`
}

// An AgendaCode is a code that works once.
type AgendaCode struct {
	Code string    `json:"code"`
	Ends time.Time `json:"ends"`
	URL  string    `json:"url" doc:"Where the guest redeems it."`
}

func newsRoutes() []Route {
	get, post, put, del := http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
	return []Route{
		{Name: "news", Method: get, Path: "/news", Summary: "News, drafts too", In: None{}, Out: NewsList{}},
		{Name: "newsItem", Method: get, Path: "/news/{news}", Summary: "One piece of news", In: ByNews{}, Out: NewsItem{}},
		{Name: "writeNews", Method: post, Path: "/news", Summary: "Begin a piece of news", In: WriteNews{}, Out: NewsItem{}, Status: http.StatusCreated},
		{Name: "saveNews", Method: put, Path: "/news/{news}", Summary: "Replace the draft of a piece of news", In: SaveNews{}, Out: NewsItem{}},
		{Name: "publishNews", Method: post, Path: "/news/{news}/publish", Summary: "Show the draft to the public, as the next version",
			In: PublishNews{}, Out: NewsItem{}},
		{Name: "withdrawNews", Method: post, Path: "/news/{news}/withdraw", Summary: "Take a piece of news from the public, with the reason",
			In: WithdrawNews{}, Out: NewsItem{}},

		{Name: "agenda", Method: get, Path: "/agenda", Summary: "The caller's personal agenda", In: None{}, Out: Agenda{}},
		{Name: "pickSession", Method: put, Path: "/agenda/sessions/{session}", Summary: "Put a session into the caller's agenda",
			In: ByAgendaSession{}, Out: Agenda{}},
		{Name: "dropSession", Method: del, Path: "/agenda/sessions/{session}", Summary: "Take a session out of the caller's agenda",
			In: ByAgendaSession{}, Out: Agenda{}},
		{Name: "agendaAddresses", Method: get, Path: "/agenda/addresses", Summary: "The caller's personal addresses", In: None{}, Out: AgendaAddresses{}},
		{Name: "newAgendaAddress", Method: post, Path: "/agenda/addresses", Summary: "Make a personal address; its secret is told once",
			In: NewAgendaAddress{}, Out: AgendaAddress{}, Status: http.StatusCreated},
		{Name: "endAgendaAddress", Method: del, Path: "/agenda/addresses/{address}", Summary: "End a personal address",
			In: ByAgendaAddress{}, Status: http.StatusNoContent},
		{Name: "newAgendaCode", Method: post, Path: "/agenda/codes", Summary: "Make a code by which a guest gets a personal agenda, once",
			In: NewAgendaCode{}, Out: AgendaCode{}, Status: http.StatusCreated},
	}
}

// News returns news, drafts too.
func (c *Client) News(ctx context.Context) (NewsList, error) {
	return call[NewsList](ctx, c, "news", None{})
}

// NewsItem returns one piece of news.
func (c *Client) NewsItem(ctx context.Context, id string) (NewsItem, error) {
	return call[NewsItem](ctx, c, "newsItem", ByNews{id})
}

// WriteNews begins a piece of news.
func (c *Client) WriteNews(ctx context.Context, in WriteNews) (NewsItem, error) {
	return call[NewsItem](ctx, c, "writeNews", in)
}

// SaveNews replaces the draft of a piece of news.
func (c *Client) SaveNews(ctx context.Context, in SaveNews) (NewsItem, error) {
	return call[NewsItem](ctx, c, "saveNews", in)
}

// PublishNews shows a draft to the public.
func (c *Client) PublishNews(ctx context.Context, id string, seen int64) (NewsItem, error) {
	return call[NewsItem](ctx, c, "publishNews", PublishNews{id, seen})
}

// WithdrawNews takes a piece of news from the public.
func (c *Client) WithdrawNews(ctx context.Context, id, reason string) (NewsItem, error) {
	return call[NewsItem](ctx, c, "withdrawNews", WithdrawNews{id, reason})
}

// Agenda returns the caller's personal agenda.
func (c *Client) Agenda(ctx context.Context) (Agenda, error) {
	return call[Agenda](ctx, c, "agenda", None{})
}

// PickSession puts a session into the caller's agenda.
func (c *Client) PickSession(ctx context.Context, session string) (Agenda, error) {
	return call[Agenda](ctx, c, "pickSession", ByAgendaSession{session})
}

// DropSession takes a session out of the caller's agenda.
func (c *Client) DropSession(ctx context.Context, session string) (Agenda, error) {
	return call[Agenda](ctx, c, "dropSession", ByAgendaSession{session})
}

// AgendaAddresses returns the caller's personal addresses.
func (c *Client) AgendaAddresses(ctx context.Context) (AgendaAddresses, error) {
	return call[AgendaAddresses](ctx, c, "agendaAddresses", None{})
}

// NewAgendaAddress makes a personal address.
func (c *Client) NewAgendaAddress(ctx context.Context, in NewAgendaAddress) (AgendaAddress, error) {
	return call[AgendaAddress](ctx, c, "newAgendaAddress", in)
}

// EndAgendaAddress ends a personal address.
func (c *Client) EndAgendaAddress(ctx context.Context, address string) error {
	_, err := call[struct{}](ctx, c, "endAgendaAddress", ByAgendaAddress{address})
	return err
}

// NewAgendaCode makes a code by which a guest gets a personal agenda, once.
func (c *Client) NewAgendaCode(ctx context.Context, in NewAgendaCode) (AgendaCode, error) {
	return call[AgendaCode](ctx, c, "newAgendaCode", in)
}
