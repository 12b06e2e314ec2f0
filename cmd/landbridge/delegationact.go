package main

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/delegation"
	"landbridge.example/internal/delegation/badge"
	"landbridge.example/internal/delegation/door"
	"landbridge.example/internal/fail"
)

func delegationApprove() *command {
	return &command{
		name: "approve", args: "[PERSON...]", max: 500, short: "admit people and give them badges",
		long:    "Name people by id, or everyone who is nominated with --all EDITION and the filters of the list.",
		example: "landbridge delegation approve 0190…\nlandbridge delegation approve --all 2026 --kind party",
		setup: calling(func(fs *flag.FlagSet) work {
			q := client.GuestQuery{}
			fs.StringVar(&q.Edition, "all", "", "everyone nominated for this `edition`")
			fs.StringVar(&q.Kind, "kind", "", "with --all: of this kind of delegation")
			fs.StringVar(&q.Part, "part", "", "with --all: heads, deputies, members or observers")
			fs.StringVar(&q.Delegation, "delegation", "", "with --all: of this delegation")
			return func(ctx context.Context, c *caller) error {
				if (q.Edition == "") == (len(c.args) == 0) {
					return fail.New(fail.Invalid, "name people by id, or say --all EDITION")
				}
				if q.Edition != "" {
					q.State = "nominated"
					all, err := everyone(ctx, c.Client, q)
					if err != nil {
						return err
					}
					for _, g := range all.Guests {
						c.args = append(c.args, g.ID)
					}
				}
				sum := client.ApprovedGuests{Approved: []string{}, Skipped: []client.SkippedGuest{}}
				for part := range slices.Chunk(c.args, delegation.MaxAtOnce) {
					done, err := c.ApproveGuests(ctx, client.ApproveGuests{Guests: part})
					if err != nil {
						return err
					}
					sum.Approved, sum.Skipped = append(sum.Approved, done.Approved...), append(sum.Skipped, done.Skipped...)
				}
				tab := &table{head: []string{"person", "nothing was done, because"}, wide: true}
				for _, s := range sum.Skipped {
					tab.add(s.ID, s.Why)
				}
				err := c.show(sum, tab, fmt.Sprintf("%d people were approved.", len(sum.Approved)))
				if err == nil && len(sum.Approved) == 0 && len(sum.Skipped) > 0 {
					return fail.New(fail.Conflict, "nobody was approved, for the reasons above")
				}
				return err
			}
		}),
	}
}

func delegationRefuse() *command {
	return &command{
		name: "refuse", args: "PERSON", min: 1, max: 1, short: "propose to refuse a person; a second person confirms it (S21)",
		example: `landbridge delegation refuse 0190… --ground duplicate --reason "Nominated by two delegations; the other one stands."`,
		setup: calling(func(fs *flag.FlagSet) work {
			r := client.GuestRefusal{}
			fs.StringVar(&r.Ground, "ground", "", "quota, incomplete, duplicate, late, security or other")
			fs.StringVar(&r.Reason, "reason", "", "a `sentence`; the delegation reads it")
			return func(ctx context.Context, c *caller) error {
				r.Guest = c.args[0]
				return shown(c, guestTable)(c.RefuseGuest(ctx, r))
			}
		}),
	}
}

func delegationConfirm() *command {
	give := func(c *client.Client, ctx context.Context, id string) (client.Guest, error) {
		return c.DecideGuestRefusal(ctx, client.GuestRefusalDecision{Guest: id, Confirm: true})
	}
	return guestStep("confirm", "confirm a refusal that another person proposed", give)
}

func delegationReturn() *command {
	give := func(c *client.Client, ctx context.Context, id string) (client.Guest, error) {
		return c.DecideGuestRefusal(ctx, client.GuestRefusalDecision{Guest: id})
	}
	return guestStep("return", "return a refusal that was proposed: the person stands as before", give)
}

func delegationForget() *command {
	return &command{
		name: "forget", args: "PERSON", min: 1, max: 1,
		short:   "erase a person before their time; a badge of theirs is revoked (S15)",
		example: "landbridge delegation forget 0190…",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			if err := c.ForgetGuest(ctx, c.args[0]); err != nil {
				return err
			}
			fmt.Fprintln(c.a.out, "The key to this person's data is destroyed.")
			return nil
		})),
	}
}

func delegationExport() *command {
	return &command{
		name: "export", args: "EDITION", min: 1, max: 1, short: "write what a list shows, all its pages, as CSV or XLSX",
		example: "landbridge delegation export 2026 --state approved --form xlsx --out people.xlsx",
		setup: calling(func(fs *flag.FlagSet) work {
			q := client.GuestTable{}
			var out string
			queryFlags(fs, &q.GuestQuery)
			fs.StringVar(&q.Form, "form", "csv", "csv or xlsx")
			fs.StringVar(&q.Language, "language", "en", "`language` of heads and values")
			fs.StringVar(&out, "out", "", "`file` to write")
			return func(ctx context.Context, c *caller) error {
				q.Edition = c.args[0]
				body, err := c.GuestTable(ctx, q)
				if err != nil {
					return err
				}
				return keepFile(c.a, body, out)
			}
		}),
	}
}

func delegationLetter() *command {
	return &command{
		name: "letter", args: "PERSON", min: 1, max: 1, short: "write the invitation, or the letter for the visa, as PDF",
		example: "landbridge delegation letter 0190… --kind visa --out letter.pdf",
		setup: calling(func(fs *flag.FlagSet) work {
			var out string
			l := client.GuestLetter{}
			fs.StringVar(&l.Kind, "kind", "invitation", "invitation or visa")
			fs.StringVar(&out, "out", "", "`file` to write")
			return func(ctx context.Context, c *caller) error {
				l.Guest = c.args[0]
				body, err := c.GuestLetter(ctx, l)
				if err != nil {
					return err
				}
				return keepFile(c.a, body, out)
			}
		}),
	}
}

func delegationCheck() *command {
	return &command{
		name: "check-letter", args: "FILE", min: 1, max: 1,
		short:   "say whether a file is a letter that this node gave, byte for byte",
		example: "landbridge delegation check-letter letter.pdf",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			b, err := readSmall(c.args[0], delegation.MaxLetter)
			if err != nil {
				return err
			}
			l, err := c.CheckLetter(ctx, strings.NewReader(string(b)))
			if err != nil {
				return err
			}
			return c.show(l, keyValues("reference", l.Reference, "kind", l.Kind, "given", cell(l.Issued), "still stands", fmt.Sprint(l.Stands)), "")
		})),
	}
}

func delegationBadge() *command {
	return &command{name: "badge",
		short: "print badges, and check them without any node", example: "landbridge delegation badge verify badge.txt --edition 2026",
		verbs: []*command{badgePrint(), badgeAll(), badgeRenew(), badgeRevoked(), badgeVerify()}}
}

func badgePrint() *command {
	return &command{
		name: "print", args: "PERSON", min: 1, max: 1,
		short: "write the badge of a person, as PDF", example: "landbridge delegation badge print 0190… --out badge.pdf",
		setup: calling(func(fs *flag.FlagSet) work {
			var out string
			fs.StringVar(&out, "out", "", "`file` to write")
			return func(ctx context.Context, c *caller) error {
				body, err := c.GuestBadge(ctx, c.args[0])
				if err != nil {
					return err
				}
				return keepFile(c.a, body, out)
			}
		}),
	}
}

func badgeAll() *command {
	return &command{
		name: "all", args: "EDITION", min: 1, max: 1, short: "write the badges of all approved people, a card on each page",
		example: "landbridge delegation badge all 2026 --kind party --out badges.pdf",
		setup: calling(func(fs *flag.FlagSet) work {
			var out string
			s := client.BadgeSheet{}
			fs.StringVar(&out, "out", "", "`file` to write")
			fs.StringVar(&s.Kind, "kind", "", "of this kind of delegation")
			fs.StringVar(&s.Delegation, "delegation", "", "`id` of a delegation")
			return func(ctx context.Context, c *caller) error {
				s.Edition = c.args[0]
				body, err := c.Badges(ctx, s)
				if err != nil {
					return err
				}
				return keepFile(c.a, body, out)
			}
		}),
	}
}

func badgeRenew() *command {
	return &command{
		name: "renew", args: "EDITION", min: 1, max: 1, short: "sign the badges again that say another end than the edition has now",
		long:    "After an edition was moved. Each badge keeps its number; those that were printed are to be printed again.",
		example: "landbridge delegation badge renew 2026",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			n, err := c.RenewBadges(ctx, c.args[0])
			if err != nil {
				return err
			}
			return c.show(n, keyValues("renewed", fmt.Sprint(n.Renewed)), "")
		})),
	}
}

func badgeRevoked() *command {
	return &command{
		name: "revoked", args: "EDITION", min: 1, max: 1, short: "write the signed list of badges that no longer count",
		example: "landbridge delegation badge revoked 2026 > revoked.txt",
		setup:   calling(flagless(func(ctx context.Context, c *caller) error { return c.print(c.RevokedBadges(ctx, c.args[0])) })),
	}
}

// A badgeVerdict is what is said about one badge.
type badgeVerdict struct {
	Holds    bool      `json:"holds"`
	Why      string    `json:"why,omitempty"`
	Number   int       `json:"number,omitempty"`
	Name     string    `json:"name,omitempty"`
	Category string    `json:"category,omitempty"`
	Until    time.Time `json:"until,omitzero"`
}

func badgeVerify() *command {
	return &command{
		name: "verify", args: "FILE", min: 1, max: 1, short: "check badges without any node: one text in each line",
		long: "The keys are those of the secretariat in the directory file, or of --party, those of before a rotation too, but none that was revoked.\n" +
			"Without --revoked, badges that were revoked are not noticed. The exit code is 1 when a badge does not hold.",
		example: "landbridge delegation badge verify badge.txt --edition 2026 --directory directory.txt --revoked revoked.txt",
		setup: func(fs *flag.FlagSet) func(context.Context, *app, []string) error {
			v := &verifier{}
			fs.StringVar(&v.directory, "directory", "", "directory `file` whose keys are believed (default directory.txt beside FILE)")
			fs.StringVar(&v.founding, "founding", "", "`digest` of the founding that is believed")
			party := fs.String("party", "", "`code` of the party that runs the edition (default: the secretariat)")
			edition := fs.String("edition", "", "`id` of the edition")
			revoked := fs.String("revoked", "", "`file` with the signed list of revoked badges")
			asJSON := fs.Bool("json", false, "print JSON instead of a table")
			return func(_ context.Context, a *app, args []string) error {
				if *edition == "" {
					return fail.New(fail.Invalid, "say which edition the badges are for: --edition")
				}
				if err := v.load(args[0]); err != nil {
					return err
				}
				if v.view == nil {
					return fail.New(fail.Invalid, "say whose keys are believed: --directory, or put %s beside %s", directoryFile, filepath.Base(args[0]))
				}
				who := landbridge.PartyID(*party)
				if who == "" {
					who = v.view.Secretariat()
				}
				keys, err := delegation.KeysOf(v.view, who)
				if err != nil {
					return err
				}
				list, err := readRevoked(*revoked, keys)
				if err != nil {
					return err
				}
				return verifyBadges(a, args[0], *edition, keys, list, *asJSON)
			}
		},
	}
}

func readRevoked(name string, keys []ed25519.PublicKey) (*badge.Revocations, error) {
	if name == "" {
		return nil, nil
	}
	text, err := readSmall(name, badge.MaxList)
	if err != nil {
		return nil, err
	}
	return badge.ParseRevocations(string(text), keys)
}

const maxBadgeFile = 8 << 20

func verifyBadges(a *app, name, edition string, keys []ed25519.PublicKey, revoked *badge.Revocations, asJSON bool) error {
	text, err := readSmall(name, maxBadgeFile)
	if err != nil {
		return err
	}
	if revoked != nil && revoked.Edition != edition {
		return fail.New(fail.Invalid, "the list of revoked badges is of edition %s", revoked.Edition)
	}
	tab := &table{head: []string{"", "badge", "name", "category", "until, or why not"}, wide: true}
	var all []badgeVerdict
	holds := true
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			continue
		}
		b, err := badge.Verify(line, edition, keys, revoked, a.now())
		if err != nil {
			holds = false
			all = append(all, badgeVerdict{Why: fail.Safe(err)})
			tab.add("✗", "", "", "", fail.Safe(err))
			continue
		}
		all = append(all, badgeVerdict{Holds: true, Number: b.Number, Name: b.Name, Category: b.Category, Until: b.Until})
		tab.add("✓", b.Number, b.Name, b.Category, b.Until)
	}
	if err := show(a.out, asJSON, all, tab, "There is no badge in this file."); err != nil {
		return err
	}
	if !holds || len(all) == 0 {
		return errNotHolding
	}
	return nil
}

func delegationDoor() *command {
	return &command{
		name: "door", args: "EDITION", min: 1, max: 1, short: "write the page with which a door checks badges without network",
		long: "The file holds the keys and the badges revoked until now. Put it on a phone or a stick and open it " +
			"there; fetch it again when badges were revoked.",
		example: "landbridge delegation door 2026 --language fr --out door.html",
		setup: calling(func(fs *flag.FlagSet) work {
			var out, language string
			fs.StringVar(&out, "out", "", "`file` to write")
			fs.StringVar(&language, "language", "en", "`language` of who stands at the door")
			return func(ctx context.Context, c *caller) error {
				body, err := c.DoorPage(ctx, client.DoorPage{Edition: c.args[0], Language: language})
				if err != nil {
					return err
				}
				return keepFile(c.a, body, out)
			}
		}),
	}
}

func delegationScans() *command {
	return &command{name: "scans", short: "merge what the doors noted", example: "landbridge delegation scans take 2026 door-1.scans door-2.scans",
		verbs: []*command{scansTake(), scansShow(), scansSave(), scansMerge()}}
}

func scansTake() *command {
	return &command{
		name: "take", args: "EDITION FILE...", min: 2, max: 200,
		short:   "bring files of scans to the node; any order, any number of times",
		example: "landbridge delegation scans take 2026 door-1.scans",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			tab := &table{head: []string{"file", "scans", "new", "what is odd"}, wide: true}
			all := map[string]client.ScansTaken{}
			for _, name := range c.args[1:] {
				b, err := readSmall(name, door.MaxFile)
				if err != nil {
					return err
				}
				s, err := c.TakeScans(ctx, c.args[0], strings.NewReader(string(b)))
				if err != nil {
					return err
				}
				all[name] = s
				tab.add(filepath.Base(name), s.Scans, s.New, strings.Join(oddities(s.Unknown, s.Revoked, s.Clashes, s.Clocks), "; "))
			}
			return c.show(all, tab, "")
		})),
	}
}

// oddities says what someone should look at.
func oddities(unknown, revoked []int, clashes []client.DoorClash, clocks []client.DoorClock) (all []string) {
	if len(unknown) > 0 {
		all = append(all, fmt.Sprintf("badges that were never given: %v", unknown))
	}
	if len(revoked) > 0 {
		all = append(all, fmt.Sprintf("badges scanned after they were revoked: %v", revoked))
	}
	for _, c := range clashes {
		all = append(all, fmt.Sprintf("%s gave number %d to %d scans: reset or copied", c.Door, c.Sequence, c.Scans))
	}
	for _, c := range clocks {
		all = append(all, fmt.Sprintf("the clock of %s is off (%s): %s to %s", c.Door, c.Why, cell(c.First), cell(c.Last)))
	}
	return all
}

func scansShow() *command {
	return &command{
		name: "show", args: "EDITION", min: 1, max: 1,
		short: "show what the doors noted, merged", example: "landbridge delegation scans show 2026",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			s, err := c.Scans(ctx, c.args[0])
			if err != nil {
				return err
			}
			tab := keyValues("people inside", fmt.Sprint(s.Inside), "scans", fmt.Sprint(s.Scans))
			tab.wide = true
			for _, d := range s.Doors {
				tab.add(d.Door, fmt.Sprintf("%d scans, %s to %s", d.Scans, cell(d.First), cell(d.Last)))
			}
			for _, o := range oddities(s.Unknown, s.Revoked, s.Clashes, s.Clocks) {
				tab.add("look at this", o)
			}
			return c.show(s, tab, "")
		})),
	}
}

func scansSave() *command {
	return &command{
		name: "save", args: "EDITION", min: 1, max: 1, short: "write all scans as one file, which doors can read",
		example: "landbridge delegation scans save 2026 --out all.scans",
		setup: calling(func(fs *flag.FlagSet) work {
			var out string
			fs.StringVar(&out, "out", "", "`file` to write")
			return func(ctx context.Context, c *caller) error {
				body, err := c.ScanFile(ctx, c.args[0])
				if err != nil {
					return err
				}
				return keepFile(c.a, body, out)
			}
		}),
	}
}

func scansMerge() *command {
	return &command{
		name: "merge", args: "FILE...", min: 1, max: 200,
		short: "merge files of scans into one, without any node", example: "landbridge delegation scans merge door-1.scans door-2.scans > all.scans",
		setup: func(fs *flag.FlagSet) func(context.Context, *app, []string) error {
			asJSON := fs.Bool("json", false, "print who was seen as JSON instead of the merged file")
			return func(_ context.Context, a *app, args []string) error {
				var sum *door.Book
				for _, name := range args {
					f, err := openFile(name)
					if err != nil {
						return err
					}
					book, err := door.Parse(f)
					f.Close()
					if err == nil && sum != nil {
						book, err = door.Merge(sum, book)
					}
					if err != nil {
						return err
					}
					sum = book
				}
				if *asJSON {
					e := json.NewEncoder(a.out)
					e.SetIndent("", "  ")
					return e.Encode(sum.Entries())
				}
				_, err := sum.WriteTo(a.out)
				return err
			}
		},
	}
}
