package main

import (
	"context"
	"time"

	"landbridge.example/client"
)

// gather lets the states of the demo join a mechanism and put its next meeting
// into the calendar, so that the page shows a group that lives. It is no part
// of the story that is checked.
func (s *story) gather(ctx context.Context) error {
	const group = "directors-liaison"
	say := func(code, login string, what client.GroupSaying) error {
		c, err := s.f.member(code).client(login)
		if err != nil {
			return err
		}
		what.Mechanism = group
		_, err = c.SayInMechanism(ctx, what)
		return explain(s.a, err)
	}
	joined := client.GroupSaying{Kind: "joined", Desk: "directors-liaison"}
	for _, who := range [][2]string{{"XA", "i.sol"}, {"XB", "k.lenn"}, {"XC", "n.tamsin"}} {
		if err := say(who[0], who[1], joined); err != nil {
			return err
		}
	}
	day := s.a.now().UTC().Truncate(24*time.Hour).AddDate(0, 2, 0)
	start, end := day.Add(9*time.Hour), day.Add(16*time.Hour)
	return say("XA", "i.sol", client.GroupSaying{Kind: "scheduled", Title: "Yearly meeting of the directors", Place: "Port Merrow", Start: &start, End: &end})
}
