package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/db"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/jobs"
	"landbridge.example/internal/party"
	"landbridge.example/internal/peer"
	"landbridge.example/seal"
)

// Bounds of what the doctor looks for.
const (
	peerPatience = 5 * time.Second
	maxOffset    = 2 * time.Second // between clocks, before it is worth a word
	badOffset    = time.Minute     // from here on envelopes are refused
	maxSentence  = 500             // bytes of another node's answer that are repeated
)

// A doctor looks at one data folder and keeps what it saw.
type doctor struct {
	c      Config
	deps   Dependencies
	checks []client.Check
	keys   *party.Keys
	view   *party.View
	node   *Node           // its rows, opened to read
	offset []time.Duration // of the clocks of others
	times  time.Time       // of the newest entry in the log
}

// Doctor looks at everything an operator can put right, and says all of it at
// once. It changes nothing, and works beside a running node.
func Doctor(ctx context.Context, c Config, deps Dependencies) []client.Check {
	d := &doctor{c: c, deps: deps.orReal(c.LogLevel)}
	d.settings()
	d.folder()
	d.add(checkDisk(c.Dir))
	d.secrets()
	d.database(ctx)
	d.peers(ctx)
	d.clock()
	if d.node != nil {
		if err := d.node.Close(); err != nil {
			d.add(ill("database", "the database did not close in order: %v", err))
		}
	}
	return d.checks
}

func (d *doctor) add(c client.Check) { d.checks = append(d.checks, c) }

func (d *doctor) settings() {
	faults := d.c.Faults()
	for _, f := range faults {
		d.add(ill("settings", "%s", f))
	}
	if len(faults) == 0 {
		d.add(well("settings", "%s, pages on %s, other nodes on %s", d.c.Party, d.c.StaffURL(), d.c.PeerURL()))
	}
	if _, err := ReadRunning(d.c.Dir); err == nil {
		if release, err := lock(d.c.Dir); err == nil {
			release()
			d.add(well("process", "no node runs here; the last one did not end in order"))
		} else {
			d.add(well("process", "the node runs"))
		}
	} else {
		d.add(well("process", "no node runs here; start it with \"landbridge serve\""))
	}
}

func (d *doctor) folder() {
	st, err := os.Stat(d.c.Dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.add(ill("folder", "there is no data folder %s; make one with \"landbridge init --dir %[1]s\"", d.c.Dir))
	case err != nil:
		d.add(ill("folder", "the data folder %s cannot be read: %v", d.c.Dir, err))
	case st.Mode().Perm()&0o077 != 0:
		d.add(ill("folder", "others on this machine can read the data folder; run chmod 700 %s", d.c.Dir))
	default:
		d.add(well("folder", "%s, closed to others", d.c.Dir))
	}
}

func (d *doctor) secrets() {
	p, err := landbridge.ParsePartyID(d.c.Party)
	if err != nil {
		return // said among the settings
	}
	keys, err := party.Load(d.c.KeysDir(), p)
	if err != nil {
		d.add(ill("keys", "%v", err))
		return
	}
	d.keys = keys
	if !keys.Identity.IsZero() && !d.c.Demo {
		d.add(well("keys", "complete; the identity key lies on this machine too: keep it elsewhere and bring it only to sign a new record"))
		return
	}
	d.add(well("keys", "complete"))
}

// database looks at the rows: the log from its first entry on, and the directory.
func (d *doctor) database(ctx context.Context) {
	if d.keys == nil {
		return
	}
	if !strings.HasPrefix(d.c.DSN(), "postgres") {
		if _, err := os.Stat(d.c.DSN()); err != nil {
			d.add(ill("database", "there is no database %s; restore it from the backup, or make a new node", d.c.DSN()))
			return
		}
	}
	rows, err := db.Open(d.c.DSN(), db.Options{})
	if err != nil {
		d.add(ill("database", "the database cannot be opened: %v", err))
		return
	}
	n := &Node{Config: d.c, Party: d.keys.Party, Keys: d.keys, DB: rows, deps: d.deps}
	d.node = n
	if err := n.openLog(ctx); err != nil {
		d.add(ill("database", "the log in the database cannot be read: %s", sentence(err)))
		return
	}
	d.add(n.checkDatabase(ctx))
	d.log(ctx, n)
	if d.view, err = n.Directory.View(ctx); err != nil {
		d.add(ill("directory", "the directory cannot be read: %s", sentence(err)))
		return
	}
	d.ownRecord()
	d.dead(ctx, n)
}

// sentence is what an operator may read: the cause as well, when it is not a
// sentence made for outsiders.
func sentence(err error) string {
	if fail.KindOf(err) != fail.Internal {
		return fail.Safe(err)
	}
	return err.Error()
}

func (d *doctor) log(ctx context.Context, n *Node) {
	d.add(n.checkLogSigns(ctx))
	if err := n.Log.Verify(ctx); err != nil {
		d.add(ill("log", "the log is not what was signed: %s", sentence(err)))
	} else {
		d.add(well("log", "every entry is what was signed"))
	}
	if last, err := n.Log.Newest(ctx, -1, 1); err == nil && len(last) == 1 {
		d.times = last[0].Time
	}
	seen, err := n.Log.Witnesses(ctx)
	if err != nil {
		d.add(ill("witnesses", "what the witnesses have seen cannot be read: %s", sentence(err)))
		return
	}
	if len(seen) == 0 {
		d.add(well("witnesses", "no other node has cosigned this log yet"))
		return
	}
	var all []string
	for _, s := range seen {
		all = append(all, fmt.Sprintf("%s has seen %d", s.Party, s.Size))
	}
	d.add(well("witnesses", "%s", strings.Join(all, ", ")))
}

// ownRecord compares what others know about this node with what it has.
func (d *doctor) ownRecord() {
	if d.view.Position() == 0 {
		d.add(ill("directory", "this node holds no directory; bring it in with \"landbridge party add directory.txt\""))
		return
	}
	d.add(well("directory", "position %d, founding %s…", d.view.Position(), d.view.Founding().String()[:16]))
	r, err := d.view.Lookup(d.keys.Party)
	if err != nil {
		d.add(ill("own record", "%s", sentence(err)))
		return
	}
	var wrong []string
	differs := func(what string, same bool) {
		if !same {
			wrong = append(wrong, what)
		}
	}
	pin, err := party.PinOf(d.keys.TLS)
	differs("the TLS pin", err == nil && slices.Contains(r.TLSPins, pin))
	differs("the log key", r.LogKey == d.keys.Log.Public())
	differs("the signing key", slices.ContainsFunc(r.SigningKeys, func(k party.SigningKey) bool { return k.Key == d.keys.Signing.PublicText() }))
	differs("the sealing key", len(d.keys.Sealing) > 0 && r.HasSealingKey(seal.KeyIDOf(d.keys.Sealing[0].PublicText())))
	differs("the address", slices.Contains(r.Addresses, d.c.PeerURL()) || r.Reach != party.Push)
	if len(wrong) > 0 {
		d.add(ill("own record", "in the directory %s differs from what this node has; publish a new record with \"landbridge party profile\", "+
			"or restore the right keys", strings.Join(wrong, ", ")))
		return
	}
	d.add(well("own record", "version %d in the directory names the keys and the address of this node", r.Version))
}

// dead counts work that was given up and waits for an operator.
func (d *doctor) dead(ctx context.Context, n *Node) {
	const most = 20
	all, err := jobs.NewRunner(n.DB, d.deps.Clock, nil, nil).DeadJobs(ctx, most)
	if err != nil {
		d.add(ill("work", "the queue of work cannot be read: %s", sentence(err)))
		return
	}
	if len(all) == 0 {
		d.add(well("work", "nothing was given up"))
		return
	}
	d.add(ill("work", "%d pieces of work were given up; the first is %s: %s", len(all), all[0].Kind, all[0].Problem))
}

// peers asks every other node whether it is there, over the same pinned
// connection that mail uses.
func (d *doctor) peers(ctx context.Context) {
	if d.view == nil || d.view.Position() == 0 {
		return
	}
	clients := peer.Clients(d.keys, d.node.Directory)
	for _, p := range d.view.Peers(d.keys.Party) {
		r, err := d.view.Lookup(p)
		if err != nil {
			continue
		}
		if len(r.Addresses) == 0 {
			d.add(well("peer "+string(p), "publishes no address and fetches its mail by itself"))
			continue
		}
		for _, a := range r.Addresses {
			d.add(d.ask(ctx, clients(p), p, a))
		}
	}
}

func (d *doctor) ask(ctx context.Context, c *http.Client, p landbridge.PartyID, address string) client.Check {
	name := "peer " + string(p)
	ctx, cancel := context.WithTimeout(ctx, peerPatience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s%s?since=%d", address, exchange.PathDirectory, d.view.Position()), nil)
	if err != nil {
		return ill(name, "its address %s is not one; it must correct its record", address)
	}
	sent := d.deps.Clock()
	resp, err := c.Do(req)
	got := d.deps.Clock()
	if err != nil {
		return ill(name, "%s is not reached: %s", address, unreached(err))
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(resp.Body, maxSentence)) // a part is enough for a sentence
	if t, err := time.Parse(time.RFC3339Nano, resp.Header.Get(exchange.HeaderTime)); err == nil {
		d.offset = append(d.offset, t.Sub(sent.Add(got.Sub(sent)/2)))
	}
	if resp.StatusCode >= 300 {
		if resp.Header.Get(exchange.HeaderKind) == "" {
			return ill(name, "something that is not a Landbridge node answers at %s (HTTP %d); it must correct its record", address, resp.StatusCode)
		}
		return ill(name, "%s answers and refuses: %s", address, strings.TrimSpace(string(text)))
	}
	return well(name, "%s answers in %d ms, with the certificate the directory names", address, got.Sub(sent).Milliseconds())
}

// unreached says in a few words why nothing answered.
func unreached(err error) string {
	var dns *net.DNSError
	switch {
	case fail.KindOf(err) != fail.Internal && !errors.Is(err, context.DeadlineExceeded):
		return fail.Safe(err) // the pin did not fit: the sentence says which
	case errors.As(err, &dns):
		return "the name " + dns.Name + " is not known; check the name server, or the address in its record"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens there; its node is down, or its address changed"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return "there is no way to it; check this machine's network"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Sprintf("no answer in %s; packets are lost, or a firewall drops them", peerPatience)
	}
	return err.Error()
}

// clock compares ours with those of the others: the middle of them is right,
// unless most are wrong.
func (d *doctor) clock() {
	now := d.deps.Clock()
	if d.times.After(now.Add(time.Second)) {
		d.add(ill("clock", "the newest entry of the log is %s ahead of the clock: the clock was set back; set it right before you start the node",
			d.times.Sub(now).Round(time.Second)))
		return
	}
	if len(d.offset) == 0 {
		d.add(well("clock", "%s UTC; no other node answers to compare it with", now.UTC().Format(time.DateTime)))
		return
	}
	slices.Sort(d.offset)
	off := d.offset[len(d.offset)/2]
	switch {
	case off.Abs() >= badOffset:
		d.add(ill("clock", "it differs by %s from those of the other nodes, which therefore refuse what this node signs; set it by NTP", off.Round(time.Second)))
	case off.Abs() >= maxOffset:
		d.add(ill("clock", "it differs by %s from those of the other nodes; set it by NTP", off.Round(time.Millisecond)))
	default:
		d.add(well("clock", "within %s of the other nodes", off.Abs().Round(time.Millisecond)))
	}
}
