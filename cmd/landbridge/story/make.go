//go:build ignore

// Command make writes the documents of the demo story: small PDF files that
// any viewer opens, the same bytes on every run. Every bank, person and
// account in them is invented; XA and XB are not assigned to any state, so no
// such account number can exist.
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"strings"
)

// A page is drawn from the top: y counts points down from the upper edge.
type page struct{ b bytes.Buffer }

const (
	pageWidth  = 595
	pageHeight = 842
	margin     = 56
)

func escape(s string) string {
	return strings.NewReplacer(`\`, `\\`, `(`, `\(`, `)`, `\)`).Replace(s)
}

// text draws s at x, y. Fonts: F1 upright, F2 bold, F3 fixed width.
func (p *page) text(x, y int, font string, size int, s string) {
	fmt.Fprintf(&p.b, "BT /%s %d Tf %d %d Td (%s) Tj ET\n", font, size, x, pageHeight-y, escape(s))
}

func (p *page) rule(y int) {
	fmt.Fprintf(&p.b, "0.5 w %d %d m %d %d l S\n", margin, pageHeight-y, pageWidth-margin, pageHeight-y)
}

// head draws the letterhead that all documents of one house share.
func (p *page) head(house, under, title, right string) {
	fmt.Fprintf(&p.b, "q 0.04 0.35 0.39 rg %d %d %d %d re f Q\n", margin, pageHeight-92, 6, 44)
	p.text(margin+16, 64, "F2", 16, house)
	p.text(margin+16, 84, "F1", 9, under)
	p.rule(108)
	p.text(margin, 140, "F2", 14, title)
	p.text(margin, 158, "F1", 9, right)
}

// pairs draws label and value lines and returns the y below them.
func (p *page) pairs(y int, lines ...[2]string) int {
	for _, l := range lines {
		p.text(margin, y, "F1", 9, l[0])
		p.text(margin+150, y, "F2", 9, l[1])
		y += 16
	}
	return y
}

func (p *page) paragraph(y int, lines ...string) int {
	for _, l := range lines {
		p.text(margin, y, "F1", 10, l)
		y += 15
	}
	return y + 8
}

// columns draws one row of a table in fixed width.
func (p *page) row(y int, font string, cells ...string) int {
	p.text(margin, y, font, 8, fmt.Sprintf("%-11s %-48s %14s %14s", cells[0], cells[1], cells[2], cells[3]))
	return y + 15
}

// pdf returns a one-page document. The cross-reference table has true
// offsets, so strict readers open it too.
func (p *page) pdf(title string) []byte {
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R /Lang (en) >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R "+
			"/Resources << /Font << /F1 5 0 R /F2 6 0 R /F3 7 0 R >> >> >>", pageWidth, pageHeight),
		fmt.Sprintf("<< /Length %d >>\nstream\n%sendstream", p.b.Len(), p.b.String()),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
		"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
		fmt.Sprintf("<< /Title (%s) /Producer (Landbridge demo story) >>", escape(title)),
	}
	var out bytes.Buffer
	out.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	offsets := make([]int, len(objects))
	for i, o := range objects {
		offsets[i] = out.Len()
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, o := range offsets {
		fmt.Fprintf(&out, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&out, "trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, len(objects), start)
	return out.Bytes()
}

const invented = "Invented for a demonstration. Bank, persons and accounts do not exist; XA and XB are not assigned to any state."

func statement() []byte {
	var p page
	p.head("Kestrel Savings Bank", "14 Harbour Row, Port Selm, Azuria (XA) - licence AZ-B-0000", "Statement of account",
		"1 to 14 November 2026 - page 1 of 1 - printed 16 November 2026")
	y := p.pairs(190,
		[2]string{"Account holder", "Tomelia Brask"},
		[2]string{"Account", "XA00 KEST 0000 4417 2093"},
		[2]string{"Currency", "AZD"},
		[2]string{"Balance on 1 November", "61,204.18"},
	)
	y += 14
	p.rule(y)
	y = p.row(y+16, "F3", "Date", "Entry", "Debit", "Credit")
	p.rule(y - 8)
	y += 6
	for _, r := range [][4]string{
		{"2026-11-02", "Municipal pension, November", "", "2,310.00"},
		{"2026-11-03", "Port Selm Water and Heat", "148.20", ""},
		{"2026-11-06", "Card, Selm Market Hall", "63.75", ""},
		{"2026-11-09", "Transfer from savings XA00 KEST 0000 4417 2094", "", "25,000.00"},
		{"2026-11-11", "09:42 Transfer to XB00 NORD 0000 9921 7755", "18,400.00", ""},
		{"", "  Jaro Veskarin, ref SAFE ACCOUNT 1", "", ""},
		{"2026-11-11", "10:05 Transfer to XB00 NORD 0000 9921 7755", "29,750.00", ""},
		{"", "  Jaro Veskarin, ref SAFE ACCOUNT 2", "", ""},
		{"2026-11-12", "Block set by the bank after the customer's call", "", ""},
	} {
		y = p.row(y, "F3", r[0], r[1], r[2], r[3])
	}
	p.rule(y)
	y = p.pairs(y+24, [2]string{"Balance on 14 November", "40,152.23"})
	p.paragraph(y+24, "Certified as a true extract of the bank's books for the police of Azuria under",
		"file KSB-FR-2026-00417. Edda Quillonby, head of fraud response.")
	p.text(margin, 800, "F1", 7, invented)
	return p.pdf("Statement of account XA00 KEST 0000 4417 2093")
}

func bankReport() []byte {
	var p page
	p.head("Kestrel Savings Bank", "Fraud response - 14 Harbour Row, Port Selm, Azuria (XA)", "Report of a suspected fraud",
		"To the National Police of Azuria, financial crime desk - 12 November 2026")
	y := p.pairs(190,
		[2]string{"Bank's file", "KSB-FR-2026-00417"},
		[2]string{"Customer", "Tomelia Brask, born 1951, Port Selm"},
		[2]string{"Account debited", "XA00 KEST 0000 4417 2093"},
		[2]string{"Account credited", "XB00 NORD 0000 9921 7755, Nordhavel Bank, Borealis (XB)"},
		[2]string{"Name of beneficiary", "Jaro Veskarin"},
		[2]string{"Transfers", "11 November 2026: 09:42 AZD 18,400.00 and 10:05 AZD 29,750.00"},
		[2]string{"Loss reported", "AZD 48,150.00"},
	)
	y = p.paragraph(y+20,
		"On 11 November at about 09:20 a man telephoned our customer and said that he was an officer of",
		"the financial crime desk. He said that staff of this branch were stealing from her savings, told",
		"her to tell nobody, and stayed on the line while she moved her money to a \"safe account\" in two",
		"transfers. On 12 November her daughter became suspicious and called us.",
	)
	y = p.paragraph(y,
		"We blocked the account at 11:15 and sent a recall to Nordhavel Bank, which answered that the",
		"money had been credited and that it may say nothing more without a request from its police.",
	)
	p.paragraph(y, "We ask the police to find out who holds the account and where the money went.", "", "Edda Quillonby, head of fraud response")
	p.text(margin, 800, "F1", 7, invented)
	return p.pdf("Report of a suspected fraud KSB-FR-2026-00417")
}

func accountHolder() []byte {
	var p page
	p.head("Nordhavel Bank", "Register extracts - 2 Quay of the Pilots, Haldvik, Borealis (XB)", "Extract of the account register",
		"For the National Contact Point of Borealis - extract NHB-2026-11-5530")
	y := p.pairs(190,
		[2]string{"Account", "XB00 NORD 0000 9921 7755"},
		[2]string{"Opened", "28 October 2026, by telephone application"},
		[2]string{"Holder", "Jaro Veskarin"},
		[2]string{"Born", "1998, Haldvik"},
		[2]string{"Identity document", "Residence card XB-RC-0000-31187 (copy on file)"},
		[2]string{"Address given", "Room 6, 41 Ropewalk, Haldvik"},
		[2]string{"Telephone given", "+000 55 0142 77"},
		[2]string{"Persons with access", "Holder; second device enrolled 10 November 2026"},
		[2]string{"Balance when extracted", "BOR 212.40"},
	)
	p.paragraph(y+20,
		"The account was opened thirteen days before the credits and had no earlier movement. The second",
		"device was enrolled one day before the credits from a network outside Borealis. The movements",
		"since opening are in the file movements.csv.",
		"",
		"Signed for the register: Tove Armadel",
	)
	p.text(margin, 800, "F1", 7, invented)
	return p.pdf("Extract of the account register NHB-2026-11-5530")
}

const movements = `account,booked,kind,counterparty,counterparty_account,reference,amount,currency,balance
XB00NORD000099217755,2026-10-28T10:12:00Z,opening,,,,0.00,BOR,0.00
XB00NORD000099217755,2026-11-11T08:44:31Z,credit,Tomelia Brask,XA00KEST000044172093,SAFE ACCOUNT 1,16560.00,BOR,16560.00
XB00NORD000099217755,2026-11-11T09:02:10Z,cash,Machine 0417 Haldvik Station,,,-2000.00,BOR,14560.00
XB00NORD000099217755,2026-11-11T09:07:55Z,credit,Tomelia Brask,XA00KEST000044172093,SAFE ACCOUNT 2,26775.00,BOR,41335.00
XB00NORD000099217755,2026-11-11T09:15:02Z,transfer,Lumen Voucher House,XB00VOUC000000118204,order 88120,-39122.60,BOR,2212.40
XB00NORD000099217755,2026-11-11T19:20:47Z,cash,Machine 0131 Ropewalk,,,-2000.00,BOR,212.40
`

func main() {
	for name, b := range map[string][]byte{
		"statement.pdf":      statement(),
		"bank-report.pdf":    bankReport(),
		"account-holder.pdf": accountHolder(),
		"movements.csv":      []byte(movements),
	} {
		if err := os.WriteFile("story/"+name, b, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}
