package delegation

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/delegation/badge"
	"landbridge.example/internal/delegation/door"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/table"
)

// TestPartyNominates follows a person whom a party's own node nominates: over
// the quota, approved, a badge that a door accepts, withdrawn again.
func TestPartyNominates(t *testing.T) {
	forum(t, func(t *testing.T, xf, xa *testNode) {
		ctx := t.Context()
		group := xf.invite(Delegation{Kind: KindParty, Party: "XA", Name: "Azuria", Members: 1, Observers: 0})
		_, err := xf.Invite(ctx, desk, Delegation{Edition: "2026", Kind: KindParty, Party: "XA", Name: "Azuria again"})
		refused(t, err, fail.Conflict, "quota")
		if errs := xf.deliver(xa); len(errs) != 0 {
			t.Fatal(errs)
		}
		_, err = xa.Nominate(ctx, police, group, []Nominee{{Head, mara}})
		refused(t, err, fail.Denied, "contact point")
		_, err = xa.Nominate(ctx, focal, group, []Nominee{{Member, mara}, {Member, Person{Latin: "Second Member"}}})
		refused(t, err, fail.Conflict, "quota")
		ids, err := xa.Nominate(ctx, focal, group, []Nominee{{Head, mara}, {Member, Person{Latin: "Ivo Tannen"}}})
		must(t, err)
		if errs := xa.deliver(xf); len(errs) != 0 {
			t.Fatal(errs)
		}
		refused(t, xf.Approve(ctx, focal, ids[0]), fail.Denied, "secretariat")
		must(t, xf.Approve(ctx, desk, ids[0]))
		refused(t, xf.Approve(ctx, desk, ids[0]), fail.Conflict, "look at it again")
		xf.deliver(xa)
		v, err := xa.Office.Open(ctx, focal, ids[0])
		must(t, err)
		if v.State != Approved || v.Number != 1 || v.Person.Latin != mara.Latin {
			t.Errorf("%+v", v)
		}
		keys := []ed25519.PublicKey{xf.keys.Signing.Public()}
		if b, err := badge.Verify(v.Decision.Badge, "2026", keys, nil, edition.Starts); err != nil || b.Name != mara.Latin || b.Category != KindParty || b.Number != 1 {
			t.Errorf("%+v %v", b, err)
		}
		_, err = xa.Letter(ctx, desk, ids[0], Invitation) // a secretariat, but not of this edition
		refused(t, err, fail.Denied, "Forum Secretariat")
		_, err = xa.BadgePDF(ctx, desk, ids[0])
		refused(t, err, fail.Denied, "Forum Secretariat")
		must(t, xa.Withdraw(ctx, focal, ids[0]))
		xa.deliver(xf)
		if s := xf.state(ids[0]); s != Withdrawn {
			t.Errorf("at the secretariat the person is %s", s)
		}
		r, err := xf.Revoked(ctx, "2026")
		must(t, err)
		if _, err := badge.Verify(v.Decision.Badge, "2026", keys, r, edition.Starts); !fail.Is(err, fail.Denied) {
			t.Errorf("the badge of a person who withdrew: %v", err)
		}
	})
}

// TestLateAndOver: what cannot be entered is answered, and the rest is entered.
func TestLateAndOver(t *testing.T) {
	forum(t, func(t *testing.T, xf, xa *testNode) {
		ctx := t.Context()
		group := xf.invite(Delegation{Kind: KindParty, Party: "XA", Name: "Azuria", Members: 2})
		xf.deliver(xa)
		must(t, xf.Resize(ctx, desk, group, 1, 0)) // the message about it is still under way
		ids, err := xa.Nominate(ctx, focal, group, []Nominee{{Member, Person{Latin: "One"}}, {Member, Person{Latin: "Two"}}})
		must(t, err)
		if errs := xa.deliver(xf); len(errs) != 0 {
			t.Fatal(errs)
		}
		xf.deliver(xa)
		v, err := xa.Office.Open(ctx, focal, ids[1])
		must(t, err)
		if xf.state(ids[0]) != Nominated || v.State != Refused || v.Decision.Ground != GroundQuota {
			t.Errorf("%s, %+v", xf.state(ids[0]), v)
		}
		xa.clock.Set(edition.Closes.Add(time.Second))
		_, err = xa.Nominate(ctx, focal, group, []Nominee{{Head, mara}})
		refused(t, err, fail.Expired, "closed")
	})
}

// TestStrangers: a message moves nothing that is not its sender's.
func TestStrangers(t *testing.T) {
	forum(t, func(t *testing.T, xf, xa *testNode) {
		group := xf.invite(Delegation{Kind: KindParty, Party: "XA", Name: "Azuria", Members: 2})
		xf.deliver(xa)
		ids, err := xa.Nominate(t.Context(), focal, group, []Nominee{{Head, mara}})
		must(t, err)
		xa.deliver(xf)
		say := func(n *testNode, kind string, from landbridge.PartyID, p parcel) error {
			p.Format = formParcel
			body, err := json.Marshal(p)
			must(t, err)
			return n.db.Write(t.Context(), func(tx *db.Tx) error { return n.takers()[kind](tx, from, body) })
		}
		d := &Delegation{ID: group, Edition: "2026", Kind: KindParty, Party: "XA", Name: "Azuria"}
		people := []entry{{ID: ids[0], State: Approved, Number: 7, Part: Head, Person: &mara}}
		for kind, from := range map[string]landbridge.PartyID{kindNominated: "XB", kindWithdrawn: "XB", kindDecided: "XB"} {
			refused(t, say(xf, kind, from, parcel{Delegation: d, People: people}), fail.Denied, "")
		}
		refused(t, say(xf, kindDecided, "XA", parcel{Delegation: d, People: people}), fail.Denied, "")
		refused(t, say(xa, kindDecided, "XB", parcel{Delegation: d, People: people}), fail.Denied, "")
		refused(t, say(xa, kindInvited, "XB", parcel{Delegation: d, Edition: &edition}), fail.Denied, "secretariat")
		if xf.state(ids[0]) != Nominated || xa.state(ids[0]) != Nominated {
			t.Error("a stranger moved a person")
		}
	})
}

// TestLink: a nomination link takes one list, also from two who use it at once.
func TestLink(t *testing.T) {
	forum(t, func(t *testing.T, xf, _ *testNode) {
		ctx := t.Context()
		group := xf.invite(Delegation{Kind: "ngo", Name: "Watch on Corridors", Members: 2, Observers: 1})
		secret, err := xf.Link(ctx, desk, group, 48*time.Hour)
		must(t, err)
		refused(t, xf.Submit(ctx, secret, []Nominee{{Head, mara}, {Head, mara}}), fail.Conflict, "quota")
		var wait sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			wait.Go(func() {
				errs[i] = xf.Submit(ctx, " "+strings.ToLower(secret), []Nominee{{Member, Person{Latin: "Ela Brand"}}})
			})
		}
		wait.Wait()
		entered := 0
		for _, err := range errs {
			if err == nil {
				entered++
				continue
			}
			refused(t, err, fail.Conflict, "used already")
		}
		s, err := xf.Look(ctx, secret)
		must(t, err)
		if entered != 1 || !s.Used || s.Count[Nominated] != 1 {
			t.Errorf("%d lists were taken: %+v", entered, s)
		}
		_, err = xf.Look(ctx, "AAAA")
		refused(t, err, fail.Missing, "ask the secretariat")
		again, err := xf.Link(ctx, desk, group, 48*time.Hour)
		must(t, err)
		_, err = xf.Look(ctx, secret)
		refused(t, err, fail.Missing, "does not work")
		xf.clock.Set(start.Add(48 * time.Hour))
		refused(t, xf.Submit(ctx, again, []Nominee{{Observer, mara}}), fail.Missing, "over")
	})
}

// TestS21Refusal: a refusal takes a ground, a reason and two persons.
func TestS21Refusal(t *testing.T) {
	forum(t, func(t *testing.T, xf, _ *testNode) {
		ctx := t.Context()
		group := xf.invite(Delegation{Kind: "media", Name: "Azur Radio", Members: 2})
		ids, err := xf.Nominate(ctx, desk, group, []Nominee{{Member, Person{Latin: "Ela Brand"}}})
		must(t, err)
		id := ids[0]
		refused(t, xf.ProposeRefusal(ctx, desk, id, "mood", "We do not like it."), fail.Invalid, "ground")
		refused(t, xf.ProposeRefusal(ctx, desk, id, "other", "no"), fail.Invalid, "reason")
		refused(t, xf.ConfirmRefusal(ctx, second, id), fail.Conflict, "look")
		must(t, xf.ProposeRefusal(ctx, desk, id, "incomplete", "The function of the person is missing."))
		refused(t, xf.ConfirmRefusal(ctx, desk, id), fail.Denied, "S21")
		refused(t, xf.Approve(ctx, second, id), fail.Conflict, "look")
		must(t, xf.ReturnRefusal(ctx, second, id))
		must(t, xf.Approve(ctx, desk, id))
		must(t, xf.ProposeRefusal(ctx, desk, id, "security", "Withdrawn at the request of the host."))
		must(t, xf.ConfirmRefusal(ctx, second, id))
		v, err := xf.Office.Open(ctx, second, id)
		must(t, err)
		r, err := xf.Revoked(ctx, "2026")
		must(t, err)
		if v.State != Refused || v.Decision.Ground != "security" || v.Decision.Badge != "" || !r.Has(1) {
			t.Errorf("%+v %+v", v, r)
		}
	})
}

// TestS15Erased: names lie sealed, and nobody reads them after the days of keeping.
func TestS15Erased(t *testing.T) {
	forum(t, func(t *testing.T, xf, _ *testNode) {
		ctx := t.Context()
		group := xf.invite(Delegation{Kind: "scholar", Name: "Academy", Members: 3})
		ids, err := xf.Nominate(ctx, desk, group, []Nominee{{Head, mara}, {Member, Person{Latin: "Ela Brand"}}})
		must(t, err)
		must(t, xf.Approve(ctx, desk, ids[0]))
		must(t, xf.Withdraw(ctx, desk, ids[1]))
		var body, decision []byte
		must(t, xf.db.QueryRow(ctx, `SELECT body, decision FROM delegation_person WHERE id = $1`, ids[0]).Scan(&body, &decision))
		if all := string(body) + string(decision); strings.Contains(all, "Ilven") || strings.Contains(all, "P1234567") || strings.Contains(all, "LB1:") {
			t.Error("a person lies open in the table")
		}
		xf.clock.Set(start.Add(keepRefused))
		_, err = xf.Office.Open(ctx, desk, ids[0])
		must(t, err)
		list, err := xf.List(ctx, desk, Query{Edition: "2026"})
		must(t, err)
		if len(list.Lines) != 2 || list.Lines[0].Latin != mara.Latin || list.Lines[1].State != Erased || list.Lines[1].Latin != "" {
			t.Errorf("%+v", list.Lines)
		}
		xf.clock.Set(edition.erases())
		must(t, xf.Sweep(ctx))
		_, err = xf.Office.Open(ctx, desk, ids[0])
		refused(t, err, fail.Missing, "erased")
		list, err = xf.List(ctx, desk, Query{Edition: "2026", Text: "ilven"})
		must(t, err)
		if list.Total != 0 || len(xf.open) != 0 {
			t.Errorf("after erasure: %+v, %d in memory", list, len(xf.open))
		}
	})
}

// TestList: searched without case and marks, in every script; exported as shown.
func TestList(t *testing.T) {
	forum(t, func(t *testing.T, xf, _ *testNode) {
		ctx := t.Context()
		group := xf.invite(Delegation{Kind: "industry", Name: "Rail Works", Members: 9, Observers: 9})
		_, err := xf.Nominate(ctx, desk, group, []Nominee{{Observer, Person{Latin: "Zoë Ångström", Title: "=HYPERLINK(\"x\")"}}, {Head, mara}, {Member, Person{Latin: "Mara Ilven", Nation: "XA"}}})
		must(t, err)
		for text, want := range map[string]int{"": 3, "angstrom ZOE": 1, "ильвен": 1, "rail": 3, "ilven xa": 2, "nobody": 0, "ilven zoe": 0} {
			l, err := xf.List(ctx, desk, Query{Edition: "2026", Text: text})
			must(t, err)
			if l.Total != want {
				t.Errorf("%q finds %d, want %d", text, l.Total, want)
			}
		}
		l, err := xf.List(ctx, desk, Query{Edition: "2026"})
		must(t, err)
		if l.Lines[0].Part != Head || !l.Lines[0].Twin || !l.Lines[1].Twin || l.Lines[2].Twin {
			t.Errorf("%+v", l.Lines)
		}
		_, err = xf.List(ctx, police, Query{Edition: "2026"})
		refused(t, err, fail.Denied, "nominated by")
		rows, err := xf.Table(ctx, desk, Query{Edition: "2026", Part: Observer}, Columns(map[string]string{"name": "Name"}))
		must(t, err)
		if len(rows) != 2 || rows[0][5] != "Name" || rows[1][5] != "Zoë Ångström" {
			t.Errorf("%q", rows)
		}
		file, err := table.CSV(rows)
		must(t, err)
		if !bytes.HasPrefix(file, []byte("\ufeff")) || !bytes.Contains(file, []byte(`"'=HYPERLINK(""x"")"`)) {
			t.Errorf("%s", file)
		}
		book, err := table.XLSX("People", rows)
		must(t, err)
		x, err := excelize.OpenReader(bytes.NewReader(book))
		must(t, err)
		if v, err := x.GetCellFormula("People", "H2"); err != nil || v != "" {
			t.Errorf("a formula: %q %v", v, err)
		}
		if plain("a\u202eb\x07c") != "abc" {
			t.Error("marks of direction or control characters stay in a cell")
		}
	})
}

// TestPapers: letters and badges are PDFs that can be recognised later.
func TestPapers(t *testing.T) {
	forum(t, func(t *testing.T, xf, _ *testNode) {
		ctx := t.Context()
		group := xf.invite(Delegation{Kind: "organisation", Name: "Órgão de Cooperação", Members: 3})
		ids, err := xf.Nominate(ctx, desk, group, []Nominee{{Head, mara}, {Member, Person{Latin: "Ela Brand"}}})
		must(t, err)
		_, err = xf.Letter(ctx, desk, ids[0], Invitation)
		refused(t, err, fail.Conflict, "approved")
		must(t, xf.Approve(ctx, desk, ids[0]))
		must(t, xf.Approve(ctx, desk, ids[1]))
		_, err = xf.Letter(ctx, desk, ids[1], VisaLetter)
		refused(t, err, fail.Invalid, "passport")
		for _, kind := range []string{Invitation, VisaLetter} {
			file, err := xf.Letter(ctx, desk, ids[0], kind)
			must(t, err)
			g, err := xf.CheckLetter(ctx, file)
			must(t, err)
			if !bytes.HasPrefix(file, []byte("%PDF-")) || len(file) > 20_000 || g.Kind != kind || !g.Stands {
				t.Errorf("%d bytes, %+v", len(file), g)
			}
			file[len(file)/2]++
			_, err = xf.CheckLetter(ctx, file)
			refused(t, err, fail.Missing, "no such letter")
		}
		card, err := xf.BadgePDF(ctx, desk, ids[0])
		must(t, err)
		if !bytes.HasPrefix(card, []byte("%PDF-")) || len(card) > 40_000 {
			t.Errorf("%d bytes", len(card))
		}
		var page bytes.Buffer
		must(t, xf.DoorPage(ctx, &page, "2026", badge.Words{Lang: "en", Dir: "ltr"}))
		v, err := xf.Office.Open(ctx, desk, ids[0])
		must(t, err)
		must(t, xf.keys.Rotate(start, rand.Reader))
		must(t, xf.Reissue(ctx, desk, ids[1]))
		w, err := xf.Office.Open(ctx, desk, ids[1])
		must(t, err)
		keys, err := xf.BadgeKeys(ctx)
		must(t, err)
		for _, x := range []*View{v, w} { // one was signed before the rotation, one after it
			if _, err := badge.Verify(x.Decision.Badge, "2026", keys, nil, start); err != nil || len(keys) != 2 {
				t.Errorf("%d keys: %v", len(keys), err)
			}
		}
		text, err := xf.RevokedText(ctx, "2026")
		must(t, err)
		if _, err := badge.ParseRevocations(text, []ed25519.PublicKey{xf.keys.Signing.Public()}); err != nil {
			t.Error(err)
		}
	})
}

// TestScans: files of scans come in any order and twice, and count people once.
func TestScans(t *testing.T) {
	forum(t, func(t *testing.T, xf, _ *testNode) {
		ctx := t.Context()
		group := xf.invite(Delegation{Kind: "ngo", Name: "Watch on Corridors", Members: 9})
		ids, err := xf.Nominate(ctx, desk, group, []Nominee{{Head, mara}, {Member, Person{Latin: "Ela Brand"}}})
		must(t, err)
		must(t, xf.Approve(ctx, desk, ids[0]))
		must(t, xf.Approve(ctx, desk, ids[1]))
		must(t, xf.Reissue(ctx, desk, ids[1])) // badge 2 was lost, 3 counts
		t0 := edition.Starts
		xf.clock.Set(t0.AddDate(0, 0, 1))
		file := func(door string, badges ...int) string {
			s := "landbridge-scans/1 2026\n"
			for i, b := range badges {
				s += fmt.Sprintf("%s %d %d %d\n", door, i+1, b, t0.Add(time.Duration(i)*time.Minute).UnixMicro())
			}
			return s
		}
		take := func(text string) *Taken {
			r, err := xf.TakeScans(ctx, desk, "2026", strings.NewReader(text))
			must(t, err)
			return r
		}
		north := file("north", 1, 1, 3)
		if r := take(north); r.New != 3 || r.Scans != 3 || r.Unknown != nil || r.Revoked != nil {
			t.Errorf("%+v", r)
		}
		if r := take(north); r.New != 0 {
			t.Errorf("a file brought twice: %+v", r)
		}
		if r := take(file("south", 77, 1, 2)); r.New != 3 || len(r.Unknown) != 1 || r.Unknown[0] != 77 || len(r.Revoked) != 1 || r.Revoked[0] != 2 {
			t.Errorf("%+v", r)
		}
		book, err := xf.Scans(ctx, desk, "2026")
		must(t, err)
		if e := book.Entries(); len(book.Scans) != 6 || len(e) != 4 || e[0].Again != 2 || !e[0].First.At.Equal(t0) {
			t.Errorf("%+v", e)
		}
		l, err := xf.List(ctx, desk, Query{Edition: "2026"})
		must(t, err)
		if !l.Lines[0].Inside.Equal(t0) || !l.Lines[1].Inside.Equal(t0.Add(2*time.Minute)) {
			t.Errorf("%+v", l.Lines)
		}
		_, err = xf.TakeScans(ctx, desk, "2025", strings.NewReader(north))
		refused(t, err, fail.Invalid, "edition 2026")
		_, err = xf.TakeScans(ctx, focal, "2026", strings.NewReader(north))
		refused(t, err, fail.Denied, "secretariat")
	})
}

// TestForget: who asks to be erased is, at once, and their badge ends.
func TestForget(t *testing.T) {
	forum(t, func(t *testing.T, xf, _ *testNode) {
		ctx := t.Context()
		group := xf.invite(Delegation{Kind: "scholar", Name: "Academy", Members: 3})
		ids, err := xf.Nominate(ctx, desk, group, []Nominee{{Head, mara}})
		must(t, err)
		must(t, xf.Approve(ctx, desk, ids[0]))
		_, err = xf.List(ctx, desk, Query{Edition: "2026"})
		must(t, err)
		refused(t, xf.Forget(ctx, focal, ids[0]), fail.Denied, "S15")
		must(t, xf.Forget(ctx, desk, ids[0]))
		must(t, xf.Forget(ctx, desk, ids[0]))
		_, err = xf.Office.Open(ctx, desk, ids[0])
		refused(t, err, fail.Missing, "erased")
		r, err := xf.Revoked(ctx, "2026")
		must(t, err)
		if !r.Has(1) || len(xf.open) != 0 {
			t.Errorf("%+v, %d in memory", r, len(xf.open))
		}
	})
}

// TestScans2000 brings the scans of 2,000 people from four doors, each file
// twice and all at once: the rows are what the pure merge says.
func TestScans2000(t *testing.T) {
	forum(t, func(t *testing.T, xf, _ *testNode) {
		ctx := t.Context()
		must(t, xf.SetEdition(ctx, desk, edition))
		want := &door.Book{Edition: "2026"}
		var files []string
		for d := range 4 {
			var scans []door.Scan
			for b := 1 + d; b <= 2000; b += 3 { // a third of the badges passes two doors
				when := edition.Starts.Add(time.Duration(b)*time.Second + time.Duration(d-2)*time.Hour) // clocks apart
				scans = append(scans, door.Scan{Door: fmt.Sprintf("door-%d", d), Sequence: int64(len(scans) + 1), Badge: b, At: when})
			}
			book, err := door.New("2026", scans...)
			must(t, err)
			want, err = door.Merge(want, book)
			must(t, err)
			var text strings.Builder
			_, err = book.WriteTo(&text)
			must(t, err)
			files = append(files, text.String(), text.String())
		}
		var wait sync.WaitGroup
		errs, brought := make([]error, len(files)), make([]int, len(files))
		for i, f := range files {
			wait.Go(func() {
				taken, err := xf.TakeScans(ctx, desk, "2026", strings.NewReader(f))
				if errs[i] = err; err == nil {
					brought[i] = taken.New
				}
			})
		}
		wait.Wait()
		sum := 0
		for i, err := range errs {
			must(t, err)
			sum += brought[i]
		}
		got, err := xf.Scans(ctx, desk, "2026")
		must(t, err)
		if !reflect.DeepEqual(got, want) || len(got.Entries()) != 2000 || sum != len(want.Scans) {
			t.Errorf("%d scans and %d people, %d said to be new; want %d and 2000", len(got.Scans), len(got.Entries()), sum, len(want.Scans))
		}
	})
}

func TestBadPeople(t *testing.T) {
	for name, x := range map[string]Person{
		"no Latin name":    {Name: "張偉"},
		"not Latin":        {Latin: "張偉"},
		"formula":          {Latin: "=cmd"},
		"control":          {Latin: "A\x00B"},
		"control in title": {Latin: "A", Title: "x\u0085y"},
		"country":          {Latin: "A", Nation: "Azuria"},
		"mail":             {Latin: "A", Email: "A <a@x.example>"},
		"no day of birth":  {Latin: "A", Visa: &Visa{Born: "1990-02-30", Passport: "1", Expires: "2031-01-01", Mission: "x"}},
		"long":             {Latin: strings.Repeat("a", maxLine+1)},
	} {
		if err := x.clean(); err == nil {
			t.Errorf("%s: %+v", name, x)
		}
	}
}

func FuzzParcel(f *testing.F) {
	p := parcel{Format: formParcel, Edition: &edition, Delegation: &Delegation{ID: "01890a5d-ac96-774b-bcce-b302099a8057"}, People: []entry{{ID: "01890a5d-ac96-774b-bcce-b302099a8057", Person: &mara}}}
	text, _ := json.Marshal(p)
	f.Add(text)
	f.Add([]byte(`{"format":"landbridge-delegation/1","delegation":{}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := parseParcel(b)
		if err != nil {
			return
		}
		if p.Edition != nil {
			_ = p.Edition.check()
		}
		for _, x := range p.People {
			if x.Person != nil && x.Person.clean() == nil && strings.ContainsFunc(x.Person.Latin, func(r rune) bool { return !nameLetter(r) }) {
				t.Errorf("%q may stand on a badge", x.Person.Latin)
			}
		}
	})
}
