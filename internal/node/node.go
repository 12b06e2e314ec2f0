// Package node builds one party's whole node from its parts and runs it:
// database, keys, log, modules, the edges that face people and the edge that
// faces other nodes.
//
// Trust: this package hands every part what it needs and nothing more. It is
// where a part could be given too much, so wiring is kept in one place and free
// of decisions. Whoever controls the data folder controls the node, and
// nothing at any other node.
//
// Limits: one process serves one data folder; a lock in the folder holds off a
// second, because two heads of one log would be a fork.
package node

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/agenda"
	"landbridge.example/internal/agreement"
	"landbridge.example/internal/api"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/call"
	"landbridge.example/internal/casework"
	"landbridge.example/internal/db"
	"landbridge.example/internal/decision"
	"landbridge.example/internal/delegation"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum"
	"landbridge.example/internal/gpsi"
	"landbridge.example/internal/jobs"
	"landbridge.example/internal/lang"
	"landbridge.example/internal/mechanism"
	"landbridge.example/internal/news"
	"landbridge.example/internal/notice"
	"landbridge.example/internal/pace"
	"landbridge.example/internal/party"
	"landbridge.example/internal/peer"
	"landbridge.example/internal/portal"
	"landbridge.example/internal/record"
	"landbridge.example/internal/rights"
	"landbridge.example/internal/screening"
	"landbridge.example/internal/staff"
	"landbridge.example/internal/visit"
	"landbridge.example/internal/web"
	"landbridge.example/match"
	"landbridge.example/match/substance"
)

// A Node is one party's node, open. The fields are for the commands that work
// on a node from the inside (init, doctor, demo) and for tests.
type Node struct {
	Config    Config
	Party     landbridge.PartyID
	Keys      *party.Keys
	DB        *db.DB
	Log       *record.Log
	Directory *party.Directory
	Vault     *blob.Vault
	Blobs     *blob.Store
	Staff     *staff.Staff
	Exchange  *exchange.Exchange
	Forum     *forum.Register
	Agreement *agreement.Register
	Mechanism *mechanism.Groups
	Decision  *decision.Chamber
	Notice    *notice.Register
	Rights    *rights.Desk
	Casework  *casework.Casework
	Screening *screening.Screening
	Index     *gpsi.Register
	Guests    *delegation.Office // who comes to the forum
	Calls     *call.Desk
	Visit     *visit.Register
	Gate      *pace.Gate // what strangers may send
	News      *news.Desk
	Agenda    *agenda.Agendas

	deps    Dependencies
	clients func(landbridge.PartyID) *http.Client
	jobs    *jobs.Runner
	answers *answers
	engine  func() *match.Engine // compares names; built when first asked for
	hub     *web.Hub
	pulse   *pulse
	quiet   *quiet
	staff   http.Handler // pages, API, public pages, public log
	public  http.Handler // public pages and public log alone
	peer    http.Handler
	unlock  func()
}

// Dependencies is what a node takes from the world. The zero value is the real world.
type Dependencies struct {
	Clock  func() time.Time
	Random io.Reader
	Logger *slog.Logger

	// For simulations only. Faults is asked at named points of every commit.
	// Client, when set, makes the client for all peers instead of pinned TLS.
	Faults func(point string) error
	Client func(*party.Keys) *http.Client
}

func (d Dependencies) orReal(level string) Dependencies {
	if d.Clock == nil {
		d.Clock = time.Now
	}
	if d.Random == nil {
		d.Random = rand.Reader
	}
	if d.Logger == nil {
		l, err := logLevel(level)
		if err != nil {
			l = slog.LevelInfo
		}
		d.Logger = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: l}))
	}
	return d
}

// Schemas lists the migrations of every package, lower ones first.
func Schemas() []db.Schema {
	return []db.Schema{
		blob.Schema(), jobs.Schema(), record.Schema(), party.Schema(), staff.Schema(), exchange.Schema(), agreement.Schema(), mechanism.Schema(), decision.Schema(),
		casework.Schema(), rights.Schema(), notice.Schema(), screening.Schema(), gpsi.Schema(), forum.Schema(),
		delegation.Schema(), call.Schema(), visit.Schema(), news.Schema(), agenda.Schema(), Schema(),
	}
}

// Open builds the node of a data folder. Close it.
func Open(ctx context.Context, c Config, deps Dependencies) (_ *Node, err error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	n := &Node{Config: c, Party: landbridge.PartyID(c.Party), deps: deps.orReal(c.LogLevel), pulse: newPulse(), quiet: &quiet{}, engine: sync.OnceValue(match.New)}
	if n.unlock, err = lock(c.Dir); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, n.Close())
		}
	}()
	if n.Keys, err = party.Load(c.KeysDir(), n.Party); err != nil {
		return nil, fail.Because(err, fail.Invalid, "%v", err)
	}
	if n.DB, err = db.Open(c.DSN(), db.Options{Faults: n.deps.Faults}); err != nil {
		return nil, fail.Because(err, fail.Unavailable, "the database cannot be opened: %v", err)
	}
	if err := n.DB.Migrate(ctx, Schemas()...); err != nil {
		return nil, err
	}
	for _, open := range []func(context.Context) error{
		n.openLog, n.openPeople, n.openExchange, n.openCasework, n.openScreening, n.openIndex, n.openForum, n.openGuests, n.openVisits, n.openFaces,
	} {
		if err := open(ctx); err != nil {
			return nil, err
		}
	}
	return n, nil
}

func (n *Node) openLog(ctx context.Context) (err error) {
	verifier, err := note.NewVerifier(n.Keys.Log.Public())
	if err != nil {
		return fmt.Errorf("reading the log key: %w", err)
	}
	n.Log, err = record.Open(ctx, n.DB, record.Config{
		Party: n.Party, Signer: n.Keys.Log.Signer(), Verifier: verifier, Witness: n.Keys.Witness,
		Clock: n.deps.Clock, Random: n.deps.Random,
	})
	if err != nil {
		return err
	}
	n.Directory = party.New(n.DB, n.Log, n.deps.Clock)
	n.Vault = blob.NewVault(n.Keys.KEK)
	return nil
}

// derive makes a secret for one use from the storage key, so that there is one
// key file to keep and no secret serves two uses.
func (n *Node) derive(use string) (out [32]byte, err error) {
	b, err := hkdf.Key(sha256.New, n.Keys.KEK[:], nil, domainDerive+use, len(out))
	copy(out[:], b)
	return out, err
}

func (n *Node) openPeople(context.Context) error {
	secret, err := n.derive("pseudonyms")
	if err != nil {
		return err
	}
	var life time.Duration
	if n.Config.Demo {
		life = demoTokenLife
	}
	n.Staff, err = staff.New(staff.Config{
		DB: n.DB, Record: n.Log.Append, Clock: n.deps.Clock, Random: n.deps.Random, Party: n.Party, Secret: secret,
		RPID: n.site(), Origins: []string{n.Config.StaffURL()}, SoftKeys: n.Config.Demo || n.Config.SoftKeys, TokenLife: life,
	})
	return err
}

func (n *Node) openExchange(context.Context) (err error) {
	if n.Blobs, err = blob.NewStore(n.Config.path(blobsName)); err != nil {
		return err
	}
	n.hub = web.NewHub()
	n.clients = peer.Clients(n.Keys, n.Directory)
	if n.deps.Client != nil {
		one := n.deps.Client(n.Keys)
		n.clients = func(landbridge.PartyID) *http.Client { return one }
	}
	n.Exchange, err = exchange.New(exchange.Config{
		DB: n.DB, Log: n.Log, Directory: n.Directory, Keys: n.Keys, Blobs: n.Blobs,
		Clock: n.deps.Clock, Random: n.deps.Random, Client: n.clients, Report: n.report, Changed: n.changed,
		Limits: exchange.Limits{Payload: n.Config.MaxExhibit << 20},
	})
	return err
}

func (n *Node) openCasework(context.Context) (err error) {
	n.Agreement = agreement.New(agreement.Config{
		DB: n.DB, Log: n.Log, Exchange: n.Exchange, Directory: n.Directory, Keys: n.Keys,
		Clock: n.deps.Clock, Random: n.deps.Random, Verify: n.Staff.VerifyApproval, Names: n.Staff.Named,
	})
	n.Rights = rights.New(rights.Config{DB: n.DB, Log: n.Log, Vault: n.Vault, Party: n.Party, Clock: n.deps.Clock, Random: n.deps.Random})
	if n.Notice, err = notice.New(notice.Config{
		DB: n.DB, Log: n.Log, Vault: n.Vault, Party: n.Party, Clock: n.deps.Clock, Engine: n.engine, Heard: n.heard,
	}); err != nil {
		return err
	}
	n.Casework, err = casework.New(casework.Config{
		Followers: map[string]casework.Follower{notice.Process: n.Notice.Take},
		DB:        n.DB, Log: n.Log, Exchange: n.Exchange, Directory: n.Directory, Law: n.Agreement, Keys: n.Keys, Vault: n.Vault, Blobs: n.Blobs,
		Clock: n.deps.Clock, Random: n.deps.Random, Verify: n.Staff.VerifyApproval, Names: n.Staff.Named,
		MaxFile: n.Config.MaxExhibit << 20, Changed: n.changed, Wake: func() { n.jobs.Wake() }, Report: n.report,
	})
	if err != nil {
		return err
	}
	for kind, h := range n.Casework.Handlers() {
		n.Exchange.Handle(kind, h)
	}
	n.Mechanism = mechanism.New(mechanism.Config{
		DB: n.DB, Log: n.Log, Exchange: n.Exchange, Directory: n.Directory, Keys: n.Keys, Clock: n.deps.Clock, Random: n.deps.Random,
	})
	n.Decision = decision.New(decision.Config{
		DB: n.DB, Log: n.Log, Exchange: n.Exchange, Directory: n.Directory, Keys: n.Keys, Vault: n.Vault, Clock: n.deps.Clock, Random: n.deps.Random,
		Verify: n.Staff.VerifyApproval,
	})
	for _, handlers := range []map[string]exchange.Handler{n.Agreement.Handlers(), n.Mechanism.Handlers(), n.Decision.Handlers()} {
		for kind, h := range handlers {
			n.Exchange.Handle(kind, h)
		}
	}
	return nil
}

// heard returns when a party was last reached.
func (n *Node) heard(ctx context.Context, p landbridge.PartyID) (time.Time, error) {
	peers, err := n.Exchange.Peers(ctx)
	if err != nil {
		return time.Time{}, err
	}
	for _, x := range peers {
		if x.Party == p {
			return x.LastOK, nil
		}
	}
	return time.Time{}, nil
}

func (n *Node) openForum(context.Context) (err error) {
	n.Forum, err = forum.New(forum.Config{DB: n.DB, Log: n.Log, Clock: n.deps.Clock, Random: n.deps.Random, Changed: n.editionChanged,
		Entry: n.clearedEntry})
	return err
}

// site returns the host that passkeys are bound to. Check has parsed the address.
func (n *Node) site() string {
	u, err := url.Parse(n.Config.StaffURL())
	if err != nil {
		return "localhost"
	}
	return u.Hostname()
}

func (n *Node) openFaces(ctx context.Context) error {
	book, err := lang.New()
	if err != nil {
		return err
	}
	id, err := landbridge.NewID(n.deps.Clock(), n.deps.Random)
	if err != nil {
		return err
	}
	n.answers = &answers{n.DB, n.Vault, n.deps.Clock, string(id)}
	secure := n.secure()
	demo, err := n.demo(ctx)
	if err != nil {
		return err
	}
	substances := sync.OnceValue(func() *substance.Register { return substance.New(n.engine()) })
	pages, err := web.New(web.Config{
		Party: n.Party, Staff: n.Staff, Casework: n.Casework, Notice: n.Notice, Rights: n.Rights,
		Agreement: n.Agreement, Mechanism: n.Mechanism, Decision: n.Decision, Screening: n.Screening, Guests: n.Guests, Calls: n.Calls,
		Exchange: n.Exchange, Directory: n.Directory, Log: n.Log,
		Visits: n.Visit, News: n.News, Agenda: n.Agenda, Public: n.publicOrigin(),
		Index: n.Index, Forum: n.Forum, Lang: book, Hub: n.hub,
		Clock: n.deps.Clock, Random: n.deps.Random, Secure: secure, MaxFile: n.Config.MaxExhibit << 20, Demo: demo, Substances: substances,
		Report: func(reference string, err error) {
			n.deps.Logger.Error("internal error", "reference", reference, "err", err)
		},
	})
	if err != nil {
		return err
	}
	public, err := n.openPublic(book)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/", pages)
	mux.Handle(portal.Prefix, public)
	mux.Handle(client.Prefix+"/", http.NewCrossOriginProtection().Handler(api.New(api.Config{
		Party: n.Party, Staff: n.Staff, Casework: n.Casework, Notice: n.Notice, Rights: n.Rights, Agreement: n.Agreement, Mechanism: n.Mechanism, Visit: n.Visit,
		News: n.News, Agenda: n.Agenda,
		Decision: n.Decision,
		Guests:   n.Guests, Lang: book,
		Screening: n.Screening, Exchange: n.Exchange, Directory: n.Directory, Log: n.Log, Index: n.Index,
		Forum: n.Forum, Public: n.publicOrigin(),
		Answers: n.answers, Health: n.Health, Enter: n.Enter, Changed: n.pulse.follow, Cookie: sessionCookie(n.Party, secure),
		MaxFile: n.Config.MaxExhibit << 20, Calls: n.Calls, Gate: n.Gate,
		Clock: n.deps.Clock, Machine: time.Now, Random: n.deps.Random, Logger: n.deps.Logger,
		Substances: substances,
	})))
	mux.Handle("/log/", http.StripPrefix("/log", peer.Log(n.Log)))
	n.personal(mux)
	n.staff = mux
	n.peer = peer.New(peer.Config{Party: n.Party, Exchange: n.Exchange, Directory: n.Directory, Log: n.Log, Machine: time.Now, Report: n.report})
	return nil
}

// secure reports whether browsers reach this node over TLS: cookies say so.
func (n *Node) secure() bool { return strings.HasPrefix(n.Config.StaffURL(), "https://") }

// sessionCookie is the name under which the pages keep a session: one for each
// party, because browsers share cookies between the ports of one host.
func sessionCookie(p landbridge.PartyID, secure bool) string {
	name := "landbridge-" + strings.ToLower(string(p))
	if secure {
		name = "__Host-" + name
	}
	return name
}

// report keeps an error that no caller can be told. A peer that is down for
// days fails in the same words again and again: once a minute is enough.
func (n *Node) report(err error) {
	if times, ok := n.quiet.pass(err.Error(), n.deps.Clock()); ok {
		n.deps.Logger.Warn("background work", "err", err, "times", times)
	}
}

// changed wakes whoever looks at something that changed.
func (n *Node) changed(c landbridge.CaseID) {
	n.hub.Changed(c)
	n.pulse.beat()
}

// Enter takes a signed statement or a directory file into the directory. The
// secretariat orders a statement, whoever brings it; a directory file holds
// entries that it has ordered.
func (n *Node) Enter(ctx context.Context, text []byte) (client.Entered, error) {
	before, err := n.Directory.Position(ctx)
	if err != nil {
		return client.Entered{}, err
	}
	note := "the statement stands in the directory"
	if _, err := party.ParseStatement(text); err == nil {
		if err := n.enterStatement(ctx, text); err != nil {
			return client.Entered{}, err
		}
	} else if err := n.enterFile(ctx, text); err != nil {
		return client.Entered{}, err
	}
	after, err := n.Directory.Position(ctx)
	if after == before {
		note = "nothing is new in it"
	} else if after > before+1 {
		note = fmt.Sprintf("%d entries were added", after-before)
	}
	return client.Entered{Position: after, Note: note}, err
}

// enterStatement gives a statement its place: at the secretariat at once,
// elsewhere by asking the secretariat's node.
func (n *Node) enterStatement(ctx context.Context, text []byte) error {
	v, err := n.Directory.View(ctx)
	if err != nil {
		return err
	}
	if v.Position() > 0 {
		return n.Exchange.Publish(ctx, text)
	}
	if n.Keys.Directory.IsZero() {
		return fail.New(fail.Missing, "the directory key is not in %s; bring its file there to begin a directory", n.Config.KeysDir())
	}
	_, err = n.Directory.Order(ctx, text, n.Keys.Directory.Signer())
	return err
}

// enterFile adds the entries of a directory file. A node that has none takes
// the file's founding as its own: who starts a node brings the right file.
func (n *Node) enterFile(ctx context.Context, text []byte) error {
	v, err := n.Directory.View(ctx)
	if err != nil {
		return err
	}
	if _, err := party.ParseFile(text, v.Founding()); err != nil {
		return err
	}
	for _, e := range party.SplitFile(text) {
		if err := n.Directory.Add(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// OpenLog opens no more than the log of a data folder, to be read. It takes no
// lock, so it works beside a running node. Of the Node it returns only Log,
// Keys and Close may be used.
func OpenLog(ctx context.Context, c Config) (_ *Node, err error) {
	n := &Node{Config: c, Party: landbridge.PartyID(c.Party), deps: Dependencies{}.orReal(c.LogLevel), quiet: &quiet{}, engine: sync.OnceValue(match.New)}
	if n.Keys, err = party.Load(c.KeysDir(), n.Party); err != nil {
		return nil, fail.Because(err, fail.Invalid, "%v", err)
	}
	if n.DB, err = db.Open(c.DSN(), db.Options{}); err != nil {
		return nil, fail.Because(err, fail.Unavailable, "the database cannot be opened: %v", err)
	}
	if err = n.openLog(ctx); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return n, nil
}

// Close gives everything back. It may be called after a failed Open.
func (n *Node) Close() error {
	var err error
	if n.DB != nil {
		err = n.DB.Close()
	}
	if n.unlock != nil {
		n.unlock()
		n.unlock = nil
	}
	return err
}

// Wake lets the node look now for work that is due: for whoever moves its clock.
func (n *Node) Wake() { n.jobs.Wake() }

// Handler returns the face for people: pages, API and public log.
func (n *Node) Handler() http.Handler { return n.staff }

// PeerHandler returns the face for other nodes.
func (n *Node) PeerHandler() http.Handler { return n.peer }
