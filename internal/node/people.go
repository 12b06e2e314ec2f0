package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff/softkey"
	"landbridge.example/internal/web"
)

// DemoName is the file in a demo's data folder that says what the pages show
// of the demo around them.
const DemoName = "demo.json"

// A Demo says what surrounds a node of a demo.
type Demo struct {
	Nodes []Neighbour       `json:"nodes"`
	Notes map[string]string `json:"notes"` // by login: who this is in the story
}

// A Neighbour is another node of a demo.
type Neighbour struct {
	Party string `json:"party"`
	Name  string `json:"name"`
	URL   string `json:"url"`
}

func readDemo(name string) (d Demo, err error) {
	b, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return d, nil
	}
	if err != nil {
		return d, fmt.Errorf("reading what surrounds the demo: %w", err)
	}
	if err := json.Unmarshal(b, &d); err != nil {
		return d, fail.New(fail.Invalid, "%s is damaged; delete it, and the demo goes on without links between its nodes", name)
	}
	return d, nil
}

// demo prepares sign-in by one click: the people whose software keys lie in
// the data folder. Outside a demo it is nil.
func (n *Node) demo(ctx context.Context) (*web.DemoConfig, error) {
	if !n.Config.Demo {
		return nil, nil
	}
	around, err := readDemo(n.Config.path(DemoName))
	if err != nil {
		return nil, err
	}
	d := &web.DemoConfig{}
	for _, o := range around.Nodes {
		d.Nodes = append(d.Nodes, web.DemoNode{Party: landbridge.PartyID(o.Party), Name: o.Name, URL: o.URL})
	}
	keys := map[landbridge.ID]*softkey.Key{}
	all, err := n.Staff.People(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		text, err := os.ReadFile(filepath.Join(n.Config.PeopleDir(), p.Login+".softkey"))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reading the software key of %s: %w", p.Login, err)
		}
		key, err := softkey.Parse(string(text))
		if err != nil {
			return nil, fail.New(fail.Invalid, "the software key of %s is damaged: %v", p.Login, err)
		}
		keys[p.Account] = key
		d.People = append(d.People, web.DemoPerson{Account: p.Account, Note: around.Notes[p.Login]})
	}
	d.Sign = func(_ context.Context, account landbridge.ID, challenge []byte) ([]byte, error) {
		key, ok := keys[account]
		if !ok {
			return nil, fail.New(fail.Denied, "the demo holds no software key of this account")
		}
		return key.Sign(challenge)
	}
	return d, nil
}
