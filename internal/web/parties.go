package web

import (
	"net/http"
	"strings"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/lang"
	"landbridge.example/internal/party"
)

// partyName returns a party's name in the reader's language, or its code. A
// party that is suspended or unknown still has to be shown, so this never fails.
func (s *site) partyName(v *visit, p landbridge.PartyID) string {
	if s.Directory == nil || p == "" {
		return string(p)
	}
	all, err := s.Directory.History(v.Context(), p)
	if err != nil || len(all) == 0 {
		return string(p)
	}
	if name := all[len(all)-1].Record.Name.In(v.t.Code); name != "" {
		return name
	}
	return string(p)
}

// A PartiesView is page/parties.
type PartiesView struct {
	Frame
	Parties  []PartyLine
	Position int64
	Head     string
	Founding string
	Orderer  string
}

// A PartyLine is one party of the list.
type PartyLine struct {
	Code, Name, Kind, Reach, Languages string
	Us                                 bool
	Suspended                          string // the reason
	Processes                          []string
	Since                              string
}

func (s *site) parties(v *visit) error {
	view := PartiesView{Frame: s.frame(v, v.t.T("parties.title"))}
	d, err := s.Directory.View(v.Context())
	if err != nil {
		return err
	}
	view.Position, view.Head, view.Founding = d.Position(), d.Head().String(), d.Founding().String()
	view.Orderer = s.codes(v, []landbridge.PartyID{d.Secretariat()})
	for _, l := range d.All() {
		line := PartyLine{
			Code: string(l.Party), Name: l.Record.Name.In(v.t.Code), Kind: v.t.T("party.kind." + string(l.Record.Kind)),
			Reach: v.t.T("party.reach." + string(l.Record.Reach)), Languages: languages(v.t, l.Record.Languages),
			Us: l.Party == s.Party, Since: v.t.Date(l.Time),
		}
		if l.Suspended {
			line.Suspended = l.Reason
		}
		for _, p := range l.Record.Profiles {
			line.Processes = append(line.Processes, s.titled(v.t, p.Process))
		}
		view.Parties = append(view.Parties, line)
	}
	return s.show(v, http.StatusOK, "parties", view)
}

// languages writes language codes as names where the catalogue has them.
func languages(t *lang.Texts, codes []string) string {
	names := make([]string, len(codes))
	for i, c := range codes {
		names[i] = t.Or(c, "language."+c)
	}
	return t.List(names)
}

// A PartyView is page/party: one party's record in force, its requirements and
// its history.
type PartyView struct {
	Frame
	Code, Name, Kind, Reach string
	Suspended               string
	Version, Position       int64
	Date                    string
	Speaks                  string
	Roles                   string
	Addresses               []string
	Relays                  string
	Contacts                []ContactLine
	Profiles                []ProfileCard
	Keys                    []KeyFact
	History                 []VersionLine
	Us                      bool
	MayAsk                  bool
}

// A ContactLine is one contact point.
type ContactLine struct{ Name, Phone, Email, Hours, Languages string }

// A ProfileCard is what the party requires under one process.
type ProfileCard struct {
	Process, Title string
	Lines          []NameValue
	Demands        []string
}

// A NameValue is one line of a definition list.
type NameValue struct{ Name, Value string }

// A KeyFact is one public key, shortened, with its use.
type KeyFact struct {
	Use, ID, Whole, Note string
	Revoked              bool
}

// A VersionLine is one earlier record.
type VersionLine struct {
	Version, Position int64
	Date, Digest      string
}

func (s *site) party(v *visit) error {
	id, err := landbridge.ParsePartyID(v.PathValue("party"))
	if err != nil {
		return fail.New(fail.Missing, "%v", err)
	}
	all, err := s.Directory.All(v.Context())
	if err != nil {
		return err
	}
	for _, l := range all {
		if l.Party == id {
			return s.showParty(v, l)
		}
	}
	return fail.New(fail.Missing, "there is no party %s in the directory; the list shows those there are", id)
}

func (s *site) showParty(v *visit, l party.Listing) error {
	t, r := v.t, l.Record
	view := PartyView{
		Frame: s.frame(v, r.Name.In(t.Code)), Code: string(l.Party), Name: r.Name.In(t.Code),
		Kind: t.T("party.kind." + string(r.Kind)), Reach: t.T("party.reach." + string(r.Reach)),
		Version: r.Version, Position: l.Position, Date: t.Date(r.Date), Speaks: languages(t, r.Languages),
		Roles: s.roleNames(t, r.Roles), Addresses: r.Addresses, Us: l.Party == s.Party,
	}
	if len(r.Relays) > 0 {
		view.Relays = s.codes(v, r.Relays)
	}
	if l.Suspended {
		view.Suspended = l.Reason
	}
	for _, c := range r.Contacts {
		view.Contacts = append(view.Contacts, ContactLine{c.Name.In(t.Code), c.Phone, c.Email, c.Hours, languages(t, c.Languages)})
	}
	for _, p := range r.Profiles {
		view.Profiles = append(view.Profiles, s.profile(v, &r, p))
	}
	view.Keys = keyFacts(t, &r)
	history, err := s.Directory.History(v.Context(), l.Party)
	if err != nil {
		return err
	}
	for i := len(history) - 1; i >= 0; i-- {
		h := history[i]
		view.History = append(view.History, VersionLine{h.Record.Version, h.Position, t.DateTime(h.Time), h.Digest.String()})
	}
	view.MayAsk = !view.Us && !l.Suspended && len(r.Profiles) > 0 && s.may(v, "draft.write")
	return s.show(v, http.StatusOK, "party", view)
}

func (s *site) profile(v *visit, r *party.Record, p party.Profile) ProfileCard {
	t := v.t
	card := ProfileCard{Process: p.Process, Title: s.titled(t, p.Process)}
	add := func(key, value string) {
		if value != "" {
			card.Lines = append(card.Lines, NameValue{t.T(key), value})
		}
	}
	required := make([]string, len(p.Required))
	for i, f := range p.Required {
		required[i] = s.fieldName(t, p.Process, f)
	}
	add("profile.required", t.List(required))
	add("profile.languages", languages(t, p.Languages))
	add("profile.bases", t.List(p.Bases))
	add("profile.excluded", t.List(p.Excluded))
	if p.PoliticalExcluded {
		add("profile.political", t.T("profile.political.yes"))
	}
	if p.DualCriminality {
		add("profile.dual", t.T("profile.dual.yes"))
	}
	if p.MinPenaltyMonths > 0 {
		add("profile.penalty", t.T("profile.months", p.MinPenaltyMonths))
	}
	if p.MaxPersons > 0 {
		add("profile.persons", t.Number(int64(p.MaxPersons)))
	}
	if p.MaxExhibitMiB > 0 {
		add("profile.exhibit", t.T("profile.mib", p.MaxExhibitMiB))
	}
	add("profile.hotline", hotline(t, r, p.Hotline))
	for _, d := range p.Demands {
		card.Demands = append(card.Demands, d.Text.In(t.Code))
	}
	return card
}

func keyFacts(t *lang.Texts, r *party.Record) []KeyFact {
	all := []KeyFact{{Use: t.T("key.identity"), ID: keyTail(r.IdentityKey), Whole: r.IdentityKey}}
	for _, k := range r.SigningKeys {
		f := KeyFact{Use: t.T("key.signing"), ID: keyTail(k.Key), Whole: k.Key, Note: t.T("key.from", t.Date(k.From))}
		if !k.Until.IsZero() {
			f.Note = t.T("key.until", t.Date(k.From), t.Date(k.Until))
		}
		all = append(all, f)
	}
	for _, x := range r.Revoked {
		note := t.T("key.revoked", t.Date(x.Since), x.Reason)
		all = append(all, KeyFact{Use: t.T("key.signing"), ID: string(x.Key), Whole: string(x.Key), Note: note, Revoked: true})
	}
	for _, k := range r.SealingKeys {
		all = append(all, KeyFact{Use: t.T("key.sealing"), ID: short(k.Key), Whole: k.Key})
	}
	all = append(all, KeyFact{Use: t.T("key.log"), ID: keyTail(r.LogKey), Whole: r.LogKey})
	for _, k := range r.WitnessKeys {
		all = append(all, KeyFact{Use: t.T("key.witness"), ID: keyTail(k), Whole: k})
	}
	for _, p := range r.TLSPins {
		all = append(all, KeyFact{Use: t.T("key.tls"), ID: short(p.String()), Whole: p.String()})
	}
	return all
}

// keyTail shortens a key to what tells it from others: a note key is
// name+id+key, a signing key form:key.
func keyTail(k string) string {
	if _, rest, ok := strings.Cut(k, "+"); ok {
		return short(rest)
	}
	return short(k[strings.LastIndex(k, ":")+1:])
}

// hotline is the contact point to call for an urgent request: its name and
// how to reach it, where the record says.
func hotline(t *lang.Texts, r *party.Record, id string) string {
	for _, c := range r.Contacts {
		if c.ID == id {
			return strings.TrimSpace(c.Name.In(t.Code) + " " + c.Phone)
		}
	}
	return id
}
