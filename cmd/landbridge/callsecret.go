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
	return callVerb{name: "submit", args: "CALL FILE", min: 2, max: 2, short: "enter something into a call from a JSON file (- is standard input)",
		visitor: true,
		long: "The file holds content (title, abstract, keywords, text; event, exhibitor or project as the call asks) and authors (name, organisation, email).\n" +
			"The secret that is printed opens the entry again. It is told once.",
		example: "landbridge call submit ID paper.json --node https://forum.example",
		do: func(ctx context.Context, r *callRun) error {
			var f entryFile
			if err := readJSONInput(r.app, r.args[1], &f); err != nil {
				return err
			}
			x, err := r.c.Submit(ctx, client.NewSubmission{Call: r.args[0], Content: f.Content, Authors: f.Authors})
			if err != nil {
				return err
			}
			return r.show(x, keyValues("number", fmt.Sprint(x.Number), "secret", x.Secret), "")
		}}.command()
}

func callLook() *command {
	return callVerb{name: "look", short: "look at your entry: its state, decision and comments", visitor: true, secret: true,
		example: "landbridge call look --secret-file secret.txt",
		do: func(ctx context.Context, r *callRun) error {
			x, err := r.c.LookAtSubmission(ctx, r.secret)
			if err != nil {
				return err
			}
			return r.show(x, submissionTable(x), "")
		}}.command()
}

func callChange() *command {
	return callVerb{name: "change", args: "FILE", min: 1, max: 1, short: "replace what you entered, from a JSON file", visitor: true, secret: true,
		long:    "Until the call closes, and after that when you were asked to revise it. The authors stay.",
		example: "landbridge call change paper.json --secret-file secret.txt",
		do: func(ctx context.Context, r *callRun) error {
			var f entryFile
			if err := readJSONInput(r.app, r.args[0], &f); err != nil {
				return err
			}
			x, err := r.c.ChangeSubmission(ctx, client.ChangedSubmission{Secret: r.secret, Content: f.Content})
			if err != nil {
				return err
			}
			return r.show(x, submissionTable(x), "")
		}}.command()
}

func callWithdraw() *command {
	return callVerb{name: "withdraw", short: "take your entry back; it is erased at once", visitor: true, secret: true,
		example: "landbridge call withdraw --secret-file secret.txt",
		do:      func(ctx context.Context, r *callRun) error { return r.c.WithdrawSubmission(ctx, r.secret) }}.command()
}

func callFile() *command {
	return callVerb{name: "file", args: "PDF", min: 1, max: 1, short: "put a PDF file beside your paper", visitor: true, secret: true,
		long:    "At most 10 MiB, without programs or attachments. It becomes public with the paper; reviewers of an anonymous call do not see it.",
		example: "landbridge call file paper.pdf --secret-file secret.txt",
		do: func(ctx context.Context, r *callRun) error {
			data, err := readSmall(r.args[0], maxPDFFile)
			if err != nil {
				return err
			}
			x, err := r.c.SetPaperFile(ctx, client.PaperFile{Secret: r.secret, Data: data})
			if err != nil {
				return err
			}
			return r.show(x, submissionTable(x), "")
		}}.command()
}

func callAccept() *command {
	return callVerb{name: "accept", short: "take an invitation to review by its code (in --secret-file); prints your secret", visitor: true, secret: true,
		long: "A code opens once. If yours was used and not by you, tell the secretariat.", example: "landbridge call accept --secret-file code.txt",
		do: func(ctx context.Context, r *callRun) error {
			x, err := r.c.AcceptReview(ctx, r.secret)
			if err != nil {
				return err
			}
			return r.show(x, keyValues("secret", x.Secret), "")
		}}.command()
}

func callTasks() *command {
	return callVerb{name: "tasks", short: "list what you are asked to review", visitor: true, secret: true,
		example: "landbridge call tasks --secret-file secret.txt",
		do: func(ctx context.Context, r *callRun) error {
			all, err := r.c.ReviewTasks(ctx, r.secret)
			if err != nil {
				return err
			}
			tab := &table{head: []string{"entry", "no", "review", "waits for a decision"}}
			for _, x := range all.Tasks {
				tab.add(x.Entry, x.Number, x.State, x.Open)
			}
			return r.show(all, tab, "Nothing was given to you yet.")
		}}.command()
}

func callDeclare() *command {
	return callVerb{name: "declare", args: "ENTRY none|conflict", min: 2, max: 2, short: "say whether you have a conflict of interest with an entry",
		visitor: true, secret: true,
		example: "landbridge call declare ID none --secret-file secret.txt",
		do: func(ctx context.Context, r *callRun) error {
			if r.args[1] != "none" && r.args[1] != "conflict" {
				return fail.New(fail.Invalid, "say none or conflict")
			}
			return r.c.DeclareConflict(ctx, client.ConflictSaid{Secret: r.secret, Entry: r.args[0], Conflict: r.args[1] == "conflict"})
		}}.command()
}

func callRead() *command {
	return callVerb{name: "read", args: "ENTRY", min: 1, max: 1, short: "read an entry you were given", visitor: true, secret: true,
		example: "landbridge call read ID --secret-file secret.txt",
		do: func(ctx context.Context, r *callRun) error {
			x, err := r.c.ReadForReview(ctx, client.ReviewOf{Secret: r.secret, Entry: r.args[0]})
			if err != nil {
				return err
			}
			tab := submissionTable(x)
			tab.wide = true
			tab.add("text", x.Content.Text)
			for _, c := range x.Criteria {
				tab.add("score", fmt.Sprintf("%s (weight %d), 0 to 10", c.Name, c.Weight))
			}
			return r.show(x, tab, "")
		}}.command()
}

func callJudge() *command {
	var scores list
	var n client.NewReview
	return callVerb{name: "judge", args: "ENTRY", min: 1, max: 1, short: "give or replace your review of an entry", visitor: true, secret: true,
		example: `landbridge call judge ID --score Quality=8 --score Use=6 --comment "Clear." --secret-file secret.txt`,
		flags: func(fs *flag.FlagSet) {
			fs.Var(&scores, "score", "`criterion=number`, 0 to 10; one for each criterion")
			fs.StringVar(&n.Comment, "comment", "", "`words` for the author")
			fs.StringVar(&n.Note, "note", "", "`words` for the secretariat alone")
		},
		do: func(ctx context.Context, r *callRun) error {
			n.Secret, n.Entry, n.Scores = r.secret, r.args[0], map[string]int{}
			for _, s := range scores {
				name, number, ok := strings.Cut(s, "=")
				v, err := strconv.Atoi(number)
				if !ok || err != nil {
					return fail.New(fail.Invalid, "--score is written criterion=number, such as Quality=8")
				}
				n.Scores[name] = v
			}
			return r.c.Judge(ctx, n)
		}}.command()
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
	return callVerb{name: "plan", args: "CALL", min: 1, max: 1, short: "show the stands of an expo", visitor: true, example: "landbridge call plan ID",
		do: func(ctx context.Context, r *callRun) error {
			p, err := r.c.ExpoPlan(ctx, r.args[0])
			if err != nil {
				return err
			}
			return r.show(p, planTable(p), "The plan is not drawn yet.")
		}}.command()
}

func callSetPlan() *command {
	return callVerb{name: "set-plan", args: "CALL FILE", min: 2, max: 2,
		short:   "replace the plan of an expo from lines \"code, hall, left, top, width, depth\" in centimetres",
		example: "landbridge call set-plan ID stands.csv",
		do: func(ctx context.Context, r *callRun) error {
			b, err := readInput(r.app, r.args[1], maxEntry)
			if err != nil {
				return err
			}
			stands, err := call.ParsePlan(string(b))
			if err != nil {
				return err
			}
			in := client.ExpoPlan{Call: r.args[0], Stands: []client.Stand{}}
			for _, s := range stands {
				in.Stands = append(in.Stands, client.Stand{Code: s.Code, Hall: s.Hall, Left: s.Left, Top: s.Top, Wide: s.Wide, Deep: s.Deep})
			}
			p, err := r.c.SetExpoPlan(ctx, in)
			if err != nil {
				return err
			}
			return r.show(p, planTable(p), "The plan is empty.")
		}}.command()
}

func callPlace() *command {
	return callVerb{name: "place", args: "CALL STAND [ENTRY]", min: 2, max: 3, short: "give a stand to an accepted exhibitor, or free it",
		example: "landbridge call place CALL A2 ENTRY",
		do: func(ctx context.Context, r *callRun) error {
			p, err := r.c.PlaceExhibitor(ctx, client.Placement{Call: r.args[0], Code: r.args[1], Entry: strings.Join(r.args[2:], "")})
			if err != nil {
				return err
			}
			return r.show(p, planTable(p), "")
		}}.command()
}

func callShare() *command {
	var x client.ContactCard
	return callVerb{name: "share", args: "EXHIBITOR", min: 1, max: 1, short: "give your contact to one exhibitor; prints the secret that takes it back",
		visitor: true,
		example: `landbridge call share ID --name "Jaro Quell" --email jaro@example.org --consent`,
		flags: func(fs *flag.FlagSet) {
			fs.StringVar(&x.Name, "name", "", "your `name`")
			fs.StringVar(&x.Organisation, "organisation", "", "your `organisation`")
			fs.StringVar(&x.Email, "email", "", "your mail `address`")
			fs.StringVar(&x.Note, "note", "", "a few `words`")
			fs.BoolVar(&x.Consent, "consent", false, "this exhibitor may have what you wrote; without it nothing is shared")
		},
		do: func(ctx context.Context, r *callRun) error {
			x.Entry = r.args[0]
			s, err := r.c.ShareContact(ctx, x)
			if err != nil {
				return err
			}
			return r.show(s, keyValues("secret", s.Secret), "")
		}}.command()
}

func callTakeBack() *command {
	return callVerb{name: "take-back", short: "take your contact back from an exhibitor; it is erased", visitor: true, secret: true,
		example: "landbridge call take-back --secret-file card.txt",
		do:      func(ctx context.Context, r *callRun) error { return r.c.TakeContactBack(ctx, r.secret) }}.command()
}

func callCards() *command {
	return callVerb{name: "cards", short: "list the contacts that visitors gave to you as an exhibitor", visitor: true, secret: true,
		example: "landbridge call cards --secret-file secret.txt",
		do: func(ctx context.Context, r *callRun) error {
			all, err := r.c.ContactsShared(ctx, r.secret)
			if err != nil {
				return err
			}
			tab := &table{head: []string{"name", "organisation", "mail", "note"}}
			for _, x := range all.Cards {
				tab.add(x.Name, x.Organisation, x.Email, x.Note)
			}
			return r.show(all, tab, "Nobody shared a contact yet.")
		}}.command()
}
