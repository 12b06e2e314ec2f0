// Package feed writes a programme in the formats other software reads, and
// reads the programme of other software: iCalendar (RFC 5545), the schedule
// files of frab and pretalx (JSON and XML), Atom (RFC 4287), CSV and XLSX.
//
// It is pure: no clock, no network, no database. What it reads it makes into
// changes of a draft, together with a report of what was left out and why;
// nothing is changed before somebody applies them.
//
// Trust: a stranger's file is taken for text only. It cannot put a line into a
// calendar, a formula into a spreadsheet or markup into a page; what it says
// goes through the same checks as what an editor writes.
//
// Limits: [MaxFile] bytes and [MaxEvents] events when reading; of a recurring
// calendar event the first occurrence is read, and the report says so.
package feed

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"landbridge.example/internal/forum"
)

// Bounds when reading.
const (
	MaxFile   = 16 << 20
	MaxEvents = forum.MaxSessions
	maxReport = 1000 // lines
	maxField  = 8000 // bytes of one text of a file
	maxTitle  = 300
)

// Options say for whom a feed is written.
type Options struct {
	Base     string // absolute address of the edition's pages, with its last slash
	Host     string // stands in identifiers after the @; the same for ever
	Language string // of texts that have several
	Name     string // of the software that writes, with its version
}

func (o Options) session(s *forum.Session) string { return o.Base + "session/" + string(s.ID) }

func (o Options) text(t forum.Text) string {
	s, _ := t.In(o.Language)
	return s
}

// room is where a session takes place, in words: room, venue, address.
func (o Options) room(p *forum.Programme, s *forum.Session) string {
	r := p.Room(s.Room)
	if r == nil {
		return ""
	}
	all := []string{o.text(r.Name)}
	if v := p.Venue(r.Venue); v != nil {
		all = append(all, o.text(v.Name))
		if a := o.text(v.Address); a != "" {
			all = append(all, a)
		}
	}
	return strings.Join(all, ", ")
}

// people names who speaks, in the order of the session.
func people(p *forum.Programme, s *forum.Session) []string {
	var all []string
	for _, x := range s.People {
		if who := p.Speaker(x.Speaker); who != nil {
			all = append(all, who.Name)
		}
	}
	return all
}

// uuid makes an identifier of version 8 out of words: the same words, the same
// identifier. It is for things that have a plain name here, such as rooms.
func uuid(words ...string) string {
	b := sha256.Sum256([]byte("landbridge/forum-uuid/v1\x00" + strings.Join(words, "\x00")))
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// hours writes a length of time as schedule files do: 01:30.
func hours(d time.Duration) string {
	return fmt.Sprintf("%02d:%02d", int(d/time.Hour), int(d%time.Hour/time.Minute))
}
