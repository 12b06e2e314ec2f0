package delegation

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"rsc.io/qr"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// Kinds of letters.
const (
	Invitation = "invitation"
	VisaLetter = "visa"
)

// Letters and badges are set in the standard fonts of PDF, which every reader
// has: no font travels in the file. They hold Latin letters, as a passport
// does; the name in its own script stands on the pages, where browsers set it.
const (
	marginMM = 25.0
	lineMM   = 6.0
)

// Letter returns a letter for an approved person as PDF, and keeps its digest,
// so that a consulate can ask whether it is real ([Office.CheckLetter]).
func (o *Office) Letter(ctx context.Context, p staff.Person, id landbridge.ID, kind string) ([]byte, error) {
	v, err := o.approved(ctx, p, id)
	if err != nil {
		return nil, err
	}
	if kind != Invitation && kind != VisaLetter {
		return nil, fail.New(fail.Invalid, "choose the invitation or the letter for the visa")
	}
	if kind == VisaLetter && v.Person.Visa == nil {
		return nil, fail.New(fail.Invalid, "no letter for the visa was asked for this person; nominate them again with passport and consulate")
	}
	if v.Edition.Ends.Before(o.now()) {
		return nil, fail.New(fail.Expired, "this edition is over; no letters are given for it")
	}
	reference := fmt.Sprintf("%s-%s-%06d", strings.ToUpper(v.Edition.ID), strings.ToUpper(kind[:1]), v.Number)
	out, err := letter(v, kind, reference, foot(v.Edition.Host, o.c.Public), o.now())
	if err != nil {
		return nil, err
	}
	return out, o.c.DB.Write(ctx, func(tx *db.Tx) error {
		digest := landbridge.Sum(out).String()
		if _, err := tx.Exec(`INSERT INTO delegation_letter (digest, reference, kind, person, issued_us) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
			digest, reference, kind, id, db.Micros(o.now())); err != nil {
			return fmt.Errorf("keeping a letter: %w", err)
		}
		return o.fact(tx, factLetter, p.Pseudonym, owner(id), reference)
	})
}

// approved opens a person who may be given papers, by who may give them: the
// secretariat of the edition.
func (o *Office) approved(ctx context.Context, p staff.Person, id landbridge.ID) (*View, error) {
	if err := runs(p); err != nil {
		return nil, err
	}
	v, err := o.Open(ctx, p, id)
	if err != nil {
		return nil, err
	}
	if v.State != Approved {
		return nil, fail.New(fail.Conflict, "letters and badges are given to people who are approved")
	}
	if !v.here { // a letter in the name of the host that its node would not recognise
		return nil, fail.New(fail.Denied, "letters and badges of edition %s are given by %s", v.Edition.ID, v.Edition.Host)
	}
	return v, nil
}

// A Given is a letter that was given out.
type Given struct {
	Reference, Kind string
	Issued          time.Time
	Stands          bool // the person is still approved
}

// CheckLetter says whether a file is, byte for byte, a letter that this node
// gave. It tells nothing that is not in the letter.
func (o *Office) CheckLetter(ctx context.Context, file []byte) (*Given, error) {
	var g Given
	var issued int64
	var state string
	err := o.c.DB.QueryRow(ctx, `SELECT l.reference, l.kind, l.issued_us, p.state FROM delegation_letter l JOIN delegation_person p ON p.id = l.person
		WHERE l.digest = $1`, landbridge.Sum(file).String()).Scan(&g.Reference, &g.Kind, &issued, &state)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fail.New(fail.Missing, "this node gave no such letter; a file that was changed or printed and scanned is not recognised")
	}
	if err != nil {
		return nil, fmt.Errorf("looking for a letter: %w", err)
	}
	g.Issued, g.Stands = db.Moment(issued), state == Approved
	return &g, nil
}

func paper(size, title string, now time.Time) (*fpdf.Fpdf, func(string) string) {
	f := fpdf.New("P", "mm", size, "")
	f.SetCreationDate(now)
	f.SetModificationDate(now)
	f.SetCatalogSort(true)
	f.SetLang("en")
	f.SetTitle(title, true)
	f.SetProducer("Landbridge", true)
	f.SetAutoPageBreak(true, marginMM)
	return f, f.UnicodeTranslatorFromDescriptor("") // to the letters of the standard fonts
}

func printed(f *fpdf.Fpdf) ([]byte, error) {
	var out bytes.Buffer
	if err := f.Output(&out); err != nil {
		return nil, fmt.Errorf("writing a PDF: %w", err)
	}
	return out.Bytes(), nil
}

func letter(v *View, kind, reference, foot string, now time.Time) ([]byte, error) {
	e := v.Edition
	f, tr := paper("A4", reference, now)
	f.SetMargins(marginMM, marginMM, marginMM)
	f.AddPage()
	f.SetFont("Helvetica", "B", 14)
	f.MultiCell(0, lineMM+1, tr(e.Host), "", "L", false)
	f.SetFont("Helvetica", "", 11)
	f.MultiCell(0, lineMM, tr(e.Title), "", "L", false)
	f.Ln(lineMM)
	f.MultiCell(0, lineMM, tr(day(now)+"\nReference: "+reference), "", "R", false)
	f.Ln(lineMM)
	for _, paragraph := range wording(v, kind) {
		f.MultiCell(0, lineMM, tr(paragraph), "", "L", false)
		f.Ln(lineMM / 2)
	}
	f.Ln(2 * lineMM)
	f.MultiCell(0, lineMM, tr("For "+e.Host), "", "L", false)
	f.Ln(lineMM)
	f.SetFont("Helvetica", "", 9)
	f.MultiCell(0, lineMM-1, tr(foot), "T", "L", false)
	return printed(f)
}

// foot says where a reader asks whether a letter is real. Who has it on paper
// finds the address there, and asks for the file.
func foot(host, public string) string {
	if public == "" {
		return "Whether this letter is real can be asked at the pages of " + host + " by giving this file there."
	}
	return "Whether this letter is real can be asked at " + public + "/public/letters by giving this file there. If you have it on paper only, ask for the file."
}

// wording says what a letter says. It names nothing that its reader does not need.
func wording(v *View, kind string) []string {
	e := v.Edition
	first, last := e.Days()
	days := day(first) + " to " + day(last)
	title := ""
	if v.Person.Title != "" && latin(v.Person.Title) {
		title = ", " + v.Person.Title
	}
	if kind == Invitation {
		return []string{
			"Dear " + v.Person.Latin + title + ",",
			fmt.Sprintf("%s has the honour of inviting you to %s, which takes place in %s from %s.", e.Host, e.Title, e.Place, days),
			fmt.Sprintf("You are registered as %s of the delegation %s, under number %d.", v.Part, v.Delegation, v.Number),
			"Please bring your passport or identity card: your badge is given to you at the desk against it.",
			"Yours faithfully,",
		}
	}
	visa := v.Person.Visa
	return []string{
		"To: " + visa.Mission,
		fmt.Sprintf("%s confirms that the person named below is registered for %s in %s from %s, as %s of the delegation %s.",
			e.Host, e.Title, e.Place, days, v.Part, v.Delegation),
		"Name: " + v.Person.Latin + title + "\nDate of birth: " + visa.Born + "\nCountry of passport: " + v.Person.Nation +
			"\nPassport: " + visa.Passport + ", valid until " + visa.Expires,
		"We ask you kindly to consider the application for a visa for the time of the event and the journey. The decision is yours alone.",
		"Yours faithfully,",
	}
}

func day(t time.Time) string { return t.UTC().Format("2 January 2006") }

// BadgePDF returns the badge of an approved person, on a card of A6.
func (o *Office) BadgePDF(ctx context.Context, p staff.Person, id landbridge.ID) ([]byte, error) {
	v, err := o.approved(ctx, p, id)
	if err != nil {
		return nil, err
	}
	return badgeCard(v, o.now())
}

const (
	cardWide = 105.0 // mm, A6
	codeMM   = 56.0  // side of the QR code with its quiet zone
	bandMM   = 17.0  // the band on top
	lineTop  = 76.0  // where the line with part, kind and number begins
	quiet    = 4     // modules around a code, as its standard asks
)

func badgeCard(v *View, now time.Time) ([]byte, error) {
	f := cards(fmt.Sprintf("%s %d", v.Edition.ID, v.Number), now)
	if err := f.card(v); err != nil {
		return nil, err
	}
	return printed(f.pdf)
}

// A stack is cards of A6, one on each page.
type stack struct {
	pdf *fpdf.Fpdf
	tr  func(string) string
}

func cards(title string, now time.Time) *stack {
	f, tr := paper("A6", title, now)
	f.SetMargins(6, 8, 6)
	f.SetAutoPageBreak(false, 0)
	return &stack{f, tr}
}

// widest is the width of the longest word of a text, in millimetres.
func widest(f *fpdf.Fpdf, text string) (most float64) {
	for word := range strings.FieldsSeq(text) {
		most = max(most, f.GetStringWidth(word))
	}
	return most
}

func (s *stack) card(v *View) error {
	code, err := qr.Encode(v.Decision.Badge, qr.M)
	if err != nil {
		return fmt.Errorf("drawing a code: %w", err)
	}
	f, tr := s.pdf, s.tr
	f.AddPage()
	f.SetFillColor(11, 93, 98)
	f.Rect(0, 0, cardWide, bandMM, "F")
	f.SetTextColor(255, 255, 255)
	f.SetFont("Helvetica", "B", 12)
	f.SetXY(6, 4)
	f.MultiCell(0, 5, tr(v.Edition.Title), "", "C", false)
	f.SetTextColor(0, 0, 0)
	f.SetY(bandMM + 6)
	size := 32.0
	for f.SetFont("Helvetica", "B", size); size > 14 && len(f.SplitText(tr(v.Person.Latin), cardWide-14)) > 2; size-- {
		f.SetFontSize(size)
	}
	for ; size > 14 && widest(f, tr(v.Person.Latin)) > cardWide-14; size-- { // a long word is not broken
		f.SetFontSize(size)
	}
	f.MultiCell(0, size*0.42, tr(v.Person.Latin), "", "C", false)
	f.Ln(2)
	f.SetFont("Helvetica", "", 14)
	f.MultiCell(0, 6, tr(v.Delegation), "", "C", false)
	f.SetFillColor(230, 238, 238)
	f.Rect(0, lineTop, cardWide, 9, "F")
	f.SetFont("Helvetica", "B", 13)
	f.SetXY(6, lineTop+1.5)
	f.CellFormat(0, 6, tr(fmt.Sprintf("%s · %s · No. %d", strings.ToUpper(v.Part), strings.ToUpper(v.Kind), v.Number)), "", 0, "C", false, 0, "")
	module := codeMM / float64(code.Size+2*quiet)
	left, top := (cardWide-codeMM)/2+quiet*module, 148-codeMM-3+quiet*module
	f.SetFillColor(0, 0, 0)
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			from := x
			for x < code.Size && code.Black(x, y) {
				x++
			}
			if x > from { // one bar for a run of modules: no hairlines between them
				f.Rect(left+float64(from)*module, top+float64(y)*module, float64(x-from)*module, module, "F")
			}
		}
	}
	return nil
}
