package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"landbridge.example/match"
)

// writeWords writes the words that mean little in a name, or mean the same in
// another language: titles, particles, legal forms, kinds of business, numbers,
// short forms of given names. One line: role, class, the words.
func (t *trainer) writeWords() error {
	w := &wordList{t: t, seen: map[string]bool{}}
	w.out.WriteString("# Words of names: role, class, words. From rigour (MIT licence), nicknames (Apache-2.0) and our own additions.\n")
	for _, step := range []func() error{w.ours, w.titles, w.legalForms, w.symbols, w.ordinals, w.nicknames, w.shortForms, w.lookalikes, w.initialisms, w.senses} {
		if err := step(); err != nil {
			return err
		}
	}
	return t.write("words.txt", w.out.Bytes())
}

type wordList struct {
	t    *trainer
	seen map[string]bool // role and words
	out  bytes.Buffer
}

// add writes one line unless the words have a line in this role already.
func (w *wordList) add(role, class, words string) {
	folded := strings.Join(w.fold(words), " ")
	if folded == "" || w.seen[role+folded] {
		return
	}
	w.seen[role+folded] = true
	fmt.Fprintf(&w.out, "%s\t%s\t%s\n", role, strings.Join(w.fold(class), ""), folded)
}

// fold cuts text into words as the engine keeps them; single letters with dots join.
func (w *wordList) fold(text string) (all []string) {
	text = strings.ToLower(text)
	start, script := -1, match.NoScript
	flush := func(end int) {
		if start >= 0 {
			word := text[start:end]
			switch script {
			case match.Latin:
				word = w.t.fold(word)
			case match.Digits:
			default:
				word = match.Plain(script, word)
			}
			if word != "" {
				all = append(all, word)
			}
		}
		start, script = -1, match.NoScript
	}
	for i, r := range text {
		s := match.ScriptOf(r)
		if unicode.IsMark(r) && start >= 0 {
			s = script
		}
		if s != script {
			flush(i)
		}
		if s != match.NoScript && start < 0 {
			start, script = i, s
		}
	}
	flush(len(text))
	return joinInitials(all)
}

// joinInitials makes one word of letters that stand alone: L. L. C. is llc.
func joinInitials(words []string) (all []string) {
	run := ""
	for _, w := range append(words, "") {
		if len(w) == 1 && w[0] >= 'a' && w[0] <= 'z' {
			run += w
			continue
		}
		if run != "" {
			all = append(all, run)
		}
		run = ""
		if w != "" {
			all = append(all, w)
		}
	}
	return all
}

// ours are the words that public collections lack or regard as names.
func (w *wordList) ours() error {
	for _, line := range []struct{ role, class, words string }{
		{"particle", "al", "al el ul ال ал аль эль ель"},
		{"joint", "al", "ur ud us ar ad ash as az an at edh ed"},
		{"particle", "of", "de del della di da do dos das du des of la le los las lo the and y e et und i и و"},
		{"particle", "von", "von van der den zu zur zum ter ten te af av vom"},
		{"patronym", "bin", "bin ben ibn bn بن ابن בן бин бен ибн"},
		{"patronym", "bint", "bint bent بنت בת бинт"},
		{"patronym", "ould", "ould wuld oul ولد улд оулд"},
		{"kunya", "abu", "abu abou abo ebu ابو абу абоу"},
		{"kunya", "umm", "umm oum um ام умм"},
		{"title", "mullah", "mullah mulla mollah molla mullo ملا мулла муллах"},
		{"title", "mawlawi", "mawlawi maulavi maulawi maulvi mawlavi molavi moulavi مولوي maulana mawlana moulana مولانا"},
		{"title", "hajj", "haj hajj haji hajji alhaj alhaji hadji hadj حاجي الحاج حاج хаджи хаджжи"},
		{"title", "sheikh", "sheikh shaikh shaykh sheik cheikh شيخ الشيخ шейх шаих"},
		{"title", "qari", "qari kari قاري"},
		{"title", "ustad", "ustad ustadh ostad استاد"},
		{"title", "mufti", "mufti مفتي"},
		{"title", "general", "general gen جنرال"},
		{"title", "colonel", "colonel col"},
		{"title", "major", "maj"},
		{"title", "brigadier", "brigadier brig"},
		{"title", "lieutenant", "lieutenant lt"},
		{"title", "engineer", "engineer eng ing"},
		{"title", "dr", "dr doctor doktor docteur دكتور الدكتور д-р"},
		{"title", "mr", "mr mister monsieur herr senor señor signor г-н"},
		{"title", "mrs", "mrs ms miss madame frau senora señora г-жа"},
		{"title", "prof", "prof professor профессор"},
		{"title", "jr", "jr junior"},
		{"title", "sr", "snr senior"},
		{"title", "comrade", "comrade"},
		// Where something works says little of what it is.
		{"domain", "europe", "europe european europa europeenne evropa европа европы европейский"},
		{"domain", "asia", "asia asian azia азия азии азиатский"},
		{"domain", "eurasia", "eurasia eurasian евразия евразии евразийский"},
		{"domain", "africa", "africa african afrika африка африки"},
		{"domain", "america", "america american americas amerika америка америки"},
		{"domain", "pacific", "pacific"},
		{"domain", "baltic", "baltic балтийский"},
		{"domain", "balkan", "balkan balkans"},
		{"domain", "caspian", "caspian каспийский"},
		{"domain", "gulf", "gulf"},
		{"domain", "nordic", "nordic scandinavia scandinavian"},
		{"domain", "oceania", "oceania"},
		{"ship", "mv", "mv mt ms ss mts fv msc vessel ship tanker"},
	} {
		for _, word := range strings.Fields(line.words) {
			w.add(line.role, line.class, word)
		}
	}
	return nil
}

func (w *wordList) yaml(name string, into any) error {
	text, err := open(w.t.data, name)
	if err != nil {
		return err
	}
	if err := yaml.Unmarshal(text, into); err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	return nil
}

func (w *wordList) titles() error {
	var file map[string][]string
	if err := w.yaml("rigour_stopwords.yml.gz", &file); err != nil {
		return err
	}
	for _, title := range file["PERSON_NAME_PREFIXES"] {
		if !strings.EqualFold(title, "the") && !strings.EqualFold(title, "fr") {
			w.add("title", title, title)
		}
	}
	return nil
}

func (w *wordList) legalForms() error {
	var file struct {
		Types []struct {
			Display, Compare, Generic string
			Aliases                   []string
		}
	}
	if err := w.yaml("rigour_org_types.yml.gz", &file); err != nil {
		return err
	}
	for _, f := range file.Types {
		class := f.Display
		if f.Compare != "" {
			class = f.Compare
		}
		if class == "" {
			class = f.Generic
		}
		if len(w.fold(class)) == 0 {
			continue
		}
		// The class of the form, and the family of forms it belongs to.
		name := strings.Join(w.fold(class), "") + "/" + strings.ToLower(f.Generic)
		for _, alias := range append(f.Aliases, class) {
			folded := strings.Join(w.fold(alias), " ")
			if folded != "" && len(folded) > 1 && strings.Trim(folded, "ivx") != "" && !w.seen["form"+folded] {
				w.seen["form"+folded] = true
				fmt.Fprintf(&w.out, "form\t%s\t%s\n", name, folded)
			}
		}
	}
	return nil
}

func (w *wordList) symbols() error {
	var file map[string]map[string][]string
	if err := w.yaml("rigour_symbols.yml.gz", &file); err != nil {
		return err
	}
	for _, group := range []struct{ key, role string }{{"org_symbols", "business"}, {"org_domains", "domain"}} {
		for _, class := range slices.Sorted(maps.Keys(file[group.key])) {
			if strings.Contains(" tpb npp snco nbco alqaeda hezbollah irgc pla ccp cia ", " "+class+" ") {
				continue // these name one organisation, not a kind
			}
			for _, alias := range file[group.key][class] {
				w.add(group.role, class, alias)
			}
		}
	}
	for _, class := range slices.Sorted(maps.Keys(file["person_nick"])) {
		names := file["person_nick"][class]
		for _, n := range names {
			if folded := w.fold(n); len(folded) == 1 {
				w.nick(class, folded[0])
			}
		}
	}
	return nil
}

func (w *wordList) nick(a, b string) {
	w.couple("nick", w.t.fold(a), w.t.fold(b))
}

// couple writes two words that have to do with each other.
func (w *wordList) couple(role, a, b string) {
	if a == b || a == "" || b == "" || w.seen[role+a+" "+b] || w.seen[role+b+" "+a] {
		return
	}
	w.seen[role+a+" "+b] = true
	fmt.Fprintf(&w.out, "%s\t%s\t%s\n", role, min(a, b), max(a, b))
}

// shortForms are those of other languages than English.
func (w *wordList) shortForms() error { return w.couples("nick", "shortforms.txt") }

// lookalikes are names of men and women that differ in their ending alone.
func (w *wordList) lookalikes() error { return w.couples("unlike", "lookalike.txt") }

// initialisms are three letters by which a body is known.
func (w *wordList) initialisms() error {
	text, err := os.ReadFile(filepath.Join(w.t.data, "initialisms.txt"))
	if err != nil {
		return fmt.Errorf("reading initialisms: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		if line[0] == '#' {
			continue
		}
		for word := range strings.FieldsSeq(line) {
			w.add("letters", word, word)
		}
	}
	return nil
}

// senses are words that mean the same in several languages and yet identify.
func (w *wordList) senses() error {
	text, err := os.ReadFile(filepath.Join(w.t.data, "senses.txt"))
	if err != nil {
		return fmt.Errorf("reading senses: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if len(words) == 0 || line[0] == '#' {
			continue
		}
		for _, word := range words {
			if r := first(word); match.ScriptOf(r) == match.Arabic {
				w.sense(words[0], "ال"+word)
			}
			w.sense(words[0], word)
		}
	}
	return nil
}

// sense writes a word with its sense unless it has a role already.
func (w *wordList) sense(class, word string) {
	folded := strings.Join(w.fold(word), " ")
	for _, role := range []string{"form", "business", "domain", "number", "particle", "title", "ship"} {
		if w.seen[role+folded] {
			return
		}
	}
	w.add("sense", class, word)
}

// couples reads lines of words, a colon and more words: each of the first goes
// with each of the others.
func (w *wordList) couples(role, name string) error {
	text, err := os.ReadFile(filepath.Join(w.t.data, name))
	if err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		full, short, ok := strings.Cut(line, ":")
		if !ok {
			return fmt.Errorf("%s: no colon in %q", name, line)
		}
		for _, a := range strings.Fields(full) {
			for _, b := range strings.Fields(short) {
				w.couple(role, strings.Join(w.fold(a), ""), strings.Join(w.fold(b), ""))
			}
		}
	}
	return nil
}

func (w *wordList) ordinals() error {
	var file struct{ Ordinals map[int][]string }
	if err := w.yaml("rigour_ordinals.yml.gz", &file); err != nil {
		return err
	}
	for _, n := range slices.Sorted(maps.Keys(file.Ordinals)) {
		for _, word := range file.Ordinals[n] {
			if folded := w.fold(word); n <= 100 && len(folded) == 1 && len([]rune(folded[0])) > 1 {
				w.add("number", strconv.Itoa(n), folded[0])
			}
		}
	}
	return nil
}

func (w *wordList) nicknames() error {
	text, err := open(w.t.data, "nicknames_en.csv.gz")
	if err != nil {
		return err
	}
	all, err := rows(text)
	if err != nil {
		return err
	}
	for _, r := range all {
		if len(r) == 3 && r[1] == "has_nickname" && len(r[2]) > 1 {
			w.nick(r[0], r[2])
		}
	}
	return nil
}
