package substance

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// WriteCSV writes the whole register, one row a substance; several values of a
// cell are divided by a bar.
func (r *Register) WriteCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	rows := [][]string{{"id", "name", "inn", "names", "cas", "cas_source", "chemical", "schedules", "check", "sources", "note"}}
	for _, s := range r.substances {
		inn := ""
		if s.INN {
			inn = "yes"
		}
		rows = append(rows, []string{s.ID, s.Name, inn, strings.Join(s.Names, "|"), strings.Join(s.CAS, "|"), s.CASSource, s.Chemical,
			strings.Join(s.Schedules, "|"), string(s.Check), strings.Join(s.Sources, "|"), s.Note})
	}
	if err := c.WriteAll(rows); err != nil {
		return fmt.Errorf("writing the register as CSV: %w", err)
	}
	return nil
}

// WriteJSON writes the whole register with its schedules, sources, classes and
// coverage.
func (r *Register) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	e.SetEscapeHTML(false)
	err := e.Encode(struct {
		Schedules  []Count     `json:"coverage"`
		Sources    []Source    `json:"sources"`
		Classes    []Class     `json:"classes"`
		Substances []Substance `json:"substances"`
	}{r.Coverage(), r.sources, r.classes, r.substances})
	if err != nil {
		return fmt.Errorf("writing the register as JSON: %w", err)
	}
	return nil
}
