package api

import (
	"landbridge.example/client"
	"landbridge.example/internal/screening"
	"landbridge.example/match"
)

func source(s screening.Source) client.ListSource {
	return client.ListSource{Code: s.Code(), Origin: string(s.Origin()), Authority: s.Authority(), Name: s.Name()}
}

func score(s match.Score) float64 { return float64(s) / float64(match.FullScore) }

func listView(v screening.ListView) client.ScreenList {
	return client.ScreenList{ListSource: source(v.Source), Version: v.Version, Published: v.Published, Records: v.Records, Imported: v.Imported,
		Refused: v.Refused, RefusedAt: moment(v.RefusedAt), Versions: each(v.Versions, listVersion)}
}

func listVersion(v screening.VersionView) client.ListVersion {
	return client.ListVersion{Version: v.Version, Published: v.Published, Digest: v.Digest, Records: v.Records, Added: v.Added, Changed: v.Changed,
		Removed: v.Removed, Imported: v.Imported, By: v.By, Confirmed: v.Confirmed, Notes: v.Notes, More: v.More,
		Changes: each(v.Changes, func(c screening.ChangeView) client.ListChange {
			return client.ListChange{ID: c.ID, Reference: c.Reference, Name: c.Name, Kind: c.Kind, Fields: c.Fields}
		})}
}

func wordReasons(all []match.WordReason) []client.WordReason {
	return each(all, func(w match.WordReason) client.WordReason { return client.WordReason(w) })
}

func evidence(all []match.Evidence) []client.ScreenEvidence {
	return each(all, func(v match.Evidence) client.ScreenEvidence {
		return client.ScreenEvidence{What: v.What, State: string(v.State), Query: v.Query, Listed: v.Listed, Side: v.Side}
	})
}

func candidate(c screening.Candidate) client.ScreenCandidate {
	r := c.Entry.Record
	return client.ScreenCandidate{Source: source(c.Entry.Source), Version: c.Entry.Version, ID: r.ID, Reference: r.Reference, Kind: string(r.Kind),
		Score:  score(c.Score),
		ByName: score(c.ByName), Query: c.Query, Name: c.Name.Text, Quality: string(c.Name.Quality), Reasons: wordReasons(c.Words), Evidence: evidence(c.Evidence)}
}

func hitLine(l screening.HitLine) client.ScreenHit {
	h := client.ScreenHit{ID: string(l.ID), State: string(l.State), Score: score(l.Score), Query: l.Query, Name: l.Listed, Entry: l.Entry,
		Source: source(l.Source),
		Watch:  string(l.Watch), Case: string(l.Case), Number: l.Number, Made: l.Made, Until: moment(l.White)}
	if l.Task != nil {
		h.Tasks = []client.ScreenTask{taskView(*l.Task)}
	}
	return h
}

func taskView(t screening.Task) client.ScreenTask {
	return client.ScreenTask{ID: string(t.ID), Hit: string(t.Hit), Kind: string(t.Kind), State: t.State, Due: t.Due, Done: moment(t.Done), By: t.By,
		Answer: t.Answer}
}

func hitView(v *screening.HitView) client.ScreenHit {
	h := hitLine(v.HitLine)
	h.Reasons, h.Evidence, h.Reason, h.Second = wordReasons(v.Words), evidence(v.Evidence), v.Reason, v.Second
	h.Identifiers = each(v.Identifiers, func(i screening.Identifier) client.HitIdentifier { return client.HitIdentifier(i) })
	h.ProposedBy, h.DecidedBy, h.Tasks = v.Proposer, v.Decider, each(v.Tasks, taskView)
	if !v.Digest.IsZero() {
		h.Digest, h.Challenge = digest(v.Digest), challenge(v.Digest)
	}
	return h
}

func watchView(w *screening.Watch, all []screening.Subject) client.ScreenWatch {
	return client.ScreenWatch{ID: string(w.ID), Case: string(w.Case), Number: w.Number, Title: w.Title, Basis: w.Basis, Purpose: string(w.Purpose), By: w.By,
		Made: w.Made, Until: w.Until, Ended: moment(w.Ended), Count: w.Subjects, Open: w.Hits,
		Subjects: each(all, func(u screening.Subject) client.ScreenSubject {
			name := ""
			if len(u.Person.Names) > 0 {
				name = u.Person.Names[0].Text
			}
			return client.ScreenSubject{ID: string(u.ID), Role: u.Role, Name: name, Hits: each(u.Hits, hitLine)}
		})}
}

func batchView(b screening.Batch) client.ScreenBatch {
	return client.ScreenBatch{ID: string(b.ID), Name: b.Name, Purpose: string(b.Purpose), By: b.By, Total: b.Total, Done: b.Done, Found: b.Found,
		Unread: b.Unread, Lists: b.Lists, Made: b.Made, Finished: moment(b.Finished), Until: b.Until}
}
