package web

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"landbridge.example"
	"landbridge.example/decision"
	"landbridge.example/handling"
	"landbridge.example/internal/access"
	"landbridge.example/internal/call"
	"landbridge.example/internal/delegation"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/gpsi"
	"landbridge.example/internal/gpsi/sheet"
	"landbridge.example/internal/lang"
	"landbridge.example/internal/screening"
	"landbridge.example/match"
	"landbridge.example/process"
	"landbridge.example/process/catalogue"
)

var update = flag.Bool("update", false, "write the English texts of the process definitions into the catalogue")

// A keyed text is one line of a catalogue.
type keyed struct{ key, text string }

func definitions(t testing.TB) []*process.Definition {
	t.Helper()
	files, err := catalogue.Files()
	if err != nil {
		t.Fatal(err)
	}
	var all []*process.Definition
	for name, text := range files {
		d, err := process.Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b *process.Definition) int { return strings.Compare(a.Ref.Name(), b.Ref.Name()) })
	return all
}

// texts lists the texts of a definition under the keys the pages ask for.
func texts(d *process.Definition) []keyed {
	all := []keyed{{"title", d.Title}, {"summary", strings.Join(strings.Fields(d.Summary), " ")}}
	for _, s := range d.Sides {
		all = append(all, keyed{"side." + s.Name, s.Label})
	}
	for _, s := range d.States {
		all = append(all, keyed{"state." + s.Name, s.Label})
	}
	for _, tr := range d.Transitions {
		all = append(all, keyed{"act." + tr.Name + ".label", tr.Label}, keyed{"act." + tr.Name + ".done", tr.Done}, keyed{"act." + tr.Name + ".effect", tr.Effect})
	}
	groups := map[string]bool{}
	for _, f := range d.Fields {
		if !groups[f.Group] {
			groups[f.Group] = true
			all = append(all, keyed{strings.TrimPrefix(groupKey(d.Ref, f.Group), processKey(d.Ref)), f.Group})
		}
		all = append(all, fieldTexts("field."+f.Name, &f)...)
	}
	for _, c := range d.Clocks {
		all = append(all, keyed{"clock." + c.Name, c.Label})
	}
	for _, g := range d.Grounds {
		all = append(all, keyed{"ground." + g.Code, g.Label})
	}
	for i := range all {
		all[i].key = processKey(d.Ref) + all[i].key
	}
	return all
}

func fieldTexts(key string, f *process.Field) []keyed {
	all := []keyed{{key + ".label", f.Label}, {key + ".help", f.Help}, {key + ".unit", f.Unit}}
	for _, o := range f.Options {
		all = append(all, keyed{key + ".option." + o.Code, o.Label})
	}
	return all
}

// partTexts lists the texts of the compound types.
func partTexts() []keyed {
	var all []keyed
	for _, typ := range process.Types() {
		for _, p := range process.Parts(typ) {
			all = append(all, fieldTexts("part."+string(typ)+"."+p.Name, &p)...)
		}
	}
	return all
}

// file writes lines as a catalogue has them; what has no text needs no line,
// and of a key two versions of a definition share the newest text stands.
func file(head string, all []keyed) string {
	text := map[string]string{}
	var keys []string
	for _, k := range all {
		if k.text == "" {
			continue
		}
		if _, ok := text[k.key]; !ok {
			keys = append(keys, k.key)
		}
		text[k.key] = k.text
	}
	var b strings.Builder
	b.WriteString("# " + head + "\n")
	for _, k := range keys {
		fmt.Fprintf(&b, "%s = %s\n", k, text[k])
	}
	return b.String()
}

// ownTexts reports whether a process has a catalogue of its own, in which the
// same English may be said differently at different places.
func ownTexts(id string) bool { return id == "information-request" }

// sayings lists the sentences that pages about processes show, which have no
// key in any catalogue but their own digest.
func sayings(d *process.Definition) (all []string) {
	for _, a := range d.Assurances {
		all = append(all, a.Label, a.Text)
	}
	for _, l := range d.Law {
		all = append(all, l.About)
	}
	return all
}

// said lists the sentences of all other definitions, each once.
func said(all []keyed, byProcess map[string][]keyed) []keyed {
	for _, id := range slices.Sorted(maps.Keys(byProcess)) {
		if ownTexts(id) {
			continue
		}
		for _, k := range byProcess[id] {
			if k.text != "" {
				all = append(all, keyed{lang.SaidKey(k.text), strings.Join(strings.Fields(k.text), " ")})
			}
		}
	}
	return all
}

// TestProcessTexts: the English of a definition in the catalogue is the
// definition's own, so that a translator never works from an old text. Run with
// -update after a definition changed, then translate the lines that moved.
func TestProcessTexts(t *testing.T) {
	byProcess := map[string][]keyed{}
	var other []keyed
	for _, d := range definitions(t) {
		byProcess[d.Ref.ID] = append(byProcess[d.Ref.ID], texts(d)...)
		for _, s := range sayings(d) {
			other = append(other, keyed{lang.SaidKey(s), strings.Join(strings.Fields(s), " ")})
		}
	}
	want := map[string]string{
		"parts.txt": file("The parts of compound fields. Written by go test ./internal/web -run TestProcessTexts -update.", partTexts()),
		"said.txt": file("What process definitions say, each sentence once; its key is its digest. Written by go test ./internal/web -run TestProcessTexts -update.",
			said(other, byProcess)),
	}
	for id, all := range byProcess {
		if !ownTexts(id) {
			continue
		}
		want["process."+id+".txt"] = file("The texts of the process "+id+". Written by go test ./internal/web -run TestProcessTexts -update.", all)
	}
	for name, text := range want {
		path := filepath.Join("..", "lang", "catalogue", "en", name)
		if *update {
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		have, err := os.ReadFile(path)
		if err != nil || string(have) != text {
			t.Errorf("%s is not what the definition says (%v); run with -update and translate what changed", name, err)
		}
	}
}

// families are the keys that code puts together: their beginnings, with every
// ending there is.
func families(t testing.TB) []string {
	var all []string
	each := func(prefix string, endings ...string) {
		for _, e := range endings {
			all = append(all, prefix+e)
		}
	}
	for _, r := range landbridge.Roles() {
		each("role.", string(r))
	}
	for _, a := range access.Actions() {
		each("action.", string(a))
		each("access.", string(a))
	}
	for _, k := range fail.Kinds() {
		each("fail.", k.String())
	}
	for m := 1; m <= 12; m++ {
		each("date.", fmt.Sprintf("month.%d", m), fmt.Sprintf("mon.%d", m))
	}
	for _, l := range lang.Languages() {
		each("language.", l.Code)
	}
	for _, a := range uses() {
		each("use.", string(a))
	}
	for _, p := range append(handling.Purposes(), handling.Lawfulness, handling.PersonRights) {
		each("purpose.", string(p))
	}
	for _, st := range screening.States() {
		each("screen.state.", string(st))
	}
	for _, k := range screening.TaskKinds() {
		each("screen.task.", string(k))
		each("screen.desk.", string(k))
	}
	for _, k := range append(screening.Identifiers(match.Person), screening.ByActivity, screening.ByManagement) {
		each("screen.id.", k)
	}
	each("screen.kind.", string(match.Person), string(match.Organisation), string(match.Vessel), string(match.Aircraft), string(match.Substance))
	each("screen.quality.", string(match.Primary), string(match.Good), string(match.Weak), string(match.Original))
	each("screen.how.", "same", "spelling", "other-script", "initial", "initials", "same-meaning", "short-form", "written-together", "against", "only-on-one-side", "number-on-one-side")
	each("screen.what.", "birth", "nationality", "gender", "document")
	each("screen.evidence.", string(match.Agrees), string(match.Near), string(match.Contradicts))
	each("screen.missing.", "query", "list", "both")
	each("screen.taskstate.", "open", "late", "done", "void")
	each("screen.change.", screening.Added, screening.Changed, screening.Removed)
	each("screen.field.", "names", "births", "birth_places", "nationalities", "gender", "documents", "addresses", "positions", "programme", "listed_on", "updated_on",
		"comment", "reference", "kind")
	each("screen.desk.", "look", "confirm")
	each("said.screen-", "decided", "proposed", "confirmed", "added", "ended", "watched")
	each("role.does.", "officer", "supervisor", "contact_point", "dpo", "oversight", "operator", "secretariat")
	for _, rule := range sheet.Rules() {
		each("gpsi.rule.", rule)
	}
	each("gpsi.state.", gpsi.Draft, gpsi.Preview, gpsi.Released, gpsi.Dropped)
	each("gpsi.comment.", gpsi.Open, gpsi.Accepted, gpsi.Declined)
	each("gpsi.what.", "begun", "method", "imported", "corrected", "weighted", "shown")
	each("gpsi.kind.", "country", "name", "year", "variable", "number", "text", "origin")
	each("gpsi.reliability.", "good", "fair", "weak")
	each("gpsi.flag.", "missing", "imputed", "winsorised-high", "winsorised-low", "transformed", "clipped", "partial", "formula", "filled")
	each("rights.state.", "received", "drafted")
	for _, k := range append(delegation.Kinds(), "secretariat") {
		each("guest.kind.", k)
	}
	each("guest.", "sheet") // of the API
	each("guest.odd.", delegation.Ahead, delegation.Early, delegation.Late)
	each("guest.part.", delegation.Parts()...)
	each("guest.state.", delegation.States()...)
	each("guest.ground.", delegation.Grounds()...)
	each("guest.column.", "delegation", "kind", "part", "state", "number", "name", "latin", "title", "nation", "inside")
	each("fact.forum.", "edition-saved", "draft-changed", "published")
	each("calls.column.", call.Columns()...)
	each("theme.", "auto", "light", "dark")
	each("span.words.", "h", "d", "wd", "m", "y")
	each("value.", "yes", "no")
	each("cases.state.", "live", "ended", "all")
	each("rung.", "submitted", "relayed", "delivered", "retrieved", "acknowledged", "decided", "undeliverable", "refused")
	each("file.", "draft", "sent", "here", "expected")
	each("safeguard.", "kept", "open", "broken")
	each("grade.source.", "A", "B", "C", "X")
	each("grade.information.", "1", "2", "3", "4")
	each("draft.state.", "open", "proposed", "done", "stopped", "dropped")
	each("proposal.", "waiting", "sent", "returned", "stopped")
	each("lane.", "urgent", "normal", "bulk")
	each("notice.kind.", "wanted", "missing", "body", "property", "modus_operandi", "threat", "un_special")
	each("notice.side.", "issuing", "panel", "receiving")
	each("notice.state.", "before", "force", "over", "withheld", "suspended", "removal", "removed", "ended")
	each("notice.effect.", "locate", "arrest_own_law", "none")
	each("notice.evidence.", "birth", "nationality", "gender", "document", "agrees", "near", "contradicts", "missing")
	each("notice.removal.", "found", "warrant_lifted", "surrendered", "refused_rights", "wrong", "no_longer", "order_removal", "remove", "end_validity",
		"withdraw_published")
	for _, p := range append(handling.Purposes(), handling.Lawfulness, handling.PersonRights) {
		each("notice.purpose.", string(p))
	}
	each("substances.check.", "checked", "single", "unchecked")
	each("substances.checktext.", "checked", "single", "unchecked")
	each("party.kind.", "state", "organisation", "secretariat")
	each("party.reach.", "push", "pull", "relay")
	for x := handling.TLPClear; x <= handling.TLPRed; x++ {
		each("tlp.", strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(x.String(), "TLP:"), "+", "_")))
	}
	for x := handling.PAPClear; x <= handling.PAPRed; x++ {
		each("pap.", strings.ToLower(strings.TrimPrefix(x.String(), "PAP:")))
	}
	for _, d := range definitions(t) {
		for _, s := range sayings(d) {
			if s != "" {
				all = append(all, lang.SaidKey(s))
			}
		}
		for _, k := range texts(d) {
			switch {
			case k.text == "":
			case ownTexts(d.Ref.ID):
				all = append(all, k.key)
			default:
				all = append(all, lang.SaidKey(k.text))
			}
		}
	}
	for _, k := range partTexts() {
		if k.text != "" {
			all = append(all, k.key)
		}
	}
	return append(all, foreignKeys(t)...)
}

// sources reads the text of every product file of the given folders.
func sources(t testing.TB, folders ...string) string {
	t.Helper()
	var b strings.Builder
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join("..", "..", folder), func(path string, d os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() || strings.HasSuffix(path, "_test.go") || !slices.Contains([]string{".go", ".html", ".js"}, filepath.Ext(path)) {
				return nil
			}
			text, err := os.ReadFile(path)
			b.Write(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

var (
	asked    = regexp.MustCompile(`(?:\.T|\bt|\.T) ?\(?"([a-z][a-zA-Z0-9_.-]*[a-zA-Z0-9_])"`)
	redirect = regexp.MustCompile(`v\.to\([^\n]*?, "([a-z-]+)"\)|said=([a-z-]+)`)
	quoted   = regexp.MustCompile(`"([a-z][a-z0-9_-]*(?:\.[a-zA-Z0-9_-]+)+)"`)
)

// TestTextKeys: every key the program asks for is in the catalogue, and the
// catalogue has none that nobody asks for.
func TestTextKeys(t *testing.T) {
	en := book(t).In(lang.Fallback)
	code := sources(t, "internal/web", "internal/lang", "internal/casework", "internal/delegation")
	used := map[string]bool{}
	need := func(key, why string) {
		used[key] = true
		if !en.Has(key) {
			t.Errorf("%s has no text (%s)", key, why)
		}
	}
	for _, m := range asked.FindAllStringSubmatch(code, -1) {
		need(m[1], "asked for by name")
	}
	for _, m := range redirect.FindAllStringSubmatch(code, -1) {
		need("said."+m[1]+m[2], "said after a form")
	}
	for _, k := range slices.Concat(families(t), lawFamilies(), visitFamilies(), forumFamilies(), decisionFamilies()) {
		need(k, "of a family")
	}
	for _, m := range quoted.FindAllStringSubmatch(code, -1) {
		used[m[1]] = true
	}
	for _, k := range en.Keys() {
		if !used[k] && !strings.HasPrefix(k, "public.") { // those are held by the public pages' own test
			t.Errorf("%s is in the catalogue and nobody asks for it", k)
		}
	}
}

// foreignKeys are the keys other packages hand over together with English.
func foreignKeys(t testing.TB) []string {
	seen := map[string]bool{}
	var all []string
	find := func(prefix, code, pattern string) {
		found := regexp.MustCompile(pattern).FindAllStringSubmatch(code, -1)
		if len(found) == 0 {
			t.Errorf("the pattern for %s finds nothing any more: %s", prefix, pattern)
		}
		for _, m := range found {
			if key := prefix + strings.ToLower(m[1]); !seen[key] {
				seen[key] = true
				all = append(all, key)
			}
		}
	}
	engine, cases := sources(t, "process"), sources(t, "internal/casework")
	find("handling.", sources(t, "handling"), `(?:yes|no)\([^,\n]+, "([a-z0-9_]+)", "`)
	find("process.why.", engine, `Reason\{"[^"]+", "([a-z_]+)"`)
	find("process.why.", engine, `Reason\{Rule: [^,]+, Code: "([a-z_]+)"`)
	find("process.why.", engine, `name: "S[0-9]+\.([a-z_]+)"`)
	find("process.problem.", engine, `problem\(f, "([a-z_]+)"`)
	find("process.problem.", engine, `theirs\("[a-z]+", "([a-z_]+)"`)
	find("process.problem.", engine, `Rule: "form", Code: "([a-z_]+)"`)
	find("process.problem.", engine, `at\([^,]+, "([a-z_]+)"`)
	find("process.problem.", engine, `return "([a-z_]+)", (?:"it |fmt)`)
	for _, typ := range process.Types() {
		if !typ.Compound() && typ != process.TextType && typ != process.LongType {
			all = append(all, "process.problem.form_"+string(typ))
		}
	}
	find("case.stop.", cases, `"(S[0-9]+)": +"[^"]{40}`)
	find("safeguard.", cases, `add\("S[0-9]+", "[a-z]+", "([a-z0-9_]+)"`)
	find("safeguard.", cases, `"(S[0-9]+)": "[A-Z][a-z A-Z]+"[,}]`)
	find("fact.", sources(t, "internal/casework", "internal/exchange", "internal/party", "internal/rights", "internal/call", "internal/notice", "internal/gpsi", "internal/screening", "internal/delegation",
		"internal/decision", "internal/visit"), `[fF]act[A-Z][a-zA-Z]* *= *"([a-z]+\.[a-z-]+)"`)
	find("fact.", sources(t, "internal/staff"), `s\.fact\(tx, "([a-z.-]+)"`)
	for _, kind := range append(decision.Kinds(), "floor-asked", "meeting-shown") { // an act is a fact of its own kind
		all = append(all, "fact.decision."+kind)
	}
	for _, rung := range []string{"submitted", "relayed", "delivered", "retrieved", "acknowledged", "decided", "refused", "undeliverable"} {
		all = append(all, "fact.message."+rung)
	}
	return append(all, "fact.erased")
}
