package decision

import (
	"context"
	"fmt"
	"slices"
	"time"

	"landbridge.example"
	kernel "landbridge.example/decision"
	"landbridge.example/internal/access"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/internal/staff"
)

// Done is what came of an act: it was performed, or it waits for a second person.
type Done struct {
	Act      landbridge.Digest
	Proposal landbridge.ID
}

// commits reports whether by an act of this kind a party binds itself, so that
// two persons have to want it. Objecting stops something and is urgent: one may.
func commits(kind string) bool {
	return slices.Contains([]string{kernel.Agreed, kernel.Voted, kernel.Cast, kernel.Entrusted, kernel.Subscribed, kernel.Committed}, kind)
}

// Table begins a draft: this party tables a text, and keeps it. It returns the
// act that names the draft.
func (h *Chamber) Table(ctx context.Context, p staff.Person, t *kernel.Text) (Done, error) {
	return h.act(ctx, p, access.PrepareDecisions, &kernel.Act{Kind: kernel.Tabled, Body: string(t.Encode())})
}

// Translate publishes a translation of a version of a draft.
func (h *Chamber) Translate(ctx context.Context, p staff.Person, draft landbridge.Digest, t *kernel.Text) (Done, error) {
	return h.act(ctx, p, access.PrepareDecisions, &kernel.Act{Kind: kernel.Translated, Matter: draft, Body: string(t.Encode())})
}

// Amend proposes an amendment to the newest version of a draft.
func (h *Chamber) Amend(ctx context.Context, p staff.Person, draft landbridge.Digest, a *kernel.Amendment, note string) (Done, error) {
	return h.act(ctx, p, access.SpeakInDecisions, &kernel.Act{Kind: kernel.Amended, Matter: draft, Body: string(a.Encode()), Note: note})
}

// AmendTo proposes the amendment that makes wanted of the newest version of a
// draft, or of base if that is given. Paragraphs without an id are new.
func (h *Chamber) AmendTo(ctx context.Context, p staff.Person, draft, base landbridge.Digest, wanted []kernel.Paragraph, reason string) (Done, error) {
	d, err := h.Draft(ctx, p, draft)
	if err != nil {
		return Done{}, err
	}
	x := *d.Text()
	if !base.IsZero() && base != x.Digest() {
		return Done{}, fail.New(fail.Conflict, "the text was consolidated in the meantime; make the amendment on the version that stands")
	}
	x.Paragraphs = kernel.Named(wanted, string(h.me)+h.now().String())
	a, err := kernel.Amend(d.Text(), &x, reason)
	if err != nil {
		return Done{}, fail.Because(err, fail.Invalid, "this makes no amendment: %v", err)
	}
	return h.Amend(ctx, p, draft, a, "")
}

// OnAmendment supports, opposes or withdraws an amendment.
func (h *Chamber) OnAmendment(ctx context.Context, p staff.Person, kind string, draft, amendment landbridge.Digest, note string) (Done, error) {
	if !slices.Contains([]string{kernel.Supported, kernel.Opposed, kernel.Withdrew}, kind) {
		return Done{}, fail.New(fail.Invalid, "an amendment is supported, opposed or withdrawn")
	}
	return h.act(ctx, p, access.SpeakInDecisions, &kernel.Act{Kind: kind, Matter: draft, Of: amendment, Note: note})
}

// Consolidate makes the next version of a draft that this party keeps.
func (h *Chamber) Consolidate(ctx context.Context, p staff.Person, on landbridge.Digest, adopted []landbridge.Digest, note string) (Done, error) {
	d, err := draft(h.reading(ctx), on)
	if err != nil {
		return Done{}, err
	}
	var set []*kernel.Amendment
	for _, x := range d.Standing() {
		if slices.Contains(adopted, x.Act) {
			set = append(set, x.Amendment)
		}
	}
	if len(set) == 0 || len(set) != len(adopted) {
		return Done{}, fail.New(fail.Conflict, "some of these amendments stand no more; look at the draft again")
	}
	t, err := kernel.Consolidate(d.Text(), set)
	if err != nil {
		return Done{}, fail.Because(err, fail.Conflict, "the amendments make no text together: %v", err)
	}
	return h.act(ctx, p, access.PrepareDecisions, &kernel.Act{Kind: kernel.Consolidated, Matter: on, Text: t.Digest(), Acts: order(adopted), Note: note})
}

// A NewMatter is what a person says of a matter; the rest has defaults.
type NewMatter struct {
	Title, Subject, Session, Method string
	Text, Follows                   landbridge.Digest
	Opens, Closes                   time.Time // Opens zero: now
	Delegations, Tellers            []landbridge.PartyID
	Quorum                          int    // 0 of a consensus or vote: more than half
	Majority                        string // of a vote; empty: more than 1/2 of cast
	Proxies                         int
}

// Put opens a matter after filling in what a person left out.
func (h *Chamber) Put(ctx context.Context, p staff.Person, n NewMatter) (landbridge.Digest, error) {
	m := kernel.Matter{Subject: n.Subject, Title: n.Title, Text: n.Text, Session: n.Session, Follows: n.Follows, Method: n.Method, Proxies: n.Proxies,
		Opens: n.Opens.UTC().Truncate(time.Microsecond), Closes: n.Closes.UTC().Truncate(time.Microsecond), Delegations: sortParties(n.Delegations), Quorum: n.Quorum}
	if n.Opens.IsZero() {
		m.Opens = h.now().Add(openLead)
	}
	if m.Quorum == 0 && n.Method != kernel.Silence {
		m.Quorum = len(m.Delegations)/2 + 1
	}
	if n.Method == kernel.Vote {
		text := n.Majority
		if text == "" {
			text = "more than 1/2 of cast"
		}
		var err error
		if m.Majority, err = kernel.ParseMajority(text); err != nil {
			return landbridge.Digest{}, fail.Because(err, fail.Invalid, "%v", err)
		}
	} else if n.Majority != "" {
		return landbridge.Digest{}, fail.New(fail.Invalid, "only a vote has a majority")
	}
	if len(n.Tellers) > 0 {
		m.Tellers = sortParties(n.Tellers)
	}
	return h.Open(ctx, p, m)
}

// openLead lets a matter that opens now open a moment after its opening was signed.
const openLead = time.Second

func sortParties(all []landbridge.PartyID) []landbridge.PartyID {
	all = slices.Clone(all)
	slices.Sort(all)
	return slices.Compact(all)
}

// Version returns the text that a digest names in a draft: one of its versions,
// or what an amendment, named by its act, makes of its base.
func Version(d *kernel.Draft, x landbridge.Digest) (*kernel.Text, error) {
	at := func(digest landbridge.Digest) *kernel.Text {
		for _, v := range d.Versions {
			if v.Digest == digest {
				return v.Text
			}
		}
		return nil
	}
	if t := at(x); t != nil {
		return t, nil
	}
	for _, p := range d.Amendments {
		if base := at(p.Amendment.Base); p.Act == x && base != nil {
			return kernel.Consolidate(base, []*kernel.Amendment{p.Amendment})
		}
	}
	return nil, fail.New(fail.Missing, "this text has no such version or amendment")
}

// Open puts a text to delegations. The id and the keeper are filled in. Its
// text has been tabled, so that every delegation has it.
func (h *Chamber) Open(ctx context.Context, p staff.Person, m kernel.Matter) (landbridge.Digest, error) {
	id, err := landbridge.NewID(h.now(), h.c.Random)
	if err != nil {
		return landbridge.Digest{}, err
	}
	m.ID, m.Keeper = id, h.me
	if err := m.Check(); err != nil {
		return landbridge.Digest{}, fail.Because(err, fail.Invalid, "the matter cannot be opened: %v", err)
	}
	if m.Opens.Before(h.now()) {
		return landbridge.Digest{}, fail.New(fail.Invalid, "a matter opens now or later, never in the past")
	}
	if _, err := text(h.reading(ctx), m.Text); err != nil {
		return landbridge.Digest{}, err
	}
	view, err := h.c.Directory.View(ctx)
	if err != nil {
		return landbridge.Digest{}, err
	}
	for _, d := range slices.Concat(m.Delegations, m.Tellers) {
		if _, err := view.Lookup(d); err != nil {
			return landbridge.Digest{}, err
		}
	}
	_, err = h.act(ctx, p, access.PrepareDecisions, &kernel.Act{Kind: kernel.Opened, Body: string(m.Encode())})
	return m.Digest(), err
}

// A Saying is what a delegation says in a matter.
type Saying struct {
	Kind       string // agreed, objected, voted, entrusted, revoked, reserved, dissented, explained
	Choice     string // of voted; in a secret vote it leaves as a ballot
	For, To    landbridge.PartyID
	Note       string
	Paragraphs []string
}

// Say has this party say something in a matter. What commits it waits for a
// second person (S21).
func (h *Chamber) Say(ctx context.Context, p staff.Person, about landbridge.Digest, s Saying) (Done, error) {
	if !slices.Contains([]string{kernel.Agreed, kernel.Objected, kernel.Voted, kernel.Entrusted, kernel.Revoked,
		kernel.Reserved, kernel.Dissented, kernel.Explained}, s.Kind) {
		return Done{}, fail.New(fail.Invalid, "%.40q is nothing a delegation says", s.Kind)
	}
	m, _, _, err := matter(h.reading(ctx), about)
	if err != nil {
		return Done{}, err
	}
	a := &kernel.Act{Kind: s.Kind, Matter: about, Choice: s.Choice, For: s.For, To: s.To, Note: s.Note, Paragraphs: s.Paragraphs}
	if s.Kind != kernel.Entrusted && s.Kind != kernel.Revoked {
		a.Text = m.Text
	}
	return h.act(ctx, p, access.SpeakInDecisions, a)
}

// Extend moves the end of a silence that this party keeps, once.
func (h *Chamber) Extend(ctx context.Context, p staff.Person, about landbridge.Digest, until time.Time, reason string) (Done, error) {
	return h.act(ctx, p, access.PrepareDecisions, &kernel.Act{Kind: kernel.Extended, Matter: about, Closes: until, Note: reason})
}

// Drop ends a matter that this party keeps, with nothing decided.
func (h *Chamber) Drop(ctx context.Context, p staff.Person, about landbridge.Digest, reason string) (Done, error) {
	return h.act(ctx, p, access.PrepareDecisions, &kernel.Act{Kind: kernel.Dropped, Matter: about, Note: reason})
}

// Close closes a matter that this party keeps: it names every voice this node
// has. A second closing adds what came after the first.
func (h *Chamber) Close(ctx context.Context, p staff.Person, about landbridge.Digest, note string) (Done, error) {
	return h.act(ctx, p, access.PrepareDecisions, &kernel.Act{Kind: kernel.Closed, Matter: about, Note: note})
}

// Sign has this party's node sign the outcome of an adopted matter, after two
// persons wanted it.
func (h *Chamber) Sign(ctx context.Context, p staff.Person, about landbridge.Digest) (Done, error) {
	_, r, _, err := matter(h.reading(ctx), about)
	if err != nil {
		return Done{}, err
	}
	o, err := kernel.OutcomeOf(r)
	if err != nil {
		return Done{}, fail.Because(err, fail.Conflict, "there is no outcome to sign: %v", err)
	}
	return h.act(ctx, p, access.SpeakInDecisions, &kernel.Act{Kind: kernel.Subscribed, Matter: about, Text: o.Text, Of: o.Digest()})
}

// Commit has this party promise something, perhaps following from a matter.
func (h *Chamber) Commit(ctx context.Context, p staff.Person, from landbridge.Digest, c *kernel.Promise) (Done, error) {
	return h.act(ctx, p, access.SpeakInDecisions, &kernel.Act{Kind: kernel.Committed, Matter: from, Body: string(c.Encode())})
}

// Report has this party report on its own commitment.
func (h *Chamber) Report(ctx context.Context, p staff.Person, commitment landbridge.Digest, r *kernel.Report) (Done, error) {
	return h.act(ctx, p, access.SpeakInDecisions, &kernel.Act{Kind: kernel.Reported, Of: commitment, Body: string(r.Encode())})
}

// act performs what one person may do, and proposes what two have to want.
func (h *Chamber) act(ctx context.Context, p staff.Person, action access.Action, a *kernel.Act) (Done, error) {
	view, err := h.c.Directory.View(ctx)
	if err != nil {
		return Done{}, err
	}
	if action == access.SpeakInDecisions {
		err = h.speaks(p, view, action)
	} else {
		err = h.may(p, action)
	}
	if err != nil {
		return Done{}, err
	}
	var done Done
	err = h.c.DB.Write(ctx, func(tx *db.Tx) error {
		var err error
		if commits(a.Kind) {
			done.Proposal, err = h.propose(tx, p, *a)
		} else {
			x := *a
			done.Act, err = h.perform(tx, view, p.Pseudonym, &x)
		}
		return err
	})
	return done, err
}

// name gives an act its id, its party and its time.
func (h *Chamber) name(a *kernel.Act) error {
	id, err := landbridge.NewID(h.now(), h.c.Random)
	a.ID, a.Party, a.Made = id, h.me, h.now()
	return err
}

// perform signs an act and sends it on its way. It is in the own log and in the
// outbox in one transaction, or not at all.
func (h *Chamber) perform(tx *db.Tx, view *party.View, actor string, a *kernel.Act) (landbridge.Digest, error) {
	none := landbridge.Digest{}
	if err := h.name(a); err != nil {
		return none, err
	}
	var shares map[landbridge.PartyID]kernel.Share
	if a.Kind == kernel.Voted {
		m, _, _, err := matter(tx, a.Matter)
		if err != nil {
			return none, err
		}
		if m.Secret() {
			if shares, err = h.ballot(m, a); err != nil {
				return none, err
			}
		}
	}
	if a.Kind == kernel.Closed {
		if err := h.enumerate(tx, a); err != nil {
			return none, err
		}
	}
	if err := h.effect(tx, a); err != nil {
		return none, err
	}
	s, err := kernel.Sign(a, h.c.Keys.Signing.Sign)
	if err != nil {
		return none, fail.Because(err, fail.Invalid, "this cannot be signed: %v", err)
	}
	if _, err := h.keep(tx, s, actor, a.Made); err != nil {
		return none, err
	}
	if err := h.give(tx, view, a.Digest(), shares); err != nil {
		return none, err
	}
	to, err := h.audience(tx, view, a)
	if err != nil {
		return none, err
	}
	return a.Digest(), h.tell(tx, view, "decision."+a.Kind, s.Encode(), to)
}

// enumerate names in a closing every voice this node has, or all that an
// earlier closing left out.
func (h *Chamber) enumerate(tx *db.Tx, a *kernel.Act) error {
	_, r, all, err := matter(tx, a.Matter)
	if err != nil {
		return err
	}
	for _, x := range all {
		d := x.Digest()
		if kernel.IsVoice(x.Kind) && (r.End.IsZero() || slices.Contains(r.Unnamed, d)) { // a further closing adds
			a.Acts = append(a.Acts, d)
		}
	}
	a.Acts = a.Acts[:min(len(a.Acts), kernel.MaxNamed)] // the rest is for a further closing
	a.Acts = order(a.Acts)
	return nil
}

// effect refuses an act that would have no effect, and says why.
func (h *Chamber) effect(r reader, a *kernel.Act) error {
	if err := a.Check(); err != nil {
		return fail.Because(err, fail.Invalid, "this cannot be said so: %v", err)
	}
	if err := moot(r, a); err != nil {
		return err
	}
	digest := a.Digest()
	var refused []kernel.Refused
	switch a.Kind {
	case kernel.Opened, kernel.Tabled:
		return nil
	case kernel.Committed:
		return h.follows(r, a)
	case kernel.Reported:
		b, _, err := begun(r, kernel.Committed, a.Of)
		if err == nil && b.Party != a.Party {
			err = fail.New(fail.Denied, "the commitment is one of %s, which alone reports on it", b.Party)
		}
		return err
	case kernel.Amended, kernel.Supported, kernel.Opposed, kernel.Withdrew, kernel.Consolidated, kernel.Translated:
		b, all, err := begun(r, kernel.Tabled, a.Matter)
		if err != nil {
			return err
		}
		d, err := kernel.FoldDraft(b, append(all, a))
		if err != nil {
			return err
		}
		refused = d.Refused
	default:
		m, _, all, err := matter(r, a.Matter)
		if err != nil {
			return err
		}
		refused = kernel.Fold(m, append(all, a)).Refused
	}
	for _, x := range refused {
		if x.Act == digest {
			return fail.New(fail.Conflict, "%s", why(x.Why))
		}
	}
	return nil
}

// follows refuses a commitment that names a matter in which nothing was adopted.
func (h *Chamber) follows(r reader, a *kernel.Act) error {
	if a.Matter.IsZero() {
		return nil
	}
	_, result, _, err := matter(r, a.Matter)
	if err == nil && result.State != kernel.Adopted {
		err = fail.New(fail.Conflict, "the matter is %s; commitments follow from what was adopted", result.State)
	}
	return err
}

// why says in a sentence why an act has no effect.
func why(reason string) string {
	all := map[string]string{
		kernel.WrongMatter: "this is about another matter", kernel.WrongParty: "your party has no such part in this matter",
		kernel.WrongMethod: "the method of this matter knows nothing like this", kernel.WrongText: "the text changed; look at the one that stands",
		kernel.TooEarly: "the matter has not opened yet", kernel.TooLate: "the clock of this matter has ended",
		kernel.NoProxy:      "this voice was not entrusted to your party, or has spoken for itself",
		kernel.TooManyProxy: "that delegation carries as many voices as the rules allow",
		kernel.OnceOnly:     "a silence is extended once", kernel.BadExtension: "a silence is extended before it ends, to a later time within the bound",
		kernel.EarlyClosing: "the clock runs and not every delegation has spoken", kernel.BadBallot: "the ballot does not hold",
		kernel.BadTally: "the sums do not open the ballots; the matter is closed first", kernel.AfterTheEnd: "the matter was closed before",
		kernel.UnknownAct: "this names an act that the node does not know", kernel.BadAmendment: "the amendment does not fit the text that stands",
		kernel.BadText: "the text does not fit the version it is made from", kernel.Gone: "the amendment was withdrawn or is settled",
	}
	if s := all[reason]; s != "" {
		return s
	}
	return fmt.Sprintf("this has no effect now (%s)", reason)
}
