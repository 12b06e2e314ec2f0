package forum

import (
	"testing"

	"landbridge.example/internal/fail"
)

// TestPreview: what is shown before publishing is what publishing then does,
// and looking changes nothing.
func TestPreview(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ada, _ := ready(t, d)
		v, err := d.Preview(t.Context(), officer, "2026")
		must(t, err)
		if v.Hinder == nil || v.Last != nil || len(v.Changes) != 0 {
			t.Errorf("an empty draft: %+v", v)
		}
		plan := talk(t, "A plan", "hall-b", "14:00", "15:00")
		plan.Status = Planned
		id := d.apply(t, talk(t, "Opening", "hall-a", "09:00", "10:00", ada), plan)[0]
		v, err = d.Preview(t.Context(), officer, "2026")
		must(t, err)
		if v.Hinder != nil || v.Planned != 1 || len(v.Changes) != 1 || v.Changes[0].What[0] != Added {
			t.Errorf("a first version: %+v", v)
		}
		_, err = d.Publish(t.Context(), secretary, "2026", "")
		must(t, err)
		v, err = d.Preview(t.Context(), officer, "2026")
		must(t, err)
		if !fail.Is(v.Hinder, fail.Conflict) || len(v.Changes) != 0 || v.Last == nil {
			t.Errorf("nothing changed: %+v", v)
		}
		s := talk(t, "Opening", "hall-b", "09:00", "10:00", ada)
		s.ID = id
		d.apply(t, s)
		v, err = d.Preview(t.Context(), officer, "2026")
		must(t, err)
		if v.Hinder != nil || len(v.Changes) != 1 || v.Changes[0].What[0] != Placed || v.Next.Version != 2 {
			t.Errorf("moved: %+v", v)
		}
		if _, err := d.Preview(t.Context(), officer, "2014"); !fail.Is(err, fail.Missing) {
			t.Error(err)
		}
	})
}

// TestOrigin: a file that brings speakers with their sessions names them by the
// key they have in the other system, and can be taken in again and again.
func TestOrigin(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ready(t, d)
		s := talk(t, "Opening", "hall-a", "09:00", "10:00", "key-of-cy")
		s.Origin = "s1"
		c := Changes{Speakers: []Speaker{{Name: "Cy Orel", Origin: "key-of-cy"}}, Sessions: []Session{s}}
		first, err := d.Apply(t.Context(), secretary, "2026", c)
		must(t, err)
		c.Speakers[0].Name = "Cy T. Orel"
		again, err := d.Apply(t.Context(), secretary, "2026", c)
		must(t, err)
		if len(first.Conflicts)+len(again.Conflicts) > 0 || first.Sessions[0] != again.Sessions[0] || first.Speakers[0] != again.Speakers[0] {
			t.Fatalf("%+v %+v", first, again)
		}
		if c.Sessions[0].People[0].Speaker != "key-of-cy" {
			t.Error("the caller's change was changed")
		}
		draft, err := d.Draft(t.Context(), officer, "2026")
		must(t, err)
		if x := draft.Session(first.Sessions[0]); len(draft.Sessions) != 1 || x.People[0].Speaker != first.Speakers[0] || x.Number != 1 ||
			draft.Speaker(first.Speakers[0]).Name != "Cy T. Orel" {
			t.Errorf("%+v", draft)
		}
		s.People[0].Speaker = "key-of-nobody"
		if a, err := d.Apply(t.Context(), secretary, "2026", Changes{Sessions: []Session{s}}); err != nil || len(a.Conflicts) == 0 {
			t.Errorf("a speaker nobody knows: %+v %v", a, err)
		}
		// The history has no draft, and says so.
		if _, err := d.Draft(t.Context(), officer, "2024"); !fail.Is(err, fail.Conflict) {
			t.Errorf("%v", err)
		}
	})
}
