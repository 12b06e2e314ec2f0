package web

import (
	"net/http"
	"strconv"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/fail"
)

// A RecordView is page/record: the node's log, newest first.
type RecordView struct {
	Frame
	Facts      []FactLine
	Checkpoint string
	Size       int64
	Witnesses  []NameValue
	Older      string
	Newest     bool
	Origin     string
}

// A FactLine is one entry of the log.
type FactLine struct {
	Index     int64
	Kind      string
	KindName  string
	Actor     string
	Name      string // of the actor, where this node knows it
	At, AtISO string
	About     string
	AboutHref string
	Note      string
	Erased    bool
	Cosigners []string
}

const factsPerPage = 50

func (s *site) record(v *visit) error {
	ctx, now := v.Context(), s.Clock()
	before := int64(-1)
	if text := v.URL.Query().Get("before"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			return fail.New(fail.Invalid, "before is the number of an entry, such as 1200")
		}
		before = n
	}
	view := RecordView{Frame: s.frame(v, v.t.T("record.title")), Newest: before < 0, Origin: "landbridge.example/" + string(s.Party)}
	view.Live = view.Live && view.Newest
	var err error
	if view.Size, err = s.Log.Size(ctx); err != nil {
		return err
	}
	facts, err := s.Log.Newest(ctx, before, factsPerPage)
	if err != nil {
		return err
	}
	actors := make([]string, len(facts))
	for i, f := range facts {
		actors[i] = f.Actor
	}
	names, err := s.Staff.Named(ctx, actors...)
	if err != nil {
		return err
	}
	content := s.may(v, access.ReadCase)
	for _, f := range facts {
		line := FactLine{
			Index: f.Index, Kind: f.Kind, KindName: v.t.Or(f.Kind, "fact."+f.Kind), Actor: f.Actor, Name: names[f.Actor],
			At: v.t.When(f.Time, now), AtISO: iso(f.Time), Note: f.Note, Erased: f.Erased, Cosigners: words(f.Cosigners),
		}
		if content { // what a fact is about may name a case (S28)
			line.About, line.AboutHref = s.aboutLink(f.About)
			if f.About == "staff" { // the kind says so already
				line.About = ""
			}
		} else {
			line.Note = ""
		}
		view.Facts = append(view.Facts, line)
	}
	if n := len(facts); n == factsPerPage && facts[n-1].Index > 0 {
		view.Older = "/record?before=" + strconv.FormatInt(facts[n-1].Index, 10)
	}
	checkpoint, err := s.Log.Checkpoint(ctx)
	if err != nil {
		return err
	}
	view.Checkpoint = string(checkpoint)
	seen, err := s.Log.Witnesses(ctx)
	if err != nil {
		return err
	}
	for _, w := range seen {
		view.Witnesses = append(view.Witnesses, NameValue{s.codes(v, []landbridge.PartyID{w.Party}), v.t.T("record.seen", w.Size, v.t.When(w.Time, now))})
	}
	return s.show(v, http.StatusOK, "record", view)
}

// aboutLink makes a local reference something to click on, where it is a case.
func (s *site) aboutLink(about string) (text, href string) {
	if id, err := landbridge.ParseID(about); err == nil {
		return "#" + about[len(about)-12:], "/cases/" + string(id)
	}
	return about, ""
}

func words(all []landbridge.PartyID) []string {
	names := make([]string, len(all))
	for i, p := range all {
		names[i] = string(p)
	}
	return names
}

func (s *site) recordProof(v *visit) error {
	index, err := strconv.ParseInt(v.PathValue("index"), 10, 64)
	if err != nil || index < 0 {
		return fail.New(fail.Missing, "an entry of the log is named by its number, such as /record/1200/proof")
	}
	proof, entry, err := s.Log.Prove(v.Context(), index)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Disposition", `attachment; filename="`+string(s.Party)+`-entry-`+strconv.FormatInt(index, 10)+`.tlog-proof"`)
	v.send(http.StatusOK, "text/plain; charset=utf-8", append(append(proof, "\n"...), entry...))
	return nil
}

func (s *site) recordCheckpoint(v *visit) error {
	text, err := s.Log.Checkpoint(v.Context())
	if err != nil {
		return err
	}
	v.send(http.StatusOK, "text/plain; charset=utf-8", text)
	return nil
}
