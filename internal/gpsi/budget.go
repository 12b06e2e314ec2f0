package gpsi

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"landbridge.example"
	"landbridge.example/index/spec"
	"landbridge.example/internal/access"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// BudgetTotal is how many points a member spreads in each group.
const BudgetTotal = 100

// A BudgetRound is the question to members how they would weigh the parts of
// an index: each spreads [BudgetTotal] points over the parts of every group.
type BudgetRound struct {
	Groups   map[string][]string // codes to spread points over, by group
	Named    bool                // who gave what is published; else members are numbered
	Decision string              // that the members agreed so
	Until    time.Time
	State    string // open, closed
	At       time.Time
}

// A NewBudget asks for budgets.
type NewBudget struct {
	Groups   []string // none: every group whose parts are groups, or the index itself
	Named    bool
	Decision string
	Until    time.Time
}

func budgetRound(s source, id landbridge.ID) (*BudgetRound, error) {
	var groups string
	var until, at int64
	b := &BudgetRound{}
	err := s.row(`SELECT groups, named, decision, until_us, state, at_us FROM gpsi_budget WHERE edition = $1`, string(id)).
		Scan(&groups, &b.Named, &b.Decision, &until, &b.State, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(groups), &b.Groups)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the question for budgets: %w", err)
	}
	b.Until, b.At = db.Moment(until), db.Moment(at)
	return b, nil
}

// AskBudget asks the members who were shown an edition for their budgets. Its
// method must take weights from a table of budgets.
func (g *Register) AskBudget(ctx context.Context, by staff.Person, id landbridge.ID, n NewBudget) error {
	if err := g.may(by, access.ReleaseIndex); err != nil {
		return err
	}
	decision, err := line("decision of the members that weights are found so", n.Decision, true)
	if err != nil {
		return err
	}
	until := n.Until.UTC().Truncate(time.Second)
	if now := g.now(); !until.After(now) || until.Sub(now) > maxWait {
		return fail.New(fail.Invalid, "say until when budgets are taken: a time to come, within a year")
	}
	e, groups, to, err := g.budgetGroups(ctx, id, n.Groups)
	if err != nil {
		return err
	}
	h := &head{Edition: id, Until: until, At: g.now(), Budget: &budgetHead{Groups: groups, Named: n.Named, Decision: decision}}
	parcels, err := g.pack(ctx, kindBudget, h, nil, to...)
	if err != nil {
		return err
	}
	return g.write(ctx, "asking for budgets", func(tx *db.Tx) error {
		now, _, err := g.own(tx, id)
		if err != nil {
			return err
		}
		if now.State != e.State {
			return fail.New(fail.Conflict, "the edition changed in the meantime; look at it again")
		}
		b := &BudgetRound{Groups: groups, Named: n.Named, Decision: decision, Until: until, State: Open, At: h.At}
		if err := insertBudget(tx, id, b); err != nil {
			return err
		}
		if _, err := g.fact(tx, factBudget, by.Pseudonym, landbridge.Sum([]byte(toJSON(h.Budget))), string(id), decision); err != nil {
			return err
		}
		_, err = g.send(tx, parcels)
		return err
	})
}

func insertBudget(tx *db.Tx, id landbridge.ID, b *BudgetRound) error {
	res, err := tx.Exec(`INSERT INTO gpsi_budget (edition, groups, named, decision, until_us, state, at_us) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (edition) DO NOTHING`, string(id), toJSON(b.Groups), b.Named, b.Decision, db.Micros(b.Until), b.State, db.Micros(b.At))
	if err != nil {
		return fmt.Errorf("writing the question for budgets: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, fail.New(fail.Conflict, "budgets for this edition were asked for already"))
	}
	return nil
}

// budgetGroups checks what members are to weigh, and finds whom to ask.
func (g *Register) budgetGroups(ctx context.Context, id landbridge.ID, want []string) (
	e Edition, groups map[string][]string, to []landbridge.PartyID, err error) {
	s := g.reading(ctx)
	if e, err = edition(s, id, ""); err != nil {
		return e, nil, nil, err
	}
	if e.Publisher != g.me || e.State != Preview {
		return e, nil, nil, fail.New(fail.Conflict, "show the edition to the members first; they weigh what they have seen")
	}
	c, err := newest(s, e)
	if err != nil {
		return e, nil, nil, err
	}
	text, err := content(s, c.Spec)
	if err != nil {
		return e, nil, nil, err
	}
	sp, err := readSpec(text)
	if err != nil {
		return e, nil, nil, err
	}
	if budgetStep(sp) == nil {
		return e, nil, nil, fail.New(fail.Conflict,
			"the method takes no weights from budgets; set a method with a step weigh: {method: budget, file: …}")
	}
	if groups, err = partsOf(sp, want); err != nil {
		return e, nil, nil, err
	}
	err = s.each(func(rows *sql.Rows) error {
		var p landbridge.PartyID
		err := rows.Scan(&p)
		to = append(to, p)
		return err
	}, `SELECT DISTINCT party FROM gpsi_shown WHERE edition = $1 ORDER BY party`, string(id))
	if err != nil {
		return e, nil, nil, fmt.Errorf("reading who was shown an edition: %w", err)
	}
	return e, groups, to, nil
}

// partsOf returns the parts of the groups, in the order of the specification.
func partsOf(s *spec.Spec, want []string) (map[string][]string, error) {
	all := map[string][]string{}
	isGroup := map[string]bool{}
	for _, x := range s.Groups {
		isGroup[x.Code] = true
		if x.Parent != "" {
			all[x.Parent] = append(all[x.Parent], x.Code)
		}
	}
	if len(want) == 0 { // the upper levels: whose parts are groups themselves
		for code := range all {
			want = append(want, code)
		}
	}
	for _, x := range s.Indicators {
		if x.Parent != "" {
			all[x.Parent] = append(all[x.Parent], x.Code)
		}
	}
	out := map[string][]string{}
	for _, code := range want {
		if len(all[code]) < 2 {
			return nil, fail.New(fail.Invalid, "%.60q is no group with several parts to weigh", code)
		}
		out[code] = all[code]
	}
	if len(out) == 0 {
		return nil, fail.New(fail.Invalid, "name a group whose parts are to be weighed; the groups stand in the specification itself")
	}
	return out, nil
}

func (g *Register) takeBudget(tx *db.Tx, in *arrival) error {
	h := in.head.Budget
	e, err := edition(inside{tx}, in.head.Edition, tx.ForUpdate())
	if err != nil {
		return err
	}
	if e.Publisher != in.from || e.State != Preview || h == nil || len(h.Groups) == 0 {
		return fail.New(fail.Conflict, "budgets are asked for by the publisher of an edition in preview, for some groups")
	}
	decision, err := line("decision", h.Decision, true)
	if err != nil {
		return err
	}
	err = insertBudget(tx, e.ID, &BudgetRound{Groups: h.Groups, Named: h.Named, Decision: decision, Until: in.head.Until.UTC(), State: Open, At: in.at})
	if err != nil {
		return err
	}
	_, err = g.fact(tx, factBudget, nodeActor, landbridge.Sum([]byte(toJSON(h))), string(e.ID), decision)
	return err
}

// checkPoints holds points against what was asked for. Every group gets the
// whole budget, to a billionth.
func (b *BudgetRound) checkPoints(points map[string]float64) error {
	n := 0
	for _, group := range sortedKeys(b.Groups) {
		sum := 0.0
		for _, code := range b.Groups[group] {
			v, ok := points[code]
			if !ok || !(v >= 0) || math.IsInf(v, 0) {
				return fail.New(fail.Invalid, "give points from 0 to %d to %s", BudgetTotal, code)
			}
			sum += v
			n++
		}
		if math.Abs(sum-BudgetTotal) > 1e-7 {
			return fail.New(fail.Invalid, "the points in %s sum to %s, not %d", group, strconv.FormatFloat(sum, 'g', 8, 64), BudgetTotal)
		}
	}
	if n != len(points) {
		return fail.New(fail.Invalid, "there are points for something that was not asked for")
	}
	return nil
}

// open says whether points are taken now.
func (b *BudgetRound) open(now time.Time) error {
	switch {
	case b == nil:
		return fail.New(fail.Conflict, "nobody asked for budgets for this edition")
	case b.State != Open:
		return fail.New(fail.Conflict, "the budgets for this edition are closed")
	case !now.Before(b.Until):
		return fail.New(fail.Expired, "budgets were taken until %s", b.Until.Format("2006-01-02 15:04 UTC"))
	}
	return nil
}

// GiveBudget answers for this state. Given again, the later answer counts.
func (g *Register) GiveBudget(ctx context.Context, by staff.Person, id landbridge.ID, points map[string]float64) error {
	if err := g.may(by, access.SpeakOnIndex); err != nil {
		return err
	}
	s := g.reading(ctx)
	e, err := edition(s, id, "")
	if err != nil {
		return err
	}
	if e.Publisher == g.me {
		return fail.New(fail.Conflict, "budgets are given by the members; this node asked for them")
	}
	b, err := budgetRound(s, id)
	if err != nil {
		return err
	}
	if err := b.open(g.now()); err != nil {
		return err
	}
	if err := b.checkPoints(points); err != nil {
		return err
	}
	parcels, err := g.pack(ctx, kindGiven, &head{Edition: id, At: g.now(), Points: points}, nil, e.Publisher)
	if err != nil {
		return err
	}
	return g.write(ctx, "giving a budget", func(tx *db.Tx) error {
		if err := g.keepPoints(tx, id, g.me, points, by.Pseudonym, g.now()); err != nil {
			return err
		}
		_, err := g.send(tx, parcels)
		return err
	})
}

func (g *Register) keepPoints(tx *db.Tx, id landbridge.ID, p landbridge.PartyID, points map[string]float64, author string, at time.Time) error {
	var seq int64
	err := tx.QueryRow(`SELECT coalesce(max(seq), 0) + 1 FROM gpsi_points WHERE edition = $1 AND party = $2`, string(id), string(p)).Scan(&seq)
	if err != nil {
		return fmt.Errorf("numbering a budget: %w", err)
	}
	if seq > MaxComments {
		return fail.New(fail.TooLarge, "a member gives at most %d budgets", MaxComments)
	}
	_, err = tx.Exec(`INSERT INTO gpsi_points (edition, party, seq, points, author, at_us) VALUES ($1, $2, $3, $4, $5, $6)`,
		string(id), string(p), seq, toJSON(points), author, db.Micros(at))
	if err != nil {
		return fmt.Errorf("writing a budget: %w", err)
	}
	actor := author
	if p != g.me {
		actor = nodeActor
	}
	_, err = g.fact(tx, factGiven, actor, landbridge.Sum([]byte(toJSON(points))), string(id), string(p))
	return err
}

func (g *Register) takeGiven(tx *db.Tx, in *arrival) error {
	e, _, err := g.own(tx, in.head.Edition)
	if err != nil {
		return err
	}
	b, err := budgetRound(inside{tx}, e.ID)
	if err != nil {
		return err
	}
	if err := b.open(g.now()); err != nil {
		return err
	}
	if err := b.checkPoints(in.head.Points); err != nil {
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
	return g.keepPoints(tx, e.ID, in.from, in.head.Points, "", in.at)
}

// A Points is one member's answer.
type Points struct {
	Party  landbridge.PartyID
	Points map[string]float64
	At     time.Time
}

// given reads the answer that counts of each member, by code.
func given(s source, id landbridge.ID) (all []Points, err error) {
	err = s.each(func(rows *sql.Rows) error {
		var p Points
		var text string
		var at int64
		if err := rows.Scan(&p.Party, &text, &at); err != nil {
			return err
		}
		p.At = db.Moment(at)
		all = append(all, p)
		return json.Unmarshal([]byte(text), &all[len(all)-1].Points)
	}, `SELECT party, points, at_us FROM gpsi_points p WHERE edition = $1
		AND seq = (SELECT max(seq) FROM gpsi_points q WHERE q.edition = p.edition AND q.party = p.party) ORDER BY party`, string(id))
	if err != nil {
		return nil, fmt.Errorf("reading budgets: %w", err)
	}
	return all, nil
}

// CloseBudget ends the round: what members gave becomes the table that the
// method takes its weights from, in a new version of the edition.
func (g *Register) CloseBudget(ctx context.Context, by staff.Person, id landbridge.ID) error {
	if err := g.may(by, access.PrepareIndex); err != nil {
		return err
	}
	return g.write(ctx, "closing the budgets", func(tx *db.Tx) error {
		e, c, err := g.own(tx, id)
		if err != nil {
			return err
		}
		b, err := budgetRound(inside{tx}, id)
		if err != nil {
			return err
		}
		if b == nil || b.State != Open {
			return fail.New(fail.Conflict, "no budgets are open for this edition")
		}
		all, err := given(inside{tx}, id)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return fail.New(fail.Conflict, "no member has given a budget yet")
		}
		text, err := content(inside{tx}, c.Spec)
		if err != nil {
			return err
		}
		sp, err := readSpec(text)
		if err != nil {
			return err
		}
		w := budgetStep(sp)
		if w == nil {
			return fail.New(fail.Conflict, "the method takes no weights from budgets any more")
		}
		d, err := put(tx, b.table(w, all))
		if err != nil {
			return err
		}
		c.Files[w.File] = d.String()
		c.What, c.Note, c.Author = "weighted", fmt.Sprintf("budgets of %d members", len(all)), by.Pseudonym
		if _, err := tx.Exec(`UPDATE gpsi_budget SET state = 'closed' WHERE edition = $1`, string(id)); err != nil {
			return fmt.Errorf("closing the budgets: %w", err)
		}
		if _, err := g.fact(tx, factClosed, by.Pseudonym, d, string(id), c.Note); err != nil {
			return err
		}
		return g.change(tx, &e, c)
	})
}

// table writes the budgets as the engine reads them. Where names stay out,
// members are numbered in the order of what they gave, which tells nothing of
// who they are.
func (b *BudgetRound) table(w *spec.Weigh, all []Points) []byte {
	names := make([]string, len(all))
	order := make([]int, len(all))
	for i, p := range all {
		order[i], names[i] = i, string(p.Party)
	}
	if !b.Named {
		slices.SortFunc(order, func(x, y int) int { return slices.Compare(b.row(all[x]), b.row(all[y])) })
		for place, i := range order {
			names[i] = fmt.Sprintf("member %03d", place+1)
		}
	}
	var body [][]string
	for _, i := range order {
		for _, group := range sortedKeys(b.Groups) {
			for _, code := range b.Groups[group] {
				body = append(body, []string{names[i], code, strconv.FormatFloat(all[i].Points[code], 'g', -1, 64)})
			}
		}
	}
	return table([]string{w.Member, w.Code, w.Points}, body)
}

// row is a member's points in a fixed order.
func (b *BudgetRound) row(p Points) (out []float64) {
	for _, group := range sortedKeys(b.Groups) {
		for _, code := range b.Groups[group] {
			out = append(out, p.Points[code])
		}
	}
	return out
}

// standIn is the table that weights rest on until the members have weighed: the
// same points for every part. Nothing is released with it.
func standIn(s *spec.Spec) (path string, data []byte) {
	w := budgetStep(s)
	if w == nil {
		return "", nil
	}
	groups, err := partsOf(s, nil)
	if err != nil {
		return "", nil // the groups stand in a table; the engine says that the budgets are missing
	}
	var body [][]string
	for _, group := range sortedKeys(groups) {
		parts := groups[group]
		left := float64(BudgetTotal)
		for i, code := range parts {
			points := math.Floor(1e6*BudgetTotal/float64(len(parts))) / 1e6
			if i == len(parts)-1 {
				points = left
			}
			left -= points
			body = append(body, []string{"nobody yet", code, strconv.FormatFloat(points, 'g', -1, 64)})
		}
	}
	return w.File, table([]string{w.Member, w.Code, w.Points}, body)
}
