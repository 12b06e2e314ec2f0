package client

import (
	"errors"
	"net/http"
	"strings"
	"testing"
)

// TestReadJSONSaysWhatIsWrong: people read these sentences, so they name the
// fields of the file and no types of Go.
func TestReadJSONSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"":                                       "it is empty",
		" \n":                                    "it is empty",
		`{"title":"x"`:                           "it ends in the middle",
		`[]`:                                     "the whole is an object with fields, not a list",
		`"x"`:                                    "the whole is an object with fields, not a text",
		`{"title":7}`:                            "title is a text, not a number",
		`{"title":true}`:                         "title is a text, not true or false",
		`{"keep_days":"x"}`:                      "keep_days is a whole number within bounds, not a text",
		`{"keep_days":1.5}`:                      "keep_days is a whole number within bounds, not 1.5",
		`{"keep_days":99999999999999999}`:        "",
		`{"keep_days":99999999999999999999}`:     "keep_days is a whole number within bounds, not 99999999999999999999",
		`{"criteria":{}}`:                        "criteria is a list, not an object",
		`{"criteria":[{"weight":"x"}]}`:          "criteria.weight is a whole number within bounds, not a text",
		`{"anonymous":"yes"}`:                    "anonymous is true or false, not a text",
		`{"closes":"2027-02-30T00:00:00Z"}`:      "2027-02-30T00:00:00Z",
		`{"closes":7}`:                           "a time is written like",
		`{"nosuch":1}`:                           `unknown field "nosuch"`,
		`{} {}`:                                  "something after the JSON value",
		`{} x`:                                   "something after the JSON value",
		"{\"title\":\"\xff\"}":                   "UTF-8",
		`{"` + strings.Repeat("x", 500) + `":1}`: "…",
		`{"title":"Ω"}`:                          "",
	} {
		err := ReadJSON([]byte(text), &NewCallFor{})
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", text, err)
		case want == "":
		case err == nil:
			t.Errorf("%s is taken", text)
		case !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "Go ") || strings.Contains(err.Error(), "json:") || len(err.Error()) > 200:
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestTextsLeaveAsTheyAre: bytes that are not UTF-8 would arrive as other signs.
func TestTextsLeaveAsTheyAre(t *testing.T) {
	sent := 0
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) { sent++; w.Write([]byte("{}")) })
	for title, whole := range map[string]bool{"a\xff": false, "\xed\xa0\x80": false, "a\ufffd": true, `a\ufffd`: true, `\\ufffd`: true, "Ω": true, "\\": true} {
		before := sent
		_, err := c.TableText(t.Context(), NegotiatedText{Title: title})
		if p := new(Problem); whole != (err == nil) || !whole && (!errors.As(err, &p) || p.Kind != "invalid") || whole != (sent > before) {
			t.Errorf("%q: %v, sent: %v", title, err, sent > before)
		}
	}
}
