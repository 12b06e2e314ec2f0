package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"

	"landbridge.example/client"
	"landbridge.example/internal/fail"
)

const maxNewsFile = 64 << 10

func newsCommand() *command {
	return &command{
		name: "news", short: "what the secretariat tells the public: write, publish, withdraw",
		example: "landbridge news list",
		verbs:   []*command{newsList(), newsShow(), newsWrite(), newsPublish(), newsWithdraw()},
	}
}

func newsList() *command {
	return &command{
		name: "list", short: "list news, drafts too, what changed last first", example: "landbridge news list",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			all, err := c.News(ctx)
			if err != nil {
				return err
			}
			tab := &table{head: []string{"news", "title", "languages", "state", "changed"}, wide: true}
			for _, n := range all.News {
				state := n.State
				if n.Ahead && n.State == "published" {
					state += ", draft changed since"
				}
				tab.add(n.ID, newsTitle(n), strings.Join(slices.Sorted(maps.Keys(n.Texts)), " "), state, n.Changed)
			}
			return c.show(all, tab, "There is no news yet; \"landbridge news write en=FILE.md\" begins some.")
		})),
	}
}

func newsTitle(n client.NewsItem) string {
	if x, ok := n.Texts["en"]; ok {
		return x.Title
	}
	for _, l := range slices.Sorted(maps.Keys(n.Texts)) {
		return n.Texts[l].Title
	}
	return ""
}

func newsTable(n client.NewsItem) *table {
	tab := keyValues("news", n.ID, "edition", n.Edition, "state", n.State, "withdrawn because", n.Reason, "revision", fmt.Sprint(n.Revision),
		"published", fmt.Sprintf("version %d", n.Version), "page", n.Address)
	for _, l := range slices.Sorted(maps.Keys(n.Texts)) {
		tab.add(l, n.Texts[l].Title)
		tab.add("", strings.TrimSpace(n.Texts[l].Lead+" "+n.Texts[l].Body))
	}
	return tab
}

func newsShow() *command {
	return &command{
		name: "show", args: "NEWS", min: 1, max: 1, short: "show one piece of news in all its languages",
		example: "landbridge news show 0196f3c2-7d1e-7000-8000-3a1b2c3d4e5f",
		setup:   calling(flagless(func(ctx context.Context, c *caller) error { return shown(c, newsTable)(c.NewsItem(ctx, c.args[0])) })),
	}
}

func newsWrite() *command {
	return &command{
		name: "write", args: "LANGUAGE=FILE...", min: 1, max: 6, short: "write a piece of news, or with --news its next draft",
		long: "Each FILE is Markdown without HTML: the first line is \"# Title\"; a paragraph that begins with \"> \" right after it is the lead.\n" +
			"The draft is replaced whole: give every language. The public sees it after \"landbridge news publish\".",
		example: "landbridge news write en=news.md zh=news.zh.md --edition 2026",
		setup: func(fs *flag.FlagSet) func(context.Context, *app, []string) error {
			t := &target{}
			t.flags(fs)
			id := fs.String("news", "", "the `news` whose draft to replace")
			edition := fs.String("edition", "", "the `edition` of the forum it belongs to")
			return func(ctx context.Context, a *app, args []string) error {
				texts := map[string]client.NewsText{}
				for _, arg := range args {
					l, name, ok := strings.Cut(arg, "=")
					if !ok || texts[l].Title != "" {
						return fail.New(fail.Invalid, "write each language once, as en=FILE; %q is not so", arg)
					}
					b, err := readSmall(name, maxNewsFile)
					if err != nil {
						return err
					}
					if texts[l], err = article(string(b)); err != nil {
						return fail.New(fail.Invalid, "%s: %s", name, fail.Safe(err))
					}
				}
				c, err := t.client(a)
				if err != nil {
					return err
				}
				var n client.NewsItem
				if *id == "" {
					n, err = c.WriteNews(ctx, client.WriteNews{Edition: *edition, Texts: texts})
				} else if n, err = c.NewsItem(ctx, *id); err == nil {
					if *edition == "" {
						*edition = n.Edition
					}
					n, err = c.SaveNews(ctx, client.SaveNews{News: *id, Edition: *edition, Texts: texts, Seen: n.Revision})
				}
				if err != nil {
					return explain(a, err)
				}
				return show(a.out, t.json, n, newsTable(n), "")
			}
		},
	}
}

// article takes a Markdown file apart: title, lead, body.
func article(text string) (client.NewsText, error) {
	text = strings.TrimSpace(strings.TrimPrefix(strings.ReplaceAll(text, "\r\n", "\n"), "\ufeff"))
	first, rest, _ := strings.Cut(text, "\n")
	title, ok := strings.CutPrefix(first, "# ")
	if !ok {
		return client.NewsText{}, fail.New(fail.Invalid, "the first line is the title and begins with \"# \"")
	}
	x := client.NewsText{Title: strings.TrimSpace(title), Body: strings.TrimSpace(rest)}
	if strings.HasPrefix(x.Body, "> ") {
		lead, body, _ := strings.Cut(x.Body, "\n\n")
		var words []string
		for line := range strings.Lines(lead) {
			words = append(words, strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), ">")))
		}
		x.Lead, x.Body = strings.Join(words, " "), strings.TrimSpace(body)
	}
	return x, nil
}

func newsPublish() *command {
	return &command{
		name: "publish", args: "NEWS", min: 1, max: 1, short: "show the draft of a piece of news to the public",
		example: "landbridge news publish 0196f3c2-7d1e-7000-8000-3a1b2c3d4e5f",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			n, err := c.NewsItem(ctx, c.args[0])
			if err != nil {
				return err
			}
			return shown(c, newsTable)(c.PublishNews(ctx, n.ID, n.Revision))
		})),
	}
}

func newsWithdraw() *command {
	return &command{
		name: "withdraw", args: "NEWS REASON", min: 2, max: 2, short: "take a piece of news from the public, with the reason",
		example: "landbridge news withdraw 0196f3c2-7d1e-7000-8000-3a1b2c3d4e5f \"The date was wrong.\"",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			return shown(c, newsTable)(c.WithdrawNews(ctx, c.args[0], c.args[1]))
		})),
	}
}
