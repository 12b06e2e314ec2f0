package tidy

// may says, for each package, which of our packages it may import. This table
// is the architecture: a new edge is a change to this file, with its reason in
// the commit. "..." stands for every package.
//
// Read it from the bottom of the house to the top: words; kernel (pure, each
// alone); platform; modules; edges; the whole.
var may = map[string]string{
	".": "",

	// Kernel: pure, public, no I/O, no clock, no SQL; they do not know each other.
	"seal":              ".",
	"ledger":            ".",
	"process":           ".",
	"process/catalogue": ".",
	"handling":          ".",
	"decision":          ".",
	"index":             "index/formula index/problem index/spec index/stat index/table",
	"index/bundle":      ". index index/problem index/spec",
	"index/formula":     "index/stat",
	"index/problem":     "",
	"index/spec":        "index/formula index/problem",
	"index/stat":        "",
	"index/table":       "index/problem",
	"match":             ".",
	"match/list":        ". match",          // lists are read into records that match compares
	"match/train":       "match match/list", // makes match/tables; not part of the node
	"match/substance":   "match",            // drug schedules, found by the same engine

	// Platform.
	"internal/fail":          "",
	"internal/db":            "internal/fail",
	"internal/db/dbtest":     "internal/db",
	"internal/jobs":          "internal/db internal/fail",
	"internal/blob":          ". internal/db internal/fail",
	"internal/access":        ". internal/fail",
	"internal/record":        ". ledger internal/db internal/fail",
	"internal/lang":          "",
	"internal/face":          "internal/fail internal/lang",
	"internal/face/facetest": "",
	"internal/pace":          "internal/fail", // what strangers may send, by address
	"internal/contentline":   "",              // the lines of vCard and iCalendar
	"internal/table":         "",              // tables for spreadsheets, in which no text runs as a formula
	"internal/canon":         "",              // JSON in one form, for what is signed, hashed or sent

	"internal/face/floor":   "",        // plans of halls
	"internal/face/diagram": "process", // pictures of processes, for both edges with pages

	// Modules.
	"internal/party":                 ". seal ledger internal/contentline internal/db internal/fail internal/record",
	"internal/staff":                 ". internal/access internal/db internal/fail internal/record",
	"internal/staff/softkey":         "",
	"internal/exchange":              ". seal ledger internal/blob internal/db internal/fail internal/record internal/party",
	"internal/exchange/exchangetest": ". seal ledger internal/blob internal/db internal/db/dbtest internal/party internal/record internal/staff internal/staff/softkey internal/exchange",
	"internal/gpsi":                  ". seal index index/bundle index/problem index/spec index/stat internal/access internal/blob internal/canon internal/db internal/fail internal/record internal/party internal/staff internal/exchange internal/gpsi/country internal/gpsi/sheet",
	"internal/gpsi/country":          "",
	"internal/gpsi/sheet":            "internal/gpsi/country",
	"internal/agreement":             ". process internal/access internal/canon internal/db internal/fail internal/record internal/party internal/staff internal/exchange internal/table", // above exchange: two registers compare their texts by message
	"internal/mechanism":             ". internal/access internal/canon internal/contentline internal/db internal/fail internal/record internal/party internal/staff internal/exchange",
	"internal/decision":              ". decision ledger internal/access internal/blob internal/canon internal/db internal/fail internal/record internal/party internal/staff internal/exchange",
	"internal/casework":              ". seal process process/catalogue handling internal/access internal/blob internal/canon internal/db internal/fail internal/jobs internal/record internal/party internal/staff internal/exchange internal/agreement",
	// What persons ask about data on them stays at the node: nothing here can send a message (S19).
	"internal/rights": ". internal/blob internal/db internal/fail internal/record internal/staff",
	"internal/notice": ". process handling match match/list internal/access internal/blob internal/db internal/fail internal/record internal/staff internal/casework",

	"internal/forum":         ". internal/access internal/canon internal/db internal/fail internal/record internal/staff", // the conferences: editions and programmes, away from cases
	"internal/forum/feed":    ". internal/contentline internal/fail internal/forum internal/table",                        // what other software reads and writes; pure
	"internal/forum/fiction": "",                                                                                          // an invented edition, as data

	// The forum's people: delegations, their badges, who is inside. Badges and the merge of scans are pure.
	"internal/delegation":       ". seal internal/canon internal/lang internal/blob internal/db internal/fail internal/record internal/party internal/staff internal/exchange internal/delegation/badge internal/delegation/door internal/table",
	"internal/delegation/badge": ". internal/fail",
	"internal/delegation/door":  ". internal/fail",
	"internal/call":             ". internal/blob internal/db internal/fail internal/record internal/staff internal/table",

	// Visits, letters, working groups; news; personal agendas: light records away from cases.
	"internal/agenda": ". internal/access internal/db internal/fail internal/record internal/staff",
	"internal/news":   ". internal/access internal/db internal/fail internal/record internal/staff",
	"internal/visit":  ". internal/access internal/canon internal/db internal/fail internal/record internal/party internal/staff internal/exchange",

	"internal/screening": ". handling match match/list internal/access internal/blob internal/db internal/fail internal/jobs internal/record internal/staff",

	// Edges: never db or jobs, never each other.
	"client":                ".",
	"internal/web":          ". process handling match match/substance internal/access internal/face internal/fail internal/lang internal/record internal/party internal/staff internal/exchange internal/agreement internal/mechanism internal/casework internal/screening internal/gpsi internal/gpsi/sheet internal/notice internal/rights internal/visit internal/forum internal/forum/feed internal/call internal/pace internal/news internal/agenda internal/delegation internal/delegation/door internal/face/floor decision internal/decision internal/table",
	"internal/api":          ". process decision handling match match/list match/substance client internal/access internal/fail internal/record internal/party internal/staff internal/exchange internal/agreement internal/mechanism internal/decision internal/casework internal/screening internal/gpsi internal/gpsi/sheet internal/notice internal/rights internal/visit internal/forum internal/forum/feed internal/call internal/pace internal/news internal/agenda internal/delegation internal/delegation/door internal/lang internal/table",
	"internal/peer":         ". seal ledger internal/fail internal/record internal/party internal/exchange",
	"internal/portal":       ". process internal/forum internal/forum/feed internal/casework internal/notice internal/rights internal/face/diagram index index/bundle index/spec index/stat internal/face internal/fail internal/lang internal/gpsi internal/gpsi/country internal/portal/chart internal/call internal/pace internal/delegation internal/news internal/visit internal/agenda internal/face/floor decision internal/decision",
	"internal/portal/chart": "",
	"internal/dav":          ". internal/fail internal/forum internal/forum/feed internal/party internal/agenda", // calendars and address books fetch here

	// The whole.
	"internal/node":           "...",
	"internal/sim":            "...",
	"internal/tidy":           "",
	"cmd/landbridge":          "...",
	"cmd/landbridge/indexcmd": "index index/bundle index/problem index/spec index/table",
	"cmd/landbridge/story":    "",

	"cmd/landbridge/screencmd": ". match match/list match/substance", // screening on the command line, without a node
}

// outside lists every module we stand on, and why it and not another.
var outside = map[string]string{
	"codeberg.org/go-pdf/fpdf":           "letters and badges: PDF pages in the standard fonts; the kept line of gofpdf, without modules below it",
	"filippo.io/age":                     "sealing: a specified, reviewed, streaming format with post-quantum hybrid recipients that stock tools open",
	"filippo.io/edwards25519":            "commitments of secret votes: a group of prime order with constant-time arithmetic, which the standard library keeps to itself",
	"filippo.io/mldsa":                   "post-quantum cosignature lines; the standard library has no public ML-DSA yet",
	"github.com/go-webauthn/webauthn":    "passkeys: attestation and assertion parsing is no place for own code",
	"github.com/jackc/pgx/v5":            "PostgreSQL driver with a database/sql face; the best kept one",
	"github.com/jba/templatecheck":       "tests only: type-checks templates against their views",
	"github.com/microcosm-cc/bluemonday": "news: what Markdown became passes a list of what may stand on a page; a second net under the first",
	"github.com/rogpeppe/go-internal":    "tests only: testscript, stories of several people as text files",
	"github.com/xuri/excelize/v2":        "spreadsheets that members send, and results they take away: XLSX is no place for own code; the best kept reader, with limits on what it unpacks",
	"github.com/yuin/goldmark":           "news: CommonMark is no place for own code; without modules below it, leaves raw HTML out by itself",
	"go.yaml.in/yaml/v3":                 "process definitions, records and request files that people read; the kept fork, strict decoding with line numbers",
	"golang.org/x/mod":                   "sumdb/note and sumdb/tlog: the reference code of signed notes and transparency-log hashing",
	"golang.org/x/sync":                  "errgroup: workers that end together",
	"golang.org/x/text":                  "plural rules, dates, language matching from CLDR",
	"gonum.org/v1/gonum":                 "the index: singular values, eigenvalues and distribution tails are no place for own code",
	"rsc.io/qr":                          "the codes on badges: small, finished, packs base 45 as letters; draws modules that PDF prints as bars",
	"modernc.org/sqlite":                 "SQLite without a C compiler, so that go run works with Go alone",
}

// long lists what may pass the limits for now. It only shrinks.
var long = map[string]string{}

// for the rules that speak of kinds of packages.
var (
	kernel   = []string{"seal", "ledger", "process", "process/catalogue", "handling", "decision", "index", "index/bundle", "index/formula", "index/problem", "index/spec", "index/stat", "index/table"}
	tellTime = []string{"cmd/landbridge", "internal/node", "internal/sim"} // only these read the clock
)
