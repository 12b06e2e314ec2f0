package process_test

import (
	"strings"
	"testing"

	"landbridge.example"
	"landbridge.example/process"
)

func TestList(t *testing.T) {
	a := landbridge.ProcessRef{ID: "a-process", Version: 2, Hash: landbridge.Sum([]byte("a"))}
	b := landbridge.ProcessRef{ID: "b-process", Version: 1, Hash: landbridge.Sum([]byte("b"))}
	text := process.FormatList([]landbridge.ProcessRef{b, a})
	if !strings.HasPrefix(text, "landbridge-definitions/1\na-process@2 sha256:") {
		t.Errorf("%q", text)
	}
	got, err := process.ParseList(text)
	if err != nil || len(got) != 2 || got[0] != a || got[1] != b {
		t.Errorf("%v %v", got, err)
	}
	for _, bad := range []string{"", "x", text + "\n", strings.TrimSuffix(text, "\n"), strings.Replace(text, "a-process", "c-process", 1), text + a.String() + "\n",
		strings.Replace(text, "/1", "/2", 1), strings.Replace(text, "sha256:", "sha1:", 1)} {
		if _, err := process.ParseList(bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func FuzzParseList(f *testing.F) {
	f.Add(process.FormatList([]landbridge.ProcessRef{{ID: "a", Version: 1, Hash: landbridge.Sum(nil)}}))
	f.Add("landbridge-definitions/1\n")
	f.Fuzz(func(t *testing.T, text string) {
		if all, err := process.ParseList(text); err == nil && process.FormatList(all) != text {
			t.Errorf("%q is not its own form", text)
		}
	})
}
