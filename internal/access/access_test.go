package access

import (
	"slices"
	"strings"
	"testing"

	"landbridge.example"
	"landbridge.example/internal/fail"
)

func TestTableIsComplete(t *testing.T) {
	tab := New()
	if len(tab.rows) != len(Actions()) || len(table()) != len(Actions()) {
		t.Errorf("%d actions, %d rows, %d distinct", len(Actions()), len(table()), len(tab.rows))
	}
	for _, a := range Actions() {
		r, ok := tab.rows[a]
		if !ok || len(r.roles) == 0 {
			t.Errorf("%s: nobody may, and no sentence says why", a)
			continue
		}
		if r.rule == "" || !strings.HasSuffix(r.why, ".") || strings.Count(r.why, ". ") > 0 {
			t.Errorf("%s: the denial is not one sentence that names its rule: %q %q", a, r.rule, r.why)
		}
		for _, role := range landbridge.Roles() {
			d := tab.Allow([]landbridge.Role{role}, a)
			if d.Allow != slices.Contains(r.roles, role) || d.Rule == "" || d.Why == "" {
				t.Errorf("%s as %s: %+v", a, role, d)
			}
		}
		if d := tab.Allow(nil, a); d.Allow {
			t.Errorf("%s: open to someone without any role", a)
		}
	}
}

// TestS28BlindRoles: the secretariat, the operator and the node itself never
// read content, and no role that only checks takes part in a case, but for the
// signature of the data-protection officer where the law asks for it.
func TestS28BlindRoles(t *testing.T) {
	content := []Action{ListCases, ReadCase, ExportCases, OpenExhibit, DownloadReceipt, DraftRequest, ProposeAct, ApproveAct, ActOnCase}
	for _, role := range []landbridge.Role{landbridge.Secretariat, landbridge.Operator, landbridge.Analyst, landbridge.System, landbridge.Subject, landbridge.Defence} {
		for _, a := range content {
			if Allow([]landbridge.Role{role}, a).Allow {
				t.Errorf("%s may %s", role, a)
			}
		}
	}
	for _, a := range []Action{DraftRequest, ProposeAct, ApproveAct} {
		for _, role := range []landbridge.Role{landbridge.DataProtection, landbridge.Oversight} {
			// S4, S14: the data-protection officer's signature is asked for; the overseer's never is.
			signs := role == landbridge.DataProtection && a == ApproveAct
			if Allow([]landbridge.Role{role}, a).Allow != signs {
				t.Errorf("%s takes part in a case: %s", role, a)
			}
		}
	}
}

func TestUnknownAction(t *testing.T) {
	if d := Allow(landbridge.Roles(), "case.search_everywhere"); d.Allow || d.Why == "" {
		t.Errorf("an action without a rule: %+v", d)
	}
}

func TestRefusal(t *testing.T) {
	tab := New()
	if err := tab.Allow([]landbridge.Role{landbridge.Secretariat}, WriteNews).Err(); err != nil {
		t.Errorf("what is allowed is refused: %v", err)
	}
	d := tab.Allow([]landbridge.Role{landbridge.Analyst}, WriteNews)
	err := d.Err()
	if !fail.Is(err, fail.Denied) || fail.Safe(err) != d.Why+" (0.2)" {
		t.Errorf("the refusal reads %q of %v", fail.Safe(err), fail.KindOf(err))
	}
	if err := (Decision{}).Err(); !fail.Is(err, fail.Denied) {
		t.Errorf("nothing decided is not a refusal: %v", err)
	}
}
