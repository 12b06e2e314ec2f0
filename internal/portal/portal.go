// Package portal serves what a node shows to everyone: no account, no cookie
// but the reader's language and theme, nothing that is not published.
//
// It is made of rooms ([rooms]), each some pages and the files behind them. One
// is the public security index: rankings with the intervals they deserve,
// a map, profiles, what other weights would say, and the method in words.
//
// Trust: portal is trusted to show releases as they are. It can mislead whoever
// looks only at the page; whoever takes the bundle from the downloads page can
// calculate every number again. It holds no keys; it writes only what
// a form hands to a module, and [pace] bounds how often.
//
// Limits: [MaxCompared] units side by side, [MaxQuery] bytes of a search; pages
// are calculated when they are asked for, from what the modules keep in memory.
package portal

import (
	"context"
	"embed"
	"errors"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"landbridge.example"
	"landbridge.example/internal/call"
	"landbridge.example/internal/face"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/gpsi"
	"landbridge.example/internal/gpsi/country"
	"landbridge.example/internal/lang"
	"landbridge.example/internal/pace"
	"landbridge.example/internal/portal/chart"
)

//go:embed asset
var assetFiles embed.FS

//go:embed page
var pageFiles embed.FS

// Prefix is where the public pages begin.
const Prefix = "/public/"

// Limits of what a reader may ask for.
const (
	MaxCompared = chart.Series // units side by side
	MaxQuery    = 120          // bytes of a search
	MaxForm     = 64 << 10     // bytes of a form
	maxKept     = 16           // releases whose derived tables are kept
)

// An Index is where releases come from: a [gpsi.Register].
type Index interface {
	Releases(ctx context.Context) ([]gpsi.Release, error)
	Open(ctx context.Context, id string) (*gpsi.Opened, error)
	Bundle(ctx context.Context, id string) ([]byte, error)
	Proof(ctx context.Context, id string) ([]byte, error)
}

// Config is what the public pages need.
type Config struct {
	Party      landbridge.PartyID
	PartyName  func(ctx context.Context, language string) string // nil: the code alone
	Index      Index
	Processes  Processes
	Statistics Statistics
	Notices    Notices
	Rights     Rights
	Guests     Guests // nil: nobody is nominated here
	Forum      Forum
	Calls      *call.Desk
	Gate       *pace.Gate                                                              // what strangers may send; nil: one of its own
	Decisions  Decisions                                                               // nil: there are none
	News       News                                                                    // nil: there is none
	Visits     Visits                                                                  // nil: there are none
	Agenda     Agenda                                                                  // of guests; nil: none
	NameOf     func(ctx context.Context, p landbridge.PartyID, language string) string // nil: the code alone
	Clock      func() time.Time                                                        // says which edition is the current one
	Origin     string                                                                  // of addresses in feeds, such as https://forum.example
	Lang       *lang.Book
	Random     io.Reader // for reference numbers of errors
	Secure     bool      // the pages are reached over TLS: cookies say so
	Demo       bool      // say on every page that the node is one of a demonstration

	// Report is told of every internal error, with the reference number that
	// the reader was given.
	Report func(reference string, err error)
}

// A site is the public pages of one node. It is safe for use by many goroutines.
type site struct {
	Config
	pages  *face.Pages
	assets *face.Assets
	world  *chart.World
	places *country.List

	mu   sync.Mutex
	kept map[landbridge.Digest]*derived // of releases, by digest
}

// New returns the public pages. They answer below [Prefix].
func New(c Config) (http.Handler, error) {
	s, err := newSite(c)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	for _, r := range s.routes() {
		mux.Handle(r.pattern, s.handle(r.do))
	}
	return s.guard(mux), nil
}

func newSite(c Config) (*site, error) {
	if c.Lang == nil || c.Random == nil || c.Index == nil || c.Processes == nil || c.Statistics == nil || c.Notices == nil || c.Rights == nil ||
		c.Forum == nil || c.Calls == nil || c.Clock == nil || c.Origin == "" {
		return nil, errors.New("portal needs an index, processes, their statistics, notices, a desk for rights, the forum, calls, a clock, " +
			"the address of these pages, languages and randomness")
	}
	if c.PartyName == nil {
		c.PartyName = func(context.Context, string) string { return string(c.Party) }
	}
	if c.Gate == nil {
		c.Gate = pace.New(c.Clock)
	}
	if c.Report == nil {
		c.Report = func(string, error) {}
	}
	s := &site{Config: c, kept: map[landbridge.Digest]*derived{}}
	var err error
	if s.assets, err = face.LoadAssets(Prefix+"assets/", assetFiles); err != nil {
		return nil, err
	}
	if s.pages, err = face.LoadPages(pageFiles); err != nil {
		return nil, err
	}
	if s.world, err = chart.NewWorld(); err != nil {
		return nil, err
	}
	if s.places, err = country.New(); err != nil {
		return nil, err
	}
	return s, nil
}

// A room is one part of the public pages, with its place on the home page and
// in the navigation.
type room struct {
	path  string // below Prefix
	title string // key of its name
	about string // key of what is there
}

// rooms lists the rooms in the order of the navigation. A new one is a line
// here and its addresses in [site.routes].
func rooms() []room {
	return []room{
		{"forum/", "public.forum.title", "public.forum.about"},
		{"calls/", "public.calls.title", "public.calls.about"},
		{"outcomes/", "public.outcomes.title", "public.outcomes.about"},
		{"commitments/", "public.commitments.title", "public.commitments.about"},
		{"news/", "public.news.title", "public.news.about"},
		{"visits/", "public.visits.title", "public.visits.about"},
		{"processes/", "public.processes.title", "public.processes.about"},
		{"statistics", "public.statistics.title", "public.statistics.about"},
		{"notices", "public.notices.title", "public.notices.about"},
		{"rights", "public.rights.title", "public.rights.about"},
		{"index/", "public.index.title", "public.index.about"},
	}
}

type route struct {
	pattern string
	do      func(*site, *visit) error
}

// routes lists every public address. A test asks for each.
func (s *site) routes() []route {
	const release = "GET " + Prefix + "index/{id}"
	return append(slices.Concat(forumRoutes(), s.guestRoutes(), newsRoutes(), visitsRoutes(), decisionRoutes(), agendaRoutes(), callRoutes()), []route{
		{"GET " + Prefix + "{$}", (*site).home},
		{"GET " + Prefix + "assets/{name}", (*site).serveAsset},
		{"POST " + Prefix + "preferences", (*site).preferences},

		{"GET " + Prefix + "processes/{$}", (*site).processes},
		{"GET " + Prefix + "processes/safeguards", (*site).safeguards},
		{"GET " + Prefix + "processes/{file}", (*site).processFile},
		{"GET " + Prefix + "rights", (*site).rights},
		{"POST " + Prefix + "rights", (*site).ask},
		{"GET " + Prefix + "rights/look", (*site).rights},
		{"POST " + Prefix + "rights/look", (*site).look},
		{"GET " + Prefix + "statistics", (*site).statistics},
		{"GET " + Prefix + "statistics.csv", (*site).statisticsCSV},
		{"GET " + Prefix + "statistics.json", (*site).statisticsJSON},

		{"GET " + Prefix + "notices", (*site).notices},
		{"GET " + Prefix + "notices.json", (*site).noticesJSON},

		{"GET " + Prefix + "index/{$}", (*site).releases},
		{"GET " + Prefix + "index/releases.json", (*site).releasesJSON},
		{release, (*site).ranking},
		{release + "/ranking.csv", (*site).rankingCSV},
		{release + "/ranking.json", (*site).rankingJSON},
		{release + "/ranking.svg", (*site).rankingSVG},
		{release + "/map", (*site).worldMap},
		{release + "/country/{unit}", (*site).profile},
		{release + "/country/{unit}/explain.json", (*site).explainJSON},
		{release + "/compare", (*site).compare},
		{release + "/compare.csv", (*site).compareCSV},
		{release + "/what-if", (*site).whatIf},
		{release + "/what-if.csv", (*site).whatIfCSV},
		{release + "/what-if.json", (*site).whatIfJSON},
		{release + "/time", (*site).overTime},
		{release + "/time.csv", (*site).timeCSV},
		{release + "/relations", (*site).relations},
		{release + "/sensitivity", (*site).sensitivity},
		{release + "/method", (*site).method},
		{release + "/data", (*site).quality},
		{release + "/statements", (*site).statements},
		{release + "/downloads", (*site).downloads},
		{release + "/bundle.zip", (*site).bundleFile},
		{release + "/results.xlsx", (*site).workbookFile},
		{release + "/proof.txt", (*site).proofFile},
		{release + "/files/{path...}", (*site).file},

		{"GET /{$}", (*site).enter},
		{"GET /", (*site).nothing},
	}...)
}

// enter leads a listener of the portal's own to the first page.
func (s *site) enter(v *visit) error {
	http.Redirect(v.w, v.Request, Prefix, http.StatusSeeOther)
	return nil
}

// nothing is every address that is none of ours.
func (s *site) nothing(*visit) error {
	return fail.New(fail.Missing, "there is no public page at this address; the way in is %s", Prefix)
}

func (s *site) serveAsset(v *visit) error {
	v.w.Header().Del("Vary")
	return s.assets.Serve(v.w, v.PathValue("name"))
}

// preferences keeps the language and the theme in the reader's browser.
func (s *site) preferences(v *visit) error {
	v.Body = http.MaxBytesReader(v.w, v.Body, MaxForm)
	if err := v.ParseForm(); err != nil {
		return fail.Because(err, fail.Invalid, "the page sent something this node does not understand; load it again")
	}
	face.Keep(v.w, v.FormValue("language"), v.FormValue("theme"), s.Secure)
	http.Redirect(v.w, v.Request, withoutLanguage(face.Local(v.FormValue("here"), Prefix)), http.StatusSeeOther)
	return nil
}
