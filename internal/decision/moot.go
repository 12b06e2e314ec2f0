package decision

import (
	"slices"
	"time"

	kernel "landbridge.example/decision"
	"landbridge.example/internal/fail"
)

// moot refuses an act of this party that would be lawful and say nothing: the
// rules let it pass, whoever gets it, but nobody means it.
func moot(r reader, a *kernel.Act) error {
	switch a.Kind {
	case kernel.Closed:
		_, result, _, err := matter(r, a.Matter)
		if err == nil && !result.End.IsZero() && len(result.Unnamed) == 0 {
			err = fail.New(fail.Conflict, "the matter is closed, and no voice came in since")
		}
		return err
	case kernel.Subscribed:
		all, err := about(r, a.Matter)
		if err == nil && slices.ContainsFunc(all, func(x *kernel.Act) bool { return x.Kind == a.Kind && x.Party == a.Party && x.Of == a.Of }) {
			err = fail.New(fail.Conflict, "your party has signed this outcome already")
		}
		return err
	case kernel.Reserved, kernel.Dissented, kernel.Explained:
		return paragraphs(r, a)
	case kernel.Committed:
		p, err := kernel.ParseCommitment([]byte(a.Body))
		if err != nil {
			return fail.Because(err, fail.Invalid, "this cannot be said so: %v", err)
		}
		if p.Due < a.Made.UTC().AddDate(0, 0, -1).Format(time.DateOnly) { // over everywhere on earth
			return fail.New(fail.Invalid, "the commitment is due on %s, which is over; say a day that is to come", p.Due)
		}
	}
	return nil
}

// paragraphs refuses a remark on a paragraph that its text does not have.
func paragraphs(r reader, a *kernel.Act) error {
	if len(a.Paragraphs) == 0 {
		return nil
	}
	m, _, _, err := matter(r, a.Matter)
	if err != nil {
		return err
	}
	t, err := text(r, m.Text)
	if err != nil {
		return err
	}
	for _, id := range a.Paragraphs {
		if !slices.ContainsFunc(t.Paragraphs, func(p kernel.Paragraph) bool { return p.ID == id }) {
			return fail.New(fail.Invalid, "the text has no paragraph %q; its ids stand beside them", id)
		}
	}
	return nil
}
