package web

import (
	"net/http"
	"slices"
	"time"

	"landbridge.example"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/lang"
	"landbridge.example/internal/record"
)

// A PeerLine is how it stands with one peer, in words.
type PeerLine struct {
	Code, Name  string
	Class, Word string // pill: up, down, suspended
	Since       string
	Sentence    string // why something has not arrived, or that all is well
	LastError   string // what the peer answered, in its own words
	LastErrorAt string
	Queue       int64
	Lanes       []NameValue
	Held        int64
	Oldest      string
	NextTry     string
	Clock       string // its clock is off by so much
	Behind      string // its directory is older or newer than ours
	Cosigned    string // how much of our log it has cosigned
	Witnessed   string // how much of its log we have
	Alarms      []AlarmLine
	Reach       string
	Up          bool
}

// An AlarmLine is something that does not heal by itself.
type AlarmLine struct{ Text, Since string }

// A NetworkView is page/network.
type NetworkView struct {
	Frame
	Peers     []PeerLine
	Up, Down  int
	Waiting   int64
	Size      int64
	Cosigners int
	Position  int64
	Evidence  []AlarmLine
}

func (s *site) network(v *visit) error {
	view := NetworkView{Frame: s.frame(v, v.t.T("network.title"))}
	var err error
	if view.Peers, err = s.peerLines(v); err != nil {
		return err
	}
	for _, p := range view.Peers {
		if p.Up {
			view.Up++
		} else {
			view.Down++
		}
		view.Waiting += p.Queue
		if p.Cosigned != "" {
			view.Cosigners++
		}
	}
	if view.Size, err = s.Log.Size(v.Context()); err != nil {
		return err
	}
	if view.Position, err = s.Directory.Position(v.Context()); err != nil {
		return err
	}
	evidence, err := s.Log.Evidence(v.Context(), 20)
	if err != nil {
		return err
	}
	for _, e := range evidence {
		view.Evidence = append(view.Evidence, AlarmLine{v.t.T("network.evidence", string(e.Party)), v.t.DateTime(e.Time)})
	}
	return s.show(v, http.StatusOK, "network", view)
}

// peerLines asks how it stands with every peer.
func (s *site) peerLines(v *visit) ([]PeerLine, error) {
	ctx := v.Context()
	peers, err := s.Exchange.Peers(ctx)
	if err != nil {
		return nil, err
	}
	ours, err := s.Log.Witnesses(ctx)
	if err != nil {
		return nil, err
	}
	theirs, err := s.Log.Peers(ctx)
	if err != nil {
		return nil, err
	}
	position, err := s.Directory.Position(ctx)
	if err != nil {
		return nil, err
	}
	lines := make([]PeerLine, len(peers))
	for i, p := range peers {
		lines[i] = s.peerLine(v, p, position)
		lines[i].Cosigned, lines[i].Witnessed = sight(v.t, ours, p.Party), sight(v.t, theirs, p.Party)
	}
	slices.SortStableFunc(lines, func(a, b PeerLine) int { return rank(a) - rank(b) })
	return lines, nil
}

// rank puts what needs someone first.
func rank(p PeerLine) int {
	switch {
	case len(p.Alarms) > 0:
		return 0
	case p.Class == "red" || p.Class == "amber":
		return 1
	}
	return 2
}

func sight(t *lang.Texts, all []record.Sight, p landbridge.PartyID) string {
	for _, x := range all {
		if x.Party == p {
			return t.T("network.sight", x.Size)
		}
	}
	return ""
}

func (s *site) peerLine(v *visit, p exchange.PeerState, position int64) PeerLine {
	t, now := v.t, s.Clock()
	line := PeerLine{Code: string(p.Party), Name: s.partyName(v, p.Party), Up: p.Up, Held: p.Held, LastError: p.LastError}
	line.Reach = t.T("party.reach." + string(p.Reach))
	for _, lane := range []exchange.Lane{exchange.Urgent, exchange.Normal, exchange.Bulk} {
		if n := p.Queue[lane]; n > 0 {
			line.Queue += n
			line.Lanes = append(line.Lanes, NameValue{t.T("lane." + string(lane)), t.Number(n)})
		}
	}
	if p.LastError != "" {
		line.LastErrorAt = t.When(p.LastErrAt, now)
	}
	since := ""
	if !p.Since.IsZero() {
		since = t.Duration(now.Sub(p.Since))
	}
	line.Since = since
	if !p.Oldest.IsZero() {
		line.Oldest = t.Duration(now.Sub(p.Oldest))
	}
	if p.NextTry.After(now) {
		line.NextTry = t.Duration(p.NextTry.Sub(now))
	}
	line.Class, line.Word, line.Sentence = diagnosis(t, p, line)
	if p.Offset > 2*time.Second || p.Offset < -2*time.Second {
		key := "network.clock.ahead"
		if p.Offset < 0 {
			key = "network.clock.behind"
		}
		line.Clock = t.T(key, t.Duration(p.Offset))
	}
	if p.Position != 0 && p.Position != position {
		line.Behind = t.T("network.directory", p.Position, position)
	}
	for _, a := range p.Alarms {
		line.Alarms = append(line.Alarms, AlarmLine{a.Text, t.DateTime(a.First)})
	}
	return line
}

// diagnosis says in one sentence how it stands with a peer: what an officer
// asks when a message has not arrived.
func diagnosis(t *lang.Texts, p exchange.PeerState, line PeerLine) (class, word, sentence string) {
	switch {
	case p.Suspended:
		return "red", t.T("peer.suspended"), t.T("peer.suspended.why", line.Code)
	case p.Up && line.Queue == 0 && p.Held == 0:
		return "green", t.T("peer.up"), t.T("peer.up.why", line.Code)
	case p.Up && p.Held > 0:
		return "amber", t.T("peer.up"), t.T("peer.held.why", p.Held, line.Code)
	case p.Up:
		return "green", t.T("peer.up"), t.T("peer.sending.why", line.Queue, line.Code)
	case p.LastOK.IsZero():
		return "amber", t.T("peer.never"), t.T("peer.never.why", line.Code)
	case line.Queue == 0:
		return "amber", t.T("peer.down"), t.T("peer.down.why", line.Code)
	case line.NextTry != "":
		return "amber", t.T("peer.down"), t.T("peer.waiting.why", line.Queue, line.Code, line.NextTry)
	}
	return "amber", t.T("peer.down"), t.T("peer.trying.why", line.Queue, line.Code)
}
