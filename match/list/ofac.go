package list

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"regexp"
	"strings"
	"time"

	"landbridge.example/match"
)

// OFAC is the files of one OFAC list: sdn.csv, or cons_prim.csv, with the files
// of alternate names, addresses and overlong remarks. Only Names is needed.
type OFAC struct {
	Names, Aliases, Addresses, Remarks io.Reader
}

// ParseOFAC reads a list in OFAC's CSV format. The version is the caller's to
// give: the files do not say theirs.
func ParseOFAC(f OFAC, version string) (*List, error) {
	l := &List{Source: "OFAC", Version: version}
	at := map[string]int{}
	var texts [][]byte
	read := func(r io.Reader, what string, columns int, take func(row []string) error) error {
		if r == nil {
			return nil
		}
		text, err := slurp(r, what)
		if err != nil {
			return err
		}
		texts = append(texts, text)
		return eachRow(text, what, columns, take)
	}
	err := read(f.Names, "the OFAC name file", 12, func(row []string) error {
		if _, ok := at[row[0]]; ok {
			return refuse("duplicate", "the OFAC number %s stands on two records; fetch the list again", row[0])
		}
		at[row[0]] = len(l.Records)
		l.Records = append(l.Records, ofacRecord(row))
		return nil
	})
	if err != nil {
		return nil, err
	}
	record := func(id, what string) (*match.Record, error) {
		if i, ok := at[id]; ok {
			return &l.Records[i], nil
		}
		return nil, refuse("truncated", "%s speaks of record %s, which the name file does not have; fetch all files of the list again", what, id)
	}
	err = errors.Join(
		read(f.Aliases, "the OFAC alias file", 4, func(row []string) error {
			r, err := record(row[0], "the OFAC alias file")
			if err == nil {
				addName(r, row[3], match.Good)
			}
			return err
		}),
		read(f.Addresses, "the OFAC address file", 5, func(row []string) error {
			r, err := record(row[0], "the OFAC address file")
			if err == nil {
				r.Addresses = appendText(r.Addresses, strings.Trim(strings.Join(row[2:5], ", "), ", "))
			}
			return err
		}),
		read(f.Remarks, "the OFAC remark file", 2, func(row []string) error {
			r, err := record(row[0], "the OFAC remark file")
			if err == nil {
				remark(r, row[1])
			}
			return err
		}))
	if err != nil {
		return nil, err
	}
	return finish(l, texts...)
}

// eachRow reads CSV without a header; "-0-" is OFAC's empty field.
func eachRow(text []byte, what string, columns int, take func(row []string) error) error {
	text = bytes.TrimRight(text, "\x1a\r\n \t") // the files end with a control-Z
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = -1
	r.LazyQuotes = true
	r.ReuseRecord = true
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return refuse("format", "%s is not CSV as OFAC writes it (%.80v); fetch it again", what, err)
		}
		line, _ := r.FieldPos(0)
		if len(row) < columns {
			return refuse("truncated", "line %d of %s has %d fields where %d belong; fetch it again", line, what, len(row), columns)
		}
		for i := range row {
			if row[i] = clean(row[i]); row[i] == "-0-" {
				row[i] = ""
			}
		}
		if err := take(row); err != nil {
			return err
		}
	}
}

func ofacRecord(row []string) match.Record {
	r := match.Record{List: "OFAC", ID: row[0], Reference: row[0], Kind: match.Organisation, Programme: strings.Trim(row[3], "[] ")}
	switch row[2] {
	case "individual":
		r.Kind = match.Person
	case "vessel":
		r.Kind = match.Vessel
	case "aircraft":
		r.Kind = match.Aircraft
	}
	addName(&r, row[1], match.Primary)
	r.Positions = appendText(r.Positions, row[4])
	if row[5] != "" {
		r.Documents = append(r.Documents, match.Document{Type: "call sign", Number: row[5]})
	}
	if row[9] != "" {
		r.Nationalities = appendText(r.Nationalities, row[9]) // a vessel's flag
	}
	remark(&r, row[11])
	r.Comment = clean(row[11])
	return r
}

var (
	ofacNumber = regexp.MustCompile(`^(?:alt\. )?((?:Passport|National ID No\.|Cedula No\.|Identification Number|Tax ID No\.|NIT #|RUC #|C\.U\.R\.P\.|R\.F\.C\.|` +
		`Vessel Registration Identification|Registration ID|Registration Number|Company Number|SSN|Residency Number|Driver's License No\.|` +
		`Aircraft Tail Number|Aircraft Manufacturer's Serial Number \(MSN\)|D\.N\.I\.|Birth Certificate Number|Personal ID Card|Stateless Person ID Card))` +
		`:? ((?:IMO )?[^()]+?)(?: \(([^()]+)\))?$`)
	ofacAlias  = regexp.MustCompile(`^(?:Linked To: )?[an]\.k\.a\. '(.+)'$`)
	ofacFormer = regexp.MustCompile(`^f\.k\.a\. '(.+)'$`)
)

// remark reads OFAC's remarks: facts divided by semicolons.
func remark(r *match.Record, text string) {
	for fact := range strings.SplitSeq(strings.TrimSuffix(text, "."), ";") {
		fact = strings.TrimSuffix(clean(fact), ".")
		plain := strings.TrimPrefix(fact, "alt. ")
		switch {
		case strings.HasPrefix(plain, "DOB "):
			if b, ok := ofacBirth(plain[4:]); ok {
				r.Births = append(r.Births, b)
			}
		case strings.HasPrefix(plain, "POB "):
			r.BirthPlaces = appendText(r.BirthPlaces, plain[4:])
		case strings.HasPrefix(plain, "nationality "):
			r.Nationalities = appendText(r.Nationalities, plain[12:])
		case strings.HasPrefix(plain, "citizen "):
			r.Nationalities = appendText(r.Nationalities, plain[8:])
		case strings.HasPrefix(plain, "Gender "):
			r.Gender = strings.ToLower(plain[7:])
		case ofacAlias.MatchString(fact):
			addName(r, ofacAlias.FindStringSubmatch(fact)[1], match.Weak)
		case ofacFormer.MatchString(fact):
			addName(r, ofacFormer.FindStringSubmatch(fact)[1], match.Good)
		default:
			if m := ofacNumber.FindStringSubmatch(fact); m != nil {
				number, imo := strings.CutPrefix(m[2], "IMO ")
				kind := documentType(m[1])
				if imo {
					kind = "imo"
				}
				r.Documents = append(r.Documents, match.Document{Type: kind, Number: clean(number), Country: clean(m[3])})
			}
		}
	}
}

// ofacBirth reads "10 Dec 1948", "Dec 1948", "circa 1948" and "1948 to 1950".
func ofacBirth(s string) (match.Birth, bool) {
	s, about := strings.CutPrefix(s, "circa ")
	from, to, ranged := strings.Cut(s, " to ")
	a, ok := ofacDay(from)
	if !ok || !ranged {
		return match.Birth{From: a, To: a, About: about}, ok
	}
	b, ok := ofacDay(to)
	return match.Birth{From: a, To: b, About: about}, ok && a.Year <= b.Year
}

func ofacDay(s string) (match.Day, bool) {
	s = clean(s)
	for _, layout := range []string{"2 Jan 2006", "Jan 2006", "2006"} {
		t, err := time.Parse(layout, s)
		if err != nil || t.Year() < 1800 {
			continue
		}
		d := match.Day{Year: t.Year()}
		if layout != "2006" {
			d.Month = int(t.Month())
		}
		if layout == "2 Jan 2006" {
			d.Day = t.Day()
		}
		return d, true
	}
	return match.Day{}, false
}
