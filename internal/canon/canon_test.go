package canon_test

import (
	"testing"

	"landbridge.example/internal/canon"
)

type leaf struct {
	Name string `json:"name"`
	N    int    `json:"n,omitempty"`
}

type tree struct {
	leaf
	Under []leaf            `json:"under,omitempty"`
	Words map[string]string `json:"words,omitempty"`
}

func TestDecode(t *testing.T) {
	for text, c := range map[string]struct{ reads, one bool }{
		`{"name":"a <b> & \"c\""}`:             {true, true},
		`{"name":"a","n":1}`:                   {true, true},
		`{"name":"a","words":{"a":"b"}}`:       {true, true},
		` {"name":"a"}`:                        {true, false},
		`{"name":"a"}` + "\n":                  {true, false},
		`{"n":1,"name":"a"}`:                   {true, false},
		`{"name":"a","n":0}`:                   {true, false},
		`{"Name":"a"}`:                         {true, false},
		`{"name":"a","name":"a"}`:              {true, false},
		`{"name":"\u003cb\u003e"}`:             {true, false},
		`{"name":"a","words":{"b":"","a":""}}`: {true, false},
		`{"name":"a","more":1}`:                {false, false},
		`{"name":1}`:                           {false, false},
		`{"name":"a"`:                          {false, false},
		``:                                     {false, false},
	} {
		var v tree
		err := canon.Decode([]byte(text), &v)
		if (err == nil) != c.reads || err == canon.ErrMore {
			t.Errorf("%s: %v", text, err)
		}
		if c.reads && canon.Is([]byte(text), &v) != c.one {
			t.Errorf("%s: in the one form: %v", text, !c.one)
		}
	}
	for _, text := range []string{`{"name":"a"}{}`, `{"name":"a"} 1`, `{"name":"a"}]`, `{"name":"a"},`, `{"name":"a"}x`} {
		if err := canon.Decode([]byte(text), new(tree)); err != canon.ErrMore {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := canon.Encode(make(chan int)); err == nil || canon.Is(nil, make(chan int)) {
		t.Error("what is no value has a form")
	}
}

// FuzzDecode checks that what is read has one form, and that this form reads as
// the same and as itself.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"name":"a","n":1,"under":[{"name":"<b>"}],"words":{"en":"c"}}`))
	f.Add([]byte(`{"NAME":"a","n":1e0} {}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var v, w tree
		if canon.Decode(b, &v) != nil {
			return
		}
		form, err := canon.Encode(&v)
		if err != nil {
			t.Fatal(err)
		}
		if err := canon.Decode(form, &w); err != nil || !canon.Is(form, &w) {
			t.Fatalf("%s is written as %s, and that is not its one form: %v", b, form, err)
		}
	})
}
