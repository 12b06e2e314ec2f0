package process

import (
	"fmt"
	"slices"

	"landbridge.example"
)

// Needed lists the approvals the act needs in this case: those of the
// definition, and those a guard demands because of what the act says. Each
// entry is one signature, by any of its roles.
func (c *Case) Needed(a *Act) [][]landbridge.Role {
	t := c.Def.Transition(a.Transition)
	if t == nil {
		return nil
	}
	var all [][]landbridge.Role
	for _, s := range t.Approvals {
		all = append(all, Roles(s))
	}
	for _, name := range t.Guards {
		g, ok := guardNamed(name)
		if !ok || g.demands == nil || !g.demands(question{c: c, a: a, t: t}) {
			continue
		}
		has := slices.ContainsFunc(all, func(r []landbridge.Role) bool { return len(r) == 1 && r[0] == g.approval })
		if !has {
			all = append(all, []landbridge.Role{g.approval})
		}
	}
	return all
}

// Missing lists the approvals of needed that the given ones do not fill. One
// signature fills one entry, and a person signs once (S21).
func Missing(needed [][]landbridge.Role, author string, given []Approval) [][]landbridge.Role {
	var left []Approval
	seen := map[string]bool{author: true}
	for _, a := range given {
		if !seen[a.Person] {
			seen[a.Person] = true
			left = append(left, a)
		}
	}
	var missing [][]landbridge.Role
	// The pickier entries choose first, so that a judge is not spent on an
	// entry a supervisor could have filled.
	order := slices.Clone(needed)
	slices.SortStableFunc(order, func(a, b []landbridge.Role) int { return len(a) - len(b) })
	for _, roles := range order {
		i := slices.IndexFunc(left, func(a Approval) bool { return slices.Contains(roles, a.Role) })
		if i < 0 {
			missing = append(missing, roles)
			continue
		}
		left = slices.Delete(left, i, i+1)
	}
	return missing
}

// checkApprovals says why the act's approvals do not do, if they do not (S21).
func checkApprovals(q question) *Reason {
	if slices.ContainsFunc(q.a.Approvals, func(a Approval) bool { return a.Person == q.a.Person }) {
		return &Reason{"S21", "own_approval", nil, "its author approved it; approvals come from other persons"}
	}
	missing := Missing(q.c.Needed(q.a), q.a.Person, q.a.Approvals)
	if len(missing) == 0 {
		return nil
	}
	return &Reason{"S21", "needs_approval", []string{RoleList(missing[0])},
		fmt.Sprintf("it needs the approval of %s, who is not its author", RoleList(missing[0]))}
}

// RoleList writes roles as "supervisor or judge".
func RoleList(roles []landbridge.Role) string {
	s := ""
	for i, r := range roles {
		if i > 0 {
			s += " or "
		}
		s += string(r)
	}
	return s
}
