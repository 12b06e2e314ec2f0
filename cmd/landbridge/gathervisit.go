package main

import (
	"context"
	"time"

	"landbridge.example/client"
	"landbridge.example/internal/forum/fiction"
)

// remembered puts records of a visit, a letter and a working group beside the
// conference, so that their pages show something. It is no part of the story
// that is checked.
func (s *story) remembered(ctx context.Context) error {
	day := func(after int) string { return s.c.after(after) }
	records := []client.VisitContent{
		{Kind: "visit", Language: "en", Title: "Visit of the secretariat to Haldvik", Parties: []string{"XB", "XF"},
			Visit: &client.VisitPart{Host: "XB", Level: "head_of_service", Place: "Haldvik", Zone: "Europe/Helsinki", First: day(120), Last: day(121),
				Agenda: []client.VisitItem{{Title: "Look at the Old Ropery"}, {Title: "What the next conference needs"}}},
			People:  []client.VisitSeat{{Party: "XF", Office: "Head of the Secretariat", Role: "head"}, {Party: "XB", Office: "Central authority", Role: "head"}},
			Results: []string{"The next conference is held in the Old Ropery of Haldvik."}},
		{Kind: "letter", Language: "en", Title: "Sitting hours of the courts", Parties: []string{"XC", "XF"},
			Letter: &client.LetterPart{From: "XC", To: []string{"XF"}, Sent: day(21), Reference: "CAL-JUS-114"},
			People: []client.VisitSeat{{Party: "XC", Office: "Ministry of Justice", Role: "signatory"}}},
		{Kind: "group", Language: "en", Title: "Working group on the list of containers", Parties: []string{"XA", "XB", "XC", "XF"},
			Group: &client.GroupPart{Chair: "XB", Mandate: "One form for containers that were opened on the way, which all ports can read and write.",
				Founded:  day(10),
				Meetings: []client.VisitMeeting{{Day: day(60), Place: "Online", Title: "First meeting", Results: []string{"A form of nine fields was agreed."}}}},
			People: []client.VisitSeat{{Party: "XB", Office: "Port police of Haldvik", Role: "head"}, {Party: "XC", Office: "Harbour master of Sarrat",
				Role: "member"}}},
	}
	for _, r := range records {
		if err := s.agreed(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// agreed proposes a record, and has every party agree to it and release it.
func (s *story) agreed(ctx context.Context, r client.VisitContent) error {
	logins := map[string]string{"XA": "i.sol", "XB": "l.orsin", "XC": "y.benn", "XF": "e.marsh"}
	first, err := s.as(r.Parties[0], logins[r.Parties[0]])
	if err != nil {
		return err
	}
	made, err := first.ProposeVisit(ctx, r)
	if err != nil {
		return err
	}
	say := func(c *client.Client, kind string) error {
		return until(ctx, "the record is there to be "+kind, func() (bool, error) {
			_, err := c.SayOnVisit(ctx, client.VisitSaying{Record: made.Record, Kind: kind})
			return err == nil, ignoreMissing(err)
		})
	}
	for _, p := range r.Parties[1:] {
		c, err := s.as(p, logins[p])
		if err != nil {
			return err
		}
		if err := say(c, "agreed"); err != nil {
			return err
		}
	}
	for _, p := range r.Parties {
		c, err := s.as(p, logins[p])
		if err != nil {
			return err
		}
		err = until(ctx, "all parties agreed to the record", func() (bool, error) {
			v, err := c.Visit(ctx, made.Record)
			return err == nil && v.Status == "agreed", err
		})
		if err != nil {
			return err
		}
		if err := say(c, "released"); err != nil {
			return err
		}
	}
	return nil
}

// pending leaves something to decide: a meeting in the coming conference, and a
// silence that runs.
func (s *story) pending(ctx context.Context) error {
	marsh, err := s.marsh()
	if err != nil {
		return err
	}
	first := s.c.first.AddDate(1, 0, 0)
	_, err = applied(ctx, marsh, client.ForumChanges{Edition: s.c.coming, Sessions: []client.ForumSession{
		{Part: "ports", Kind: "talk", Title: client.ForumText{"en": "What two ports learnt and four wait for"}, Language: "en", Mode: "onsite",
			Room: "loft", Status: "planned",
			Start: fiction.Local(first, 2, "11:30"), End: fiction.Local(first, 2, "12:30")},
		{Part: "follow-up", Kind: "panel", Title: client.ForumText{"en": "Young researchers ask again"}, Language: "en", Mode: "onsite", Room: "loft",
			Status: "confirmed",
			Start:  fiction.Local(first, 2, "16:00"), End: fiction.Local(first, 2, "17:00")}}})
	if err != nil {
		return err
	}
	opens := first.Add(9 * time.Hour)
	done, err := marsh.TableText(ctx, client.NegotiatedText{ID: "haldvik-agenda", Language: "en", Title: "Agenda of the Haldvik conference",
		Paragraphs: []client.TextParagraph{
			{ID: "one", Level: 1, Words: "What was promised in Port Merrow, commitment by commitment."},
			{ID: "two", Level: 1, Words: "One list of containers: what the ports need."},
			{ID: "three", Level: 1, Words: "Place of the conference after next."}}})
	if err != nil {
		return err
	}
	text, err := marsh.Text(ctx, done.Draft)
	if err != nil {
		return err
	}
	matter, err := marsh.OpenMatter(ctx, client.NewMatter{Title: "Agenda of the Haldvik conference", Subject: "procedure", Text: text.Newest,
		Session: s.c.coming, Method: "silence",
		Closes: s.f.now().UTC().Add(96 * time.Hour).Truncate(time.Second), Delegations: parties()})
	if err != nil {
		return err
	}
	_, err = marsh.SaveMeeting(ctx, client.Meeting{Kind: "conference", Title: "What was promised in Port Merrow", Session: s.c.coming, Start: opens,
		End:   opens.Add(90 * time.Minute),
		Place: "Long Hall", Link: "https://rooms.forum.example/follow-up", Parties: parties(), Rules: client.FloorRules{Turn: 180, ReplyTurn: 60,
			FreshFirst: true, Alternate: true},
		Agenda: []client.MeetingItem{{ID: "agenda", Title: "Agenda", Minutes: 5, Drafts: []string{done.Draft}, Matters: []string{matter.Matter}},
			{ID: "kept", Title: "What was kept, what is late", Minutes: 60, Matters: []string{s.c.matter}}}})
	return err
}

// news tells the public of the coming conference.
func (s *story) news(ctx context.Context) error {
	marsh, err := s.marsh()
	if err != nil {
		return err
	}
	for _, n := range []client.WriteNews{
		{Edition: s.c.edition, Texts: map[string]client.NewsText{
			"en": {Title: "Declaration of Port Merrow: one promise kept, one late",
				Lead: "A year after the conference the follow-up is public: what each state undertook, what it reported, and the evidence.",
				Body: "Azuria held its course: 44 officers of three states finished it.\n\n" +
					"Borealis opened the list of containers, and two of six ports write to it." +
					" The others wait for readers. It is late, and stays on the list until it is done."},
			"fr": {Title: "Déclaration de Port-Merrow : une promesse tenue, une en retard",
				Lead: "Un an après la conférence, le suivi est public : ce que chaque État a promis, ce qu’il en a dit, et les preuves."}}},
		{Edition: s.c.coming, Texts: map[string]client.NewsText{
			"en": {Title: "The programme of Haldvik is published", Lead: "Three days, from what was promised to what comes next. Calendars can be subscribed to."},
			"zh": {Title: "哈尔德维克大会日程公布", Lead: "为期三天，从已有的承诺谈到今后的工作。日程可订阅到日历。"},
			"ar": {Title: "نُشر برنامج هالدفيك", Lead: "ثلاثة أيام، من الوعود السابقة إلى ما بعدها. ويمكن الاشتراك في التقويم."},
			"ru": {Title: "Опубликована программа конференции в Халдвике", Lead: "Три дня: от данных обещаний к тому, что дальше. На календарь можно подписаться."},
			"fr": {Title: "Le programme de Haldvik est publié", Lead: "Trois jours, des promesses faites à la suite. On peut s’abonner au calendrier."},
			"es": {Title: "Se publica el programa de Haldvik", Lead: "Tres días, de lo prometido a lo que sigue. Es posible suscribirse al calendario."}}},
	} {
		made, err := marsh.WriteNews(ctx, n)
		if err != nil {
			return err
		}
		if _, err := marsh.PublishNews(ctx, made.ID, made.Revision); err != nil {
			return err
		}
	}
	return nil
}
