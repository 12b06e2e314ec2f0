package client

import "time"

// A ForumText is words in one or more languages, by language code.
type ForumText = map[string]string

// Requests that name an edition of the forum, or a part of it.
type (
	// ByForumEdition names an edition.
	ByForumEdition struct {
		Edition string `path:"edition" doc:"Id of the edition, such as 2026."`
	}
	// A ForumQuery names a published programme, and which of its sessions are meant.
	ForumQuery struct {
		Edition  string `path:"edition" doc:"Id of the edition, such as 2026."`
		Version  int64  `query:"version" doc:"0: the newest."`
		Day      string `query:"day" doc:"Such as 2026-09-16, as the edition counts days."`
		Part     string `query:"part" doc:"Id of the main forum or of a sub-forum."`
		Track    string `query:"track"`
		Room     string `query:"room"`
		Language string `query:"language" doc:"Spoken or interpreted."`
		Speaker  string `query:"speaker"`
		Text     string `query:"q" doc:"Words of the title, the abstract or a speaker's name."`
	}
	// A ForumExport is a [ForumQuery] with the format to write.
	ForumExport struct {
		Edition  string `path:"edition" doc:"Id of the edition, such as 2026."`
		Format   string `path:"format" doc:"ics, json, xml, csv or xlsx."`
		Draft    bool   `query:"draft" doc:"The draft instead of what is published; csv and xlsx only."`
		In       string `query:"in" doc:"Language of the texts; empty: English."`
		Day      string `query:"day"`
		Part     string `query:"part"`
		Track    string `query:"track"`
		Room     string `query:"room"`
		Language string `query:"language" doc:"Spoken or interpreted."`
		Speaker  string `query:"speaker"`
		Text     string `query:"q"`
	}
	// SaveForumEdition enters or changes an edition.
	SaveForumEdition struct {
		Edition string `path:"edition" json:"-" doc:"Id of the edition: lower-case letters, digits and hyphens."`
		ForumEditionText
		Revision int64 `json:"revision,omitempty" doc:"The revision that was read; 0 for a new edition."`
		Along    bool  `json:"along,omitempty" doc:"The sessions of the draft move by as many days as the first day, at the same hour of the place."`
	}
	// ForumChanges are what is changed in a draft at one stroke: all of it, or nothing.
	ForumChanges struct {
		Edition  string         `path:"edition" json:"-"`
		Venues   []ForumVenue   `json:"venues,omitempty"`
		Rooms    []ForumRoom    `json:"rooms,omitempty"`
		Parts    []ForumPart    `json:"parts,omitempty"`
		Tracks   []ForumTrack   `json:"tracks,omitempty"`
		Speakers []ForumSpeaker `json:"speakers,omitempty" doc:"Without id: found again by origin, else new."`
		Sessions []ForumSession `json:"sessions,omitempty" doc:"Without id: found again by origin, else new."`
		Remove   []ForumRef     `json:"remove,omitempty"`
	}
	// ImportForumSchedule says how a schedule of another system is taken into a draft. The file is the body.
	ImportForumSchedule struct {
		Edition  string `path:"edition"`
		Venue    string `query:"venue" doc:"Id of the venue in which rooms lie that the draft does not know."`
		Capacity int64  `query:"capacity" doc:"How many such a room takes; the files do not say it."`
		Language string `query:"language" doc:"Language in which the file is written."`
		Status   string `query:"status" doc:"Of new sessions: planned (the default) or confirmed."`
		Apply    bool   `query:"apply" doc:"Change the draft. Otherwise only the report is made."`
	}
	// PublishForum publishes a draft.
	PublishForum struct {
		Edition string `path:"edition" json:"-"`
		Note    string `json:"note,omitempty" doc:"What the reader of the changes should know."`
	}
)

// A ForumEditionText is what is written about an edition.
type ForumEditionText struct {
	Name       ForumText      `json:"name"`
	Theme      ForumText      `json:"theme,omitempty"`
	About      ForumText      `json:"about,omitempty"`
	Mode       string         `json:"mode" doc:"onsite, online or hybrid."`
	City       ForumText      `json:"city,omitempty"`
	Zone       string         `json:"zone" doc:"IANA name of its time zone."`
	First      string         `json:"first" doc:"First day, such as 2026-09-16; of past editions a month may be all that is known."`
	Last       string         `json:"last"`
	Languages  []string       `json:"languages,omitempty"`
	Organiser  string         `json:"organiser,omitempty" doc:"Code of a party."`
	Shown      bool           `json:"shown" doc:"To the public, also before a programme is."`
	Attendance []ForumFigure  `json:"attendance,omitempty"`
	Held       []ForumText    `json:"held,omitempty" doc:"What took place in or beside it."`
	Outcomes   []ForumOutcome `json:"outcomes,omitempty"`
	Sources    []ForumSource  `json:"sources,omitempty"`
}

// A ForumEdition is one conference of the forum.
type ForumEdition struct {
	Tag
	ID string `json:"id"`
	ForumEditionText
	Phase    string `json:"phase" doc:"coming, now or past."`
	Current  bool   `json:"current" doc:"The one that takes place, comes next or was last."`
	Revision int64  `json:"revision" doc:"0: it ships with the release as history and is not changed."`
	Versions int64  `json:"versions" doc:"How often its programme was published."`
	Sessions int64  `json:"sessions" doc:"Of the newest version."`
	Things   int64  `json:"things" doc:"In the draft: venues, rooms, parts, tracks, speakers and sessions."`
}

// A ForumFigure is one number as one document gives it.
type ForumFigure struct {
	Of     string    `json:"of" doc:"guests, countries, organisations, parties, cities or subforums."`
	Number int64     `json:"number"`
	How    string    `json:"how" doc:"exact, over or about."`
	Source string    `json:"source"`
	Note   ForumText `json:"note,omitempty"`
}

// A ForumOutcome is something an edition brought about.
type ForumOutcome struct {
	ID     string      `json:"id"`
	Title  ForumText   `json:"title"`
	Items  []ForumText `json:"items,omitempty"`
	Source string      `json:"source"`
}

// A ForumSource is a document that figures and outcomes name.
type ForumSource struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Link  string `json:"link,omitempty"`
}

// ForumEditions are all editions, the oldest first.
type ForumEditions struct {
	Editions []ForumEdition `json:"editions"`
}

// A ForumVenue is a building or a site.
type ForumVenue struct {
	ID       string    `json:"id"`
	Name     ForumText `json:"name"`
	Address  ForumText `json:"address,omitempty"`
	Revision int64     `json:"revision,omitempty" doc:"In a change: the revision that was read; another one now refuses the change."`
}

// A ForumRoom is a room of a venue.
type ForumRoom struct {
	ID       string    `json:"id"`
	Venue    string    `json:"venue"`
	Name     ForumText `json:"name"`
	Capacity int64     `json:"capacity" doc:"Persons."`
	Access   ForumText `json:"access,omitempty" doc:"How to reach it."`
	Revision int64     `json:"revision,omitempty"`
}

// A ForumPart is the main forum or a sub-forum.
type ForumPart struct {
	ID       string    `json:"id"`
	Name     ForumText `json:"name"`
	About    ForumText `json:"about,omitempty"`
	Main     bool      `json:"main,omitempty"`
	Revision int64     `json:"revision,omitempty"`
}

// A ForumTrack is a subject that runs through several sessions.
type ForumTrack struct {
	ID       string    `json:"id"`
	Name     ForumText `json:"name"`
	Revision int64     `json:"revision,omitempty"`
}

// A ForumWindow is a stretch of time in which a speaker can come.
type ForumWindow struct {
	From string `json:"from" doc:"RFC 3339, or the local time of the edition, such as 2026-09-16T09:00."`
	To   string `json:"to"`
}

// A ForumSpeaker is who speaks, chairs or moderates.
type ForumSpeaker struct {
	ID           string        `json:"id,omitempty"`
	Name         string        `json:"name" doc:"In Latin letters."`
	Original     string        `json:"original,omitempty" doc:"In its own script."`
	Title        ForumText     `json:"title,omitempty"`
	Organisation ForumText     `json:"organisation,omitempty"`
	Party        string        `json:"party,omitempty"`
	About        ForumText     `json:"about,omitempty"`
	Available    []ForumWindow `json:"available,omitempty" doc:"Empty: always. Never published."`
	Origin       string        `json:"origin,omitempty" doc:"Key in another system, by which it is found again."`
	Revision     int64         `json:"revision,omitempty"`
}

// A ForumSeat is one person's part in a session.
type ForumSeat struct {
	Speaker string `json:"speaker" doc:"Id of the speaker; in a change also the speaker's origin."`
	Role    string `json:"role,omitempty" doc:"speaker (the default), chair or moderator."`
}

// A ForumSession is one entry of the programme.
type ForumSession struct {
	ID          string      `json:"id,omitempty"`
	Number      int64       `json:"number,omitempty" doc:"Given by the node; never used again."`
	Part        string      `json:"part,omitempty"`
	Track       string      `json:"track,omitempty"`
	Kind        string      `json:"kind" doc:"plenary, panel, talk, workshop, ceremony, meeting or pause."`
	Title       ForumText   `json:"title"`
	About       ForumText   `json:"about,omitempty"`
	Language    string      `json:"language,omitempty" doc:"Spoken on the floor."`
	Interpreted []string    `json:"interpreted,omitempty"`
	Mode        string      `json:"mode" doc:"onsite, online or hybrid."`
	Room        string      `json:"room,omitempty"`
	Link        string      `json:"link,omitempty" doc:"Of the room outside, of online and hybrid sessions."`
	Start       string      `json:"start" doc:"RFC 3339, or local to its zone (2026-09-16T09:00); a time that the clocks skip is refused."`
	End         string      `json:"end"`
	Zone        string      `json:"zone,omitempty" doc:"Empty: that of the edition."`
	Capacity    int64       `json:"capacity,omitempty" doc:"0: that of the room."`
	People      []ForumSeat `json:"people,omitempty"`
	Status      string      `json:"status" doc:"planned, confirmed or cancelled."`
	Reason      ForumText   `json:"reason,omitempty" doc:"Of a cancellation."`
	Origin      string      `json:"origin,omitempty" doc:"Key in another system, by which it is found again."`
	Entry       string      `json:"entry,omitempty" doc:"Of a call, that became this session; set by scheduleSubmission alone, and kept by every change."`
	EntryState  string      `json:"entry_state,omitempty" doc:"Of a draft: how far that entry is now. Neither accepted nor erased: it was taken back."`
	Sequence    int64       `json:"sequence,omitempty" doc:"How often it changed since it was first published."`
	Changed     *time.Time  `json:"changed,omitempty"`
	Revision    int64       `json:"revision,omitempty"`
}

// A ForumRef names one thing of a programme.
type ForumRef struct {
	Kind     string `json:"kind" doc:"venue, room, part, track, speaker or session."`
	ID       string `json:"id"`
	Revision int64  `json:"revision,omitempty"`
}

// A ForumProgramme is a draft or a version of an edition's programme.
type ForumProgramme struct {
	Tag
	Edition   string          `json:"edition"`
	Version   int64           `json:"version" doc:"0: the draft."`
	Made      *time.Time      `json:"made,omitempty"`
	Zone      string          `json:"zone"`
	Venues    []ForumVenue    `json:"venues"`
	Rooms     []ForumRoom     `json:"rooms"`
	Parts     []ForumPart     `json:"parts"`
	Tracks    []ForumTrack    `json:"tracks"`
	Speakers  []ForumSpeaker  `json:"speakers"`
	Sessions  []ForumSession  `json:"sessions"`
	Conflicts []ForumConflict `json:"conflicts,omitempty" doc:"Of a draft: what cannot stand as it is."`
}

// A ForumConflict is one reason why a programme cannot stand.
type ForumConflict struct {
	Kind  string   `json:"kind" doc:"form, missing, outside, room, speaker, absent, capacity or mode. The list only grows."`
	Thing ForumRef `json:"thing" doc:"What to change."`
	With  ForumRef `json:"with" doc:"The other thing, if there is one."`
	Text  string   `json:"text" doc:"A sentence that says what to do."`
}

// A ForumApplied is the answer to a change. A refusal is an answer, not an error.
type ForumApplied struct {
	Applied   bool            `json:"applied"`
	Speakers  []string        `json:"speakers" doc:"Ids, in the order of the change."`
	Sessions  []string        `json:"sessions" doc:"Ids, in the order of the change."`
	Conflicts []ForumConflict `json:"conflicts" doc:"Why nothing was changed."`
	Notes     []string        `json:"notes,omitempty" doc:"What to know, such as a local time that occurs twice."`
}

// A ForumImport is the report on a schedule of another system.
type ForumImport struct {
	Format    string          `json:"format"`
	Title     string          `json:"title"`
	New       int64           `json:"new"`
	Changed   int64           `json:"changed"`
	Same      int64           `json:"same"`
	LeftOut   int64           `json:"left_out"`
	Lines     []ForumLine     `json:"lines"`
	Applied   bool            `json:"applied"`
	Conflicts []ForumConflict `json:"conflicts" doc:"Why nothing was changed, although it was asked for."`
}

// A ForumLine is one line of a report.
type ForumLine struct {
	What string `json:"what"`
	Text string `json:"text"`
}

// A ForumVersion says that a programme was published.
type ForumVersion struct {
	Version   int64     `json:"version"`
	Published time.Time `json:"published"`
	Note      string    `json:"note,omitempty"`
	Sessions  int64     `json:"sessions"`
	Digest    string    `json:"digest"`
	LogIndex  int64     `json:"log_index"`
}

// ForumVersions are the versions of a programme, the newest first.
type ForumVersions struct {
	Versions []ForumVersion `json:"versions"`
}

// A ForumChange is what became of one session.
type ForumChange struct {
	Session string        `json:"session"`
	What    []string      `json:"what" doc:"added, dropped, cancelled, restored, moved, placed, renamed, people, link, language, group, form or text."`
	Before  *ForumSession `json:"before,omitempty"`
	After   *ForumSession `json:"after,omitempty"`
}

// A ForumDiff is what one version changed.
type ForumDiff struct {
	ForumVersion
	Changes []ForumChange `json:"changes"`
}

// ForumDiffs are what the newest versions changed.
type ForumDiffs struct {
	Versions []ForumDiff `json:"versions"`
}

// A ForumPreview is what publishing would do.
type ForumPreview struct {
	Tag
	Last     int64         `json:"last" doc:"Newest version; 0: none."`
	Next     int64         `json:"next"`
	Sessions int64         `json:"sessions" doc:"That would be published."`
	Planned  int64         `json:"planned" doc:"That stay in the draft."`
	Changes  []ForumChange `json:"changes"`
	Hinder   string        `json:"hinder,omitempty" doc:"Why it cannot be published as it is."`
}
