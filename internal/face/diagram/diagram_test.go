package diagram

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"landbridge.example/process"
	"landbridge.example/process/catalogue"
)

func definitions(t *testing.T) (all []*process.Definition) {
	t.Helper()
	files, err := catalogue.Files()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		d, err := process.Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all = append(all, d)
	}
	return all
}

// TestDraw draws every process in both directions: the picture is well formed,
// shows every state once, and every act that changes the state is either drawn
// with its number or named as not drawn.
func TestDraw(t *testing.T) {
	for _, d := range definitions(t) {
		for _, flip := range []bool{false, true} {
			p := Draw(d, Style{Title: "A <process>", Flip: flip, Now: d.States[1].Name, Been: []string{d.States[0].Name}})
			dec := xml.NewDecoder(strings.NewReader(string(p.SVG)))
			boxes, tags := 0, ""
			for {
				tok, err := dec.Token()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatalf("%s: %v", d.Ref.Name(), err)
				}
				switch x := tok.(type) {
				case xml.StartElement:
					if x.Name.Local == "g" {
						boxes++
					}
				case xml.CharData:
					tags += " " + strings.ReplaceAll(string(x), "·", " ")
				}
			}
			if boxes != len(d.States) {
				t.Errorf("%s: %d boxes for %d states", d.Ref.Name(), boxes, len(d.States))
			}
			for i, tr := range d.Transitions {
				if d.State(tr.To) == nil || slices.Contains(p.Undraw, tr.Name) || slices.Equal(tr.From, []string{tr.To}) {
					continue
				}
				if !slices.Contains(strings.Fields(tags), itoa(i+1)) {
					t.Errorf("%s: %s is not in the picture", d.Ref.Name(), tr.Name)
				}
			}
		}
	}
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + itoa(n%10)
}

// TestLanes: no two lines run over each other.
func TestLanes(t *testing.T) {
	lines := []line{{from: 0, to: 3}, {from: 1, to: 2}, {from: 2, to: 3}, {from: 0, to: 1}, {from: 1, to: 3}}
	lanes(lines)
	for i, a := range lines {
		for _, b := range lines[:i] {
			if a.lane == b.lane && meet(a, b) {
				t.Errorf("%+v and %+v share a lane", a, b)
			}
		}
	}
}

func TestBroken(t *testing.T) {
	for in, want := range map[string][]string{
		"Refused": {"Refused"},
		"Waiting for judicial authorisation of the court": {"Waiting for judicial", "authorisation of the court"},
		strings.Repeat("x", 60):                           {strings.Repeat("x", 33) + "…"},
	} {
		if got := broken(in); !slices.Equal(got, want) {
			t.Errorf("%q: %q", in, got)
		}
	}
}
