package call

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
)

// A Content is what is entered, without who enters it.
type Content struct {
	Title     string     `json:"title"`
	Abstract  string     `json:"abstract"`
	Keywords  []string   `json:"keywords,omitempty"`
	Text      string     `json:"text,omitempty"`
	Event     *Event     `json:"event,omitempty"`     // of a side event
	Exhibitor *Exhibitor `json:"exhibitor,omitempty"` // of the expo
	Project   *Project   `json:"project,omitempty"`   // of an award
}

// An Event is a side event as its organiser wishes it.
type Event struct {
	Format  string `json:"format"` // site, online, hybrid
	Minutes int    `json:"minutes"`
	Seats   int    `json:"seats"`
	Wishes  string `json:"wishes,omitempty"` // days, equipment, languages
}

// An Exhibitor is what a visitor of the expo reads.
type Exhibitor struct {
	Organisation string    `json:"organisation"`
	Site         string    `json:"site,omitempty"`
	Products     []Product `json:"products"`
}

// A Product is one thing shown.
type Product struct {
	Name string `json:"name"`
	Text string `json:"text,omitempty"`
}

// A Project is nominated for an award.
type Project struct {
	Organisation string `json:"organisation"` // who carried it out
	Country      string `json:"country"`      // where
	Period       string `json:"period"`
	Results      string `json:"results"`
}

// An Author wrote, organises, exhibits or nominates. The first is written to.
type Author struct {
	Name         string `json:"name"`
	Organisation string `json:"organisation"`
	Email        string `json:"email,omitempty"`
}

func (c *Content) check(kind string) error {
	c.Title, c.Abstract, c.Text = strings.TrimSpace(c.Title), strings.TrimSpace(c.Abstract), strings.TrimSpace(c.Text)
	switch {
	case !line(c.Title):
		return fail.New(fail.Invalid, "an entry has a title of one line, at most %d bytes", maxLine)
	case c.Abstract == "" || !words(c.Abstract, MaxAbstract):
		return fail.New(fail.Invalid, "an entry has a summary of at most %d bytes, without control characters", MaxAbstract)
	case !words(c.Text, MaxText):
		return fail.New(fail.TooLarge, "a text has at most %d bytes, without control characters", MaxText)
	case len(c.Keywords) > maxKeywords:
		return fail.New(fail.TooLarge, "at most %d keywords", maxKeywords)
	case (c.Event != nil) != (kind == SideEvent) || (c.Exhibitor != nil) != (kind == Expo) || (c.Project != nil) != (kind == Award):
		return fail.New(fail.Invalid, "this call asks for something else; open its form again")
	case kind == Paper && c.Text == "":
		return fail.New(fail.Invalid, "a paper has a text")
	}
	for _, k := range c.Keywords {
		if !line(k) {
			return fail.New(fail.Invalid, "a keyword is one line of text")
		}
	}
	switch {
	case c.Event != nil:
		return c.Event.check()
	case c.Exhibitor != nil:
		return c.Exhibitor.check()
	case c.Project != nil:
		x := c.Project
		if !line(x.Organisation) || !line(x.Country) || !line(x.Period) || x.Results == "" || !words(x.Results, maxNote) {
			return fail.New(fail.Invalid, "a project names who carried it out, where, when, and its results in at most %d bytes", maxNote)
		}
	}
	return nil
}

func (e *Event) check() error {
	format := e.Format == "site" || e.Format == "online" || e.Format == "hybrid"
	if !format || e.Minutes < 15 || e.Minutes > 600 || e.Seats < 0 || e.Seats > 10_000 || !words(e.Wishes, maxNote) {
		return fail.New(fail.Invalid, "a side event is on site, online or hybrid, lasts 15 to 600 minutes and has at most 10000 seats")
	}
	return nil
}

func (e *Exhibitor) check() error {
	site := e.Site == "" || line(e.Site) && strings.HasPrefix(e.Site, "https://")
	if !line(e.Organisation) || !site || len(e.Products) == 0 || len(e.Products) > MaxProducts {
		return fail.New(fail.Invalid, "an exhibitor names the organisation, perhaps its pages (https://), and 1 to %d products", MaxProducts)
	}
	for _, x := range e.Products {
		if !line(x.Name) || !words(x.Text, maxNote) {
			return fail.New(fail.Invalid, "a product has a name of one line and a text of at most %d bytes", maxNote)
		}
	}
	return nil
}

// texts are the words of an entry that a reviewer reads, but for who carried a
// project out or exhibits: that is what they judge.
func (c *Content) texts() []string {
	all := append([]string{c.Title, c.Abstract, c.Text}, c.Keywords...)
	if c.Event != nil {
		all = append(all, c.Event.Wishes)
	}
	if c.Exhibitor != nil {
		for _, p := range c.Exhibitor.Products {
			all = append(all, p.Name, p.Text)
		}
	}
	if c.Project != nil {
		all = append(all, c.Project.Period, c.Project.Results)
	}
	return all
}

// minName is the length from which a name in a text is taken for the author's.
const minName = 4

// checkAuthors checks who enters, and that an anonymous text does not name them.
func checkAuthors(c *Call, x *Content, all []Author) error {
	if len(all) == 0 || len(all) > MaxAuthors {
		return fail.New(fail.Invalid, "an entry has 1 to %d authors", MaxAuthors)
	}
	text := fold(strings.Join(x.texts(), " "))
	for i := range all {
		a := &all[i]
		a.Name, a.Organisation, a.Email = strings.TrimSpace(a.Name), strings.TrimSpace(a.Organisation), strings.TrimSpace(a.Email)
		if !line(a.Name) || !line(a.Organisation) || a.Email != "" && !address(a.Email) || i == 0 && a.Email == "" {
			return fail.New(fail.Invalid, "each author has a name and an organisation, and the first a mail address")
		}
		named := utf8.RuneCountInString(a.Name) >= minName && strings.Contains(text, fold(a.Name)) || a.Email != "" && strings.Contains(text, fold(a.Email))
		if c.Anonymous && named {
			return fail.New(fail.Invalid, "the text names %s, and this call is reviewed without names; take the name out of it", a.Name)
		}
	}
	return nil
}

// A Receipt lets the author come back. The secret is told once and kept nowhere.
type Receipt struct {
	Number int
	Secret string
}

// Submit takes an entry in. When it returns, the entry is on disk.
func (d *Desk) Submit(ctx context.Context, call landbridge.ID, x Content, authors []Author) (*Receipt, error) {
	secret, err := d.secret()
	if err != nil {
		return nil, err
	}
	r := &Receipt{Secret: secret}
	err = d.c.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := readCall(tx.QueryRow(selectCall+tx.ForUpdate(), call)) // numbers are given under this lock
		if err != nil {
			return err
		}
		if !d.now().Before(c.Closes) {
			return fail.New(fail.Expired, "this call closed on %s", c.Closes.UTC().Format("2 January 2006 15:04 MST"))
		}
		if err := x.check(c.Kind); err != nil {
			return err
		}
		if err := checkAuthors(&c, &x, authors); err != nil {
			return err
		}
		if err := tx.QueryRow(`SELECT coalesce(max(number), 0) + 1 FROM call_entry WHERE of_call = $1`, call).Scan(&r.Number); err != nil {
			return err
		}
		if r.Number > MaxEntries {
			return fail.New(fail.Unavailable, "this call has taken all the entries it can; write to the secretariat")
		}
		id, err := landbridge.NewID(d.now(), d.c.Random)
		if err != nil {
			return err
		}
		key, err := d.c.Vault.Create(tx, owner(id))
		if err != nil {
			return err
		}
		content, long, err1 := x.seal(key, id)
		by, err2 := seals(key, authors, "authors", id)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO call_entry (id, of_call, number, state, token, content, long, authors, decision, decided_by, sent_us)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '',
				$10)`, id, call, r.Number, Sent, token(secret), content, long, by, []byte{}, db.Micros(d.now())); err != nil {
			return fmt.Errorf("taking an entry in: %w", err)
		}
		return d.fact(tx, factSent, "node", id)
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// seal returns what was entered and its long text, sealed apart.
func (c Content) seal(key blob.Key, id landbridge.ID) (content, long []byte, err error) {
	text := c.Text
	c.Text = ""
	content, err1 := seals(key, c, "content", id)
	long, err2 := seals(key, text, "text", id)
	return content, long, errors.Join(err1, err2)
}

// A row is an entry as stored.
type row struct {
	id, call                   landbridge.ID
	number                     int
	state, decidedBy           string
	content, authors, decision []byte
	sent                       time.Time
}

const selectEntry = `SELECT id, of_call, number, state, content, authors, decision, decided_by, sent_us FROM call_entry WHERE `

func readRow(s scanner, missing string) (*row, error) {
	r := &row{}
	var sent int64
	err := s.Scan(&r.id, &r.call, &r.number, &r.state, &r.content, &r.authors, &r.decision, &r.decidedBy, &sent)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fail.New(fail.Missing, "%s", missing)
	}
	if err != nil {
		return nil, fmt.Errorf("reading an entry: %w", err)
	}
	r.sent = db.Moment(sent)
	return r, nil
}

const (
	noSecret = "no entry is opened by this secret; check it"
	noEntry  = "there is no such entry"
)

// An Entry is one entry, opened as far as its reader may see it.
type Entry struct {
	ID       landbridge.ID
	Call     Call
	Number   int
	State    string
	Sent     time.Time
	Content  Content
	Authors  []Author // none for a reviewer of an anonymous call
	Decision Decision
	File     int64 // bytes of its file; 0: none, or none for this reader

	// Told to the author.
	Published time.Time
	Stand     string // "Hall 1, A2"
}

func (r *row) open(key blob.Key, c Call, withAuthors bool) (*Entry, error) {
	e := &Entry{ID: r.id, Call: c, Number: r.number, State: r.state, Sent: r.sent}
	if err := unseals(key, r.content, &e.Content, "content", r.id); err != nil {
		return nil, err
	}
	if !withAuthors {
		return e, nil
	}
	return e, errors.Join(unseals(key, r.authors, &e.Authors, "authors", r.id), unseals(key, r.decision, &e.Decision, "decision", r.id))
}

// entry opens an entry with its text.
func (d *Desk) entry(ctx context.Context, r *row, withAuthors bool) (*Entry, error) {
	c, err := readCall(d.c.DB.QueryRow(ctx, selectCall, r.call))
	if err != nil {
		return nil, err
	}
	key, err := d.c.Vault.Key(ctx, d.c.DB, owner(r.id))
	if err != nil {
		return nil, err
	}
	e, err := r.open(key, c, withAuthors)
	if err != nil {
		return nil, err
	}
	var long []byte
	if err := d.c.DB.QueryRow(ctx, `SELECT long, coalesce((SELECT size FROM call_file WHERE entry = call_entry.id), 0) FROM call_entry WHERE id = $1`, r.id).
		Scan(&long, &e.File); err != nil {
		return nil, fmt.Errorf("reading a text: %w", err)
	}
	if !withAuthors && c.Anonymous {
		e.File = 0
	}
	return e, unseals(key, long, &e.Content.Text, "text", r.id)
}

// Look returns an entry to its author, with the comments meant for them once it
// is decided. A decision that waits for a second person is not told.
func (d *Desk) Look(ctx context.Context, secret string) (*Entry, []string, error) {
	r, err := readRow(d.c.DB.QueryRow(ctx, selectEntry+`token = $1`, token(secret)), noSecret)
	if err != nil {
		return nil, nil, err
	}
	e, err := d.entry(ctx, r, true)
	if err != nil {
		return nil, nil, err
	}
	if e.State == Proposed {
		e.State, e.Decision = Sent, Decision{}
	}
	if err := d.news(ctx, e); err != nil {
		return nil, nil, err
	}
	if e.State == Sent || e.State == Withdrawn {
		return e, nil, nil
	}
	reviews, err := d.reviews(ctx, r.id)
	if err != nil {
		return nil, nil, err
	}
	var comments []string
	for _, v := range reviews {
		if v.State == Done && v.Comment != "" {
			comments = append(comments, v.Comment) // without who wrote it
		}
	}
	return e, comments, nil
}

// news adds what an author learns beside the decision: when the entry was
// published, and where an exhibitor stands.
func (d *Desk) news(ctx context.Context, e *Entry) error {
	var at int64
	err := d.c.DB.QueryRow(ctx, `SELECT coalesce((SELECT at_us FROM call_published WHERE entry = $1), 0)`, e.ID).Scan(&at)
	if err != nil {
		return fmt.Errorf("reading a publication: %w", err)
	}
	e.Published = db.Moment(at)
	if e.Call.Kind != Expo {
		return nil
	}
	var hall, code string
	err = d.c.DB.QueryRow(ctx, `SELECT hall, code FROM call_stand WHERE entry = $1`, e.ID).Scan(&hall, &code)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading a stand: %w", err)
	}
	e.Stand = hall + " · " + code
	return nil
}

// Change replaces what was entered: until the call closes, and after that when
// the author was asked to revise it.
func (d *Desk) Change(ctx context.Context, secret string, x Content) error {
	return d.byAuthor(ctx, secret, func(tx *db.Tx, r *row, c *Call, key blob.Key) error {
		if err := d.changeable(r, c); err != nil {
			return err
		}
		var authors []Author
		if err := unseals(key, r.authors, &authors, "authors", r.id); err != nil {
			return err
		}
		if err := x.check(c.Kind); err != nil {
			return err
		}
		if err := checkAuthors(c, &x, authors); err != nil {
			return err
		}
		content, long, err := x.seal(key, r.id)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE call_entry SET content = $1, long = $2, state = $3 WHERE id = $4`, content, long, Sent, r.id); err != nil {
			return fmt.Errorf("changing an entry: %w", err)
		}
		return d.fact(tx, factChanged, "node", r.id)
	})
}

// changeable refuses to change what is closed or decided.
func (d *Desk) changeable(r *row, c *Call) error {
	if r.state == Revise || r.state == Sent && c.IsOpen(d.now()) {
		return nil
	}
	return fail.New(fail.Expired, "this entry can no longer be changed")
}

// Withdraw takes an entry back before it is published; its key goes at once.
func (d *Desk) Withdraw(ctx context.Context, secret string) error {
	return d.byAuthor(ctx, secret, func(tx *db.Tx, r *row, _ *Call, _ blob.Key) error {
		var n int
		if err := tx.QueryRow(`SELECT count(*) FROM call_published WHERE entry = $1`, r.id).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			return fail.New(fail.Conflict, "this entry was published; write to the secretariat")
		}
		if err := d.fact(tx, factWithdrawn, "node", r.id); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE call_stand SET entry = '' WHERE entry = $1`, r.id); err != nil {
			return err
		}
		return d.erase(tx, r.id, Withdrawn)
	})
}

func (d *Desk) byAuthor(ctx context.Context, secret string, do func(*db.Tx, *row, *Call, blob.Key) error) error {
	return d.c.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := readRow(tx.QueryRow(selectEntry+`token = $1`+tx.ForUpdate(), token(secret)), noSecret)
		if err != nil {
			return err
		}
		c, err := readCall(tx.QueryRow(selectCall, r.call))
		if err != nil {
			return err
		}
		key, err := d.c.Vault.KeyTx(tx, owner(r.id))
		if err != nil {
			return err
		}
		return do(tx, r, &c, key)
	})
}
