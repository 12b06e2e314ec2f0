package portal

import (
	"strconv"
	"strings"

	"landbridge.example/index"
	"landbridge.example/internal/fail"
)

// cell makes a stranger's text harmless in a spreadsheet: one that begins like
// a formula gets an apostrophe in front, as spreadsheets themselves write text.
func cell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

// table sends rows as CSV; each row of a demonstration says that it is one.
func (o *opened) table(v *visit, name string, rows [][]string) {
	if o.Demonstration {
		for i := range rows {
			notice := demoNotice
			if i == 0 {
				notice = "notice"
			}
			rows[i] = append(rows[i], notice)
		}
	}
	v.save(o.stamp(name), "text/csv; charset=utf-8", index.Sheet{Rows: rows}.CSV())
}

func yearText(year int) string {
	if year == 0 {
		return ""
	}
	return strconv.Itoa(year)
}

// compareCSV is the comparison as shown: a row for each column, and for each
// unit its score and whether the value was filled in.
func (s *site) compareCSV(v *visit) error {
	o, err := s.open(v)
	if err != nil {
		return err
	}
	rows := s.compared(v, o)
	out := [][]string{{"code", "column", "level"}}
	for _, i := range rows {
		x := o.Result.Rows[i]
		out[0] = append(out[0], cell(x.Code), cell(x.Code)+" filled")
	}
	for k, c := range o.Result.Columns {
		if o.Result.Score[k] == nil || k > 0 && c.Effective == 0 {
			continue
		}
		line := []string{cell(c.Code), cell(columnName(c)), strconv.Itoa(c.Level)}
		for _, i := range rows {
			line = append(line, index.Number(o.value(k, i)), strconv.FormatBool(o.filled(k, i)))
		}
		out = append(out, line)
	}
	o.table(v, "comparison.csv", out)
	return nil
}

// timeCSV is the figure over the years as rows: unit, year, score and rank.
func (s *site) timeCSV(v *visit) error {
	o, err := s.open(v)
	if err != nil {
		return err
	}
	rows, k := s.followed(v, o)
	out := [][]string{{"unit", "name", "year", "column", "score", "rank"}}
	for _, i := range rows {
		x := o.Result.Rows[i]
		score, rank := o.line(x.Code, k, false), o.line(x.Code, k, true)
		for n, y := range o.years {
			out = append(out, []string{cell(x.Code), cell(x.Name), strconv.Itoa(y), cell(o.Result.Columns[k].Code), index.Number(score[n].Y), index.Number(rank[n].Y)})
		}
	}
	o.table(v, "years.csv", out)
	return nil
}

// whatIfCSV is every unit with its published rank and the one that the weights
// of the address give it.
func (s *site) whatIfCSV(v *visit) error {
	o, err := s.open(v)
	if err != nil {
		return err
	}
	w, err := o.weigh(v.URL.Query())
	if err != nil {
		return err
	}
	out := [][]string{{"unit", "name", "year", "rank", "score", "rank_with_weights", "score_with_weights"}}
	for _, i := range o.order(o.rows, 0) {
		x := o.Result.Rows[i]
		out = append(out, []string{cell(x.Code), cell(x.Name), yearText(x.Year), index.Number(o.rank(0, i)), index.Number(o.value(0, i)),
			index.Number(w.rank[i]), index.Number(w.score[i])})
	}
	o.table(v, "what-if.csv", out)
	return nil
}

// An ExplainedFile is explain.json: where one score comes from, as the engine
// and the command line say it.
type ExplainedFile struct {
	Release       string             `json:"release"`
	Digest        string             `json:"digest"`
	Demonstration bool               `json:"demonstration"`
	Notice        string             `json:"notice,omitempty"`
	Explanation   *index.Explanation `json:"explanation"`
}

func (s *site) explainJSON(v *visit) error {
	o, err := s.open(v)
	if err != nil {
		return err
	}
	row, err := o.row(v.PathValue("unit"))
	if err != nil {
		return err
	}
	x := o.Result.Rows[row]
	e, list := o.Model.Explain(o.Result, x.Code, x.Year)
	if list.Refused() {
		return fail.New(fail.Invalid, "this score cannot be taken apart: %s", list[0].Text)
	}
	return v.answer(ExplainedFile{o.ID, o.Digest.String(), o.Demonstration, o.Notice, e})
}

// A ReleaseFile is one line of releases.json.
type ReleaseFile struct {
	ID            string `json:"id"`
	Publisher     string `json:"publisher"`
	Framework     string `json:"framework"`
	Title         string `json:"title"`
	Edition       string `json:"edition"`
	Revision      int64  `json:"revision"`
	Demonstration bool   `json:"demonstration"`
	Released      string `json:"released"`
	Digest        string `json:"digest"`
	Size          int64  `json:"size"`
	LogIndex      int64  `json:"log_index"`
	Revises       string `json:"revises,omitempty"`
	RevisedBy     string `json:"revised_by,omitempty"`
	Bundle        string `json:"bundle"` // address of the zip file
}

func (s *site) releasesJSON(v *visit) error {
	all, err := s.Index.Releases(v.Context())
	if err != nil {
		return err
	}
	out := []ReleaseFile{}
	for _, r := range all {
		out = append(out, ReleaseFile{r.ID, string(r.Publisher), r.Framework, r.Title, r.Edition, r.Revision, r.Demonstration,
			r.Released.UTC().Format("2006-01-02T15:04:05Z"), r.Digest.String(), r.Size, r.LogIndex, r.Revises, r.RevisedBy, releasePath(r.ID) + "/bundle.zip"})
	}
	return v.answer(map[string]any{"releases": out})
}
