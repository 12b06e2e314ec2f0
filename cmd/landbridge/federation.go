package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/agreement"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/node"
	"landbridge.example/internal/party"
)

// A federation is a small network of nodes on this machine, each a process of
// its own with a folder of its own, as they would be in different states.
type federation struct {
	dir     string
	members []*member
	exe     string
	// address, when set, says how others reach a member: tests put a proxy there.
	address func(party, listen string) string
	// database, when set, names a member's database: tests give PostgreSQL.
	database func(party string) string
	// ahead is how far the clocks of all nodes are ahead of this machine's.
	ahead time.Duration
}

// A member is one node of a federation and the process that runs it.
type member struct {
	code, name string
	kind       party.Kind
	people     []node.NewPerson
	notes      map[string]string // by login: who this is in the story
	contacts   []party.Contact
	profiles   []party.Profile
	agreements []*agreement.Instrument

	config node.Config
	exe    string
	log    string
	mu     sync.Mutex
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	ended  chan struct{}
	err    error
}

// Patience with processes on this machine, which may be busy. One that ended is
// seen at once.
const (
	startPatience = 3 * time.Minute
	stopPatience  = 30 * time.Second
	lookEvery     = 5 * time.Millisecond
)

func (f *federation) member(code string) *member {
	for _, m := range f.members {
		if m.code == code {
			return m
		}
	}
	panic("demo: no member " + code)
}

// Free ports are taken below those from which systems choose the near end of
// outgoing connections (32768 and up on Linux): there, while a node is down, a
// connection could sit on its port and keep it from coming back.
const (
	firstPort  = 12_000
	portBlock  = 16
	portBlocks = 1_250
	portTries  = 50
)

// freePorts returns n ports, at most portBlock, that are free now. With a base
// they are the ones from there on.
func freePorts(n, base int) (ports []int, err error) {
	if base != 0 {
		return portsFrom(n, base)
	}
	for range portTries {
		if ports, err = portsFrom(n, firstPort+portBlock*rand.IntN(portBlocks)); err == nil {
			return ports, nil
		}
	}
	return nil, err
}

// portsFrom checks that n ports from base on are free.
func portsFrom(n, base int) (ports []int, err error) {
	for port := base; port < base+n; port++ {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			return nil, fail.New(fail.Unavailable, "port %d is not free; choose another --port", port)
		}
		defer l.Close() // all are held until all are found
		ports = append(ports, port)
	}
	return ports, nil
}

// make prepares the folders of all members and founds their directory. In a
// folder that holds a federation already it only reads the settings.
func (f *federation) make(ctx context.Context, base int) error {
	if _, err := os.Stat(filepath.Join(f.dir, directoryFile)); err == nil {
		return f.load()
	}
	ports, err := freePorts(2*len(f.members), base)
	if err != nil {
		return err
	}
	law, err := f.law()
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	for i, m := range f.members {
		m.agreements = law
		m.config = node.Defaults(filepath.Join(f.dir, strings.ToLower(m.code)))
		m.config.Party, m.config.Name, m.config.Demo, m.config.LogLevel = m.code, m.name, true, "warn"
		m.config.Listen = fmt.Sprintf("127.0.0.1:%d", ports[2*i])
		m.config.PeerListen = fmt.Sprintf("127.0.0.1:%d", ports[2*i+1])
		if f.database != nil {
			m.config.Database = f.database(m.code)
		}
		if f.address != nil {
			m.config.PeerAddress = f.address(m.code, m.config.PeerListen)
		}
		g.Go(func() error {
			_, err := node.Init(ctx, m.config, m.beginning(), node.Dependencies{Clock: f.now})
			if err != nil {
				return fmt.Errorf("making %s: %w", m.code, err)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if err := f.neighbours(); err != nil {
		return err
	}
	return f.found()
}

// law is what binds the states of the demo: fictional instruments.
func (f *federation) law() ([]*agreement.Instrument, error) {
	var states []landbridge.PartyID
	for _, m := range f.members {
		if m.kind == party.State {
			states = append(states, landbridge.PartyID(m.code))
		}
	}
	return node.FictionalLaw(states...)
}

func (m *member) beginning() node.Beginning {
	return node.Beginning{Kind: m.kind, Languages: []string{"en"}, Contacts: m.contacts, Profiles: m.profiles, People: m.people, Agreements: m.agreements}
}

// load reads the settings of a federation that was made before.
func (f *federation) load() error {
	for _, m := range f.members {
		c, err := node.Load(filepath.Join(f.dir, strings.ToLower(m.code)), func(string) string { return "" })
		if err != nil {
			return err
		}
		if c.Party != m.code {
			return fail.New(fail.Conflict, "%s holds something else than a demo; choose another --dir", f.dir)
		}
		m.config = c
	}
	return nil
}

// neighbours tells every node of a demo where the others' pages are and who
// its people are, so that a person who tries it can change sides.
func (f *federation) neighbours() error {
	for _, m := range f.members {
		d := node.Demo{Notes: m.notes}
		for _, o := range f.members {
			if o != m {
				d.Nodes = append(d.Nodes, node.Neighbour{Party: o.code, Name: o.name, URL: o.config.StaffURL()})
			}
		}
		b, err := json.Marshal(d)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(m.config.Dir, node.DemoName), b, 0o600); err != nil {
			return fmt.Errorf("writing the neighbours of %s: %w", m.code, err)
		}
	}
	return nil
}

// found writes the directory that all members sign. In life each state signs
// at home; here all keys lie on one machine.
func (f *federation) found() error {
	now := f.now()
	var founders []party.Member
	for _, m := range f.members {
		keys, err := party.Load(m.config.KeysDir(), landbridge.PartyID(m.code))
		if err != nil {
			return err
		}
		text, err := os.ReadFile(filepath.Join(m.config.Dir, node.RecordName))
		if err != nil {
			return fmt.Errorf("reading the record of %s: %w", m.code, err)
		}
		s, err := party.ParseStatement(text)
		if err != nil {
			return err
		}
		founders = append(founders, party.Member{Keys: keys, Record: s.Record})
	}
	entries, err := party.Found(founders, now)
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(f.dir, directoryFile), party.FormatFile(entries))
}

// start runs every member and gives each the directory.
func (f *federation) start(ctx context.Context) error {
	text, err := os.ReadFile(filepath.Join(f.dir, directoryFile))
	if err != nil {
		return fmt.Errorf("reading the directory: %w", err)
	}
	g, ctx := errgroup.WithContext(ctx)
	for _, m := range f.members {
		m.exe, m.log = f.exe, filepath.Join(f.dir, strings.ToLower(m.code)+".log")
		g.Go(func() error {
			if err := m.start(ctx, "--ahead", f.ahead.String()); err != nil {
				return err
			}
			c, err := m.client("operator")
			if err != nil {
				return err
			}
			_, err = c.AddStatement(ctx, string(text))
			return err
		})
	}
	return g.Wait()
}

// now is the time on the clocks of the nodes.
func (f *federation) now() time.Time { return time.Now().Add(f.ahead) }

// set sets the clocks of all nodes, and waits until they are: what one says
// before another's clock has moved would come to it from the future, and be refused.
func (f *federation) set(ctx context.Context, ahead time.Duration) error {
	f.ahead = ahead
	var said []int64 // how much each has in its log so far
	for _, m := range f.members {
		info, err := os.Stat(m.log)
		if err != nil {
			return fmt.Errorf("looking at the log of %s: %w", m.code, err)
		}
		said = append(said, info.Size())
		m.mu.Lock()
		_, err = fmt.Fprintf(m.stdin, "%s%s\n", aheadWord, ahead)
		m.mu.Unlock()
		if err != nil {
			return fmt.Errorf("setting the clock of %s: %w", m.code, err)
		}
	}
	for i, m := range f.members {
		err := until(ctx, "the clock of "+m.code+" is set", func() (bool, error) {
			b, err := os.ReadFile(m.log)
			return err == nil && bytes.Contains(b[said[i]:], []byte(aheadWord+ahead.String()+"\n")), err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// start runs the member's process and waits until it answers.
func (m *member) start(ctx context.Context, flags ...string) error {
	out, err := os.OpenFile(m.log, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("opening the log of %s: %w", m.code, err)
	}
	defer out.Close() // the process has its own
	cmd := exec.Command(m.exe, append([]string{"serve", "--dir", m.config.Dir, "--stop-with-stdin"}, flags...)...)
	cmd.Stdout, cmd.Stderr = out, out
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("starting %s: %w", m.code, err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting %s: %w", m.code, err)
	}
	ended := make(chan struct{})
	m.mu.Lock()
	m.cmd, m.stdin, m.ended = cmd, stdin, ended
	m.mu.Unlock()
	go func() {
		m.err = cmd.Wait()
		close(ended)
	}()
	return m.ready(ctx, ended)
}

// ready waits until the node answers.
func (m *member) ready(ctx context.Context, ended <-chan struct{}) error {
	c, err := client.New(m.config.StaffURL(), "")
	if err != nil {
		return err
	}
	patience, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return fail.New(fail.Unavailable, "the node of %s ended as it started: %s", m.code, lastLines(m.log))
		case <-patience.Done():
			return fail.New(fail.Unavailable, "the node of %s does not answer; see %s", m.code, m.log)
		case <-tick.C:
			if conn, err := net.Dial("tcp", m.config.Listen); err != nil {
				continue
			} else {
				conn.Close()
			}
			// A node that says it is not well is there all the same, and tells whoever asks it next.
			if _, err := c.Health(patience); err == nil || errors.As(err, new(*client.Problem)) {
				return nil
			}
		}
	}
}

// lastLines returns the end of a log for an error message.
func lastLines(name string) string {
	b, err := os.ReadFile(name)
	if err != nil {
		return "its log cannot be read"
	}
	s := strings.TrimSpace(string(b))
	const most = 600
	if len(s) > most {
		s = "…" + s[len(s)-most:]
	}
	return s
}

// kill ends the process as a power cut would: it gets no chance to do anything.
func (m *member) kill() error {
	m.mu.Lock()
	cmd, ended := m.cmd, m.ended
	m.mu.Unlock()
	if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("killing the node of %s: %w", m.code, err)
	}
	<-ended
	return nil
}

// stop asks every process to end, and waits.
func (f *federation) stop() error {
	var errs []error
	for _, m := range f.members {
		m.mu.Lock()
		if m.stdin != nil {
			m.stdin.Close()
		}
		m.mu.Unlock()
	}
	for _, m := range f.members {
		m.mu.Lock()
		ended := m.ended
		m.mu.Unlock()
		if ended == nil {
			continue
		}
		select {
		case <-ended:
		case <-time.After(stopPatience):
			errs = append(errs, fmt.Errorf("the node of %s did not stop in %s", m.code, stopPatience), m.kill())
		}
	}
	return errors.Join(errs...)
}

// client returns a client that acts as the member of staff called login.
func (m *member) client(login string) (*client.Client, error) {
	token, err := os.ReadFile(filepath.Join(m.config.PeopleDir(), login+tokenTail))
	if err != nil {
		return nil, fmt.Errorf("reading the token of %s: %w", login, err)
	}
	return client.New(m.config.StaffURL(), string(token))
}

// keyFile returns the software passkey of the member of staff called login.
func (m *member) keyFile(login string) string {
	return filepath.Join(m.config.PeopleDir(), login+keyTail)
}
