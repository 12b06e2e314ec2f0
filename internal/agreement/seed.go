package agreement

import (
	_ "embed"
	"fmt"

	"landbridge.example"
	"landbridge.example/internal/party"
)

// reference is what every register may begin with: multilateral instruments
// that the process definitions cite. Names, dates and articles are facts; whom
// they bind is for each state to enter.
//
//go:embed reference.json
var reference []byte

// Reference returns the instruments the process definitions cite, without parties.
func Reference() ([]*Instrument, error) {
	r, err := Read(reference, func(...string) (map[string]*Instrument, error) { return nil, nil })
	if err != nil {
		return nil, fmt.Errorf("reading the instruments this release ships: %w", err)
	}
	if r.Wrong > 0 {
		return nil, fmt.Errorf("instrument %s of this release: %s", r.Lines[0].ID, r.Lines[0].Text)
	}
	return r.Instruments, nil
}

// Fictional returns the instruments of the demo: agreements of states that do
// not exist, which cover the processes named, so that every process of a demo
// rests on an article. Parties are at least two codes.
func Fictional(processes []string, parties ...landbridge.PartyID) []*Instrument {
	charter := &Instrument{
		ID: "lanes-convention-1988", Kind: Multilateral, Short: "Lanes Convention",
		Title: party.Text{"en": "Convention on Police and Judicial Cooperation along the Lanes (fictional)",
			"fr": "Convention sur la coopération policière et judiciaire le long des Voies (fictive)"},
		Subjects: []string{"general", "police", "mutual-assistance", "extradition", "data-protection"}, Adopted: "1988-03-09", Place: "Port Merrow",
		InForce: "1990-01-01", Depositary: "Forum Secretariat", Confidence: "default", Note: "Fictional, for the demo.",
		Articles: []Article{
			{Number: "4", Heading: "Scope", Text: "The parties cooperate under the processes of the common catalogue."},
			{Number: "9", Heading: "Channels",
				Text: "Requests pass between contact points; where liberty or property is touched, between central authorities."},
			{Number: "11", Heading: "Languages", Text: "A request is answered in English, French or a language the parties agree on."},
			{Number: "14", Heading: "Protection of data",
				Text: "Personal data are transferred under the safeguards of the annex and used for the purpose of the request alone."},
			{Number: "17", Heading: "Death penalty",
				Text: "Where an offence may be punished by death, nothing is given before an assurance was accepted."},
			{Number: "21", Heading: "Provisional arrest", Text: "Provisional arrest ends after forty days when no request has arrived."},
		},
		Texts: []Text{
			{Language: "en", Authentic: true, Body: "Article 4. The parties cooperate under the processes of the common catalogue.\n\n" +
				"Article 14. Personal data are transferred under the safeguards of the annex and used for the purpose of the request alone."},
			{Language: "fr", Authentic: true, Body: "Article 4. Les parties coopèrent selon les procédures du catalogue commun.\n\n" +
				"Article 14. Les données à caractère personnel sont transférées sous les garanties de l'annexe et utilisées aux seules fins de la demande."},
		},
	}
	for _, p := range parties {
		charter.Members = append(charter.Members, Member{Party: p, Signed: "1988-03-09", Ratified: "1988-11-20", InForce: "1990-01-01"})
	}
	for _, p := range processes {
		charter.Terms = append(charter.Terms, Term{Process: p, Article: "14", Transfer: "safeguards"}, Term{Process: p, Article: "17", Death: "assurance"})
		if p == "extradition" {
			charter.Terms = append(charter.Terms, Term{Process: p, Article: "21",
				Arrest: 40, Dual: "required", MinPenalty: 12, Nationals: "may_refuse", Specialty: true})
		}
	}
	charter.normalise()
	all := []*Instrument{charter}
	for k, a := range parties {
		for _, b := range parties[k+1:] {
			all = append(all, fictionalPair(a, b, len(all)))
		}
	}
	return all
}

// fictionalPair is a police agreement of two states that do not exist.
func fictionalPair(a, b landbridge.PartyID, n int) *Instrument {
	year := 1991 + n
	day := func(month, d int) Day { return Day(fmt.Sprintf("%d-%02d-%02d", year, month, d)) }
	i := &Instrument{
		ID: fmt.Sprintf("%s-%s-police-%d", lower(a), lower(b), year), Kind: Bilateral,
		Title:    party.Text{"en": fmt.Sprintf("Police Cooperation Agreement %s–%s of %d (fictional)", a, b, year)},
		Subjects: []string{"police", "data-protection"}, Adopted: day(2, 14), Place: "Port Merrow", InForce: day(6, 1), Confidence: "default",
		Note:    "Fictional, for the demo.",
		Members: []Member{{Party: a, Signed: day(2, 14), Ratified: day(4, 3)}, {Party: b, Signed: day(2, 14), Ratified: day(5, 12)}},
		Articles: []Article{
			{Number: "3", Heading: "Information on request"}, {Number: "5", Heading: "Number of persons"}, {Number: "8", Heading: "Deadlines"},
			{Number: "12", Heading: "Use of information and protection of data"},
		},
		Texts: []Text{{Language: "en", Authentic: true, Body: "Article 3. The parties give each other information on request.\n\n" +
			"Article 5. A request names no more than eight persons.\n\n" +
			"Article 8. Urgent requests are answered within eight hours.\n\n" +
			"Article 12. Information is used for the purpose for which it was given, and kept no longer than five years."}},
		Terms: []Term{
			{Process: "information-request", Article: "3", Channels: []string{"contact_points", "liaison_officers"}},
			{Process: "information-request", Article: "5", MaxPersons: 8},
			{Process: "information-request", Article: "12", Transfer: "safeguards", Retention: 5 * 365},
		},
	}
	i.normalise()
	return i
}

func lower(p landbridge.PartyID) string {
	b := []byte(p)
	for k, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[k] = c + 'a' - 'A'
		}
	}
	return string(b)
}
