// Package access is the table of who may do what on their own node: role by
// action, and for every "no" the rule that says it, in one sentence.
//
// It decides about kinds of work, never about one case: whether this person may
// see this case is handling.Decide, and whether this step is open now is the
// process. Both are asked as well; the strictest answer wins.
//
// Trust: a fault here lets an officer of this node open a page their role
// should not, and every such reading is a fact in the log. It can never show a
// case to another state: other states have no accounts here.
package access

import (
	"slices"

	"landbridge.example"
	"landbridge.example/internal/fail"
)

// An Action is one kind of thing a person does on a node.
type Action string

// The actions. Scopes of API tokens carry these names: append, never rename.
const (
	SeeDesk         Action = "desk.see"
	ListCases       Action = "case.list"
	ReadCase        Action = "case.read"
	ExportCases     Action = "case.export"
	OpenExhibit     Action = "exhibit.open"
	DraftRequest    Action = "draft.write"
	ProposeAct      Action = "act.propose"
	ApproveAct      Action = "act.approve"
	ActOnCase       Action = "act.perform"
	DownloadReceipt Action = "receipt.download"
	SeeNetwork      Action = "network.see"
	SeeLog          Action = "log.see"
	SeeParties      Action = "party.see"
	ManageParties   Action = "party.manage"
	AdmitParty      Action = "party.admit"
	ManageStaff     Action = "staff.manage"
	SeeStaff        Action = "staff.see"
	ManageOwnKeys   Action = "self.keys"
	SeeIndex        Action = "index.see"
	PrepareIndex    Action = "index.prepare"
	ReleaseIndex    Action = "index.release"
	CorrectIndex    Action = "index.correct"
	SpeakOnIndex    Action = "index.speak"

	SeeAgreements     Action = "agreement.see"
	WriteAgreements   Action = "agreement.write"
	ApproveAgreements Action = "agreement.approve"
	SeeMechanisms     Action = "mechanism.see"
	ActInMechanism    Action = "mechanism.act"
	SeeSubstances     Action = "substance.see"
	SeeDecisions      Action = "decision.see"
	PrepareDecisions  Action = "decision.prepare"
	SpeakInDecisions  Action = "decision.speak"
	ApproveDecisions  Action = "decision.approve"

	ScreenNames   Action = "screen.search"
	SeeScreening  Action = "screen.see"
	KeepWatch     Action = "screen.watch"
	DecideHit     Action = "screen.decide"
	ConfirmHit    Action = "screen.confirm"
	SeeLists      Action = "list.see"
	ImportList    Action = "list.import"
	SearchNotices Action = "notice.search"
	AnswerRights  Action = "rights.answer"

	SeeForum     Action = "forum.see"
	WriteForum   Action = "forum.write"
	PublishForum Action = "forum.publish"

	SeeVisits      Action = "visit.see"
	WriteVisits    Action = "visit.write"
	ReleaseVisits  Action = "visit.release"
	SeeNews        Action = "news.see"
	WriteNews      Action = "news.write"
	KeepAgenda     Action = "agenda.keep"
	SeeGuests      Action = "guest.see"
	NominateGuests Action = "guest.nominate"
	AdmitGuests    Action = "guest.admit"
	EraseGuests    Action = "guest.erase"
)

// Actions lists every action.
func Actions() []Action {
	return []Action{SeeDesk, ListCases, ReadCase, ExportCases, OpenExhibit, DraftRequest, ProposeAct,
		ApproveAct, ActOnCase, DownloadReceipt, SeeNetwork, SeeLog, SeeParties, ManageParties, AdmitParty,
		ManageStaff, SeeStaff, ManageOwnKeys, SeeIndex, PrepareIndex, ReleaseIndex, CorrectIndex, SpeakOnIndex,
		SeeAgreements, WriteAgreements, ApproveAgreements, SeeMechanisms, ActInMechanism,
		SeeSubstances, SeeDecisions, PrepareDecisions, SpeakInDecisions, ApproveDecisions,
		ScreenNames, SeeScreening, KeepWatch, DecideHit, ConfirmHit, SeeLists, ImportList,
		SearchNotices, AnswerRights,
		SeeForum, WriteForum, PublishForum,
		SeeVisits, WriteVisits, ReleaseVisits, SeeNews, WriteNews, KeepAgenda,
		SeeGuests, NominateGuests, AdmitGuests, EraseGuests}
}

// A Decision is the answer of the table.
type Decision struct {
	Allow bool
	Rule  string // the rule that decided: "S28", or "0.2" for the list of roles
	Why   string // one sentence that says what the rule asks for
}

// Err returns nil for what is allowed, and otherwise the refusal that a person
// sees: what the rule asks for, and which rule it is.
func (d Decision) Err() error {
	if d.Allow {
		return nil
	}
	return fail.New(fail.Denied, "%s (%s)", d.Why, d.Rule)
}

// A row says which roles may perform an action, and what everybody else is told.
type row struct {
	action Action
	roles  []landbridge.Role
	rule   string
	why    string
}

// Groups of roles that share rows. The secretariat and the operator stand in
// none that reads content: the one runs the forum, the other the machine (S28).
func casework() []landbridge.Role {
	return []landbridge.Role{landbridge.Officer, landbridge.Supervisor, landbridge.ContactPoint, landbridge.CentralAuthority,
		landbridge.Judge, landbridge.Minister, landbridge.Reviewer, landbridge.ListOfficer, landbridge.Liaison}
}

func checking() []landbridge.Role {
	return []landbridge.Role{landbridge.DataProtection, landbridge.Oversight}
}

func everyone() []landbridge.Role {
	return slices.DeleteFunc(landbridge.Roles(), func(r landbridge.Role) bool {
		return r == landbridge.System || r == landbridge.Subject || r == landbridge.Defence
	})
}

func table() []row { return slices.Concat(caseTable(), forumTable()) }

// caseTable says who may do what with cases, lists, registers and the node itself.
func caseTable() []row {
	readers := append(casework(), checking()...)
	// The data-protection officer signs where many persons or special data are concerned (S4, S14).
	signers := []landbridge.Role{landbridge.Supervisor, landbridge.CentralAuthority, landbridge.Judge, landbridge.Minister, landbridge.DataProtection,
		landbridge.Reviewer, landbridge.ListOfficer}
	keepers := []landbridge.Role{landbridge.Officer, landbridge.Supervisor, landbridge.ContactPoint, landbridge.CentralAuthority, landbridge.ListOfficer}
	const content = "Case content is for those who work on cases and for those who check them; the secretariat and the operator never see it."
	return []row{
		{SeeDesk, everyone(), "0.2", "The desk is for the staff of this node."},
		{ListCases, readers, "S28", content},
		{ReadCase, readers, "S28", content},
		{ExportCases, readers, "S28", content},
		{OpenExhibit, readers, "S28", content},
		{DownloadReceipt, readers, "S28", content},
		{DraftRequest, casework(), "0.2", "A case is begun by those who work on cases, in a role its process names."},
		{ProposeAct, casework(), "0.2", "An act is proposed by those who work on the case; those who check it do not take part in it."},
		{ApproveAct, signers, "S21", "An act with legal effect is approved by a supervisor, a judge, a central authority or, " +
			"for special data, the data-protection officer; never by its author."},
		{ActOnCase, append(casework(), landbridge.Oversight), "0.2", "A step in a case is taken by those who work on it, or ordered by the overseer."},
		{SeeNetwork, everyone(), "0.2", "The state of the network is for the staff of this node."},
		{SeeLog, everyone(), "S18", "The log page is for the staff of this node; the log itself is public under /log/."},
		{SeeParties, everyone(), "0.2", "The directory page is for the staff of this node."},
		{ManageParties, []landbridge.Role{landbridge.Operator, landbridge.Secretariat}, "0.2", "Party records are entered by the operator or the secretariat."},
		{AdmitParty, []landbridge.Role{landbridge.Secretariat, landbridge.CentralAuthority}, "0.2",
			"A party is admitted by the secretariat together with the central authorities of the members."},
		{ManageStaff, []landbridge.Role{landbridge.Operator}, "0.2", "Accounts and roles are kept by the operator, and every change is in the log."},
		{SeeStaff, append(checking(), landbridge.Operator), "S20", "The list of staff is for the operator and for those who check."},
		{ManageOwnKeys, everyone(), "0.2", "Only the person who is signed in keeps their own keys."},
		{SeeAgreements, everyone(), "0.2", "The register of instruments is for the staff of this node."},
		{WriteAgreements, []landbridge.Role{landbridge.CentralAuthority, landbridge.Judge}, "S3",
			"A change of the register of instruments is proposed by the central authority or a judge."},
		{ApproveAgreements, []landbridge.Role{landbridge.CentralAuthority, landbridge.Judge, landbridge.Minister}, "S21",
			"An instrument is entered by the central authority, a judge or the minister; never by who proposed it."},
		{SeeSubstances, everyone(), "0.2", "The register of controlled substances is public law; this page of it is for the staff of this node."},
		{ScreenNames, readers, "S3", "Names are screened by those who work on cases, for a purpose they state, or by those who check."},
		{SeeScreening, readers, "S28",
			"Candidates and matches are for those who work on them and for those who check; the secretariat and the operator never see them."},
		{KeepWatch, keepers, "S3",
			"A watch is begun by an officer, a supervisor, the contact point, the central authority or the list officer, who answers for its purpose."},
		{DecideHit, keepers, "S24", "A candidate is decided by people who work on cases; those who check do not take part."},
		{ConfirmHit, []landbridge.Role{landbridge.ListOfficer, landbridge.Supervisor, landbridge.CentralAuthority, landbridge.Judge}, "S21",
			"A match is confirmed by a list officer, a supervisor, the central authority or a judge; never by who proposed it."},
		{SeeLists, slices.Concat(readers, []landbridge.Role{landbridge.Operator}), "S31",
			"The lists are for those who screen, for those who check and for the operator who imports them."},
		{ImportList, []landbridge.Role{landbridge.ListOfficer, landbridge.Operator}, "S31",
			"A list is imported by the list officer or the operator, and every import is in the log."},
		{AnswerRights, checking(), "S19", "Requests of persons are for the data-protection officer and the overseer."},
		{SearchNotices, readers, "S28", "Notices are for those who work on cases and for those who check them; the secretariat and the operator never see them."},
	}
}

// forumTable says who prepares and who speaks in what the parties do together:
// mechanisms, the index, conferences and decisions.
func forumTable() []row {
	return []row{
		{SeeIndex, everyone(), "0.2", "Editions of an index, before their release too, are for the staff of this node."},
		{PrepareIndex, []landbridge.Role{landbridge.Analyst, landbridge.Secretariat}, "0.2",
			"Data and methods of an index are prepared by an analyst or the secretariat."},
		{ReleaseIndex, []landbridge.Role{landbridge.Secretariat}, "0.2", "An index is shown to members and released by the secretariat."},
		{CorrectIndex, []landbridge.Role{landbridge.Analyst, landbridge.CentralAuthority, landbridge.Minister}, "0.2",
			"A correction is asked for by an analyst, the central authority or the minister."},
		{SpeakOnIndex, []landbridge.Role{landbridge.CentralAuthority, landbridge.Minister}, "0.2",
			"A dissent and a budget of weights speak for the state: the central authority or the minister gives them."},
		{SeeMechanisms, everyone(), "0.2", "The mechanisms are for the staff of this node."},
		{SeeDecisions, everyone(), "0.2", "Texts under negotiation and matters to be decided are for the staff of this node."},
		{PrepareDecisions, []landbridge.Role{landbridge.Secretariat, landbridge.CentralAuthority, landbridge.Liaison}, "0.2",
			"Texts, meetings and decisions are prepared by the secretariat, the central authority or a liaison."},
		{SpeakInDecisions, []landbridge.Role{landbridge.CentralAuthority, landbridge.Liaison, landbridge.Minister, landbridge.Secretariat}, "0.2",
			"In a meeting this state speaks through its central authority, its minister or a liaison; the secretariat speaks at the forum's own node alone."},
		{ApproveDecisions, []landbridge.Role{landbridge.CentralAuthority, landbridge.Minister, landbridge.Secretariat}, "S21",
			"What commits this state is approved by the central authority or a minister, at the forum's own node by the secretariat; never by its author."},
		{ActInMechanism, []landbridge.Role{landbridge.CentralAuthority, landbridge.ContactPoint, landbridge.Liaison}, "0.2",
			"What this state says in a mechanism is said by the central authority, the contact point or a liaison."},
		{SeeForum, everyone(), "0.2", "Editions of the forum and the drafts of their programmes are for the staff of this node; what is published is public."},
		{WriteForum, []landbridge.Role{landbridge.Secretariat}, "0.2", "An edition and the draft of its programme are written by the secretariat."},
		{PublishForum, []landbridge.Role{landbridge.Secretariat}, "0.2", "A programme is published by the secretariat, and every version is in the log."},
		{SeeVisits, append(checking(), landbridge.CentralAuthority, landbridge.ContactPoint, landbridge.Liaison, landbridge.Minister,
			landbridge.Supervisor, landbridge.Secretariat), "0.2",
			"Visits, letters and working groups are for those who speak for this party, for supervisors and for those who check."},
		{WriteVisits, []landbridge.Role{landbridge.CentralAuthority, landbridge.ContactPoint, landbridge.Liaison, landbridge.Secretariat}, "0.2",
			"A record of a visit, letter or group is written and agreed to by the central authority, the contact point, a liaison or the secretariat."},
		{ReleaseVisits, []landbridge.Role{landbridge.CentralAuthority, landbridge.Minister, landbridge.Secretariat}, "0.2",
			"That a record may be public is said by the central authority, the minister or the secretariat."},
		{SeeNews, everyone(), "0.2", "News before it is published is for the staff of this node."},
		{WriteNews, []landbridge.Role{landbridge.Secretariat}, "0.2",
			"News is written, published and withdrawn by the secretariat, and each publication is in the log."},
		{KeepAgenda, everyone(), "0.2", "A personal agenda is for the staff of this node, each their own."},
		{SeeGuests, append(checking(), landbridge.Secretariat, landbridge.ContactPoint, landbridge.CentralAuthority), "S15",
			"Data on people who come to the forum are for those who nominate and admit them, and for those who check."},
		{NominateGuests, []landbridge.Role{landbridge.Secretariat, landbridge.ContactPoint, landbridge.CentralAuthority}, "0.2",
			"People are nominated by the contact point, the central authority or the secretariat."},
		{AdmitGuests, []landbridge.Role{landbridge.Secretariat}, "0.2", "Delegations are admitted by the secretariat."},
		{EraseGuests, []landbridge.Role{landbridge.Secretariat, landbridge.DataProtection}, "S15",
			"Data on a person are erased by the data-protection officer or the secretariat."},
	}
}

// A Table is the rules in force. Its zero value denies everything.
type Table struct{ rows map[Action]row }

// New returns the table.
func New() *Table {
	t := &Table{rows: make(map[Action]row)}
	for _, r := range table() {
		t.rows[r.action] = r
	}
	return t
}

// Allow says whether someone who holds the given roles may perform a.
func (t *Table) Allow(roles []landbridge.Role, a Action) Decision {
	r, ok := t.rows[a]
	if !ok {
		return Decision{Rule: "0.2", Why: "No rule allows this, so it is not done."}
	}
	for _, have := range roles {
		if slices.Contains(r.roles, have) {
			return Decision{Allow: true, Rule: r.rule, Why: string(have)}
		}
	}
	return Decision{Rule: r.rule, Why: r.why}
}

// Roles returns the roles that may perform a, in the order of [landbridge.Roles].
func (t *Table) Roles(a Action) []landbridge.Role {
	var all []landbridge.Role
	for _, r := range landbridge.Roles() {
		if slices.Contains(t.rows[a].roles, r) {
			all = append(all, r)
		}
	}
	return all
}

// Allow asks the table in force. It is what callers use who keep no table.
func Allow(roles []landbridge.Role, a Action) Decision { return New().Allow(roles, a) }
