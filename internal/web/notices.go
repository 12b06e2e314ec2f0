package web

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/handling"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/notice"
	"landbridge.example/match"
	"landbridge.example/process"
)

// A NoticesView is page/notices: the search, and what this node takes part in.
type NoticesView struct {
	Frame
	Name, Birth, Number, About string
	Kinds, Purposes            []Choice
	Problem                    string
	Asked                      bool
	Hits                       []NoticeHit
	Searched                   string
	Lines                      []NoticeLine
	Removals                   []RemovalLine
	Lags                       []LagLine
}

// A NoticeLine is one notice in a list. It names nobody.
type NoticeLine struct {
	Href, Number, Kind, Issuer, Side string
	State                            Pill
	Until                            string
	Soon                             bool
}

// A NoticeHit is a notice that may be about whom was asked for.
type NoticeHit struct {
	NoticeLine
	Name, Score, Effect, Stale string
	Evidence                   []NameValue
}

// A RemovalLine is a notice every party takes out, and who said so.
type RemovalLine struct {
	NoticeLine
	Reason, Ordered string
	Parties         []GoneLine
	All             bool
}

// A GoneLine is one party's word that a notice is gone.
type GoneLine struct {
	Code string
	Lag  string
	Pill Pill
}

// A LagLine is how quickly one party takes notices out.
type LagLine struct{ Code, Party, Ordered, InTime, Late, Open, Longest string }

// purposes are what this person may look for: who checks looks to check.
func (s *site) purposes(v *visit, chosen string) []Choice {
	all := handling.Purposes()
	if v.me().Is(landbridge.DataProtection) || v.me().Is(landbridge.Oversight) {
		all = []handling.Purpose{handling.Lawfulness, handling.PersonRights}
	}
	out := []Choice{{Name: "–"}}
	for _, p := range all {
		out = append(out, Choice{string(p), v.t.T("notice.purpose." + string(p)), string(p) == chosen})
	}
	return out
}

func (s *site) notices(v *visit) error { return s.showNotices(v, notice.Query{}, nil, nil) }

// searchNotices is a form that is sent, not an address: what is asked for does
// not end up in histories and logs of browsers.
func (s *site) searchNotices(v *visit) error {
	q := notice.Query{Name: v.FormValue("name"), Birth: v.FormValue("birth"), Number: v.FormValue("number"), Kind: v.FormValue("kind"),
		Purpose: v.FormValue("purpose"), About: v.FormValue("about")}
	a, err := s.Notice.Search(v.Context(), v.me(), q)
	if fail.Is(err, fail.Invalid) || fail.Is(err, fail.TooLarge) {
		return s.showNotices(v, q, nil, err)
	}
	if err != nil {
		return err
	}
	return s.showNotices(v, q, a, nil)
}

func (s *site) showNotices(v *visit, q notice.Query, a *notice.Answer, problem error) error {
	t := v.t
	view := NoticesView{Frame: s.frame(v, t.T("notice.title")), Name: q.Name, Birth: q.Birth, Number: q.Number, About: q.About, Purposes: s.purposes(v, q.Purpose)}
	view.Live = false // a search is not repeated by itself: it is in the log
	view.Kinds = []Choice{{Name: t.T("notice.anykind")}}
	for _, k := range []string{notice.Wanted, notice.Missing, notice.Body, notice.Property, notice.ModusOperandi, notice.Threat, notice.UNSpecial} {
		view.Kinds = append(view.Kinds, Choice{k, t.T("notice.kind." + k), k == q.Kind})
	}
	if problem != nil {
		view.Problem = sentence(fail.Safe(problem))
	}
	if a != nil {
		view.Asked, view.Searched = true, t.T("notice.searched", a.Searched)
		for _, h := range a.Hits {
			view.Hits = append(view.Hits, s.noticeHit(v, h, q.Purpose))
		}
	}
	if err := s.noticeLists(v, &view); err != nil {
		return err
	}
	return s.show(v, http.StatusOK, "notices", view)
}

func (s *site) noticeLists(v *visit, view *NoticesView) error {
	lines, err := s.Notice.List(v.Context(), v.me())
	removals, err2 := s.Notice.Removals(v.Context(), v.me())
	lags, err3 := s.Notice.Lags(v.Context())
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	for _, l := range lines {
		view.Lines = append(view.Lines, s.noticeLine(v, l, ""))
	}
	for _, r := range removals {
		line := RemovalLine{NoticeLine: s.noticeLine(v, r.Line, ""), Reason: v.t.T("notice.removal." + r.Reason), Ordered: v.t.DateTime(r.Removed), All: r.All}
		for _, p := range r.Parties {
			line.Parties = append(line.Parties, s.goneLine(v, p))
		}
		view.Removals = append(view.Removals, line)
	}
	for _, l := range lags {
		n := func(i int) string { return v.t.Number(int64(i)) }
		_, name, _ := strings.Cut(s.codes(v, []landbridge.PartyID{l.Party}), " · ")
		view.Lags = append(view.Lags, LagLine{string(l.Party), name, n(l.Ordered), n(l.InTime), n(l.Late), n(l.Open), v.t.Duration(l.Longest)})
	}
	return nil
}

func (s *site) goneLine(v *visit, p notice.Gone) GoneLine {
	g := GoneLine{Code: string(p.Party), Lag: v.t.Duration(p.Lag), Pill: Pill{"green", v.t.T("notice.gone.yes")}}
	switch {
	case p.At.IsZero() && p.Late:
		g.Pill = Pill{"red", v.t.T("notice.gone.overdue")}
	case p.At.IsZero():
		g.Pill = Pill{"amber", v.t.T("notice.gone.open")}
	case p.Late:
		g.Pill = Pill{"amber", v.t.T("notice.gone.late")}
	}
	return g
}

func (s *site) noticeLine(v *visit, l notice.Line, purpose string) NoticeLine {
	line := NoticeLine{Href: "/notices/" + string(l.Case), Number: l.Number, Kind: v.t.Or("–", "notice.kind."+l.Kind),
		Issuer: s.codes(v, []landbridge.PartyID{l.Issuer}), Side: v.t.T("notice.side." + l.Side), State: s.noticePill(v, l), Soon: l.Soon}
	if purpose != "" {
		line.Href += "?purpose=" + purpose
	}
	if l.InForce {
		line.Until = v.t.Date(l.Until)
	}
	return line
}

// noticePill says in a word how a notice stands.
func (s *site) noticePill(v *visit, l notice.Line) Pill {
	word := map[string]string{"submitted": "before", "received": "before", "more_info": "before", "reviewed": "before",
		"published": "over", "withheld": "withheld",
		"removal_due": "removal", "removed": "removed", "erased": "removed", "suspended": "suspended"}[l.State]
	switch {
	case l.InForce:
		return Pill{"green", v.t.T("notice.state.force")}
	case word == "":
		word = "ended"
	}
	class := map[string]string{"before": "amber", "withheld": "red", "removal": "red", "suspended": "red"}[word]
	return Pill{class, v.t.T("notice.state." + word)}
}

func (s *site) noticeHit(v *visit, h notice.Hit, purpose string) NoticeHit {
	hit := NoticeHit{NoticeLine: s.noticeLine(v, h.Line, purpose), Name: h.Name, Score: v.t.Percent(float64(h.Score)/float64(match.FullScore), 0),
		Effect: s.effect(v, h.Effect), Stale: s.staleText(v, h.Stale)}
	var unknown []string
	for _, e := range h.Evidence {
		if e.State == match.Missing {
			unknown = append(unknown, v.t.T("notice.evidence."+e.What))
			continue
		}
		words := v.t.T("notice.evidence." + string(e.State))
		if e.Listed != "" && e.Query != "" {
			words += ": " + e.Query + " / " + e.Listed
		}
		hit.Evidence = append(hit.Evidence, NameValue{v.t.T("notice.evidence." + e.What), words})
	}
	if unknown != nil {
		hit.Evidence = append(hit.Evidence, NameValue{v.t.T("notice.evidence.missing"), v.t.List(unknown)})
	}
	return hit
}

func (s *site) effect(v *visit, code string) string {
	if code == "" {
		return v.t.T("notice.effect.unknown")
	}
	return v.t.Or(code, "notice.effect."+code)
}

func (s *site) staleText(v *visit, heard *time.Time) string {
	switch {
	case heard == nil:
		return ""
	case heard.IsZero():
		return v.t.T("notice.stale.never")
	}
	return v.t.T("notice.stale", v.t.DateTime(*heard))
}

// A NoticeView is page/notice: one notice, or the question what it is read for.
type NoticeView struct {
	Frame
	NoticeLine
	Ask             bool
	Elsewhere       bool // in force, and a party that reviewed it keeps nothing of it
	Receives        bool
	Purposes        []Choice
	InForce         bool
	Heading         string
	Persons         [][]NameValue
	Offences        [][]NameValue
	Lines           []NameValue
	Extract, Reason string
	Effect, Stale   string
	Parties         []NameValue
	CaseHref        string
}

func (s *site) notice(v *visit) error {
	id, err := landbridge.ParseID(v.PathValue("case"))
	if err != nil {
		return fail.New(fail.Missing, "this node holds no such notice")
	}
	purpose := v.URL.Query().Get("purpose")
	if purpose == "" { // nothing is shown before it is said what for (S3)
		view := NoticeView{Frame: s.frame(v, v.t.T("notice.title")), Ask: true, Purposes: s.purposes(v, ""), NoticeLine: NoticeLine{Href: "/notices/" + string(id)}}
		return s.show(v, http.StatusOK, "notice", view)
	}
	n, err := s.Notice.Read(v.Context(), v.me(), id, purpose)
	if err != nil {
		return err
	}
	t := v.t
	view := NoticeView{Frame: s.frame(v, n.Number), NoticeLine: s.noticeLine(v, n.Line, purpose), InForce: n.InForce, Heading: n.Title, Extract: n.Extract,
		Effect: s.effect(v, n.Effect), Stale: s.staleText(v, n.Stale), CaseHref: "/cases/" + string(id)}
	view.Frame.Live = false
	if n.Reason != "" {
		view.Reason = t.T("notice.removal." + n.Reason)
	}
	for _, p := range n.Persons {
		view.Persons = append(view.Persons, rowLines(t, process.PersonType, p))
	}
	for _, o := range n.Offences {
		view.Offences = append(view.Offences, rowLines(t, process.OffenceType, o))
	}
	add := func(key, text string) {
		if text != "" {
			view.Lines = append(view.Lines, NameValue{t.T(key), text})
		}
	}
	add("notice.seek", n.Seek)
	add("notice.text", n.Text)
	add("notice.caution", n.Caution)
	add("notice.list", n.List)
	view.Receives = n.Side == "receiving"
	view.Elsewhere = n.InForce && n.Side == "panel"
	for _, p := range n.Parties {
		words := t.T("notice.side." + p.Side)
		if !p.Taken.IsZero() {
			words += " · " + s.effect(v, p.Effect)
		}
		if !p.Gone.IsZero() {
			words += " · " + t.T("notice.gone.at", t.DateTime(p.Gone))
		}
		view.Parties = append(view.Parties, NameValue{s.codes(v, []landbridge.PartyID{p.Party}), words})
	}
	return s.show(v, http.StatusOK, "notice", view)
}
