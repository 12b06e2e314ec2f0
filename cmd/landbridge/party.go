package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/node"
	"landbridge.example/internal/party"
)

const maxStatementFile = 64 << 20 // bytes; a whole directory fits

func partyCommand() *command {
	return &command{
		name: "party", short: "the directory of parties: who they are, how they are reached, what they require",
		example: "landbridge party list",
		verbs:   []*command{partyList(), partyShow(), partyContacts(), partyProfile(), partyAdd(), partyFound(), partyAdmit(), partyExport(), partyRotate()},
	}
}

func partyList() *command {
	return &command{
		name: "list", short: "list the parties, whether they are there, and why mail waits for them", example: "landbridge party list",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			all, err := c.Parties(ctx)
			if err != nil {
				return err
			}
			peers, err := c.Peers(ctx)
			if err != nil {
				return err
			}
			tab := &table{head: []string{"party", "name", "kind", "there", "waiting", "log seen", "why not"}, wide: true}
			for _, p := range all.Parties {
				row := []any{p.Party, p.Name, p.Kind, "this node", "", "", ""}
				for _, s := range peers.Peers {
					if s.Party == p.Party {
						row = append(row[:3], peerCells(s)...)
					}
				}
				if p.Suspended {
					row[3] = "suspended"
				}
				tab.add(row...)
			}
			return c.show(struct {
				client.Parties
				client.Peers
			}{all, peers}, tab, "The directory is empty; bring one in with \"landbridge party add directory.txt\".")
		})),
	}
}

func peerCells(s client.Peer) []any {
	there, why := "yes", s.LastError
	if s.Up {
		why = ""
	} else {
		there = "no"
		if s.Since != nil {
			there += " since " + cell(*s.Since)
		}
	}
	for _, al := range s.Alarms {
		why += " " + al.Text
	}
	return []any{there, fmt.Sprint(s.Waiting), fmt.Sprint(s.Witnessed), strings.TrimSpace(why)}
}

func partyShow() *command {
	return &command{
		name: "show", args: "PARTY", min: 1, max: 1, short: "show one party: addresses, keys, contacts, what it requires", example: "landbridge party show XB",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			p, err := c.Party(ctx, c.args[0])
			if err != nil {
				return err
			}
			tab := keyValues("party", p.Party, "name", p.Name, "kind", p.Kind,
				"record", fmt.Sprintf("version %d, at position %d of the directory", p.Version, p.Position),
				"suspended", p.Reason, "reached by", p.Reach, "addresses", strings.Join(p.Addresses, " "), "languages", strings.Join(p.Languages, " "),
				"log key", p.LogKey, "witness keys", strings.Join(p.WitnessKeys, " "), "TLS pins", strings.Join(p.Pins, " "))
			for _, k := range p.Contacts {
				tab.add("contact "+k.ID, strings.Join([]string{k.Name, k.Phone, k.Email, k.Hours}, " "))
			}
			addProfiles(tab, p.Profiles)
			return c.show(p, tab, "")
		})),
	}
}

func addProfiles(tab *table, all []client.Profile) {
	for _, f := range all {
		name := "asks for " + f.Process
		tab.add(name, "versions "+strings.Trim(fmt.Sprint(f.Versions), "[]"))
		if len(f.Required) > 0 {
			tab.add(name, "also required: "+strings.Join(f.Required, ", "))
		}
		if len(f.Languages) > 0 {
			tab.add(name, "in "+strings.Join(f.Languages, ", "))
		}
		if f.MaxPersons > 0 {
			tab.add(name, fmt.Sprintf("at most %d persons", f.MaxPersons))
		}
		for _, d := range f.Demands {
			tab.add(name, d)
		}
	}
}

func partyProfile() *command {
	return &command{
		name: "profile", args: "[PARTY]", max: 1, short: "show what a party requires of requests, or publish what your own requires",
		long: "With --set the file (YAML: profiles, and perhaps contacts, languages, addresses) goes into a new version of\n" +
			"this party's own record, signed with the identity key in --dir and printed, to be entered with \"party add\".",
		example: "landbridge party profile XB",
		setup: calling(func(fs *flag.FlagSet) work {
			set := fs.String("set", "", "`file` (YAML) with what changes in this party's own record")
			return func(ctx context.Context, c *caller) error {
				if *set != "" {
					return newRecord(ctx, c.a, c.Client, folder(c.a, c.t.dir), *set)
				}
				who := ""
				if len(c.args) == 1 {
					who = c.args[0]
				} else {
					me, err := c.Me(ctx)
					if err != nil {
						return err
					}
					who = me.Party
				}
				p, err := c.Party(ctx, who)
				if err != nil {
					return err
				}
				tab := &table{head: []string{"process", "what is asked"}, wide: true}
				addProfiles(tab, p.Profiles)
				return c.show(p.Profiles, tab, who+" publishes no requirements and takes no requests.")
			}
		}),
	}
}

// A recordChange is what a party may change about itself without new keys.
type recordChange struct {
	Name      party.Text      `yaml:"name"`
	Languages []string        `yaml:"languages"`
	Addresses []string        `yaml:"addresses"`
	Contacts  []party.Contact `yaml:"contacts"`
	Profiles  []party.Profile `yaml:"profiles"`
}

// newRecord signs the next version of this party's own record and prints it.
func newRecord(ctx context.Context, a *app, c *client.Client, dir, file string) error {
	text, err := readSmall(file, maxRequestFile)
	if err != nil {
		return err
	}
	var change recordChange
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&change); err != nil && !errors.Is(err, io.EOF) {
		return fail.New(fail.Invalid, "%s: %s", filepath.Base(file), plainYAML(err))
	}
	keys, err := loadKeys(a, dir)
	if err != nil {
		return err
	}
	was, err := c.PartyRecord(ctx, string(keys.Party))
	if err != nil {
		return err
	}
	s, err := party.ParseStatement([]byte(was))
	if err != nil {
		return err
	}
	r := s.Record
	r.Version, r.Previous, r.Date = r.Version+1, s.Digest(), a.now().UTC()
	if change.Name != nil {
		r.Name = change.Name
	}
	if change.Languages != nil {
		r.Languages = change.Languages
	}
	if change.Addresses != nil {
		r.Addresses = change.Addresses
	}
	if change.Contacts != nil {
		r.Contacts = change.Contacts
	}
	if change.Profiles != nil {
		r.Profiles = change.Profiles
	}
	signed, err := party.SignRecord(r, keys.Identity.Signer())
	if err != nil {
		return err
	}
	_, err = a.out.Write(signed)
	return err
}

// loadKeys reads the keys of the node in dir, with the identity key.
func loadKeys(a *app, dir string) (*party.Keys, error) {
	c, err := loadConfig(a, dir, nil)
	if err != nil {
		return nil, err
	}
	keys, err := party.Load(c.KeysDir(), landbridge.PartyID(c.Party))
	if err != nil {
		return nil, fail.New(fail.Invalid, "%v", err)
	}
	if keys.Identity.IsZero() {
		return nil, fail.New(fail.Missing, "the identity key of %s is not in %s; bring its file there for this step, and take it away again", c.Party, c.KeysDir())
	}
	return keys, nil
}

func partyAdd() *command {
	return &command{
		name: "add", args: "FILE...", min: 1, max: 64, short: "enter signed statements, or a whole directory file, into the directory",
		long: "At the secretariat a signed statement is put in order and reaches every node by itself. At any other node\n" +
			"a directory file is taken in: this is how a new node gets its first directory.",
		example: "landbridge party add directory.txt",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			tab := &table{head: []string{"file", "position", "what happened"}, wide: true}
			var all []client.Entered
			for _, name := range c.args {
				text, err := readSmall(name, maxStatementFile)
				if err != nil {
					return err
				}
				e, err := c.AddStatement(ctx, string(text))
				if err != nil {
					return fmt.Errorf("%s: %w", filepath.Base(name), err)
				}
				all = append(all, e)
				tab.add(filepath.Base(name), fmt.Sprint(e.Position), e.Note)
			}
			return c.show(all, tab, "")
		})),
	}
}

func partyAdmit() *command {
	return &command{
		name: "admit", args: "FILE", min: 1, max: 1, short: "sign the admission of a party, or add your signature to one, or to a founding",
		long: "FILE is the applicant's record.txt, or what others have signed already: a motion or a founding. It goes to\n" +
			"standard output with this party's signature added; when the secretariat and a quorum of members have\n" +
			"signed, the secretariat enters it with \"party add\", and then the applicant's record.",
		example: "landbridge party admit --dir xf xd-record.txt --reason \"Applied on 1 December\" > motion.txt",
		setup: func(fs *flag.FlagSet) func(context.Context, *app, []string) error {
			dir := dirFlag(fs)
			reason := fs.String("reason", "", "why, in `words`; needed for a new motion")
			return func(_ context.Context, a *app, args []string) error {
				keys, err := loadKeys(a, *dir)
				if err != nil {
					return err
				}
				text, err := readSmall(args[0], party.MaxStatement)
				if err != nil {
					return err
				}
				s, err := party.ParseStatement(text)
				if err != nil {
					return err
				}
				var signed []byte
				if s.Form == party.FormRecord {
					if *reason == "" {
						return fail.New(fail.Invalid, "say why %s is admitted: --reason", s.Record.Party)
					}
					m := party.Motion{Date: a.now(), Party: s.Record.Party, Kind: s.Record.Kind, IdentityKey: s.Record.IdentityKey, Reason: *reason}
					signed, err = party.SignMotion(party.FormAdmission, m, keys.Identity.Signer())
				} else {
					signed, err = party.Countersign(text, keys.Identity.Signer())
				}
				if err != nil {
					return err
				}
				_, err = a.out.Write(signed)
				return err
			}
		},
	}
}

func partyExport() *command {
	return &command{
		name: "export", args: "[PARTY]", max: 1, short: "print a party's signed record, or with --all the whole directory as one file",
		long:    "Without PARTY it prints this node's own record, even before the node runs or has joined a network.",
		example: "landbridge party export --all > directory.txt",
		setup: func(fs *flag.FlagSet) func(context.Context, *app, []string) error {
			t := &target{}
			t.flags(fs)
			all := fs.Bool("all", false, "the whole directory")
			return func(ctx context.Context, a *app, args []string) error {
				text, err := exportParty(ctx, a, t, args, *all)
				if err != nil {
					return explain(a, err)
				}
				_, err = io.WriteString(a.out, text)
				return err
			}
		},
	}
}

func exportParty(ctx context.Context, a *app, t *target, args []string, all bool) (string, error) {
	c, err := t.client(a)
	own := len(args) == 0 && !all
	if err == nil {
		if all {
			return c.Directory(ctx)
		}
		who := strings.Join(args, "")
		if own {
			me, err := c.Me(ctx)
			if err != nil {
				return "", err
			}
			who = me.Party
		}
		text, err := c.PartyRecord(ctx, who)
		if err == nil || !own || !isMissing(err) {
			return text, err
		}
	} else if !own {
		return "", err
	}
	text, err := readSmall(filepath.Join(folder(a, t.dir), node.RecordName), party.MaxStatement)
	return string(text), err
}

func isMissing(err error) bool {
	p := new(client.Problem)
	return errors.As(err, &p) && p.Kind == fail.Missing.String()
}
