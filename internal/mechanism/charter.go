package mechanism

import (
	"strings"

	"landbridge.example/internal/contentline"
)

// The kinds of group.
const (
	PlatformKind  = "platform"  // of 2017
	MechanismKind = "mechanism" // of 2018
)

// A Charter says what a group is. Name and purpose are English; pages have
// them in every language by id.
type Charter struct {
	ID        string
	Kind      string
	Founded   int // year
	Name      string
	Purpose   string
	Processes []string // kinds of cooperation the group is for, where a node knows them
	Function  string   // of the contact points that serve it when a member names none
	Rhythm    string   // how often the members meet: monthly, quarterly, yearly
}

// Charters lists the five platforms and five mechanisms of the forum. Names and
// years are facts; processes and rhythm are this release's proposal.
func Charters() []Charter {
	return []Charter{
		{"capacity-building", PlatformKind, 2017, "Capacity-building alignment", "Training needs and offers of the members are brought together.",
			[]string{"training-placement"}, "other", "yearly"},
		{"information-sharing", PlatformKind, 2017, "Intelligence and information sharing", "Members ask and tell each other what they may, by request and unasked.",
			[]string{"information-request", "spontaneous-information"}, "national_unit", "quarterly"},
		{"joint-action", PlatformKind, 2017, "Joint action coordination", "Operations of several members are planned and run together.",
			[]string{"joint-operation", "joint-patrol", "joint-investigation-team"}, "national_unit", "quarterly"},
		{"project-security", PlatformKind, 2017, "Project security cooperation", "Sites abroad and their hosts warn each other in time.",
			[]string{"project-security-alert", "hotline-emergency"}, "duty_desk", "quarterly"},
		{"academic-exchange", PlatformKind, 2017, "Academic exchange on security", "Academies and scholars of the members work together.",
			[]string{"training-placement"}, "other", "yearly"},
		{"directors-liaison", MechanismKind, 2018, "Liaison of Directors of International Cooperation", "The directors keep a direct line and settle what is stuck.",
			[]string{"information-request", "extradition", "mutual-legal-assistance", "hotline-emergency"}, "directors_liaison", "yearly"},
		{"port-city", MechanismKind, 2018, "Port-city security", "Police of port cities work together on what comes by sea.",
			[]string{"information-request", "joint-operation", "project-security-alert"}, "mechanism_desk", "yearly"},
		{"freight-train", MechanismKind, 2018, "Cross-border freight-train security", "A train is safe on its whole way, through every member it crosses.",
			[]string{"information-request", "joint-patrol", "project-security-alert"}, "mechanism_desk", "yearly"},
		{"pipeline", MechanismKind, 2018, "Cross-border oil and gas pipeline security", "Members along a pipeline guard it together.",
			[]string{"project-security-alert", "hotline-emergency"}, "mechanism_desk", "yearly"},
		{"major-project", MechanismKind, 2018, "Major-project security", "Great works of several members have one plan for emergencies.",
			[]string{"project-security-alert", "hotline-emergency"}, "mechanism_desk", "yearly"},
	}
}

// Calendar writes the entries of a group as iCalendar (RFC 5545), times in UTC,
// for a calendar program. UIDs stay the same, so that a program replaces what
// it has.
func (g *Group) Calendar(name string) string {
	var w contentline.Writer
	w.Add("BEGIN", "VCALENDAR")
	w.Add("VERSION", "2.0")
	w.Add("PRODID", "-//Landbridge//mechanism "+g.ID+"//EN")
	w.Text("NAME", name)
	w.Text("X-WR-CALNAME", name)
	const utc = "20060102T150405Z"
	for _, e := range g.State.Calendar {
		w.Add("BEGIN", "VEVENT")
		w.Add("UID", string(e.ID)+"@landbridge.example")
		w.Add("DTSTAMP", e.Made.UTC().Format(utc))
		w.Add("DTSTART", e.Event.Start.UTC().Format(utc))
		w.Add("DTEND", e.Event.End.UTC().Format(utc))
		w.Text("SUMMARY", e.Event.Title)
		w.Text("LOCATION", e.Event.Place)
		w.Text("DESCRIPTION", e.describe())
		status, sequence := "TENTATIVE", "0"
		switch e.Status {
		case Agreed:
			status, sequence = "CONFIRMED", "1"
		case Cancelled:
			status, sequence = "CANCELLED", "2"
		}
		w.Add("STATUS", status)
		w.Add("SEQUENCE", sequence)
		w.Add("END", "VEVENT")
	}
	w.Add("END", "VCALENDAR")
	return w.String()
}

func (e *Entry) describe() string {
	lines := []string{strings.TrimSpace(e.Event.Note), "Scheduled by " + string(e.By)}
	for _, a := range e.Answers {
		if a.Kind != "" {
			lines = append(lines, string(a.Party)+": "+a.Kind)
		}
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}
