package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	"landbridge.example/internal/fail"
)

func demoCommand() *command {
	return &command{
		name: "demo", short: "run four nodes on this machine and play what states do together, from end to end",
		long: "Three states and the secretariat: four processes, each with its own folder,\n" +
			"database, keys and log. Plays the story through the API as people would, prints what happened with timings\n" +
			"and proofs, then the addresses where you can sign in as anyone by one click, and stays until interrupted.\n" +
			"Software keys stand in for passkeys, only here, and every page says so.",
		example: "landbridge demo",
		setup: func(fs *flag.FlagSet) func(context.Context, *app, []string) error {
			dir := fs.String("dir", "", "`folder` to keep the data in (default: a temporary one, removed at the end)")
			script := fs.Bool("script", false, "play the story, and exit with 0 or 1")
			base := fs.Int("port", 0, "first of eight `ports` (default: free ones)")
			return func(ctx context.Context, a *app, _ []string) error {
				return demo(ctx, a, *dir, *base, *script)
			}
		},
	}
}

func demo(ctx context.Context, a *app, dir string, base int, script bool) (err error) {
	exe, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding this program: %w", err)
	}
	if dir == "" {
		if dir, err = os.MkdirTemp("", "landbridge-demo-"); err != nil {
			return fmt.Errorf("making a folder for the demo: %w", err)
		}
		defer os.RemoveAll(dir)
	} else if err := os.MkdirAll(dir, 0o700); err != nil {
		return fail.Because(err, fail.Denied, "the folder %s cannot be made", dir)
	}
	c, err := newConference(a.now())
	if err != nil {
		return err
	}
	s := &story{a: a, p: a.progress(), start: a.now(), c: c, f: &federation{dir: dir, members: storyMembers(), exe: exe, ahead: c.begins().Sub(a.now())}}
	s.p.every = true
	defer s.p.end()
	defer func() { err = errors.Join(err, s.f.stop()) }()
	if err := s.setup(ctx, base); err != nil {
		return err
	}
	err = s.play(ctx)
	s.p.end()
	s.print()
	if err != nil {
		if ctx.Err() != nil {
			return fail.New(fail.Unavailable, "interrupted before the story was told")
		}
		fmt.Fprintf(a.out, "\nThe story broke off: %s\n", plainly(explain(a, err)))
		if script {
			return errNotHolding
		}
	}
	if script {
		return nil
	}
	after := []func(context.Context) error{s.gather, s.remembered, s.pending, s.news}
	if err != nil {
		after = nil // what the story did not reach is not there to be added to
	}
	for _, add := range after {
		if err := add(ctx); err != nil {
			return err
		}
	}
	s.invite()
	<-ctx.Done()
	return nil
}

// setup makes and starts the four nodes.
func (s *story) setup(ctx context.Context, base int) error {
	s.p.step("making four nodes: keys, databases, people")
	began := s.a.now()
	if err := s.f.make(ctx, base); err != nil {
		return err
	}
	s.tell("all", "four nodes made: keys, databases, people, a directory that all four signed", "", began)
	s.p.step("starting four processes")
	began = s.a.now()
	if err := s.f.start(ctx); err != nil {
		return err
	}
	s.tell("all", "four processes answer on loopback", s.pids(), began)
	return nil
}

func (s *story) pids() string {
	var all []string
	for _, m := range s.f.members {
		all = append(all, fmt.Sprintf("%s %d", m.code, m.cmd.Process.Pid))
	}
	return "processes " + strings.Join(all, ", ")
}

// invite says where to sign in, and as whom.
func (s *story) invite() {
	t := &table{head: []string{"node", "sign in by one click at", "as"}, wide: true}
	for _, m := range s.f.members {
		var people []string
		for _, p := range m.people {
			var roles []string
			for _, r := range p.Roles {
				roles = append(roles, strings.ReplaceAll(string(r), "_", " "))
			}
			people = append(people, fmt.Sprintf("%s (%s)", p.Name, strings.Join(roles, ", ")))
		}
		t.add(m.code+" "+m.name, m.config.StaffURL()+"/sign-in", strings.Join(people, "; "))
	}
	fmt.Fprintln(s.a.out)
	t.print(s.a.out)
	fmt.Fprintf(s.a.out, "\nOpen to everyone, with a demonstration index of 148 countries:\n  %s/public/\n", s.f.member("XF").config.StaffURL())
	public := s.f.member("XF").config.StaffURL() + "/public/"
	look := &table{head: []string{"of the forum", "open"}, wide: true}
	look.add("the conference that comes next", public+"forum/")
	look.add("the conference of a year ago, with programme and changes", public+"forum/"+s.c.edition+"/")
	look.add("proceedings, exhibitors on a plan, the commended project", public+"calls/")
	look.add("what was adopted, with its proofs", public+"outcomes/")
	look.add("what was promised: one kept, one late", public+"commitments/")
	look.add("two thousand people and three doors; as Elin Marsh", s.f.member("XF").config.StaffURL()+"/delegations")
	look.add("a silence that runs; as Irena Sol", s.f.member("XA").config.StaffURL()+"/decisions")
	fmt.Fprintln(s.a.out)
	look.print(s.a.out)
	fmt.Fprintf(s.a.out, "\nBy hand, in another terminal:\n  landbridge case list --dir %s --as d.oru\n\n", s.f.member("XA").config.Dir)
	fmt.Fprintf(s.a.out, "The nodes run until you press Ctrl-C. Everything lies in %s.\n", s.f.dir)
}
