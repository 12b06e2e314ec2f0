package gpsi

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/index/spec"
	"landbridge.example/internal/access"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/internal/staff"
)

// Kinds and states of comments.
const (
	Correction = "correction"
	DissentOf  = "dissent"
	Open       = "open"
	Accepted   = "accepted"
	Declined   = "declined"
)

// A Comment is what a party said about an edition before its release.
type Comment struct {
	ID                  landbridge.ID
	Edition             landbridge.ID
	Party               landbridge.PartyID
	Kind                string // correction or dissent
	Unit, Column        string // of a correction; Column also of a dissent about one
	Year                int
	Was, Wanted, Source string
	Text                string
	Language            string
	State               string // open, accepted, declined
	Answer              string
	At, Answered        time.Time
}

// A NewComment is a correction to ask for, or a dissent to publish.
type NewComment struct {
	Unit, Column   string
	Year           int
	Wanted, Source string // of a correction: the right value, and where it stands
	Text           string
	Language       string
}

const commentColumns = `id, edition, party, kind, unit, col, year, was, wanted, source, body, language, state, answer, at_us, answered_us`

func scanComment(s scanner) (c Comment, err error) {
	var at, answered int64
	err = s.Scan(&c.ID, &c.Edition, &c.Party, &c.Kind, &c.Unit, &c.Column, &c.Year, &c.Was, &c.Wanted, &c.Source, &c.Text, &c.Language,
		&c.State, &c.Answer, &at, &answered)
	c.At, c.Answered = db.Moment(at), db.Moment(answered)
	return c, err
}

func comments(s source, id landbridge.ID) (all []Comment, err error) {
	err = s.each(func(rows *sql.Rows) error {
		c, err := scanComment(rows)
		all = append(all, c)
		return err
	}, `SELECT `+commentColumns+` FROM gpsi_comment WHERE edition = $1 ORDER BY at_us, id LIMIT $2`, string(id), maxAttached)
	if err != nil {
		return nil, fmt.Errorf("reading comments: %w", err)
	}
	return all, nil
}

// said gathers what is published with an edition: dissents, and corrections
// with what became of them.
func (g *Register) said(s source, e Edition) (out said, err error) {
	all, err := comments(s, e.ID)
	if err != nil {
		return out, err
	}
	for _, c := range all {
		switch {
		case c.Kind == DissentOf:
			out.dissents = append(out.dissents, Dissent{Party: c.Party, About: c.Column, Language: c.Language, At: c.At, Text: c.Text})
		case c.State != Open:
			out.settled = append(out.settled, Settled{Party: c.Party, Unit: c.Unit, Column: c.Column, Year: c.Year, Was: c.Was, Wanted: c.Wanted,
				Source: c.Source, Text: c.Text, Accepted: c.State == Accepted, Answer: c.Answer, At: c.At, AnsweredAt: c.Answered})
		}
	}
	return out, nil
}

func insertComment(tx *db.Tx, c Comment, author string) error {
	var n int
	err := tx.QueryRow(`SELECT count(*) FROM gpsi_comment WHERE edition = $1 AND party = $2`, string(c.Edition), string(c.Party)).Scan(&n)
	if err != nil {
		return fmt.Errorf("counting comments: %w", err)
	}
	if n >= MaxComments {
		return fail.New(fail.TooLarge, "%s has made %d comments on this edition, which is the most", c.Party, n)
	}
	_, err = tx.Exec(`INSERT INTO gpsi_comment (`+commentColumns+`, author) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		string(c.ID), string(c.Edition), string(c.Party), c.Kind, c.Unit, c.Column, c.Year, c.Was, c.Wanted, c.Source, c.Text, c.Language, c.State, c.Answer,
		db.Micros(c.At), db.Micros(c.Answered), author)
	if err != nil {
		return fmt.Errorf("writing a comment: %w", err)
	}
	return nil
}

// Correct asks the publisher of an edition to put a value right.
func (g *Register) Correct(ctx context.Context, by staff.Person, id landbridge.ID, n NewComment) (Comment, error) {
	if err := g.may(by, access.CorrectIndex); err != nil {
		return Comment{}, err
	}
	return g.comment(ctx, by, id, Correction, n)
}

// Dissent sends the publisher of an edition a statement of this state that is
// published with it, as it is.
func (g *Register) Dissent(ctx context.Context, by staff.Person, id landbridge.ID, n NewComment) (Comment, error) {
	if err := g.may(by, access.SpeakOnIndex); err != nil {
		return Comment{}, err
	}
	return g.comment(ctx, by, id, DissentOf, n)
}

func (g *Register) comment(ctx context.Context, by staff.Person, id landbridge.ID, kind string, n NewComment) (Comment, error) {
	c := Comment{Edition: id, Party: g.me, Kind: kind, State: Open, At: g.now()}
	e, err := edition(g.reading(ctx), id, "")
	if err != nil {
		return c, err
	}
	if e.Publisher == g.me {
		return c, fail.New(fail.Conflict, "this node prepares the edition itself; import the right table")
	}
	if err := g.open(e); err != nil {
		return c, err
	}
	if c.ID, err = g.newID(); err != nil {
		return c, err
	}
	if err := c.fill(n); err != nil {
		return c, err
	}
	if kind == Correction {
		o, err := g.Calculate(ctx, by, id)
		if err != nil {
			return c, err
		}
		if c.Was, err = o.cell(c.Unit, c.Column, c.Year); err != nil {
			return c, err
		}
	}
	h := &head{Edition: id, At: c.At, Comment: &commentHead{ID: c.ID, Unit: c.Unit, Column: c.Column, Year: c.Year, Was: c.Was, Wanted: c.Wanted,
		Source: c.Source, Text: c.Text, Language: c.Language}}
	message, fact := kindAsked, factAsked
	if kind == DissentOf {
		message, fact = kindDissent, factDissent
	}
	parcels, err := g.pack(ctx, message, h, nil, e.Publisher)
	if err != nil {
		return c, err
	}
	err = g.write(ctx, "commenting on an edition", func(tx *db.Tx) error {
		if err := insertComment(tx, c, by.Pseudonym); err != nil {
			return err
		}
		if _, err := g.fact(tx, fact, by.Pseudonym, landbridge.Sum([]byte(toJSON(h.Comment))), string(id), ""); err != nil {
			return err
		}
		_, err := g.send(tx, parcels)
		return err
	})
	return c, err
}

// fill checks and takes over what a person wrote.
func (c *Comment) fill(n NewComment) error {
	var errs [6]error
	c.Unit, errs[0] = line("country", n.Unit, c.Kind == Correction)
	c.Column, errs[1] = line("indicator", n.Column, c.Kind == Correction)
	c.Wanted, errs[2] = line("value it should have", n.Wanted, c.Kind == Correction)
	c.Source, errs[3] = line("source of that value", n.Source, c.Kind == Correction)
	c.Text, errs[4] = paragraph("reason", n.Text, true)
	c.Language, errs[5] = line("language", n.Language, false)
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	c.Year = n.Year
	if c.Kind == Correction {
		if v, err := strconv.ParseFloat(c.Wanted, 64); err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
			return fail.New(fail.Invalid, "the value it should have is a number with a decimal point, such as 12.5")
		}
	}
	return nil
}

// open says whether comments on an edition are taken now.
func (g *Register) open(e Edition) error {
	switch {
	case e.State != Preview:
		return fail.New(fail.Conflict, "this edition is %s; comments are taken while it is in preview", e.State)
	case !g.now().Before(e.Until):
		return fail.New(fail.Expired, "comments on this edition were taken until %s", e.Until.Format("2006-01-02 15:04 UTC"))
	}
	return nil
}

// cell is the text of a raw value of an opened edition: empty where there is none.
func (o *Opened) cell(unit, column string, year int) (string, error) {
	k := o.Result.Column(column)
	if k < 0 || o.Result.Raw[k] == nil {
		return "", fail.New(fail.Invalid, "there is no indicator %.60q in this edition; the table lists their codes", column)
	}
	i, ok := o.places()[rowKey{unit, year}]
	if !ok {
		return "", fail.New(fail.Invalid, "there is no row of %.20q and year %d in this edition", unit, year)
	}
	if v := o.Result.Raw[k][i]; !math.IsNaN(v) {
		return strconv.FormatFloat(v, 'g', -1, 64), nil
	}
	return "", nil
}

func (g *Register) takeAsked(tx *db.Tx, in *arrival) error   { return g.takeComment(tx, in, Correction) }
func (g *Register) takeDissent(tx *db.Tx, in *arrival) error { return g.takeComment(tx, in, DissentOf) }

// takeComment keeps what another party says about an edition of ours.
func (g *Register) takeComment(tx *db.Tx, in *arrival, kind string) error {
	h := in.head.Comment
	if h == nil {
		return fail.New(fail.Invalid, "the message holds no comment")
	}
	if _, err := landbridge.ParseID(string(h.ID)); err != nil {
		return fail.New(fail.Invalid, "a comment has an id")
	}
	e, _, err := g.own(tx, in.head.Edition)
	if err != nil {
		return err
	}
	if err := g.open(e); err != nil {
		return err
	}
	var n int
	err = tx.QueryRow(`SELECT count(*) FROM gpsi_shown WHERE edition = $1 AND party = $2`, string(e.ID), string(in.from)).Scan(&n)
	if err != nil {
		return err
	}
	if n == 0 {
		return fail.New(fail.Denied, "this edition was not shown to %s", in.from)
	}
	if err := tx.QueryRow(`SELECT count(*) FROM gpsi_comment WHERE id = $1`, string(h.ID)).Scan(&n); err != nil || n > 0 {
		return err
	}
	c := Comment{ID: h.ID, Edition: e.ID, Party: in.from, Kind: kind, State: Open, At: in.at.UTC()}
	said := NewComment{Unit: h.Unit, Column: h.Column, Year: h.Year, Wanted: h.Wanted, Source: h.Source, Text: h.Text, Language: h.Language}
	if err := c.fill(said); err != nil {
		return err
	}
	c.Was = clip(h.Was, 40)
	if err := insertComment(tx, c, ""); err != nil {
		return err
	}
	fact := factAsked
	if kind == DissentOf {
		fact = factDissent
	}
	_, err = g.fact(tx, fact, nodeActor, landbridge.Sum([]byte(toJSON(h))), string(e.ID), string(in.from))
	return err
}

// An Answer settles a correction.
type Answer struct {
	Accept bool
	Text   string // why not, or what was done
}

// Settle accepts or declines a correction. Accepted, the value stands in the
// next version of the data, with the source that the member named.
func (g *Register) Settle(ctx context.Context, by staff.Person, id landbridge.ID, a Answer) error {
	if err := g.may(by, access.PrepareIndex); err != nil {
		return err
	}
	text, err := paragraph("answer", a.Text, !a.Accept)
	if err != nil {
		return err
	}
	c, err := scanComment(g.reading(ctx).row(`SELECT `+commentColumns+` FROM gpsi_comment WHERE id = $1 AND kind = 'correction'`, string(id)))
	if errors.Is(err, sql.ErrNoRows) {
		return fail.New(fail.Missing, "there is no such correction")
	}
	if err != nil {
		return fmt.Errorf("reading a correction: %w", err)
	}
	h := &head{Edition: c.Edition, At: g.now(), Answer: &answerHead{ID: c.ID, Accepted: a.Accept, Text: text}}
	parcels, err := g.pack(ctx, kindAnswered, h, nil, c.Party)
	if err != nil {
		return err
	}
	return g.write(ctx, "settling a correction", func(tx *db.Tx) error {
		e, content, err := g.own(tx, c.Edition)
		if err != nil {
			return err
		}
		state := Declined
		if a.Accept {
			state = Accepted
			if err := g.apply(tx, by, &e, content, c); err != nil {
				return err
			}
		}
		if err := settled(tx, c.ID, c.Party, state, text, h.At); err != nil {
			return err
		}
		if _, err := g.fact(tx, factSettled, by.Pseudonym, landbridge.Digest{}, string(e.ID), state+" "+string(c.ID)); err != nil {
			return err
		}
		_, err = g.send(tx, parcels)
		return err
	})
}

func settled(tx *db.Tx, id landbridge.ID, from landbridge.PartyID, state, text string, at time.Time) error {
	res, err := tx.Exec(`UPDATE gpsi_comment SET state = $1, answer = $2, answered_us = $3
		WHERE id = $4 AND party = $5 AND kind = 'correction' AND state = 'open'`,
		state, text, db.Micros(at), string(id), string(from))
	if err != nil {
		return fmt.Errorf("settling a correction: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, fail.New(fail.Conflict, "this correction is settled already"))
	}
	return nil
}

// takeAnswered keeps what became of a correction that we asked for.
func (g *Register) takeAnswered(tx *db.Tx, in *arrival) error {
	a := in.head.Answer
	if a == nil {
		return fail.New(fail.Invalid, "the message holds no answer")
	}
	e, err := edition(inside{tx}, in.head.Edition, tx.ForUpdate())
	if err != nil {
		return err
	}
	text, err := paragraph("answer", a.Text, false)
	if err != nil {
		return err
	}
	if e.Publisher != in.from {
		return fail.New(fail.Denied, "this edition is prepared by %s", e.Publisher)
	}
	state := Declined
	if a.Accepted {
		state = Accepted
	}
	if err := settled(tx, a.ID, g.me, state, text, in.at); err != nil {
		return err
	}
	_, err = g.fact(tx, factSettled, nodeActor, landbridge.Digest{}, string(e.ID), state+" "+string(a.ID))
	return err
}

// apply puts a corrected value into the data of an edition, in a new version.
func (g *Register) apply(tx *db.Tx, by staff.Person, e *Edition, c Content, fix Comment) error {
	text, err := content(inside{tx}, c.Spec)
	if err != nil {
		return err
	}
	s, err := readSpec(text)
	if err != nil {
		return err
	}
	column := dataColumn(s, fix.Column)
	for i := range s.Sources {
		src := &s.Sources[i]
		digest, ok := c.Files[src.File]
		if !ok {
			continue
		}
		data, err := content(inside{tx}, digest)
		if err != nil {
			return err
		}
		changed, err := replaceCell(src, data, column, fix)
		if err != nil {
			return err
		}
		if changed == nil {
			continue
		}
		d, err := put(tx, changed)
		if err != nil {
			return err
		}
		c.Files[src.File] = d.String()
		if err := g.originOf(tx, &c, fix, column); err != nil {
			return err
		}
		c.What, c.Note, c.Author = "corrected", fmt.Sprintf("%s %s: %s, asked for by %s", fix.Unit, fix.Column, fix.Wanted, fix.Party), by.Pseudonym
		return g.change(tx, e, c)
	}
	return fail.New(fail.Conflict,
		"the value of %s for %s is calculated or stands in a table of another shape; import the right table, then answer", fix.Column, fix.Unit)
}

// originOf notes where a corrected value comes from.
func (g *Register) originOf(tx *db.Tx, c *Content, fix Comment, column string) error {
	var old []byte
	if digest, ok := c.Files[provenanceFile]; ok {
		var err error
		if old, err = content(inside{tx}, digest); err != nil {
			return err
		}
	}
	p, err := ParseProvenance(old)
	if err != nil {
		return err
	}
	p.set(cellKey{fix.Unit, column, fix.Year}, Origin{Source: fix.Source, Note: "correction asked for by " + string(fix.Party)})
	d, err := put(tx, p.format())
	c.Files[provenanceFile] = d.String()
	return err
}

// dataColumn is the data column of an indicator.
func dataColumn(s *spec.Spec, code string) string {
	for _, i := range s.Indicators {
		if i.Code == code && i.Column != "" {
			return i.Column
		}
	}
	return code
}

// replaceCell changes one value of a wide table; nil if it does not hold the
// column, or is of another shape.
func replaceCell(src *spec.Source, data []byte, column string, fix Comment) ([]byte, error) {
	if src.Shape != "" && src.Shape != "wide" || src.Skip > 0 || src.Decimal != "" && src.Decimal != "." {
		return nil, nil
	}
	r := csv.NewReader(bytes.NewReader(data))
	all, err := r.ReadAll()
	if err != nil || len(all) == 0 {
		return nil, nil //nolint:nilerr // another separator: the engine reads it, this does not
	}
	header := column
	if h, ok := src.Columns[column]; ok {
		header = h
	}
	u, k := slices.Index(all[0], src.Unit), slices.Index(all[0], header)
	y := -1
	if src.Year != "" {
		y = slices.Index(all[0], src.Year)
	}
	if u < 0 || k < 0 || src.Year != "" && y < 0 {
		return nil, nil
	}
	for _, row := range all[1:] {
		if strings.TrimSpace(row[u]) == fix.Unit && (y < 0 || strings.TrimSpace(row[y]) == strconv.Itoa(fix.Year)) {
			row[k] = fix.Wanted
			return table(all[0], all[1:]), nil
		}
	}
	return nil, fail.New(fail.Conflict, "%s has no row of %.20q; import the right table, then answer", src.File, fix.Unit)
}

// hasKey reports whether a signing key stands in a record.
func hasKey(keys []party.SigningKey, text string) bool {
	return slices.ContainsFunc(keys, func(k party.SigningKey) bool { return k.Key == text })
}

func lower(p landbridge.PartyID) string { return strings.ToLower(string(p)) }
