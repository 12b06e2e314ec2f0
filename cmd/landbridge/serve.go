package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/node"
	"landbridge.example/internal/party"
	"landbridge.example/ledger"
)

func serveCommand() *command {
	return &command{
		name: "serve", short: "run the node of a data folder until it is interrupted",
		long:    "Settings come from node.yaml in the folder, then from the environment, then from these flags.",
		example: "landbridge serve --dir /srv/landbridge",
		setup: func(fs *flag.FlagSet) func(context.Context, *app, []string) error {
			dir := dirFlag(fs)
			apply := node.Flags(fs)
			tied := fs.Bool("stop-with-stdin", false, "stop when standard input ends: for programs that start nodes")
			ahead := fs.Duration("ahead", 0, "for the nodes of a demo alone: how far the clock is `ahead` of this machine's")
			override := fs.String("override-guard", "", "the `reason` to go on with an old copy of the database although others know a longer log: "+
				"they keep the proof that this log has two histories. Only when the newer database is lost")
			return func(ctx context.Context, a *app, _ []string) error {
				c, err := loadConfig(a, *dir, apply)
				if err != nil {
					return err
				}
				if *ahead != 0 && !c.Demo {
					return fail.New(fail.Invalid, "only the nodes of a demo may have a clock of their own; leave --ahead out")
				}
				deps, clock := node.Dependencies{}, new(demoClock)
				if c.Demo {
					clock.ahead.Store(int64(*ahead))
					deps.Clock = clock.Now
				}
				n, err := node.Open(ctx, c, deps)
				if err != nil {
					return err
				}
				if *tied {
					var stop context.CancelFunc
					ctx, stop = context.WithCancel(ctx)
					go func() {
						clock.follow(a.in, func(ahead time.Duration) {
							fmt.Fprintf(a.out, "%s%s\n", aheadWord, ahead)
							n.Wake()
						}) // however it ends, whoever started us is gone
						stop()
					}()
				}
				if *override != "" {
					// Peers refuse the numbers that the lost part of the outbox has used: begin new ones.
					err := n.Log.Override(ctx, ledger.NodeActor, *override)
					if err == nil {
						err = n.Exchange.NewEpoch(ctx, *override)
					}
					if err != nil {
						return errors.Join(err, n.Close())
					}
				}
				fmt.Fprintf(a.out, "%s: pages on %s, other nodes on %s\n", c.Party, c.StaffURL(), c.PeerURL())
				err = n.Run(ctx)
				if e := n.Close(); err == nil {
					err = e
				}
				return err
			}
		},
	}
}

func dirFlag(fs *flag.FlagSet) *string {
	return fs.String("dir", "", "data `folder` (default $"+envDir+", else ./"+noDir+")")
}

// loadConfig reads the settings of a data folder. A folder that is not one is
// told apart from a faulty one.
func loadConfig(a *app, dir string, apply func(*node.Config) error) (node.Config, error) {
	dir = folder(a, dir)
	c, err := node.Load(dir, a.env)
	if err != nil {
		return c, err
	}
	if apply != nil {
		if err := apply(&c); err != nil {
			return c, err
		}
	}
	if c.Party == "" {
		return c, fail.New(fail.Missing, "there is no node in %s; make one with \"landbridge init --dir %[1]s --party XA\", or say another --dir", dir)
	}
	return c, nil
}

func initCommand() *command {
	return &command{
		name: "init", short: "make a node: keys, settings, database, and its first person",
		long: "Prints a link with which the first person registers a passkey; it works once. The folder also holds\n" +
			"record.txt, the party's signed record: send it to the secretariat to join a network (docs/operating.md).",
		example: "landbridge init --dir xa --party XA --name Azuria --officer \"D. Oru\"",
		setup: func(fs *flag.FlagSet) func(context.Context, *app, []string) error {
			dir := dirFlag(fs)
			apply := node.Flags(fs)
			kind := fs.String("kind", string(party.State), "what the party is: state, organisation or secretariat")
			officer := fs.String("officer", "", "`name` of the first person")
			login := fs.String("login", "", "`login` of the first person (default: made from the name)")
			roles := fs.String("roles", "officer,supervisor,contact_point,operator", "`roles` of the first person; two-person rules still need a second person")
			languages := fs.String("languages", "en", "`codes` of the languages in which the party can be written to, the first its own")
			agreements := fs.String("agreements", "", "`file` (JSON or CSV) of the instruments that bind the state (default: those the processes cite)")
			token := fs.Bool("token", false, "also write an API token of the first person to people/, for the command line on this machine")
			asJSON := fs.Bool("json", false, "print JSON instead of a table")
			return func(ctx context.Context, a *app, _ []string) error {
				c := node.Defaults(folder(a, *dir))
				if err := apply(&c); err != nil {
					return err
				}
				b := node.Beginning{Kind: party.Kind(*kind), Languages: splitList(*languages)}
				p, err := firstPerson(*officer, *login, *roles, *token)
				if err != nil {
					return err
				}
				b.People = []node.NewPerson{p}
				if b.Agreements, err = readAgreements(*agreements); err != nil {
					return err
				}
				made, err := node.Init(ctx, c, b, node.Dependencies{})
				if err != nil {
					return err
				}
				out := initialised{Dir: c.Dir, Party: c.Party, Login: p.Login, SetupURL: made.SetupURL, Expires: made.Expires}
				t := keyValues("data folder", c.Dir, "settings", c.Dir+"/node.yaml", "keys", c.Dir+"/keys (make a copy and keep it elsewhere)",
					"record", c.Dir+"/record.txt (send it to the secretariat)", "first person", p.Name+" ("+p.Login+")", "sign in once with", made.SetupURL)
				t.add("until", made.Expires)
				t.add("next", "landbridge serve --dir "+c.Dir)
				return show(a.out, *asJSON, out, t, "")
			}
		},
	}
}

type initialised struct {
	Dir      string    `json:"dir"`
	Party    string    `json:"party"`
	Login    string    `json:"login"`
	SetupURL string    `json:"setup_url"`
	Expires  time.Time `json:"expires"`
}

func splitList(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

func firstPerson(name, login, roles string, token bool) (node.NewPerson, error) {
	p := node.NewPerson{Name: strings.TrimSpace(name), Login: login, Soft: token}
	if p.Name == "" {
		return p, fail.New(fail.Invalid, "name the first person of the node: --officer \"D. Oru\"")
	}
	if p.Login == "" {
		p.Login = strings.ToLower(strings.Join(strings.FieldsFunc(p.Name, func(r rune) bool { return r == ' ' || r == '.' }), "."))
	}
	for _, r := range splitList(roles) {
		p.Roles = append(p.Roles, landbridge.Role(r))
	}
	return p, nil
}

func doctorCommand() *command {
	return &command{
		name: "doctor", short: "look at everything an operator can put right, and say all of it at once",
		long:    "Changes nothing and works beside a running node. The exit code is 1 when something is not well.",
		example: "landbridge doctor --dir /srv/landbridge",
		setup: func(fs *flag.FlagSet) func(context.Context, *app, []string) error {
			dir := dirFlag(fs)
			asJSON := fs.Bool("json", false, "print JSON instead of a table")
			return func(ctx context.Context, a *app, _ []string) error {
				c, err := loadConfig(a, *dir, nil)
				var checks []client.Check
				if err != nil {
					checks = []client.Check{{Name: "settings", Text: fail.Safe(err)}}
				} else {
					checks = node.Doctor(ctx, c, node.Dependencies{})
				}
				t := &table{head: []string{"", "what", "how it is"}, wide: true}
				faults := 0
				for _, k := range checks {
					mark := "✓"
					if !k.OK {
						mark = "✗"
						faults++
					}
					t.add(mark, k.Name, k.Text)
				}
				if err := show(a.out, *asJSON, checks, t, ""); err != nil {
					return err
				}
				if faults > 0 {
					if !*asJSON {
						fmt.Fprintf(a.out, "\n%d of %d are not well.\n", faults, len(checks))
					}
					return errNotHolding
				}
				return nil
			}
		},
	}
}
