package portal

import (
	"context"
	"encoding/xml"
	"net/http"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum"
	"landbridge.example/internal/news"
	record "landbridge.example/internal/visit"
)

// told is news whose texts are hostile: they came into the database in another
// way than through news.Save.
type toldNews struct{}

func (toldNews) Public(context.Context, string) ([]*news.Shown, error) {
	return []*news.Shown{
		{ID: conferenceID(1), Edition: "2026", Version: 2, Published: conferenceDay().Add(-time.Hour), Updated: conferenceDay(), Texts: news.Texts{
			"en": {Title: "The <q>hall</q> is open", Lead: "Come <m>in.", Body: "# Doors\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) <img src=x onload=\"alert(1)\">\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"},
			"ar": {Title: "القاعة مفتوحة"}}},
		{ID: conferenceID(2), Published: conferenceDay(), Updated: conferenceDay(), Version: 1, Texts: news.Texts{"fr": {Title: "Sans corps"}}},
	}, nil
}

func (n toldNews) PublicItem(ctx context.Context, id landbridge.ID) (*news.Shown, error) {
	all, err := n.Public(ctx, "")
	for _, x := range all {
		if x.ID == id {
			return x, err
		}
	}
	return nil, fail.New(fail.Missing, "none")
}

// records are one of each kind, with hostile texts.
type records struct{}

func (records) Published(context.Context) ([]record.Published, error) {
	parties := []landbridge.PartyID{"XA", "XB"}
	contents := []*record.Content{
		{Kind: record.VisitKind, Language: "en", Title: "Visit <em>x", Parties: parties, Note: "<script>", Results: []string{"<b>notice"},
			Visit: &record.Visit{Host: "XB", Level: "minister", Place: "Port <i>1", Zone: "Europe/Paris", First: "2026-10-24", Last: "2026-10-25", CalledOff: "Storm <s>",
				Agenda: []record.Item{{Start: conferenceDay(), Title: "Talks <u>CC"}, {Title: "Dinner"}}},
			People: []record.Seat{{Party: "XA", Office: "Minister <t>", Role: record.Heads}}, Documents: []record.Document{{Title: "<a>", Digest: landbridge.Sum(nil), Link: "https://x.example/a"}}},
		{Kind: record.LetterKind, Language: "fr", Title: "Lettre", Parties: parties, Letter: &record.Letter{From: "XA", To: []landbridge.PartyID{"XB"}, Sent: "2026-10-01", Reference: "7"}},
		{Kind: record.GroupKind, Language: "en", Title: "Group", Parties: parties, Group: &record.Group{Chair: "XA", Mandate: "Meet", Founded: "2026-01-01", Ended: "2026-12-31",
			Meetings: []record.Meeting{{Day: "2026-02-02", Title: "First", Place: "Port", Results: []string{"One"}}}}},
	}
	var all []record.Published
	for i, c := range contents {
		all = append(all, record.Published{ID: conferenceID(i + 1), Version: &record.Version{Number: 1, Content: c}})
	}
	all[1].Answered = []landbridge.ID{conferenceID(1)}
	return all, nil
}

func (r records) PublishedRecord(ctx context.Context, id landbridge.ID) (record.Published, error) {
	all, err := r.Published(ctx)
	for _, x := range all {
		if x.ID == id {
			return x, err
		}
	}
	return record.Published{}, fail.New(fail.Missing, "none")
}

func (records) Evidence(context.Context, landbridge.ID) ([]byte, error) { return []byte("{}\n"), nil }
func (records) Entry(context.Context, landbridge.Digest) (int64, error) { return 7, nil }

// TestNewsFeed: the feed is well-formed Atom, in the reader's language, and
// holds nothing that acts.
func TestNewsFeed(t *testing.T) {
	h := newPortal(t)
	w := get(t, h, newsPath+"feed.atom?lang=ar")
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/atom+xml") {
		t.Fatalf("%d %s", w.Code, w.Header())
	}
	var f struct {
		ID      string `xml:"id"`
		Updated string `xml:"updated"`
		Entries []struct {
			Lang    string `xml:"lang,attr"`
			ID      string `xml:"id"`
			Title   string `xml:"title"`
			Content string `xml:"content"`
			Link    struct {
				Href string `xml:"href,attr"`
			} `xml:"link"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal(w.Body.Bytes(), &f); err != nil {
		t.Fatal(err)
	}
	if len(f.Entries) != 2 || f.Entries[0].Title != "القاعة مفتوحة" || f.Entries[0].Lang != "ar" || f.Entries[1].Lang != "fr" ||
		f.Entries[0].Link.Href != "https://forum.example/public/news/"+string(conferenceID(1)) || !strings.HasPrefix(f.Entries[0].ID, "urn:uuid:") {
		t.Errorf("%+v", f)
	}
	english := get(t, h, newsPath+"feed.atom?lang=en").Body.String()
	for _, bad := range []string{"script", "javascript", "onload", "<img", "&lt;img"} {
		if strings.Contains(english, bad) {
			t.Errorf("the feed holds %q", bad)
		}
	}
	item := get(t, h, newsPath+string(conferenceID(1)), "Accept-Language", "en").Body.String()
	if !strings.Contains(item, "<h2>Doors</h2>") || strings.Contains(item, "javascript") || strings.Contains(item, "alert") && strings.Contains(item, "<script>alert") {
		t.Error("the item is not as it was written, or not harmless")
	}
}

// TestHome: the first page says how far away the edition is, shows today while
// it takes place, and never counts below the day.
func TestHome(t *testing.T) {
	for day, want := range map[string][]string{
		"2026-10-20T12:00:00Z": {"In 4 days", "2026 Conference"},
		"2026-10-22T23:30:00Z": {"In 1 day"}, // the next day has begun where it takes place
		"2026-10-24T08:00:00Z": {"Now: day 1 of 3", "Opening of the ports", "09:00–10:30"},
		"2026-10-24T20:00:00Z": {"Now: day 1 of 3", "Nothing more takes place today"},
		"2026-10-27T08:00:00Z": {"Over"},
	} {
		at, err := time.Parse(time.RFC3339, day)
		if err != nil {
			t.Fatal(err)
		}
		c := configuration(t)
		c.Clock = func() time.Time { return at }
		h, err := New(c)
		if err != nil {
			t.Fatal(err)
		}
		page := get(t, h, Prefix, "Accept-Language", "en").Body.String()
		for _, x := range append(want, "The &lt;q&gt;hall&lt;/q&gt; is open", "/public/forum/2026/programme") {
			if !strings.Contains(page, x) {
				t.Errorf("at %s the page does not say %q", day, x)
			}
		}
	}
	var none []*forum.Edition
	if forum.Current(none, conferenceDay()) != nil {
		t.Error("an edition out of nothing")
	}
}
