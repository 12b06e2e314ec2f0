package call

import (
	"strings"
	"testing"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

func (d *desk) clear(p staff.Person, id landbridge.ID) (x *Cleared, err error) {
	err = d.db.Write(d.t.Context(), func(tx *db.Tx) error {
		x, err = d.Clear(tx, p, id)
		return err
	})
	return x, err
}

// TestClear: before the decision the programme learns nothing of an entry, and
// after it no address and nothing that was asked of the secretariat.
func TestClear(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		call := d.open(Paper)
		mine, err := d.Submit(ctx, call, paper, authors)
		must(t, err)
		id := d.only(call).ID
		_, err = d.clear(police, id)
		refused(t, err, fail.Denied, "secretariat")
		_, err = d.clear(chair, "01960000-0000-7000-8000-000000000000")
		refused(t, err, fail.Missing, "no such entry")
		_, err = d.clear(chair, id)
		refused(t, err, fail.Conflict, "not decided")
		d.judged(call, id, 8, 9)
		must(t, d.Decide(ctx, chair, id, Accepted, ""))
		x, err := d.clear(chair, id)
		must(t, err)
		if x.Edition != "2026" || x.Kind != Paper || x.Content.Title != paper.Title || len(x.People) != 2 || x.People[0].Name != "Mara Ilven" || x.People[0].Email != "" {
			t.Errorf("%+v", x)
		}
		must(t, d.Withdraw(ctx, mine.Secret))
		_, err = d.clear(chair, id)
		refused(t, err, fail.Conflict, "was withdrawn")
		back, err := d.TakenBack(ctx, "2026")
		must(t, err)
		if state, err := d.State(ctx, id); err != nil || state != Withdrawn || back[id] != Withdrawn {
			t.Errorf("state %q, taken back %v, %v", state, back, err)
		}
	})
}

// TestClearOfEventsAndAwards: wishes stay, and so does who nominated.
func TestClearOfEventsAndAwards(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		call := d.open(SideEvent)
		_, err := d.Submit(ctx, call, Content{Title: "Night watch", Abstract: "A talk.", Event: &Event{Format: "hybrid", Minutes: 90, Seats: 30,
			Wishes: "not on Friday"}}, authors)
		must(t, err)
		event := d.only(call).ID
		must(t, d.Decide(ctx, chair, event, Accepted, ""))
		x, err := d.clear(chair, event)
		must(t, err)
		if x.Content.Event.Minutes != 90 || x.Content.Event.Wishes != "" {
			t.Errorf("%+v", x.Content.Event)
		}
		if s := d.only(call); s.Content.Event.Wishes == "" {
			t.Error("the wishes were lost for the secretariat too")
		}

		award := d.open(Award)
		_, err = d.Submit(ctx, award, Content{Title: "Safe Lines", Abstract: "A project.", Project: &Project{Organisation: "Rail Works", Country: "Azur",
			Period: "2024", Results: strings.Repeat("Good. ", 3)}}, authors)
		must(t, err)
		id := d.only(award).ID
		d.judged(award, id, 9, 9)
		must(t, d.Decide(ctx, chair, id, Accepted, "It is good and useful."))
		_, err = d.clear(chair, id)
		refused(t, err, fail.Conflict, "second person")
		must(t, d.Confirm(ctx, second, id))
		if x, err = d.clear(chair, id); err != nil || len(x.People) != 0 {
			t.Errorf("who nominated: %+v, %v", x, err)
		}
		if _, err := d.Publish(ctx, chair, award); err != nil {
			t.Fatal(err)
		}
		must(t, d.Retract(ctx, chair, id))
		_, err = d.clear(chair, id)
		refused(t, err, fail.Conflict, "not decided")
	})
}
