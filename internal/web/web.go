// Package web serves the pages the staff of a node work with: rendered here, in
// six languages, with no script needed to read or to act (a passkey is the one
// thing a browser gives only to a script).
//
// A page is a folder page/<name> with its template, a view type that the
// template is type-checked against, and a handler in <name>.go. Every route
// names the action it needs; package access decides, and a page that is denied
// says by which rule. Handlers ask the modules and turn their answers into
// views of finished text; templates only lay them out.
//
// Trust: web is trusted to show what the modules said and to pass on what the
// person did, in their name. It holds no keys. A fault here can mislead the
// person at the screen; it cannot make an approval, for that takes a passkey
// over the act's digest, which is printed on the page.
//
// Limits: bodies of [MaxForm] bytes and files of [Config.MaxFile]; one stylesheet
// and one script, under content hashes; nothing is fetched from another host.
package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/agenda"
	"landbridge.example/internal/agreement"
	"landbridge.example/internal/call"
	"landbridge.example/internal/casework"
	"landbridge.example/internal/decision"
	"landbridge.example/internal/delegation"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/face"
	"landbridge.example/internal/forum"
	"landbridge.example/internal/gpsi"
	"landbridge.example/internal/lang"
	"landbridge.example/internal/mechanism"
	"landbridge.example/internal/news"
	"landbridge.example/internal/notice"
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
	"landbridge.example/internal/rights"
	"landbridge.example/internal/screening"
	"landbridge.example/internal/staff"
	visitbook "landbridge.example/internal/visit"
	"landbridge.example/match"
	"landbridge.example/match/substance"
)

// MaxForm bounds a form without its files.
const MaxForm = 2 << 20

// Config is what the pages need.
type Config struct {
	Party     landbridge.PartyID
	Staff     *staff.Staff
	Casework  *casework.Casework
	Screening *screening.Screening
	Notice    *notice.Register
	Rights    *rights.Desk
	Calls     *call.Desk
	Agreement *agreement.Register
	Mechanism *mechanism.Groups
	Visits    *visitbook.Register
	News      *news.Desk
	Agenda    *agenda.Agendas
	Forum     *forum.Register
	Public    string // origin of the public pages, such as https://forum.example
	Guests    *delegation.Office
	Decision  *decision.Chamber
	Exchange  *exchange.Exchange
	Directory *party.Directory
	Log       *record.Log
	Index     *gpsi.Register
	Lang      *lang.Book
	Hub       *Hub // tells open pages that something changed; may be nil
	Clock     func() time.Time
	Random    io.Reader // for reference numbers of errors
	Secure    bool      // the pages are reached over TLS: cookies say so
	MaxFile   int64     // bytes of one attached file; 0 is 4 GiB
	Demo      *DemoConfig

	// Substances returns the register of controlled substances, built when it is
	// first asked for.
	Substances func() *substance.Register

	// Report is told of every internal error, with the reference number that
	// the person at the screen was given.
	Report func(reference string, err error)
}

// DemoConfig lets people sign in and approve by one click, with software keys
// the node holds. It is shown on every page.
type DemoConfig struct {
	People []DemoPerson
	Nodes  []DemoNode // the other nodes of the demo, to change sides
	// Sign answers a challenge with the software key of an account.
	Sign func(ctx context.Context, account landbridge.ID, challenge []byte) (assertion []byte, err error)
}

// A DemoPerson is someone to sign in as.
type DemoPerson struct {
	Account landbridge.ID
	Note    string // one line: who this is in the story
}

// A DemoNode is another node of the demo.
type DemoNode struct {
	Party landbridge.PartyID
	Name  string
	URL   string
}

// A site is the pages of one node. It is safe for use by many goroutines.
type site struct {
	Config
	access *access.Table
	pages  *face.Pages
	assets *face.Assets
}

// New returns the pages.
func New(c Config) (http.Handler, error) {
	if c.Staff == nil || c.Lang == nil || c.Clock == nil || c.Random == nil {
		return nil, errors.New("web needs staff, languages, a clock and randomness")
	}
	if c.Report == nil {
		c.Report = func(string, error) {}
	}
	if c.MaxFile == 0 {
		c.MaxFile = 4 << 30
	}
	if c.Substances == nil {
		c.Substances = sync.OnceValue(func() *substance.Register { return substance.New(match.New()) })
	}
	if c.Hub == nil {
		c.Hub = NewHub()
	}
	a, err := face.LoadAssets("/assets/", assetFiles)
	if err != nil {
		return nil, err
	}
	p, err := face.LoadPages(pageFiles)
	if err != nil {
		return nil, err
	}
	s := &site{Config: c, access: access.New(), pages: p, assets: a}
	mux := http.NewServeMux()
	for _, r := range s.routes() {
		mux.Handle(r.pattern, s.handle(r))
	}
	return s.guard(mux), nil
}

// A route is one address. Unless it is open to everyone it names the action
// that the person's roles must allow.
type route struct {
	pattern string
	action  access.Action
	open    bool // also without having signed in
	do      func(*site, *visit) error
}

// routes lists every address of the pages. A test holds it complete.
func (s *site) routes() []route {
	return append(slices.Concat(guestRoutes(), indexRoutes(), s.lawRoutes(), screeningRoutes(), decisionRoutes(), forumRoutes(),
		visitRoutes(), newsRoutes(), agendaRoutes(), callRoutes()), []route{
		{"GET /assets/{name}", "", true, (*site).serveAsset},
		{"GET /sign-in", "", true, (*site).signIn},
		{"POST /sign-in/begin", "", true, (*site).beginSignIn},
		{"POST /sign-in/finish", "", true, (*site).finishSignIn},
		{"POST /sign-in/demo", "", true, (*site).demoSignIn},
		{"GET /setup/{token}", "", true, (*site).setup},
		{"POST /setup/{token}/begin", "", true, (*site).beginSetup},
		{"POST /setup/{token}/finish", "", true, (*site).finishSetup},
		{"POST /sign-out", "", true, (*site).signOut},
		{"GET /about", "", true, (*site).about},
		{"POST /preferences", "", true, (*site).preferences},

		{"GET /{$}", access.SeeDesk, false, (*site).desk},
		{"GET /live", access.SeeDesk, false, (*site).live},

		{"GET /cases", access.ListCases, false, (*site).cases},
		{"GET /cases.csv", access.ExportCases, false, (*site).casesCSV},
		{"GET /cases.json", access.ExportCases, false, (*site).casesJSON},
		{"GET /cases/{case}", access.ReadCase, false, (*site).caseFile},
		{"POST /cases/{case}/act/{transition}", access.ActOnCase, false, (*site).act},
		{"POST /cases/{case}/use", access.ReadCase, false, (*site).mayUse},
		{"GET /cases/{case}/files/{file}", access.OpenExhibit, false, (*site).exhibit},
		{"GET /cases/{case}/acts/{act}", access.DownloadReceipt, false, (*site).actFile},
		{"GET /cases/{case}/receipts/{message}/{to}", access.DownloadReceipt, false, (*site).receipt},

		{"GET /requests/new", access.DraftRequest, false, (*site).newRequest},
		{"POST /requests/new", access.DraftRequest, false, (*site).startRequest},
		{"GET /drafts/{draft}", access.ProposeAct, false, (*site).draft},
		{"POST /drafts/{draft}", access.ProposeAct, false, (*site).saveDraft},

		{"GET /approvals", access.SeeDesk, false, (*site).approvals},
		{"GET /approvals/{proposal}", access.ReadCase, false, (*site).approval},
		{"POST /approvals/{proposal}/options", access.ApproveAct, false, (*site).approvalOptions},
		{"POST /approvals/{proposal}", access.ApproveAct, false, (*site).approve},

		{"GET /network", access.SeeNetwork, false, (*site).network},
		{"GET /rights", access.AnswerRights, false, (*site).rightsList},
		{"GET /rights/{id}", access.AnswerRights, false, (*site).right},
		{"POST /rights/{id}", access.AnswerRights, false, (*site).answerRight},
		{"GET /record", access.SeeLog, false, (*site).record},
		{"GET /record/{index}/proof", access.SeeLog, false, (*site).recordProof},
		{"GET /record/checkpoint", access.SeeLog, false, (*site).recordCheckpoint},
		{"GET /parties", access.SeeParties, false, (*site).parties},
		{"GET /parties/{party}", access.SeeParties, false, (*site).party},

		{"GET /notices", access.SearchNotices, false, (*site).notices},
		{"POST /notices", access.SearchNotices, false, (*site).searchNotices},
		{"GET /notices/{case}", access.SearchNotices, false, (*site).notice},
		{"GET /substances", access.SeeSubstances, false, (*site).substances},
		{"GET /substances.csv", access.SeeSubstances, false, (*site).substancesCSV},
		{"GET /substances.json", access.SeeSubstances, false, (*site).substancesJSON},
		{"GET /substances/{substance}", access.SeeSubstances, false, (*site).substance},
		{"GET /schedules/{schedule}", access.SeeSubstances, false, (*site).schedule},

		{"GET /account", access.ManageOwnKeys, false, (*site).account},
		{"POST /account/keys/begin", access.ManageOwnKeys, false, (*site).beginKey},
		{"POST /account/keys/finish", access.ManageOwnKeys, false, (*site).finishKey},
		{"POST /account", access.ManageOwnKeys, false, (*site).changeAccount},
		{"GET /people", access.SeeStaff, false, (*site).people},
		{"POST /people", access.ManageStaff, false, (*site).changePeople},

		{"GET /", "", true, (*site).nothing},
	}...)
}
