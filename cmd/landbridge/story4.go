package main

import (
	"context"
	"strings"
)

// A state is who speaks for one of the three in a joint operation.
type state struct {
	code                                    string
	supervisor, authority, reviewer, police string
}

func states() []state {
	return []state{
		{"XA", "m.haldor", "i.sol", "v.ilse", "d.oru"},
		{"XB", "t.varga", "l.orsin", "l.osei", "f.dahl"},
		{"XC", "g.arlo", "y.benn", "w.lind", "n.tamsin"},
	}
}

// operation tells a joint operation of three states: every one checks its law,
// has its risks reviewed outside the chain and signs, and any one of them ends
// it at any moment, for all.
func (s *story) operation(ctx context.Context) error {
	acts, err := s.acts("operation.yaml")
	if err != nil {
		return err
	}
	began := s.a.now()
	done, err := s.do(ctx, doer{"XA", "d.oru"}, "", acts["propose"], signer{"m.haldor", "supervisor"}, signer{"a.brehm", "judge"})
	if err != nil {
		return err
	}
	s.joint = done.Case
	if err := s.everywhere(ctx, "proposed"); err != nil {
		return err
	}
	s.tell("XA d.oru", "proposed a joint operation to XB and XC: "+acts["propose"].Title, done.Number, began)
	began = s.a.now()
	for _, st := range states() {
		if _, err := s.do(ctx, doer{st.code, st.authority}, s.joint, acts["check_law"]); err != nil {
			return err
		}
	}
	if err := s.everywhere(ctx, "legal_checked"); err != nil {
		return err
	}
	c, err := s.as("XB", "t.varga")
	if err != nil {
		return err
	}
	v, err := c.Case(ctx, s.joint)
	if err != nil {
		return err
	}
	why := ""
	for _, o := range v.Closed {
		for _, r := range o.Why {
			if o.Name == "sign_order" {
				why = strings.TrimSpace(why + " " + r.Rule)
			}
		}
	}
	if !strings.Contains(why, "S2") {
		return broken("the order could be signed before the risks were reviewed: %q", why)
	}
	s.tell("all", "each of the three checked its own law; nobody can sign before a reviewer outside the chain has spoken", why, began)
	return s.ordered(ctx, acts)
}

// ordered signs the order everywhere, begins, and lets one state end it.
func (s *story) ordered(ctx context.Context, acts map[string]*requestFile) error {
	began := s.a.now()
	for _, step := range []struct{ act, state string }{{"review_risks", "risk_assessed"}, {"sign_order", "order_signed"}, {"go", "running"}} {
		for _, st := range states() {
			who, by := doer{st.code, st.supervisor}, []signer{{st.authority, "central_authority"}}
			if step.act == "review_risks" {
				who, by = doer{st.code, st.reviewer}, nil
			}
			if _, err := s.do(ctx, who, s.joint, acts[step.act], by...); err != nil {
				return err
			}
		}
		if err := s.everywhere(ctx, step.state); err != nil {
			return err
		}
	}
	s.tell("XA, XB, XC", "risks reviewed, order signed and begun, each time by all three with two signatures each", "S2, S5, S21", began)
	began = s.a.now()
	if _, err := s.do(ctx, doer{"XC", "n.tamsin"}, s.joint, acts["abort"]); err != nil {
		return err
	}
	if err := s.everywhere(ctx, "aborted"); err != nil {
		return err
	}
	s.tell("XC n.tamsin", "ended it for all, at once and without a reason: any party may at any moment", "", began)
	began = s.a.now()
	for _, st := range states() {
		if _, err := s.do(ctx, doer{st.code, st.police}, s.joint, acts["stand_down"]); err != nil {
			return err
		}
	}
	if err := s.everywhere(ctx, "ended"); err != nil {
		return err
	}
	s.tell("XA, XB, XC", "each says that its units are back; all three hold the same case", "", began)
	return nil
}

// everywhere waits until the joint operation is in a state at all three.
func (s *story) everywhere(ctx context.Context, name string) error {
	for _, st := range states() {
		c, err := s.as(st.code, st.supervisor)
		if err != nil {
			return err
		}
		if _, err := reached(ctx, c, s.joint, name); err != nil {
			return err
		}
	}
	return nil
}
