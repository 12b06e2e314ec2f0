package node

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/agreement"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/internal/staff"
	"landbridge.example/internal/staff/softkey"
	"landbridge.example/process/catalogue"
)

// RecordName is the file in a new data folder that holds the party's first
// signed record, to be sent to the secretariat.
const RecordName = "record.txt"

// A Beginning says what a new node starts with.
type Beginning struct {
	Kind      party.Kind
	Languages []string
	Contacts  []party.Contact
	Profiles  []party.Profile // nil: every process this build knows, without further demands
	People    []NewPerson     // the first is who gets the setup link

	// Agreements are what the register of instruments begins with: a state
	// brings what binds it. Nil: the instruments the process definitions cite,
	// without parties.
	Agreements []*agreement.Instrument
}

// A NewPerson is entered when a node is made. A person with Soft gets a
// software passkey and an API token as files in the data folder: for demos,
// tests and operators who work on the command line.
type NewPerson struct {
	Name, Login string
	Roles       []landbridge.Role
	Soft        bool
}

// A Made says what Init has made.
type Made struct {
	SetupURL string // once, for the first person to register a passkey
	Expires  time.Time
	Record   []byte // the party's first signed record
}

// Init makes a data folder: keys, settings, database, people. It never touches
// a folder that holds anything, because keys that are overwritten are lost for
// ever. It builds beside the place and moves the whole there at the end: if it
// dies in between, there is no half of a node.
func Init(ctx context.Context, c Config, b Beginning, deps Dependencies) (*Made, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	if len(b.People) == 0 {
		return nil, fail.New(fail.Invalid, "name the first person of the node")
	}
	place := filepath.Clean(c.Dir)
	if entries, err := os.ReadDir(place); err == nil && len(entries) > 0 {
		return nil, fail.New(fail.Conflict, "the folder %s is not empty; a new node needs a folder of its own", place)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fail.Because(err, fail.Invalid, "%s cannot be used as a data folder", place)
	}
	c.Dir = place + ".new"
	if err := os.RemoveAll(c.Dir); err != nil {
		return nil, fmt.Errorf("clearing what an earlier attempt left: %w", err)
	}
	deps = deps.orReal(c.LogLevel)
	made, err := initAt(ctx, c, b, deps)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(c.Dir))
	}
	if err := os.Remove(place); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("making room for the data folder: %w", err)
	}
	if err := os.Rename(c.Dir, place); err != nil {
		return nil, fmt.Errorf("moving the data folder into place: %w", err)
	}
	return made, nil
}

func initAt(ctx context.Context, c Config, b Beginning, deps Dependencies) (*Made, error) {
	if err := Prepare(c.Dir); err != nil {
		return nil, err
	}
	keys, err := party.NewKeys(landbridge.PartyID(c.Party), deps.Clock(), deps.Random)
	if err != nil {
		return nil, fmt.Errorf("making keys: %w", err)
	}
	if err := keys.Save(c.KeysDir()); err != nil {
		return nil, fmt.Errorf("saving keys: %w", err)
	}
	if err := os.WriteFile(c.path(configName), c.YAML(), 0o600); err != nil {
		return nil, fmt.Errorf("writing %s: %w", configName, err)
	}
	r, err := FirstRecord(c, b, keys, deps.Clock())
	if err != nil {
		return nil, err
	}
	made := &Made{}
	if made.Record, err = party.SignRecord(r, keys.Identity.Signer()); err != nil {
		return nil, fmt.Errorf("signing the first record: %w", err)
	}
	if err := os.WriteFile(c.path(RecordName), made.Record, 0o600); err != nil {
		return nil, fmt.Errorf("writing the first record: %w", err)
	}
	n, err := Open(ctx, c, deps)
	if err != nil {
		return nil, err
	}
	err = n.enterPeople(ctx, b.People, made)
	if err == nil {
		err = n.enterAgreements(ctx, b.Agreements)
	}
	return made, errors.Join(err, n.Close())
}

func (n *Node) enterAgreements(ctx context.Context, all []*agreement.Instrument) (err error) {
	if all == nil {
		if all, err = agreement.Reference(); err != nil {
			return err
		}
	}
	return n.Agreement.Begin(ctx, all)
}

// FictionalLaw returns instruments between states that do not exist, which
// cover every process this build knows: for demos and simulations.
func FictionalLaw(parties ...landbridge.PartyID) ([]*agreement.Instrument, error) {
	all, err := agreement.Reference()
	if err != nil {
		return nil, err
	}
	known, err := KnownProcesses()
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, p := range known {
		if !slices.Contains(ids, p.Process) {
			ids = append(ids, p.Process)
		}
	}
	slices.Sort(ids)
	return append(all, agreement.Fictional(ids, parties...)...), nil
}

// FirstRecord returns what a new party says about itself.
func FirstRecord(c Config, b Beginning, keys *party.Keys, now time.Time) (party.Record, error) {
	r, err := keys.Record(b.Kind, 1, landbridge.Digest{}, now)
	if err != nil {
		return r, err
	}
	r.Languages, r.Contacts, r.Profiles = b.Languages, b.Contacts, b.Profiles
	name := c.Name
	if name == "" {
		name = c.Party
	}
	if len(r.Languages) == 0 {
		r.Languages = []string{"en"}
	}
	r.Name = party.Text{r.Languages[0]: name}
	r.Addresses = []string{c.PeerURL()}
	r.Roles = []landbridge.Role{landbridge.Officer, landbridge.Supervisor, landbridge.ContactPoint}
	if b.Kind == party.Forum {
		r.Roles = []landbridge.Role{landbridge.Secretariat}
	}
	if r.Profiles == nil && b.Kind != party.Forum {
		if r.Profiles, err = KnownProcesses(); err != nil {
			return r, err
		}
	}
	return r, nil
}

// KnownProcesses returns a profile for every process of this build that asks
// for nothing beyond its definition, except neutrality (S1).
func KnownProcesses() ([]party.Profile, error) {
	files, err := catalogue.List()
	if err != nil {
		return nil, err
	}
	var all []party.Profile
	for _, f := range files {
		all = append(all, party.Profile{Process: f.Ref.ID, Versions: []int{f.Ref.Version}, PoliticalExcluded: true})
	}
	return all, nil
}

// How long a token made by Init serves. A demo plays two years in seconds, and
// its tokens have to outlive them.
const (
	tokenLife     = 365 * 24 * time.Hour
	demoTokenLife = 3 * tokenLife
)

func (n *Node) tokenLife() time.Duration {
	if n.Config.Demo {
		return demoTokenLife
	}
	return tokenLife
}

func (n *Node) enterPeople(ctx context.Context, people []NewPerson, made *Made) error {
	for i, p := range people {
		grants := make([]staff.Grant, len(p.Roles))
		for j, r := range p.Roles {
			grants[j] = staff.Grant{Role: r}
		}
		who, err := n.Staff.Add(ctx, staff.Node(), staff.NewPerson{Name: p.Name, Login: p.Login, Grants: grants})
		if err != nil {
			return err
		}
		if i == 0 {
			token, expires, err := n.Staff.NewSetup(ctx, staff.Node(), who.Account)
			if err != nil {
				return err
			}
			made.SetupURL, made.Expires = n.Config.StaffURL()+"/setup/"+token, expires
		}
		if p.Soft {
			if err := n.equip(ctx, who); err != nil {
				return err
			}
		}
	}
	return nil
}

// equip gives a person an API token and, where software keys are accepted, one
// of those, as files that only the owner of the data folder can read.
func (n *Node) equip(ctx context.Context, who staff.Person) error {
	dir := n.Config.PeopleDir()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making the folder of people: %w", err)
	}
	token, err := n.Staff.NewToken(ctx, who, "command line on this machine", access.Actions(), n.deps.Clock().Add(n.tokenLife()))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, who.Login+".token"), []byte(token.Text+"\n"), 0o600); err != nil {
		return fmt.Errorf("writing a token: %w", err)
	}
	if !n.Config.Demo && !n.Config.SoftKeys {
		return nil
	}
	key, err := softkey.New(n.site(), n.deps.Random)
	if err != nil {
		return err
	}
	if err := n.Staff.Enrol(ctx, who.Account, "software key file", key); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, who.Login+".softkey"), []byte(key.String()), 0o600); err != nil {
		return fmt.Errorf("writing a software key: %w", err)
	}
	return nil
}
