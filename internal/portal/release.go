package portal

import (
	"bytes"
	"encoding/csv"
	"math"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"landbridge.example/index"
	"landbridge.example/index/spec"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/gpsi"
	"landbridge.example/internal/lang"
)

// A ReleaseLine is one release in a list.
type ReleaseLine struct {
	Href, Title, Edition, Publisher, Date, Note string
	Demo                                        bool
	DemoWord                                    string
	Revision                                    string
	RevisedBy                                   string // address; empty: in force
	Size                                        string
	Digest                                      string
}

// A ReleasesView is page/releases.
type ReleasesView struct {
	Frame
	Lines []ReleaseLine
}

func (s *site) releaseLines(v *visit) (out []ReleaseLine, err error) {
	all, err := s.Index.Releases(v.Context())
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		l := ReleaseLine{Href: releasePath(r.ID), Title: r.Title, Edition: r.Edition, Publisher: string(r.Publisher), Date: v.t.Date(r.Released),
			Note: r.Note, Demo: r.Demonstration, DemoWord: v.t.T("public.demo.word"), Size: v.t.Bytes(r.Size), Digest: r.Digest.String()}
		if r.Revision > 1 {
			l.Revision = v.t.T("public.release.revision", r.Revision)
		}
		if r.RevisedBy != "" {
			l.RevisedBy = releasePath(r.RevisedBy)
		}
		out = append(out, l)
	}
	return out, nil
}

func (s *site) releases(v *visit) error {
	lines, err := s.releaseLines(v)
	if err != nil {
		return err
	}
	return s.show(v, "releases", ReleasesView{s.frame(v, v.t.T("public.index.title")), lines})
}

func releasePath(id string) string { return Prefix + "index/" + url.PathEscape(id) }

// An opened is a release as one request sees it: in a language and, if the
// index has years, in one of them.
type opened struct {
	*gpsi.Opened
	*derived
	t    *lang.Texts
	year int   // 0 where there are no years
	rows []int // of the result, in that year
	at   map[string]int
}

// derived is what is made once of a release and kept while it is looked at.
type derived struct {
	years     []int // in which something is ranked, first to last; empty without years
	intervals map[rowKey]index.RankInterval
	bands     int
	groups    []grouping
}

type rowKey struct {
	unit string
	year int
}

// A grouping is a text column of the data by which units can be compared with
// their like: regions, groups of income.
type grouping struct {
	Key, Name string
	Of        map[string]string // by unit
	Values    []string          // sorted
}

// open finds the release of the address, and the year.
func (s *site) open(v *visit) (*opened, error) {
	r, err := s.Index.Open(v.Context(), v.PathValue("id"))
	if err != nil {
		return nil, err
	}
	o := &opened{Opened: r, derived: s.derive(r), t: v.t, at: map[string]int{}}
	if n := len(o.years); n > 0 {
		o.year = o.years[n-1]
		if want, err := strconv.Atoi(v.URL.Query().Get("year")); err == nil && slices.Contains(o.years, want) {
			o.year = want
		}
	}
	for i, x := range r.Result.Rows {
		if x.Year == o.year {
			o.rows = append(o.rows, i)
			o.at[x.Code] = i
		}
	}
	return o, nil
}

func (s *site) derive(r *gpsi.Opened) *derived {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d, ok := s.kept[r.Digest]; ok {
		return d
	}
	if len(s.kept) >= maxKept {
		clear(s.kept) // it is made again when it is asked for
	}
	d := &derived{intervals: map[rowKey]index.RankInterval{}, groups: groupings(r)}
	for i, x := range r.Result.Rows {
		if x.Year != 0 && has(r.Result.Rank[0][i]) && !slices.Contains(d.years, x.Year) {
			d.years = append(d.years, x.Year)
		}
	}
	slices.Sort(d.years)
	for _, iv := range r.Intervals {
		d.intervals[rowKey{iv.Code, iv.Year}] = iv
		d.bands = max(d.bands, iv.Band)
	}
	s.kept[r.Digest] = d
	return d
}

func has(v float64) bool { return v == v && !math.IsInf(v, 0) }

// maxGroups is how many different texts a column may hold to be a grouping.
const maxGroups = 40

// groupings finds the text columns of the sources, first come first.
func groupings(r *gpsi.Opened) (out []grouping) {
	dir := path.Dir(r.Spec.File)
	titles := groupTitles(r, dir)
	for _, src := range r.Spec.Sources {
		if src.Shape != "" && src.Shape != "wide" || src.Year != "" {
			continue
		}
		rows := table(r, path.Join(dir, src.File), src.Skip)
		if len(rows) < 2 {
			continue
		}
		unit := slices.Index(rows[0], src.Unit)
		if unit < 0 {
			continue
		}
		for c, head := range rows[0] {
			if c == unit || head == src.Name {
				continue
			}
			if g, ok := groupingOf(rows[1:], unit, c, src); ok && !slices.ContainsFunc(out, func(x grouping) bool { return x.Key == head }) {
				g.Key, g.Name = head, human(head)
				if t := titles[head]; t != "" {
					g.Name = t
				}
				out = append(out, g)
			}
		}
	}
	return out
}

func groupingOf(rows [][]string, unit, c int, src spec.Source) (grouping, bool) {
	g := grouping{Of: map[string]string{}}
	for _, row := range rows {
		if unit >= len(row) || c >= len(row) {
			return g, false
		}
		text := strings.TrimSpace(row[c])
		if text == "" || slices.Contains(src.Missing, text) {
			continue
		}
		if _, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", "."), 64); err == nil {
			return g, false // numbers are not names of groups
		}
		g.Of[strings.TrimSpace(row[unit])] = text
		if !slices.Contains(g.Values, text) {
			g.Values = append(g.Values, text)
		}
		if len(g.Values) > maxGroups {
			return g, false
		}
	}
	slices.Sort(g.Values)
	return g, len(g.Values) > 1 && len(g.Values) < len(g.Of)
}

// table reads a file of the bundle. The engine has read it before, so what does
// not parse here is only not offered as a grouping.
func table(r *gpsi.Opened, name string, skip int) [][]string {
	text := bytes.TrimPrefix(r.Contents[name], []byte("\ufeff"))
	for range skip {
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	first, _, _ := bytes.Cut(text, []byte("\n"))
	in := csv.NewReader(bytes.NewReader(text))
	for _, sep := range ";\t" {
		if bytes.Count(first, []byte(string(sep))) > bytes.Count(first, []byte(string(in.Comma))) {
			in.Comma = sep
		}
	}
	rows, err := in.ReadAll()
	if err != nil {
		return nil
	}
	return rows
}

// groupTitles finds the names that a framework table in COINr's form gives to
// group columns.
func groupTitles(r *gpsi.Opened, dir string) map[string]string {
	out := map[string]string{}
	if r.Spec.Framework == nil {
		return out
	}
	rows := table(r, path.Join(dir, r.Spec.Framework.File), 0)
	if len(rows) == 0 {
		return out
	}
	code, name := slices.Index(rows[0], "iCode"), slices.Index(rows[0], "iName")
	for _, row := range rows[1:] {
		if code >= 0 && name >= 0 {
			out[row[code]] = row[name]
		}
	}
	return out
}

// human makes a code such as south_asia readable.
func human(s string) string { return capital(strings.ReplaceAll(s, "_", " ")) }

// grouping returns the grouping of a key, nil if there is none.
func (o *opened) grouping(key string) *grouping {
	for i := range o.groups {
		if o.groups[i].Key == key {
			return &o.groups[i]
		}
	}
	return nil
}

func (o *opened) path() string { return releasePath(o.ID) }

// link returns the address of a page of the release, in the same year.
func (o *opened) link(page string, pairs ...string) string {
	q := url.Values{}
	if len(o.years) > 1 && o.year != o.years[len(o.years)-1] {
		q.Set("year", strconv.Itoa(o.year))
	}
	p := o.path()
	if page != "" {
		p += "/" + page
	}
	return withQuery(p, q, pairs...)
}

func (o *opened) unitLink(code string) string { return o.link("country/" + url.PathEscape(code)) }

// row finds the unit of the address in the year.
func (o *opened) row(code string) (int, error) {
	i, ok := o.at[code]
	if !ok {
		return 0, fail.New(fail.Missing, "%q is not in this release in that year; the ranking lists who is", code)
	}
	return i, nil
}

// name returns a unit's name in the language of the reader.
func (o *opened) name(row int) string {
	x := o.Result.Rows[row]
	if n := o.t.Place(x.Code, x.Name); n != "" {
		return n
	}
	return x.Code
}

// title returns the name of a column.
func (o *opened) title(k int) string { return columnName(o.Result.Columns[k]) }

func columnName(c index.Column) string {
	if c.Name != "" {
		return c.Name
	}
	return c.Code
}

// bar is what the pages of a release have on top.
func (s *site) bar(v *visit, o *opened, current string) *Bar {
	b := &Bar{ID: o.ID, Title: o.Title, Edition: o.Edition, Demo: o.Demonstration, Notice: o.Notice,
		Published: v.t.T("public.release.published", string(o.Publisher), v.t.Date(o.Released))}
	if o.RevisedBy != "" {
		b.RevisedBy = releasePath(o.RevisedBy)
	}
	for _, p := range []struct{ page, key string }{
		{"", "public.page.ranking"}, {"map", "public.page.map"}, {"compare", "public.page.compare"}, {"time", "public.page.time"},
		{"what-if", "public.page.whatif"}, {"relations", "public.page.relations"}, {"sensitivity", "public.page.sensitivity"},
		{"method", "public.page.method"}, {"data", "public.page.data"}, {"statements", "public.page.statements"}, {"downloads", "public.page.downloads"},
	} {
		if p.page == "time" && len(o.years) < 2 || p.page == "sensitivity" && len(o.Sensitivity) == 0 {
			continue
		}
		b.Pages = append(b.Pages, Link{o.link(p.page), v.t.T(p.key), p.page == current})
	}
	return b
}

// page prepares the frame of a page of a release.
func (s *site) page(v *visit, o *opened, current, title string) Frame {
	f := s.frame(v, title+" · "+o.Title)
	f.Release = s.bar(v, o, current)
	return f
}
