package process_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/process"
)

var update = flag.Bool("update", false, "write the vector files anew")

// actVector is an act as the vector file writes it.
type actVector struct {
	ID         landbridge.Digest               `json:"id"`
	Parents    []landbridge.Digest             `json:"parents"`
	Party      landbridge.PartyID              `json:"party"`
	Transition string                          `json:"transition"`
	Time       time.Time                       `json:"time"`
	Role       landbridge.Role                 `json:"role"`
	Person     string                          `json:"person,omitempty"`
	Approvals  []approvalVector                `json:"approvals,omitempty"`
	Fields     process.Values                  `json:"fields,omitempty"`
	Ground     string                          `json:"ground,omitempty"`
	Reason     string                          `json:"reason,omitempty"`
	Files      int                             `json:"files,omitempty"`
	Sides      map[string][]landbridge.PartyID `json:"sides,omitempty"`
}

type approvalVector struct {
	Role   landbridge.Role `json:"role"`
	Person string          `json:"person"`
}

type stepVector struct {
	ID    landbridge.Digest `json:"id"`
	State string            `json:"state"`
}

type keptVector struct {
	ID   landbridge.Digest `json:"id"`
	Rule string            `json:"rule"`
	Code string            `json:"code"`
}

type clockVector struct {
	Name   string              `json:"name"`
	Status process.ClockStatus `json:"status"`
	Due    time.Time           `json:"due"`
}

type storyVector struct {
	Name    string        `json:"name"`
	Acts    []actVector   `json:"acts"`
	State   string        `json:"state"`
	Applied []stepVector  `json:"applied"`
	Refused []keptVector  `json:"refused"`
	Waiting []keptVector  `json:"waiting"`
	Now     time.Time     `json:"now"`
	Clocks  []clockVector `json:"clocks"`
}

// TestFoldVectors writes stories and what they add up to, for implementations
// in other languages. The acts are in no helpful order on purpose.
func TestFoldVectors(t *testing.T) {
	d := load(t)
	_, good := chain(t, d, "XA send", "XB receive", "XB acknowledge", "XB ask", "XA reply", "XB answer", "XA report_outcome", "XA close")
	_, short := chain(t, d, "XA send", "XB receive", "XB acknowledge")
	head := short[2].ID
	with := func(more ...process.Act) []process.Act { return append(slices.Clone(short), more...) }
	unsigned := act(d, 1, "XA", "send")
	unsigned.Approvals = nil
	political := act(d, 1, "XA", "send")
	political.Fields["offences"].Rows[0]["code"] = "treason"
	stories := []struct {
		name string
		acts []process.Act
	}{
		{"a good end", good},
		{"refused with a ground", with(act(d, 9, "XB", "refuse", head))},
		{"a withdrawal crosses the answer", with(act(d, 10, "XA", "withdraw", head), act(d, 11, "XB", "answer", head))},
		{"a suspension crosses a withdrawal", with(act(d, 10, "XB", "suspend", head), act(d, 11, "XA", "withdraw", head))},
		{"the question is lost", slices.Delete(slices.Clone(good), 3, 4)},
		{"an answer by the wrong side", with(act(d, 10, "XA", "answer", head))},
		{"a request nobody approved", []process.Act{unsigned}},
		{"a request for a political offence", []process.Act{political}},
		{"a stranger takes part", with(act(d, 10, "XC", "disclose_exculpatory", head))},
		{"an act that follows nothing", with(act(d, 10, "XB", "answer"))},
	}
	v := struct {
		Definition string        `json:"definition"`
		Hash       string        `json:"sha256"`
		Stories    []storyVector `json:"stories"`
	}{Definition: "process/catalogue/information-request.v1.yaml", Hash: d.Ref.Hash.String()}
	for _, s := range stories {
		now := base.Add(30 * time.Hour)
		c := process.Fold(d, s.acts)
		sv := storyVector{Name: s.name, State: c.State, Now: now, Applied: []stepVector{}, Refused: []keptVector{}, Waiting: []keptVector{}, Clocks: []clockVector{}}
		for i := len(s.acts) - 1; i >= 0; i-- {
			a := s.acts[i]
			av := actVector{a.ID, a.Parents, a.Party, a.Transition, a.Time, a.Role, a.Person, nil, a.Fields, a.Ground, a.Reason, a.Files, a.Sides}
			if av.Parents == nil {
				av.Parents = []landbridge.Digest{}
			}
			for _, p := range a.Approvals {
				av.Approvals = append(av.Approvals, approvalVector{p.Role, p.Person})
			}
			sv.Acts = append(sv.Acts, av)
		}
		for _, st := range c.Steps {
			sv.Applied = append(sv.Applied, stepVector{st.Act.ID, st.State})
		}
		for _, n := range c.Refused {
			sv.Refused = append(sv.Refused, keptVector{n.Act.ID, n.Why.Rule, n.Why.Code})
		}
		for _, n := range c.Waiting {
			sv.Waiting = append(sv.Waiting, keptVector{n.Act.ID, n.Why.Rule, n.Why.Code})
		}
		for _, k := range c.Clocks(now) {
			sv.Clocks = append(sv.Clocks, clockVector{k.Clock.Name, k.Status, k.Due})
		}
		v.Stories = append(v.Stories, sv)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("..", "spec", "vectors", "process", "fold.json")
	if *update {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, b.Bytes()) {
		t.Error("spec/vectors/process/fold.json differs from what the code gives; if the change is meant, run go test ./process -update")
	}
}
