package client

import (
	"encoding/json"
	"time"
)

// A TextParagraph is one paragraph of a text.
type TextParagraph struct {
	ID     string `json:"id,omitempty" doc:"The same in every version and language. Without one the paragraph is new, and the node names it."`
	Level  int    `json:"level,omitempty" doc:"0: a heading or an unnumbered line; 1 to 3: numbered 1, 1.1, 1.1.1."`
	Number string `json:"number,omitempty" doc:"Computed from the levels; not read."`
	Words  string `json:"words" doc:"One line."`
}

// A NegotiatedText is one version of a text in one language.
type NegotiatedText struct {
	Digest     string          `json:"digest,omitempty" doc:"Names this version for ever; computed, not read."`
	ID         string          `json:"id" doc:"The same in all versions and languages, such as corridor-declaration."`
	Language   string          `json:"language" doc:"Such as en."`
	Title      string          `json:"title"`
	Original   string          `json:"original,omitempty" doc:"Of a translation: the digest of what it translates."`
	Paragraphs []TextParagraph `json:"paragraphs"`
}

// NegotiatedTexts are the texts under negotiation.
type NegotiatedTexts struct {
	Texts []TextBrief `json:"texts"`
}

// A TextBrief is one line of the list of texts.
type TextBrief struct {
	Draft      string    `json:"draft" doc:"The act that tabled it."`
	ID         string    `json:"id"`
	Title      string    `json:"title"`
	Language   string    `json:"language"`
	Keeper     string    `json:"keeper" doc:"The party that tabled it and consolidates it."`
	Versions   int       `json:"versions"`
	Newest     string    `json:"newest" doc:"Digest of the version that stands."`
	Changed    time.Time `json:"changed"`
	Standing   int       `json:"standing" doc:"Amendments that wait to be adopted or not."`
	Languages  []string  `json:"languages" doc:"In which the newest version is there."`
	Paragraphs int       `json:"paragraphs"`
}

// A DraftText is a text under negotiation: what stands, and what is proposed to it.
type DraftText struct {
	TextBrief
	Text         NegotiatedText   `json:"text" doc:"The version that stands."`
	History      []TextVersion    `json:"history" doc:"Every version, oldest first."`
	Amendments   []TextAmendment  `json:"amendments" doc:"As they were proposed."`
	Conflicts    []TextConflict   `json:"conflicts" doc:"Where amendments that stand meet."`
	Translations []NegotiatedText `json:"translations" doc:"Of the newest version."`
	Matters      []string         `json:"matters" doc:"Matters opened on one of its versions."`
	Refused      []RefusedAct     `json:"refused,omitempty" doc:"Acts that are kept and have no effect."`
}

// A TextVersion is one version of a text.
type TextVersion struct {
	Digest  string    `json:"digest"`
	Act     string    `json:"act"`
	At      time.Time `json:"at"`
	Adopted []string  `json:"adopted,omitempty" doc:"Acts of the amendments that made it."`
}

// A TextAmendment is one amendment with what is said of it.
type TextAmendment struct {
	Act       string       `json:"act" doc:"Names it."`
	Digest    string       `json:"digest"`
	By        string       `json:"by"`
	At        time.Time    `json:"at"`
	Base      string       `json:"base" doc:"Digest of the version it is made on."`
	Reason    string       `json:"reason,omitempty"`
	Changes   []TextChange `json:"changes"`
	Support   []string     `json:"support,omitempty" doc:"Parties."`
	Oppose    []string     `json:"oppose,omitempty"`
	State     string       `json:"state" doc:"standing, withdrawn, adopted or stale (made on a version that stands no more)."`
	AdoptedBy string       `json:"adopted_by,omitempty" doc:"The act that consolidated it."`
}

// A TextChange is one difference to a text.
type TextChange struct {
	Op    string `json:"op" doc:"replace, insert or delete."`
	At    string `json:"at" doc:"The paragraph; of an insertion the one after which it stands, - for the beginning."`
	ID    string `json:"id,omitempty" doc:"Of an insertion: the id of the new paragraph; empty: the node names it."`
	Level int    `json:"level,omitempty"`
	Was   string `json:"was,omitempty" doc:"What stands there; not read."`
	Words string `json:"words,omitempty"`
}

// A TextConflict is a place where two amendments meet.
type TextConflict struct {
	A        string `json:"a" doc:"Digest of an amendment."`
	B        string `json:"b"`
	At       string `json:"at" doc:"The paragraph."`
	Kind     string `json:"kind" doc:"replace, delete, id, place or anchor."`
	Excludes bool   `json:"excludes" doc:"They cannot both be adopted."`
}

// A RefusedAct is an act that is kept and has no effect.
type RefusedAct struct {
	Act   string `json:"act"`
	Party string `json:"party"`
	Kind  string `json:"kind"`
	Why   string `json:"why" doc:"A word, such as too-late."`
}

// A TextTranslation publishes a translation of the newest version of a draft.
type TextTranslation struct {
	Draft string         `path:"draft" json:"-"`
	Text  NegotiatedText `json:"text" doc:"Its paragraphs have the ids of the original, in the same order; id and original may be left out."`
}

// A NewAmendment proposes an amendment to the newest version of a draft: either
// the changes, or all paragraphs as they should be, from which the difference is computed.
type NewAmendment struct {
	Draft      string          `path:"draft" json:"-"`
	Base       string          `json:"base,omitempty" doc:"Digest of the version it is made on; refused when another stands by now."`
	Reason     string          `json:"reason,omitempty"`
	Changes    []TextChange    `json:"changes,omitempty"`
	Paragraphs []TextParagraph `json:"paragraphs,omitempty" doc:"The whole text as it should be."`
}

// OnAmendment supports, opposes or withdraws an amendment.
type OnAmendment struct {
	Draft     string `path:"draft" json:"-"`
	Amendment string `path:"amendment" json:"-"`
	Kind      string `json:"kind" doc:"supported, opposed or withdrew."`
	Note      string `json:"note,omitempty"`
}

// A Consolidation makes the next version of a draft this party keeps.
type Consolidation struct {
	Draft      string   `path:"draft" json:"-"`
	Amendments []string `json:"amendments" doc:"Acts of the amendments that are adopted."`
	Note       string   `json:"note,omitempty"`
}

// A TextComparison names two versions of a draft.
type TextComparison struct {
	Draft string `path:"draft"`
	From  string `query:"from" doc:"Digest of a version, or of a standing amendment's act; empty: the first version."`
	To    string `query:"to" doc:"The same; empty: the newest version."`
}

// ComparedText shows two versions side by side.
type ComparedText struct {
	From  string         `json:"from"`
	To    string         `json:"to"`
	Lines []ComparedLine `json:"lines"`
}

// A ComparedLine is what became of one paragraph.
type ComparedLine struct {
	ID        string `json:"id"`
	Op        string `json:"op,omitempty" doc:"replace, insert or delete; empty: it stays."`
	WasNumber string `json:"was_number,omitempty"`
	Was       string `json:"was,omitempty"`
	NowNumber string `json:"now_number,omitempty"`
	Now       string `json:"now,omitempty"`
}

// DecisionDone is what came of an act: it was signed and sent, or it waits for
// a second person.
type DecisionDone struct {
	Act      string `json:"act,omitempty" doc:"Digest of the act."`
	Draft    string `json:"draft,omitempty" doc:"Of tabling: names the draft."`
	Matter   string `json:"matter,omitempty" doc:"Of opening: names the matter."`
	Proposal string `json:"proposal,omitempty" doc:"It waits for a second person under this id."`
}

// NewMatter puts a text that was tabled to delegations.
type NewMatter struct {
	Title       string    `json:"title"`
	Subject     string    `json:"subject" doc:"outcome, development, plan, position, joint-action, methodology or procedure."`
	Text        string    `json:"text" doc:"Digest of the exact version that is decided on."`
	Session     string    `json:"session,omitempty" doc:"Id of an edition or session; empty: between conferences."`
	Follows     string    `json:"follows,omitempty" doc:"The matter before it, such as a silence that was broken."`
	Method      string    `json:"method" doc:"consensus, silence or vote."`
	Opens       time.Time `json:"opens,omitzero" doc:"Absent: now."`
	Closes      time.Time `json:"closes"`
	Delegations []string  `json:"delegations"`
	Quorum      int       `json:"quorum,omitempty" doc:"Delegations that have to be heard; absent of a consensus or vote: more than half."`
	Majority    string    `json:"majority,omitempty" doc:"Of a vote, such as \"more than 1/2 of cast\" (the default) or \"at least 2/3 of all\"."`
	Proxies     int       `json:"proxies,omitempty" doc:"How many voices one delegation may carry for others."`
	Tellers     []string  `json:"tellers,omitempty" doc:"Makes a vote secret: these parties count it together."`
}

// Matters are what was put to delegations.
type Matters struct {
	Matters []Matter `json:"matters"`
}

// A Matter is one question put to delegations, and where it stands.
type Matter struct {
	Matter      string            `json:"matter" doc:"The digest of its rules; names it."`
	Keeper      string            `json:"keeper" doc:"The party that opened it, and closes it."`
	Title       string            `json:"title"`
	Subject     string            `json:"subject"`
	Text        string            `json:"text"`
	Session     string            `json:"session,omitempty"`
	Follows     string            `json:"follows,omitempty"`
	Method      string            `json:"method"`
	Opens       time.Time         `json:"opens"`
	Closes      time.Time         `json:"closes" doc:"With its extension."`
	Extended    bool              `json:"extended,omitempty"`
	Delegations []string          `json:"delegations"`
	Quorum      int               `json:"quorum,omitempty"`
	Majority    string            `json:"majority,omitempty"`
	Proxies     int               `json:"proxies,omitempty"`
	Tellers     []string          `json:"tellers,omitempty"`
	State       string            `json:"state" doc:"open, broken, adopted, rejected, lapsed, abandoned, counting, incomplete or contested."`
	Due         bool              `json:"due,omitempty" doc:"The clock ended and the keeper has still to close it."`
	Ended       *time.Time        `json:"ended,omitempty"`
	Heard       int               `json:"heard"`
	Agreed      int               `json:"agreed,omitempty"`
	Objected    int               `json:"objected,omitempty"`
	Yes         int               `json:"yes,omitempty"`
	No          int               `json:"no,omitempty"`
	Abstain     int               `json:"abstain,omitempty"`
	Positions   []MatterPosition  `json:"positions"`
	Remarks     []MatterRemark    `json:"remarks"`
	Refused     []RefusedAct      `json:"refused,omitempty" doc:"Acts that are kept and have no effect."`
	Missing     []string          `json:"missing,omitempty" doc:"Acts the closing names and this node lacks; it has asked for them."`
	Unnamed     []string          `json:"unnamed,omitempty" doc:"Acts made in time that the closing does not name: they make the result contested."`
	Spoilt      []string          `json:"spoilt,omitempty" doc:"Delegations whose ballot a teller could not open."`
	Waiting     []string          `json:"waiting,omitempty" doc:"Tellers who have not published their sums."`
	Reason      string            `json:"reason,omitempty" doc:"Of abandoning."`
	Outcome     string            `json:"outcome,omitempty" doc:"Digest of the outcome that delegations sign; of an adopted matter."`
	Adopting    []string          `json:"adopting,omitempty"`
	Signed      []MatterSignature `json:"signed" doc:"Parties whose nodes signed the outcome."`
	Open        []MatterOption    `json:"open,omitempty" doc:"What can be done in it, and why not now; of one matter alone."`
	Wording     *NegotiatedText   `json:"wording,omitempty" doc:"The text itself; of one matter alone."`
}

// A MatterPosition is what one delegation said with effect.
type MatterPosition struct {
	Party string     `json:"party"`
	Said  string     `json:"said,omitempty" doc:"agreed, objected, yes, no, abstain or cast; empty: nothing."`
	By    string     `json:"by,omitempty" doc:"Who said it for them."`
	Proxy string     `json:"proxy,omitempty" doc:"To whom the voice is entrusted."`
	At    *time.Time `json:"at,omitempty"`
	Note  string     `json:"note,omitempty"`
	Act   string     `json:"act,omitempty"`
}

// A MatterRemark is a reservation, a dissent or an explanation of position.
type MatterRemark struct {
	Kind       string    `json:"kind"`
	Party      string    `json:"party"`
	At         time.Time `json:"at"`
	Text       string    `json:"text"`
	Paragraphs []string  `json:"paragraphs,omitempty"`
	Act        string    `json:"act"`
}

// A MatterSignature is one party's signature under an outcome.
type MatterSignature struct {
	Party string    `json:"party"`
	Act   string    `json:"act"`
	At    time.Time `json:"at"`
}

// A MatterOption is something that can be done in a matter.
type MatterOption struct {
	Kind string `json:"kind"`
	Two  bool   `json:"two,omitempty" doc:"A second person approves it."`
	Why  string `json:"why,omitempty" doc:"Why it is not open to the caller now, as a word; absent: it is."`
}

// A MatterAct is what this party says or does in a matter. Kinds are
// agreed, objected, voted, entrusted, revoked, reserved, dissented, explained and
// signed; of the keeper extended, closed and dropped; of a teller tallied.
type MatterAct struct {
	Matter     string     `path:"matter" json:"-"`
	Kind       string     `json:"kind" doc:"What it says, such as agreed, objected, voted, reserved, closed or signed."`
	Choice     string     `json:"choice,omitempty" doc:"Of voted: yes, no or abstain. In a secret vote it leaves as a ballot."`
	For        string     `json:"for,omitempty" doc:"Whose entrusted voice it is."`
	To         string     `json:"to,omitempty" doc:"Of entrusted: the delegation that shall speak."`
	Note       string     `json:"note,omitempty" doc:"The reason; of a reservation its text."`
	Paragraphs []string   `json:"paragraphs,omitempty" doc:"Of a reservation: ids of paragraphs."`
	Until      *time.Time `json:"until,omitempty" doc:"Of extended: the new end of the silence."`
}

// A DecisionProposal is an act that waits for a second person, or waited.
type DecisionProposal struct {
	ID         string    `json:"id"`
	Digest     string    `json:"digest"`
	Challenge  string    `json:"challenge" doc:"What the second person's passkey signs, base64url."`
	Kind       string    `json:"kind" doc:"agreed, voted, entrusted, signed or committed."`
	Matter     string    `json:"matter,omitempty"`
	Title      string    `json:"title,omitempty"`
	Choice     string    `json:"choice,omitempty"`
	For        string    `json:"for,omitempty"`
	To         string    `json:"to,omitempty"`
	Note       string    `json:"note,omitempty"`
	Promise    *Promise  `json:"promise,omitempty" doc:"Of committed."`
	By         string    `json:"by" doc:"Pseudonym of its author."`
	At         time.Time `json:"at"`
	State      string    `json:"state" doc:"waiting, performed or returned."`
	Reason     string    `json:"reason,omitempty" doc:"Why it was returned."`
	CanApprove bool      `json:"can_approve"`
	Role       string    `json:"role,omitempty" doc:"In which the caller would approve it."`
	Why        string    `json:"why,omitempty" doc:"Why the caller may not."`
}

// DecisionProposals are the acts that wait for a second person.
type DecisionProposals struct {
	Proposals []DecisionProposal `json:"proposals"`
}

// An ApproveDecision carries the passkey's assertion over a proposal's digest.
type ApproveDecision struct {
	Proposal  string          `path:"proposal" json:"-"`
	Assertion json.RawMessage `json:"assertion"`
}

// A ReturnDecision gives a proposal back to its author.
type ReturnDecision struct {
	Proposal string `path:"proposal" json:"-"`
	Reason   string `json:"reason"`
}

// Requests that only name a thing of this room.
type (
	// ByDraftText names a text under negotiation by the act that tabled it.
	ByDraftText struct {
		Draft string `path:"draft"`
	}
	// ByMatter names a matter.
	ByMatter struct {
		Matter string `path:"matter"`
	}
	// ByCommitment names a commitment by the act that made it.
	ByCommitment struct {
		Commitment string `path:"commitment"`
	}
	// ByMeeting names a meeting.
	ByMeeting struct {
		Meeting string `path:"meeting"`
	}
	// BySignedAct names an act by its digest.
	BySignedAct struct {
		Act string `path:"act"`
	}
)
