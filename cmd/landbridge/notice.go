package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"strings"
	"time"

	"landbridge.example/client"
)

func noticeCommand() *command {
	return &command{
		name: "notice", short: "the notices in force: list, search, read, and who took out what was taken back",
		long:    "A notice is not an arrest warrant. It is issued, reviewed and taken back with \"landbridge case\"; here is the register of what came of it.",
		example: `landbridge notice search "Anara Tesselova" --birth 1971-05-02 --purpose investigation`,
		verbs:   []*command{noticeList(), noticeSearch(), noticeShow(), noticeRemovals()},
	}
}

func moment(t *time.Time) string {
	if t == nil {
		return ""
	}
	return cell(*t)
}

func stands(n client.NoticeLine) string {
	if n.InForce {
		return "in force until " + moment(n.Until)
	}
	return n.State
}

func noticeList() *command {
	return &command{
		name: "list", short: "list the notices this node issues, reviews or receives; they name nobody",
		example: "landbridge notice list",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			all, err := c.Notices(ctx)
			if err != nil {
				return err
			}
			tab := &table{head: []string{"number", "kind", "issuer", "our part", "stands", "case"}}
			for _, n := range all.Notices {
				tab.add(n.Number, n.Kind, n.Issuer, n.Side, stands(n), n.Case)
			}
			return c.show(all, tab, "This node takes part in no notice.")
		})),
	}
}

func noticeSearch() *command {
	return &command{
		name: "search", args: "[NAME]", max: 8, short: "look through the notices in force; that you did is in the log",
		example: `landbridge notice search "Anara Tesselova" --birth 1971-05-02 --purpose investigation`,
		setup: calling(func(fs *flag.FlagSet) work {
			var q client.NoticeQuery
			fs.StringVar(&q.Birth, "birth", "", "`date` of birth: 1971-05-02, 1971 or ~1971")
			fs.StringVar(&q.Number, "number", "", "`number` of an object or document, at least five signs")
			fs.StringVar(&q.Kind, "kind", "", "only this `kind`: wanted, missing, body, property, modus_operandi, threat or un_special")
			fs.StringVar(&q.Purpose, "purpose", "", "what it is `for`, such as investigation")
			fs.StringVar(&q.About, "about", "", "a `reference` of your own, without names")
			return func(ctx context.Context, c *caller) error {
				q.Name = strings.Join(c.args, " ")
				found, err := c.SearchNotices(ctx, q)
				if err != nil {
					return err
				}
				tab := &table{head: []string{"score", "name", "beside the name", "effect here", "number", "issuer", "case"}, wide: true}
				for _, h := range found.Hits {
					name := h.Name
					if h.Stale != nil {
						name += " (may be out of date: its issuer was last reached " + moment(h.Stale) + ")"
					}
					tab.add(fmt.Sprintf("%.4f", h.Score), name, beside(h.Evidence), cmp.Or(h.Effect, "not taken in yet"), h.Notice.Number, h.Notice.Issuer, h.Notice.Case)
				}
				if !c.t.json {
					fmt.Fprintf(c.a.out, "%s Notices looked through: %d.\n", found.Warning, found.Searched)
				}
				return c.show(found, tab, "No notice in force fits.")
			}
		}),
	}
}

func beside(all []client.NoticeEvidence) string {
	var out []string
	for _, e := range all {
		if e.State != "missing" {
			out = append(out, e.What+" "+e.State)
		}
	}
	return strings.Join(out, ", ")
}

func noticeShow() *command {
	return &command{
		name: "show", args: "CASE", min: 1, max: 1, short: "read one notice, for a purpose; that you did is in the log",
		example: "landbridge notice show 0198c0de-0000-7000-8000-000000000001 --purpose investigation",
		setup: calling(func(fs *flag.FlagSet) work {
			purpose := fs.String("purpose", "", "what it is read `for`, such as investigation")
			return func(ctx context.Context, c *caller) error {
				n, err := c.Notice(ctx, client.NoticeReading{Case: c.args[0], Purpose: *purpose})
				if err != nil {
					return err
				}
				tab := keyValues("", n.Warning, "number", n.Notice.Number, "title", n.Title, "kind", n.Notice.Kind, "stands", stands(n.Notice),
					"taken back", n.Reason, "effect here", n.Effect, "issuer last reached", moment(n.Stale), "what is asked", n.Seek,
					"dangers", n.Caution, "description", n.Text, "for the public", n.Extract)
				for _, p := range n.Persons {
					tab.add("person", strings.TrimSpace(p["given_names"]+" "+p["family_name"]+" "+p["name_original"]+" "+p["birth_date"]))
				}
				for _, p := range n.Parties {
					words := p.Side
					if p.Taken != nil {
						words += ", taken in " + moment(p.Taken) + " " + p.Effect
					}
					if p.Gone != nil {
						words += ", gone " + moment(p.Gone)
					}
					tab.add(p.Party, words)
				}
				return c.show(n, tab, "")
			}
		}),
	}
}

func noticeRemovals() *command {
	return &command{
		name: "removals", short: "list the notices that were taken back, and how long each party took",
		example: "landbridge notice removals",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			all, err := c.NoticeRemovals(ctx)
			if err != nil {
				return err
			}
			tab := &table{head: []string{"number", "why", "ordered", "party", "gone", "after"}}
			for _, r := range all.Removals {
				for _, g := range r.Parties {
					gone := moment(g.At)
					if gone == "" {
						gone = "not yet"
					}
					tab.add(r.Notice.Number, r.Reason, moment(r.Notice.Removed), g.Party, gone, cell(time.Duration(g.LagSeconds)*time.Second))
				}
			}
			return c.show(all, tab, "No notice was taken back.")
		})),
	}
}
