package main

import (
	"context"
	"flag"
	"fmt"
	"strconv"
	"strings"

	"landbridge.example/client"
	"landbridge.example/internal/call"
	"landbridge.example/internal/fail"
)

// An entryFile is what "call submit" and "call change" read.
type entryFile struct {
	Content client.Submitted          `json:"content"`
	Authors []client.SubmissionAuthor `json:"authors,omitempty"`
}

func callSubmit() *command {
	return &command{
		name: "submit", args: "CALL FILE", min: 2, max: 2, short: "enter something into a call from a JSON file (- is standard input)",
		long: "The file holds content (title, abstract, keywords, text; event, exhibitor or project as the call asks) and authors (name, organisation, email).\n" +
			"The secret that is printed opens the entry again. It is told once.",
		example: "landbridge call submit ID paper.json --node https://forum.example",
		setup: visiting(flagless(func(ctx context.Context, c *caller) error {
			var f entryFile
			if err := readJSONInput(c.a, c.args[1], &f); err != nil {
				return err
			}
			x, err := c.Submit(ctx, client.NewSubmission{Call: c.args[0], Content: f.Content, Authors: f.Authors})
			if err != nil {
				return err
			}
			return c.show(x, keyValues("number", fmt.Sprint(x.Number), "secret", x.Secret), "")
		})),
	}
}

func callLook() *command {
	return &command{
		name: "look", short: "look at your entry: its state, decision and comments",
		example: "landbridge call look --secret-file secret.txt",
		setup: secretly(flagless(func(ctx context.Context, c *caller) error {
			return shown(c, submissionTable)(c.LookAtSubmission(ctx, c.secret))
		})),
	}
}

func callChange() *command {
	return &command{
		name: "change", args: "FILE", min: 1, max: 1, short: "replace what you entered, from a JSON file",
		long:    "Until the call closes, and after that when you were asked to revise it. The authors stay.",
		example: "landbridge call change paper.json --secret-file secret.txt",
		setup: secretly(flagless(func(ctx context.Context, c *caller) error {
			var f entryFile
			if err := readJSONInput(c.a, c.args[0], &f); err != nil {
				return err
			}
			return shown(c, submissionTable)(c.ChangeSubmission(ctx, client.ChangedSubmission{Secret: c.secret, Content: f.Content}))
		})),
	}
}

func callWithdraw() *command {
	return &command{
		name: "withdraw", short: "take your entry back; it is erased at once",
		example: "landbridge call withdraw --secret-file secret.txt",
		setup:   secretly(flagless(func(ctx context.Context, c *caller) error { return c.WithdrawSubmission(ctx, c.secret) })),
	}
}

func callFile() *command {
	return &command{
		name: "file", args: "PDF", min: 1, max: 1, short: "put a PDF file beside your paper",
		long:    "At most 10 MiB, without programs or attachments. It becomes public with the paper; reviewers of an anonymous call do not see it.",
		example: "landbridge call file paper.pdf --secret-file secret.txt",
		setup: secretly(flagless(func(ctx context.Context, c *caller) error {
			data, err := readSmall(c.args[0], maxPDFFile)
			if err != nil {
				return err
			}
			return shown(c, submissionTable)(c.SetPaperFile(ctx, client.PaperFile{Secret: c.secret, Data: data}))
		})),
	}
}

func callAccept() *command {
	return &command{
		name: "accept", short: "take an invitation to review by its code (in --secret-file); prints your secret",
		long: "A code opens once. If yours was used and not by you, tell the secretariat.", example: "landbridge call accept --secret-file code.txt",
		setup: secretly(flagless(func(ctx context.Context, c *caller) error {
			x, err := c.AcceptReview(ctx, c.secret)
			if err != nil {
				return err
			}
			return c.show(x, keyValues("secret", x.Secret), "")
		})),
	}
}

func callTasks() *command {
	return &command{
		name: "tasks", short: "list what you are asked to review",
		example: "landbridge call tasks --secret-file secret.txt",
		setup: secretly(flagless(func(ctx context.Context, c *caller) error {
			all, err := c.ReviewTasks(ctx, c.secret)
			if err != nil {
				return err
			}
			tab := &table{head: []string{"entry", "no", "review", "waits for a decision"}}
			for _, x := range all.Tasks {
				tab.add(x.Entry, x.Number, x.State, x.Open)
			}
			return c.show(all, tab, "Nothing was given to you yet.")
		})),
	}
}

func callDeclare() *command {
	return &command{
		name: "declare", args: "ENTRY none|conflict", min: 2, max: 2, short: "say whether you have a conflict of interest with an entry",
		example: "landbridge call declare ID none --secret-file secret.txt",
		setup: secretly(flagless(func(ctx context.Context, c *caller) error {
			if c.args[1] != "none" && c.args[1] != "conflict" {
				return fail.New(fail.Invalid, "say none or conflict")
			}
			return c.DeclareConflict(ctx, client.ConflictSaid{Secret: c.secret, Entry: c.args[0], Conflict: c.args[1] == "conflict"})
		})),
	}
}

func callRead() *command {
	return &command{
		name: "read", args: "ENTRY", min: 1, max: 1, short: "read an entry you were given",
		example: "landbridge call read ID --secret-file secret.txt",
		setup: secretly(flagless(func(ctx context.Context, c *caller) error {
			x, err := c.ReadForReview(ctx, client.ReviewOf{Secret: c.secret, Entry: c.args[0]})
			if err != nil {
				return err
			}
			tab := submissionTable(x)
			tab.wide = true
			tab.add("text", x.Content.Text)
			for _, c := range x.Criteria {
				tab.add("score", fmt.Sprintf("%s (weight %d), 0 to 10", c.Name, c.Weight))
			}
			return c.show(x, tab, "")
		})),
	}
}

func callJudge() *command {
	return &command{
		name: "judge", args: "ENTRY", min: 1, max: 1, short: "give or replace your review of an entry",
		example: `landbridge call judge ID --score Quality=8 --score Use=6 --comment "Clear." --secret-file secret.txt`,
		setup: secretly(func(fs *flag.FlagSet) work {
			var scores list
			var n client.NewReview
			fs.Var(&scores, "score", "`criterion=number`, 0 to 10; one for each criterion")
			fs.StringVar(&n.Comment, "comment", "", "`words` for the author")
			fs.StringVar(&n.Note, "note", "", "`words` for the secretariat alone")
			return func(ctx context.Context, c *caller) error {
				n.Secret, n.Entry, n.Scores = c.secret, c.args[0], map[string]int{}
				for _, s := range scores {
					name, number, ok := strings.Cut(s, "=")
					v, err := strconv.Atoi(number)
					if !ok || err != nil {
						return fail.New(fail.Invalid, "--score is written criterion=number, such as Quality=8")
					}
					n.Scores[name] = v
				}
				return c.Judge(ctx, n)
			}
		}),
	}
}

func planTable(p client.ExpoPlan) *table {
	tab := &table{head: []string{"hall", "stand", "left", "top", "wide", "deep", "exhibitor"}}
	for _, s := range p.Stands {
		who := s.Exhibitor
		if s.Taken && who == "" {
			who = "(taken)"
		}
		tab.add(s.Hall, s.Code, s.Left, s.Top, s.Wide, s.Deep, who)
	}
	return tab
}

func callPlan() *command {
	return &command{
		name: "plan", args: "CALL", min: 1, max: 1, short: "show the stands of an expo", example: "landbridge call plan ID",
		setup: visiting(flagless(func(ctx context.Context, c *caller) error {
			p, err := c.ExpoPlan(ctx, c.args[0])
			if err != nil {
				return err
			}
			return c.show(p, planTable(p), "The plan is not drawn yet.")
		})),
	}
}

func callSetPlan() *command {
	return &command{
		name: "set-plan", args: "CALL FILE", min: 2, max: 2,
		short:   "replace the plan of an expo from lines \"code, hall, left, top, width, depth\" in centimetres",
		example: "landbridge call set-plan ID stands.csv",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			b, err := readInput(c.a, c.args[1], maxPlainFile)
			if err != nil {
				return err
			}
			stands, err := call.ParsePlan(string(b))
			if err != nil {
				return err
			}
			in := client.ExpoPlan{Call: c.args[0], Stands: []client.Stand{}}
			for _, s := range stands {
				in.Stands = append(in.Stands, client.Stand{Code: s.Code, Hall: s.Hall, Left: s.Left, Top: s.Top, Wide: s.Wide, Deep: s.Deep})
			}
			p, err := c.SetExpoPlan(ctx, in)
			if err != nil {
				return err
			}
			return c.show(p, planTable(p), "The plan is empty.")
		})),
	}
}

func callPlace() *command {
	return &command{
		name: "place", args: "CALL STAND [ENTRY]", min: 2, max: 3, short: "give a stand to an accepted exhibitor, or free it",
		example: "landbridge call place CALL A2 ENTRY",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			return shown(c, planTable)(c.PlaceExhibitor(ctx, client.Placement{Call: c.args[0], Code: c.args[1], Entry: strings.Join(c.args[2:], "")}))
		})),
	}
}

func callShare() *command {
	return &command{
		name: "share", args: "EXHIBITOR", min: 1, max: 1, short: "give your contact to one exhibitor; prints the secret that takes it back",
		example: `landbridge call share ID --name "Jaro Quell" --email jaro@example.org --consent`,
		setup: visiting(func(fs *flag.FlagSet) work {
			var x client.ContactCard
			fs.StringVar(&x.Name, "name", "", "your `name`")
			fs.StringVar(&x.Organisation, "organisation", "", "your `organisation`")
			fs.StringVar(&x.Email, "email", "", "your mail `address`")
			fs.StringVar(&x.Note, "note", "", "a few `words`")
			fs.BoolVar(&x.Consent, "consent", false, "this exhibitor may have what you wrote; without it nothing is shared")
			return func(ctx context.Context, c *caller) error {
				x.Entry = c.args[0]
				s, err := c.ShareContact(ctx, x)
				if err != nil {
					return err
				}
				return c.show(s, keyValues("secret", s.Secret), "")
			}
		}),
	}
}

func callTakeBack() *command {
	return &command{
		name: "take-back", short: "take your contact back from an exhibitor; it is erased",
		example: "landbridge call take-back --secret-file card.txt",
		setup:   secretly(flagless(func(ctx context.Context, c *caller) error { return c.TakeContactBack(ctx, c.secret) })),
	}
}

func callCards() *command {
	return &command{
		name: "cards", short: "list the contacts that visitors gave to you as an exhibitor",
		example: "landbridge call cards --secret-file secret.txt",
		setup: secretly(flagless(func(ctx context.Context, c *caller) error {
			all, err := c.ContactsShared(ctx, c.secret)
			if err != nil {
				return err
			}
			tab := &table{head: []string{"name", "organisation", "mail", "note"}}
			for _, x := range all.Cards {
				tab.add(x.Name, x.Organisation, x.Email, x.Note)
			}
			return c.show(all, tab, "Nobody shared a contact yet.")
		})),
	}
}
