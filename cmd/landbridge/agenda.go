package main

import (
	"context"
	"flag"
	"fmt"

	"landbridge.example/client"
)

func agendaCommand() *command {
	return &command{
		name: "agenda", short: "your own agenda of the forum, and the addresses at which your calendar fetches it",
		example: "landbridge agenda list",
		verbs:   []*command{agendaList(), agendaPick(), agendaDrop(), agendaAddresses(), agendaAddress(), agendaEnd(), agendaCode()},
	}
}

// agenda prints what the node answered about the caller's agenda.
func (c *caller) agenda(mine client.Agenda, err error) error {
	if err != nil {
		return err
	}
	tab := &table{head: []string{"session", "begins", "title", "place", "status"}, wide: true}
	for _, x := range mine.Picks {
		tab.add(x.Session, x.Start, x.Title, x.Place, x.Status)
	}
	return c.show(mine, tab, "Your agenda is empty; \"landbridge agenda pick SESSION\" puts a session in.")
}

func agendaList() *command {
	return &command{
		name: "list", short: "show your agenda", example: "landbridge agenda list",
		setup: calling(flagless(func(ctx context.Context, c *caller) error { return c.agenda(c.Agenda(ctx)) })),
	}
}

func agendaPick() *command {
	return &command{
		name: "pick", args: "SESSION", min: 1, max: 1, short: "put a session of a published programme into your agenda",
		example: "landbridge agenda pick 0196f3c2-7d1e-7000-8000-3a1b2c3d4e5f",
		setup:   calling(flagless(func(ctx context.Context, c *caller) error { return c.agenda(c.PickSession(ctx, c.args[0])) })),
	}
}

func agendaDrop() *command {
	return &command{
		name: "drop", args: "SESSION", min: 1, max: 1, short: "take a session out of your agenda",
		example: "landbridge agenda drop 0196f3c2-7d1e-7000-8000-3a1b2c3d4e5f",
		setup:   calling(flagless(func(ctx context.Context, c *caller) error { return c.agenda(c.DropSession(ctx, c.args[0])) })),
	}
}

func agendaAddresses() *command {
	return &command{
		name: "addresses", short: "list your personal addresses", example: "landbridge agenda addresses",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			all, err := c.AgendaAddresses(ctx)
			if err != nil {
				return err
			}
			tab := &table{head: []string{"address", "device", "url", "made", "used"}, wide: true}
			for _, x := range all.Addresses {
				used := "never"
				if x.Used != nil {
					used = cell(*x.Used)
				}
				tab.add(x.ID, x.Name, x.URL, x.Made, used)
			}
			return c.show(all, tab, "You have no personal address; \"landbridge agenda address NAME\" makes one.")
		})),
	}
}

func agendaAddress() *command {
	return &command{
		name: "address", args: "NAME", min: 1, max: 1, short: "make a personal address for a device; its password is shown once",
		long: "The address answers CalDAV with your agenda and, with --contacts, CardDAV with the contact points that the parties publish.\n" +
			"It is read only. Give each device its own, so that you can end one that is lost.",
		example: "landbridge agenda address \"my phone\" --contacts",
		setup: calling(func(fs *flag.FlagSet) work {
			contacts := fs.Bool("contacts", false, "the contact points that the parties publish, too")
			return func(ctx context.Context, c *caller) error {
				x, err := c.NewAgendaAddress(ctx, client.NewAgendaAddress{Name: c.args[0], Contacts: *contacts})
				if err != nil {
					return err
				}
				return c.show(x, keyValues("device", x.Name, "url", x.URL, "user name", x.ID, "password", x.Secret+" (shown once)"), "")
			}
		}),
	}
}

func agendaEnd() *command {
	return &command{
		name: "end", args: "ADDRESS", min: 1, max: 1, short: "end a personal address: it works no more", example: "landbridge agenda end k3j5x2m7q4abc",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			if err := c.EndAgendaAddress(ctx, c.args[0]); err != nil {
				return err
			}
			fmt.Fprintln(c.a.out, "The address was ended.")
			return nil
		})),
	}
}

func agendaCode() *command {
	return &command{
		name: "code", args: "[LABEL]", max: 1, short: "make a code by which a guest of the forum gets an agenda, once",
		example: "landbridge agenda code \"delegation of XA\"",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			in := client.NewAgendaCode{}
			if len(c.args) > 0 {
				in.Label = c.args[0]
			}
			x, err := c.NewAgendaCode(ctx, in)
			if err != nil {
				return err
			}
			return c.show(x, keyValues("code", x.Code, "works until", cell(x.Ends), "redeemed at", x.URL), "")
		})),
	}
}
