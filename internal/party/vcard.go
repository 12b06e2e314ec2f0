package party

import (
	"strconv"
	"strings"

	"landbridge.example/internal/contentline"
)

// VCard writes contact points as vCard 4.0 (RFC 6350), one card each, for an
// address book. The card's UID stays the same from version to version of the
// record, so that an address book replaces it.
func VCard(desks []Desk, langs ...string) string {
	var w contentline.Writer
	for _, d := range desks {
		d.card(&w, langs)
	}
	return w.String()
}

func (d Desk) card(w *contentline.Writer, langs []string) {
	param := func(name, value string) contentline.Param { return contentline.Param{Name: name, Value: value} }
	w.Add("BEGIN", "VCARD")
	w.Add("VERSION", "4.0")
	w.Add("KIND", "org")
	w.Add("UID", contentline.Text(strings.ToLower(string(d.Party))+"."+d.ID+"@landbridge.example"), param("VALUE", "text"))
	w.Text("FN", string(d.Party)+" · "+d.Contact.Name.In(langs...))
	w.Add("ORG", contentline.Text(d.Name.In(langs...))+";"+contentline.Text(d.Contact.Name.In(langs...)))
	for _, l := range sortedKeys(d.Contact.Name) {
		w.Text("NICKNAME", d.Contact.Name[l], param("LANGUAGE", l))
	}
	w.Text("ROLE", strings.ReplaceAll(d.Function, "_", " "))
	w.Text("NOTE", d.note())
	w.Text("TEL", d.Phone, param("VALUE", "text"), param("TYPE", "voice"))
	w.Text("EMAIL", d.Email)
	for _, c := range d.Channels {
		switch c.Kind {
		case "email":
			w.Text("EMAIL", c.Value)
		case "url":
			w.Add("URL", c.Value)
		case "video", "radio":
			w.Text("X-LANDBRIDGE-CHANNEL", c.Kind+": "+c.Value)
		case "fax":
			w.Text("TEL", c.Value, param("VALUE", "text"), param("TYPE", "fax"))
		default:
			w.Text("TEL", c.Value, param("VALUE", "text"), param("TYPE", "voice"), param("PREF", "1"))
		}
	}
	for i, l := range d.Languages {
		w.Add("LANG", l, param("PREF", strconv.Itoa(min(i+1, 100))))
	}
	if d.Zone != "" {
		w.Text("TZ", d.Zone, param("VALUE", "text"))
	}
	var processes []string
	for _, p := range d.Processes {
		processes = append(processes, contentline.Text(p))
	}
	if len(processes) > 0 {
		w.Add("CATEGORIES", strings.Join(processes, ","))
	}
	w.Add("REV", d.Date.UTC().Format("20060102T150405Z"))
	w.Add("END", "VCARD")
}

// note says in words what a card has no property for: hours and powers.
func (d Desk) note() string {
	var lines []string
	if d.Person != "" {
		lines = append(lines, d.Person)
	}
	if d.Hours != "" {
		lines = append(lines, d.Hours)
	}
	for _, w := range d.Duty {
		lines = append(lines, strings.Join(w.Days, " ")+" "+w.From+"-"+w.To+" ("+d.Zone+")")
	}
	for _, p := range d.Powers {
		lines = append(lines, strings.TrimSpace(p.Process+" "+p.Measure)+": "+strings.Join(p.May, ", "))
	}
	for _, c := range d.Channels {
		if c.Note != "" {
			lines = append(lines, c.Kind+" "+c.Value+": "+c.Note)
		}
	}
	return strings.Join(lines, "\n")
}
