package substance

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"landbridge.example/match"
)

var register = sync.OnceValue(func() *Register { return New(match.New()) })

// TestRows holds every row: a number with the right check digit, known schedules
// and sources, no name or number on two rows, and a check that follows from the
// number of sources.
func TestRows(t *testing.T) {
	r := register()
	names, numbers := map[string]string{}, map[string]string{}
	for _, s := range r.Substances() {
		for _, n := range append([]string{s.Name}, s.Names...) {
			k := strings.ToLower(n)
			if o, twice := names[k]; twice && o != s.ID {
				t.Errorf("%s is a name of %s and of %s", n, o, s.ID)
			}
			names[k] = s.ID
			if n != strings.TrimSpace(n) || n == "" {
				t.Errorf("%s: name %q", s.ID, n)
			}
		}
		for _, c := range s.CAS {
			if o, twice := numbers[c]; twice {
				t.Errorf("%s is the number of %s and of %s", c, o, s.ID)
			}
			numbers[c] = s.ID
			if !ValidCAS(c) {
				t.Errorf("%s: %s", s.ID, c)
			}
		}
		if (len(s.Sources) > 1) != (s.Check == Checked) || (len(s.Sources) == 0) != (s.Check == Unchecked) {
			t.Errorf("%s: %v is called %s", s.ID, s.Sources, s.Check)
		}
		if s.Check == Unchecked && !strings.Contains(s.Note, "general knowledge") {
			t.Errorf("%s has no source and does not say so", s.ID)
		}
	}
	for _, c := range r.Classes() {
		if _, ok := r.Source(c.Source); !ok || c.Text == "" || c.Jurisdiction == "" {
			t.Errorf("class %s is not whole", c.ID)
		}
		for _, id := range c.Beside {
			if _, ok := r.Substance(id); !ok {
				t.Errorf("class %s stands beside %s, which is not there", c.ID, id)
			}
		}
	}
}

// TestCoverage prints what the register holds and keeps it from shrinking.
func TestCoverage(t *testing.T) {
	want := map[string]int{"1961-I": 138, "1961-II": 10, "1961-III": 0, "1961-IV": 7, "1971-I": 33, "1971-II": 58, "1971-III": 9, "1971-IV": 69, "1988-I": 21, "1988-II": 8}
	for _, c := range register().Coverage() {
		t.Logf("| %s | %d | %d | %d | %d | %d |", c.Schedule.Code, c.All, c.Checked, c.Single, c.Unchecked, c.WithCAS)
		if c.All < want[c.Schedule.Code] || c.Checked+c.Single+c.Unchecked != c.All {
			t.Errorf("%s: %+v", c.Schedule.Code, c)
		}
	}
}

// TestMoved holds what left a schedule: the register must not repeat the old texts.
func TestMoved(t *testing.T) {
	r := register()
	if _, ok := r.Substance("propylhexedrine"); ok {
		t.Error("propylhexedrine left Schedule IV")
	}
	for id, want := range map[string]string{"cannabis": "1961-I", "flunitrazepam": "1971-III", "acetic-anhydride": "1988-I", "phenylacetic-acid": "1988-I"} {
		if s, ok := r.Substance(id); !ok || strings.Join(s.Schedules, "|") != want {
			t.Errorf("%s: %+v", id, s)
		}
	}
}

func TestFind(t *testing.T) {
	for _, c := range []struct{ query, want string }{
		{"fentanyl", "fentanyl"}, {"FENTANYL", "fentanyl"}, {"fentanil", "fentanyl"}, {"fentanyll", "fentanyl"}, {"fentanly", "fentanyl"},
		{"фентанил", "fentanyl"}, {"фентаніл", "fentanyl"}, {"فنتانيل", "fentanyl"}, {"芬太尼", "fentanyl"}, {"フェンタニル", "fentanyl"},
		{"437-38-7", "fentanyl"}, {"CAS 437‑38‑7", "fentanyl"}, {"cas:561-27-3", "heroin"}, {"diamorphine", "heroin"}, {"героин", "heroin"}, {"海洛因", "heroin"},
		{"methamphetamine", "metamfetamine"}, {"ecstasy", "mdma"}, {"LSD", "lysergide"}, {"lysergic acid diethylamide", "lysergide"}, {"P2P", "1-phenyl-2-propanone"},
		{"carfentanyl", "carfentanil"}, {"meperidine", "pethidine"}, {"кокаин", "cocaine"}, {"펜타닐", "fentanyl"}, {"פנטניל", "fentanyl"}, {"кодеин", "codeine"}, {"PCB", ""}, {"THD", ""}, {"قوقاز", ""}, {"diazepam", "diazepam"}, {"diasepam", "diazepam"},
		{"marihuana", "cannabis"}, {"α-PVP", "alpha-pvp"}, {"alpha PVP", "alpha-pvp"}, {"AH7921", "ah-7921"}, {"delta-9-THC", "delta-9-tetrahydrocannabinol"},
		{"acetic anhydride", "acetic-anhydride"}, {"anhydride acetic", "acetic-anhydride"}, {"piperonyl methyl ketone", "3-4-methylenedioxyphenyl-2-propanone"},
		{"methyl ester of benzoylecgonine", "cocaine"}, {"3-MMC", "3-mmc"}, {"4-MMC", "mephedrone"},
		{"ibuprofen", ""}, {"paracetamol", ""}, {"sodium chloride", ""}, {"437-38-8", ""}, {"", ""}, {"1", ""},
	} {
		hits := register().Find(c.query, 5)
		got := ""
		if len(hits) > 0 {
			got = hits[0].Substance.ID
		}
		if got != c.want {
			t.Errorf("%q finds %q, want %q %v", c.query, got, c.want, hits)
		}
	}
}

// TestOwnNames holds that every substance is found first, and exactly, by each
// of its own names and numbers.
func TestOwnNames(t *testing.T) {
	for _, s := range register().Substances() {
		for _, n := range append(append([]string{s.Name}, s.Names...), s.CAS...) {
			hits := register().Find(n, 3)
			if len(hits) == 0 || hits[0].Substance.ID != s.ID || !hits[0].Exact {
				t.Errorf("%s by %q: %v", s.ID, n, hits)
			}
		}
	}
}

// TestMedicines holds that common medicines that no schedule names are not
// taken for controlled ones.
func TestMedicines(t *testing.T) {
	for _, n := range strings.Fields(`acetylsalicylic amoxicillin atorvastatin metformin omeprazole losartan amlodipine simvastatin levothyroxine azithromycin
		prednisolone salbutamol furosemide warfarin insulin ranitidine ciprofloxacin fluoxetine sertraline citalopram naloxone naltrexone ondansetron loperamide
		cetirizine loratadine heparin enoxaparin digoxin bisoprolol ramipril lisinopril valsartan clopidogrel rosuvastatin pantoprazole doxycycline aciclovir
		ivermectin albendazole chloroquine quinine penicillin gentamicin vancomycin fluconazole methotrexate tamoxifen oxytocin misoprostol mifepristone`) {
		for _, h := range register().Find(n, 3) {
			t.Errorf("%s is taken for %s (%s)", n, h.Substance.ID, h.Score)
		}
	}
}

func TestValidCAS(t *testing.T) {
	for s, want := range map[string]bool{"437-38-7": true, "7732-18-5": true, "437-38-6": false, "437387": false, "0437-38-7": false, "43７-38-7": false, "": false, "--": false, "12345678-12-1": false} {
		if ValidCAS(s) != want {
			t.Errorf("%q: %v", s, !want)
		}
	}
}

// TestExports reads back what is written.
func TestExports(t *testing.T) {
	var b bytes.Buffer
	if err := register().WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(rows) != len(register().Substances())+1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	b.Reset()
	if err := register().WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	var file struct{ Substances []Substance }
	if err := json.Unmarshal(b.Bytes(), &file); err != nil || len(file.Substances) != len(register().Substances()) {
		t.Fatal(err)
	}
}

func FuzzFind(f *testing.F) {
	for _, s := range []string{"fentanyl", "437-38-7", "芬太尼", "α", "4,4'-DMAR", "\xff", "cas", strings.Repeat("-", 300)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		for _, h := range register().Find(query, 10) {
			if h.Substance == nil || h.Score < least || h.Score > match.FullScore {
				t.Fatalf("%q: %+v", query, h)
			}
		}
	})
}
