package casework

import (
	"strings"
	"testing"

	"landbridge.example/internal/agreement"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
	"landbridge.example/process"
)

// enact puts instruments into the node's register: the central authority
// proposes, the judge enters.
func (n *testNode) enact(note string, all ...*agreement.Instrument) {
	n.t.Helper()
	ctx := n.t.Context()
	id, err := n.law.Propose(ctx, n.people["central"], all, note)
	must(n.t, err)
	p, err := n.law.Proposal(ctx, n.people["judge"], id)
	must(n.t, err)
	challenge := staff.Challenge(p.Digest)
	touch, err := n.keys["judge"].Sign(challenge[:])
	must(n.t, err)
	must(n.t, n.law.Enter(ctx, n.people["judge"], id, "", touch))
}

func convention() *agreement.Instrument {
	return agreement.Fictional([]string{"information-request"}, "XA", "XB", "XC", "XD")[0]
}

// TestS3LegalBasis: without an instrument in force nothing begins, and what was
// begun is stopped when the instrument ends; the sentence says what is missing.
func TestS3LegalBasis(t *testing.T) {
	w := sqliteWorld(t)
	a := w.nodes["XA"]
	draft := NewDraft{Process: "information-request", To: "XB", Input: request()}
	d, err := a.NewDraft(t.Context(), a.people["officer"], draft)
	must(t, err)
	ended := convention()
	ended.Members[1].Denounced = "2026-11-22"
	a.enact("XB has denounced the convention", ended)
	done, err := a.Propose(t.Context(), a.people["officer"], d.ID)
	must(t, err)
	if done.Stopped == nil || done.Stopped.Rule != "S3" || !strings.Contains(done.Stopped.Text.English, "Lanes Convention: denounced") {
		t.Errorf("%+v", done.Stopped)
	}
	_, err = a.NewDraft(t.Context(), a.people["second"], draft)
	refused(t, err, fail.Conflict, "no instrument is in force between XA and XB")
	if out := a.take(); len(out) != 0 {
		t.Error("something left")
	}
}

// TestS17NoTransferNoCase: an instrument that names no basis for the transfer
// of personal data is none to start from.
func TestS17NoTransferNoCase(t *testing.T) {
	w := sqliteWorld(t)
	a := w.nodes["XA"]
	silent := convention()
	for k := range silent.Terms {
		silent.Terms[k].Transfer = ""
	}
	a.enact("no basis for transfers", silent)
	_, err := a.NewDraft(t.Context(), a.people["officer"], NewDraft{Process: "information-request", To: "XB", Input: request()})
	refused(t, err, fail.Conflict, "data_transfer")
}

// TestS35ArticleIsNamed: a declaration makes the profile stricter; a request
// that was lawful before is stopped with the article, and one that waits for
// approval is not sent any more.
func TestS35ArticleIsNamed(t *testing.T) {
	w := sqliteWorld(t)
	a := w.nodes["XA"]
	d, err := a.NewDraft(t.Context(), a.people["officer"], NewDraft{Process: "information-request", To: "XB", Input: request()})
	must(t, err)
	if len(blocking(d.Problems)) != 0 {
		t.Fatalf("it was not lawful before: %+v", d.Problems)
	}
	done, err := a.Propose(t.Context(), a.people["officer"], d.ID)
	must(t, err)
	stricter := convention()
	stricter.Members[1].Reservations = []agreement.Reservation{{Kind: agreement.DeclarationKind, Article: "4", Made: "2026-11-01", Text: "Fraud is excluded.",
		Terms: []agreement.Term{{Process: "information-request", Article: "4", Excluded: []string{request().Fields["offences"].Rows[0]["code"]}}}}}
	a.enact("XB's declaration", stricter)
	_, err = a.Approve(t.Context(), a.people["supervisor"], done.Proposal, "supervisor", a.assertion("supervisor", done.Digest))
	refused(t, err, fail.Conflict, "declaration of XB to Lanes Convention, Art. 4")
	must(t, a.Return(t.Context(), a.people["supervisor"], done.Proposal, "the law has changed"))
	_, err = a.Propose(t.Context(), a.people["officer"], d.ID)
	refused(t, err, fail.Invalid, "declaration of XB to Lanes Convention, Art. 4")
	if out := a.take(); len(out) != 0 {
		t.Error("something left")
	}
}

// TestDeathPenaltyRefused: an instrument may go further than asking for an assurance.
func TestDeathPenaltyRefused(t *testing.T) {
	w := sqliteWorld(t)
	a := w.nodes["XA"]
	firm := convention()
	for k := range firm.Terms {
		if firm.Terms[k].Death != "" {
			firm.Terms[k].Death = "refuse"
		}
	}
	a.enact("a protocol", firm)
	in := request()
	in.Fields["death_penalty_possible"] = process.Text("unknown")
	d, err := a.NewDraft(t.Context(), a.people["officer"], NewDraft{Process: "information-request", To: "XB", Input: in})
	must(t, err)
	_, err = a.Propose(t.Context(), a.people["officer"], d.ID)
	refused(t, err, fail.Invalid, "Lanes Convention, Art. 17")
}

// TestS17NarrowerBasis: an act may rest on a narrower basis for its transfer
// than the instruments name, never on a wider one; and the form says on what it rests.
func TestS17NarrowerBasis(t *testing.T) {
	dm := &demand{rules: agreement.Build([]*agreement.Instrument{convention()}, agreement.Query{From: "XA", To: "XB", Process: "information-request", Day: "2026-11-22"}).Rules}
	for said, wrong := range map[string]bool{"adequacy": true, "safeguards": false, "derogation": false, "": false} {
		in := request()
		in.Fields["transfer_basis"] = process.Text(said)
		found := dm.lawful(&draftRow{Input: in})
		if (len(found) == 1) != wrong || wrong && !strings.Contains(found[0].Rule, "Lanes Convention, Art. 14") {
			t.Errorf("%q: %+v", said, found)
		}
	}
	a := sqliteWorld(t).nodes["XA"]
	d, err := a.NewDraft(t.Context(), a.people["officer"], NewDraft{Process: "information-request", To: "XB", Input: request()})
	must(t, err)
	for _, p := range d.Problems {
		if p.Field == "legal_basis" && !p.Block && strings.Contains(p.Text.English, "Lanes Convention, Art. 14, 17") {
			return
		}
	}
	t.Errorf("nothing says on what it rests: %+v", d.Problems)
}
