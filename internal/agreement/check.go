package agreement

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"landbridge.example"
	"landbridge.example/internal/canon"
	"landbridge.example/internal/fail"
)

// Bounds of the numbers in a term: wide enough for any law, small enough to
// show a slip of the keyboard.
const (
	maxMonths = 12 * 100
	maxPeople = 10_000
	maxDays   = 100 * 366
	maxHours  = maxDays * 24
)

// Check holds every rule an instrument keeps by itself.
func (i *Instrument) Check() error {
	if !landbridge.ValidName(i.ID, landbridge.MaxKind) {
		return fail.New(fail.Invalid, "an instrument has an id in lower-case letters, digits and dashes, such as xa-xb-police-2019")
	}
	for _, rule := range []func() error{i.checkHead, i.checkDates, i.checkMembers, i.checkParts, i.checkSize} {
		if err := rule(); err != nil {
			return fail.New(fail.KindOf(err), "%s: %s", i.ID, fail.Safe(err))
		}
	}
	return nil
}

func invalid(format string, args ...any) error { return fail.New(fail.Invalid, format, args...) }

func (i *Instrument) checkHead() error {
	if !slices.Contains(Kinds(), i.Kind) {
		return invalid("kind is bilateral or multilateral")
	}
	if len(i.Title) == 0 || len(i.Title) > maxWords {
		return invalid("title: give it in at least one language, such as {\"en\": …}")
	}
	for l, s := range i.Title {
		if !validLanguage(l) || strings.TrimSpace(s) == "" || len(s) > 2*maxLine || !utf8.ValidString(s) {
			return invalid("title: each has a language code and 1 to %d bytes", 2*maxLine)
		}
	}
	if len(i.Subjects) == 0 || len(i.Subjects) > maxWords {
		return invalid("subjects: name at least one of %s", strings.Join(Subjects(), ", "))
	}
	if err := words("subjects", i.Subjects, Subjects()); err != nil {
		return err
	}
	for what, s := range map[string]string{"short": i.Short, "place": i.Place, "registration": i.Registration, "depositary": i.Depositary} {
		if len(s) > maxLine {
			return invalid("%s has at most %d bytes", what, maxLine)
		}
	}
	if len(i.Void) > maxNote || len(i.Note) > maxNote || len(i.Source) > maxNote {
		return invalid("void, note and source have at most %d bytes each", maxNote)
	}
	if i.Confidence != "" && !slices.Contains([]string{"read", "memory", "default"}, i.Confidence) {
		return invalid("confidence is read, memory or default")
	}
	return nil
}

func (i *Instrument) checkDates() error {
	for what, d := range map[string]Day{"adopted": i.Adopted, "in_force": i.InForce, "ended": i.Ended} {
		if d != "" && !d.check() {
			return invalid("%s is a date such as 2019-04-12", what)
		}
	}
	if i.InForce != "" && i.Adopted > i.InForce || i.Ended != "" && (i.InForce == "" || i.Ended < i.InForce) {
		return invalid("an instrument is adopted, then enters into force, then ends; correct the dates")
	}
	return nil
}

func (i *Instrument) checkMembers() error {
	if n := len(i.Members); n > maxMembers || i.Kind == Bilateral && n != 2 {
		return invalid("a bilateral instrument has two parties, a multilateral one at most %d", maxMembers)
	}
	seen := map[landbridge.PartyID]bool{}
	for _, m := range i.Members {
		if _, err := landbridge.ParsePartyID(string(m.Party)); err != nil || seen[m.Party] {
			return invalid("each party stands once, by its code, such as XA")
		}
		seen[m.Party] = true
		for what, d := range map[string]Day{"signed": m.Signed, "ratified": m.Ratified, "in_force": m.InForce, "denounced": m.Denounced} {
			if d != "" && !d.check() {
				return invalid("%s: %s is a date such as 2019-04-12", m.Party, what)
			}
		}
		if m.Denounced != "" && m.Denounced < i.since(m) {
			return invalid("%s: the denunciation takes effect before the instrument is in force for it", m.Party)
		}
		if len(m.Reservations) > maxParts {
			return invalid("%s: at most %d reservations", m.Party, maxParts)
		}
		for _, r := range m.Reservations {
			if err := r.check(); err != nil {
				return fmt.Errorf("%s: %w", m.Party, err)
			}
		}
	}
	return nil
}

func (r *Reservation) check() error {
	if !slices.Contains([]string{ReservationKind, DeclarationKind, ObjectionKind}, r.Kind) {
		return invalid("what a party adds is a reservation, a declaration or an objection")
	}
	if strings.TrimSpace(r.Text) == "" || len(r.Text) > maxNote*4 || len(r.Article) > maxLine {
		return invalid("a %s has a text of 1 to %d bytes", r.Kind, maxNote*4)
	}
	if r.Made != "" && !r.Made.check() || r.Withdrawn != "" && (!r.Withdrawn.check() || r.Withdrawn < r.Made) {
		return invalid("a %s has the day it was made, and perhaps the day of its withdrawal", r.Kind)
	}
	if (r.Against != "" || r.Precludes) && r.Kind != ObjectionKind {
		return invalid("only an objection is made against a party")
	}
	if r.Kind == ObjectionKind {
		if _, err := landbridge.ParsePartyID(string(r.Against)); err != nil {
			return invalid("an objection names the party it is made against")
		}
	}
	return checkTerms(r.Terms)
}

func (i *Instrument) checkParts() error {
	if len(i.Articles) > maxParts || len(i.Texts) > maxWords {
		return fail.New(fail.TooLarge, "at most %d articles and %d texts", maxParts, maxWords)
	}
	seen := map[string]bool{}
	for _, a := range i.Articles {
		if a.Number == "" || len(a.Number) > 40 || seen[a.Number] || len(a.Heading) > maxLine || len(a.Text) > maxText {
			return invalid("article %q: each has a number of its own, a heading of at most %d bytes, and perhaps its text", clip(a.Number), maxLine)
		}
		seen[a.Number] = true
	}
	langs := map[string]bool{}
	for _, t := range i.Texts {
		if !validLanguage(t.Language) || langs[t.Language] || t.Body == "" || len(t.Body) > maxText || len(t.By) > maxLine {
			return invalid("texts: one for each language code, of 1 to %d bytes", maxText)
		}
		if t.Authentic == (t.Of != "") || t.Of != "" && !validLanguage(t.Of) {
			return invalid("text %s: it is authentic, or it names in translation_of the language of its original", t.Language)
		}
		langs[t.Language] = true
	}
	return checkTerms(i.Terms)
}

func (i *Instrument) checkSize() error {
	b, err := canon.Encode(i)
	if err != nil {
		return err
	}
	if len(b) > MaxInstrument {
		return fail.New(fail.TooLarge, "an instrument has at most %d bytes; keep long annexes elsewhere and cite them", MaxInstrument)
	}
	return nil
}

func checkTerms(all []Term) error {
	if len(all) > maxParts {
		return fail.New(fail.TooLarge, "at most %d terms", maxParts)
	}
	for _, t := range all {
		if err := t.check(); err != nil {
			return fail.New(fail.Invalid, "term for %s, article %s: %s", clip(t.Process), clip(t.Article), fail.Safe(err))
		}
	}
	return nil
}

func (t *Term) check() error {
	if !landbridge.ValidName(t.Process, landbridge.MaxProcessID) {
		return invalid("a term names its process in lower-case letters, such as information-request")
	}
	if strings.TrimSpace(t.Article) == "" || len(t.Article) > 40 || len(t.Note) > maxNote {
		return invalid("a term names the article it comes from")
	}
	for _, l := range t.Languages {
		if !validLanguage(l) {
			return invalid("%q is not a language code, such as en", clip(l))
		}
	}
	if err := words("channels", t.Channels, Channels()); err != nil {
		return err
	}
	if err := words("assurances", t.Assurances, Assurances()); err != nil {
		return err
	}
	for what, list := range map[string][]string{"required": t.Required, "excluded_offences": t.Excluded} {
		for _, name := range list {
			if !landbridge.ValidName(name, landbridge.MaxKind) {
				return invalid("%q in %s is not a plain lower-case name", clip(name), what)
			}
		}
	}
	for what, v := range map[string][2]string{"dual_criminality": {"dual", t.Dual}, "death_penalty": {"death", t.Death},
		"own_nationals": {"nationals", t.Nationals}, "data_transfer": {"transfer", t.Transfer}} {
		if v[1] != "" && !slices.Contains(Ranks(v[0]), v[1]) {
			return invalid("%s is %s", what, strings.Join(Ranks(v[0]), ", "))
		}
	}
	return t.checkNumbers()
}

func (t *Term) checkNumbers() error {
	if max(len(t.Languages), len(t.Required), len(t.Excluded), len(t.Deadlines)) > maxWords {
		return fail.New(fail.TooLarge, "a list holds at most %d words", maxWords)
	}
	for what, n := range map[string][2]int{"min_penalty_months": {t.MinPenalty, maxMonths}, "min_remaining_months": {t.MinLeft, maxMonths},
		"max_persons": {t.MaxPersons, maxPeople}, "retention_days": {t.Retention, maxDays}, "provisional_arrest_days": {t.Arrest, maxDays}} {
		if n[0] < 0 || n[0] > n[1] {
			return invalid("%s is a number from 0 to %d", what, n[1])
		}
	}
	seen := map[string]bool{}
	for _, d := range t.Deadlines {
		if !landbridge.ValidName(d.Clock, landbridge.MaxKind) || seen[d.Clock] || d.Hours < 1 || d.Hours > maxHours {
			return invalid("deadlines: each names a clock of the process once, and 1 to %d hours", maxHours)
		}
		seen[d.Clock] = true
	}
	return nil
}

func words(what string, list, known []string) error {
	for _, w := range list {
		if !slices.Contains(known, w) {
			return invalid("%s: there is no %q; there is %s", what, clip(w), strings.Join(known, ", "))
		}
	}
	return nil
}

func validLanguage(l string) bool {
	if len(l) < 2 || len(l) > 16 {
		return false
	}
	for _, c := range []byte(l) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

// clip bounds what is quoted back.
func clip(s string) string {
	const most = 60
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// plainJSON says what is wrong without the names of our types.
func plainJSON(err error) string {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fmt.Sprintf("%s is not a %s", kind.Field, kind.Value)
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Sprintf("%s, at byte %d", syntax.Error(), syntax.Offset)
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}
