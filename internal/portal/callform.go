package portal

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"landbridge.example/internal/call"
	"landbridge.example/internal/fail"
)

// An EntryForm is what someone wrote in the form of a call, as they wrote it.
type EntryForm struct {
	Kind                                string
	Title, Abstract, Keywords, Text     string
	Format, Minutes, Seats, Wishes      string
	Organisation, Site, Products        string
	Country, Period, Results            string
	Rows                                []AuthorRow
	MaxAbstract, MaxText                int
	IsPaper, IsEvent, IsExpo, IsProject bool
	Crowd                               bool // somebody stands behind the fold
}

// An AuthorRow is one author in a form.
type AuthorRow struct {
	N                         int
	Name, Organisation, Email string
	First, More               bool // More: behind a fold until it is needed
}

func emptyForm(kind string) EntryForm {
	f := EntryForm{Kind: kind, MaxAbstract: call.MaxAbstract, MaxText: call.MaxText, Format: "site", Minutes: "60", Seats: "50",
		IsPaper: kind == call.Paper, IsEvent: kind == call.SideEvent, IsExpo: kind == call.Expo, IsProject: kind == call.Award}
	for i := range authorRows {
		f.Rows = append(f.Rows, AuthorRow{N: i + 1, First: i == 0, More: i >= rowsShown})
	}
	return f
}

// readForm reads what a page sent.
func readForm(kind string, v url.Values) EntryForm {
	f := emptyForm(kind)
	get := func(name string) string { return strings.ReplaceAll(v.Get(name), "\r\n", "\n") } // forms send lines as RFC 822 does
	f.Title, f.Abstract, f.Keywords, f.Text = get("title"), get("abstract"), get("keywords"), get("text")
	f.Format, f.Minutes, f.Seats, f.Wishes = get("format"), get("minutes"), get("seats"), get("wishes")
	f.Organisation, f.Site, f.Products = get("organisation"), get("site"), get("products")
	f.Country, f.Period, f.Results = get("country"), get("period"), get("results")
	for i := range f.Rows {
		r := &f.Rows[i]
		n := strconv.Itoa(r.N)
		r.Name, r.Organisation, r.Email = get("name-"+n), get("of-"+n), get("mail-"+n)
		f.Crowd = f.Crowd || r.More && r.Name != ""
	}
	return f
}

// formOf shows what was entered in a form again.
func formOf(kind string, x call.Content) EntryForm {
	f := emptyForm(kind)
	f.Title, f.Abstract, f.Keywords, f.Text = x.Title, x.Abstract, strings.Join(x.Keywords, ", "), x.Text
	if e := x.Event; e != nil {
		f.Format, f.Minutes, f.Seats, f.Wishes = e.Format, strconv.Itoa(e.Minutes), strconv.Itoa(e.Seats), e.Wishes
	}
	if e := x.Exhibitor; e != nil {
		f.Organisation, f.Site = e.Organisation, e.Site
		for _, p := range e.Products {
			f.Products += strings.TrimSuffix(p.Name+": "+p.Text, ": ") + "\n"
		}
	}
	if e := x.Project; e != nil {
		f.Organisation, f.Country, f.Period, f.Results = e.Organisation, e.Country, e.Period, e.Results
	}
	return f
}

// content returns what the form says, as the module takes it.
func (f *EntryForm) content() (call.Content, error) {
	x := call.Content{Title: f.Title, Abstract: f.Abstract, Text: f.Text}
	for _, k := range strings.FieldsFunc(f.Keywords, func(r rune) bool { return strings.ContainsRune(",،，;；\n", r) }) {
		if k = strings.TrimSpace(k); k != "" {
			x.Keywords = append(x.Keywords, k)
		}
	}
	switch f.Kind {
	case call.SideEvent:
		minutes, err1 := strconv.Atoi(strings.TrimSpace(f.Minutes))
		seats, err2 := strconv.Atoi(strings.TrimSpace(f.Seats))
		if err1 != nil || err2 != nil {
			return x, fail.New(fail.Invalid, "minutes and seats are whole numbers")
		}
		x.Event = &call.Event{Format: f.Format, Minutes: minutes, Seats: seats, Wishes: f.Wishes}
	case call.Expo:
		x.Exhibitor = &call.Exhibitor{Organisation: strings.TrimSpace(f.Organisation), Site: strings.TrimSpace(f.Site), Products: products(f.Products)}
	case call.Award:
		x.Project = &call.Project{Organisation: strings.TrimSpace(f.Organisation), Country: strings.TrimSpace(f.Country), Period: strings.TrimSpace(f.Period),
			Results: strings.TrimSpace(f.Results)}
	}
	return x, nil
}

// products reads lines of "name: what it is".
func products(text string) (all []call.Product) {
	for line := range strings.SplitSeq(text, "\n") {
		name, about, _ := strings.Cut(strings.TrimSpace(line), ":")
		if name = strings.TrimSpace(name); name != "" {
			all = append(all, call.Product{Name: name, Text: strings.TrimSpace(about)})
		}
	}
	return all
}

func (f *EntryForm) authors() (all []call.Author) {
	for _, r := range f.Rows {
		if strings.TrimSpace(r.Name+r.Organisation+r.Email) != "" || r.First {
			all = append(all, call.Author{Name: r.Name, Organisation: r.Organisation, Email: r.Email})
		}
	}
	return all
}

// An EntryText is what an entry says, laid out for reading.
type EntryText struct {
	Title, Abstract, Text string
	Keywords              []string
	Facts                 []EntryFact
	Products              []call.Product
	Results               string
	Site                  string
}

// An EntryFact is one line of an entry.
type EntryFact struct{ Name, Text string }

func entryText(v *visit, x call.Content) EntryText {
	out := EntryText{Title: x.Title, Abstract: x.Abstract, Text: x.Text, Keywords: x.Keywords}
	add := func(key, text string) {
		if text != "" {
			out.Facts = append(out.Facts, EntryFact{v.t.T(key), text})
		}
	}
	if e := x.Event; e != nil {
		add("public.calls.format", v.t.T("public.calls.format."+e.Format))
		add("public.calls.minutes", fmt.Sprint(e.Minutes))
		add("public.calls.seats", fmt.Sprint(e.Seats))
		add("public.calls.wishes", e.Wishes)
	}
	if e := x.Exhibitor; e != nil {
		add("public.calls.organisation", e.Organisation)
		out.Products, out.Site = e.Products, e.Site
	}
	if e := x.Project; e != nil {
		add("public.calls.organisation", e.Organisation)
		add("public.calls.country", e.Country)
		add("public.calls.period", e.Period)
		out.Results = e.Results
	}
	return out
}
