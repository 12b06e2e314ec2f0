//go:build unix

package screening

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"landbridge.example/handling"
	"landbridge.example/internal/db"
	"landbridge.example/internal/db/dbtest"
	"landbridge.example/match"
)

// The figures of docs/benchmarks-screening.md. They are measured on a whole
// module with a real database, sealed rows and a log, not on the matcher alone.

func benchWorld(b *testing.B) *world {
	b.Helper()
	return newWorld(b, dbtest.Open(b, filepath.Join(b.TempDir(), "node.db"), schemas()...))
}

func unpacked(b testing.TB, name string) []byte {
	b.Helper()
	f, err := os.Open("../../match/testdata/" + name)
	must(b, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	must(b, err)
	text, err := io.ReadAll(z)
	must(b, err)
	return text
}

// importBoth imports the United Nations' and OFAC's lists as a node does.
func (w *world) importBoth(b testing.TB) {
	b.Helper()
	_, err := w.Import(b.Context(), w.people["lists"], Import{File: bytes.NewReader(unpacked(b, "un_consolidated_2026-02-27.xml.gz"))})
	must(b, err)
	_, err = w.Import(b.Context(), w.people["lists"], Import{File: bytes.NewReader(unpacked(b, "ofac_sdn.csv.gz")), Format: FormatOFAC})
	must(b, err)
}

// BenchmarkImport parses, compares, seals, writes and indexes both lists.
func BenchmarkImport(b *testing.B) {
	worked := 0.0
	for b.Loop() {
		b.StopTimer()
		w := benchWorld(b)
		b.StartTimer()
		before := cpu()
		w.importBoth(b)
		worked += cpu() - before
	}
	b.ReportMetric(worked/float64(b.N), "core-s")
}

// BenchmarkLoad reads both lists from the rows of a node that starts, tables of
// the engine included, and reports the memory that stays in use.
func BenchmarkLoad(b *testing.B) {
	w := benchWorld(b)
	w.importBoth(b)
	w.Screening, w.runner = nil, nil
	before := heap()
	worked := cpu()
	for b.Loop() {
		w.reopen()
		if _, err := w.shelved(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric((cpu()-worked)/float64(b.N), "core-s")
	b.ReportMetric(float64(int64(heap())-int64(before))/1e6, "MB")
	runtime.KeepAlive(w)
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// cpu returns the seconds this process has worked, so that figures of a machine
// that others use too mean something.
func cpu() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// BenchmarkSearch is one question of an officer, its fact in the log included.
func BenchmarkSearch(b *testing.B) {
	w := benchWorld(b)
	w.importBoth(b)
	names := crowdOf(b, 10_000)
	i, worked := 0, cpu()
	for b.Loop() {
		if _, err := w.Search(b.Context(), w.people["officer"], Question{Person: names[i%len(names)], Purpose: handling.Detection}); err != nil {
			b.Fatal(err)
		}
		i++
	}
	b.ReportMetric((cpu()-worked)*1e3/float64(i), "core-ms")
}

// BenchmarkFile screens files of 10,000 synthetic people of many countries against the
// United Nations' list: reading, sealing, screening, sealing the answers.
func BenchmarkFile(b *testing.B) {
	w := benchWorld(b)
	_, err := w.Import(b.Context(), w.people["lists"], Import{File: bytes.NewReader(unpacked(b, "un_consolidated_2026-02-27.xml.gz"))})
	must(b, err)
	var text strings.Builder
	text.WriteString("name\n")
	for line := range strings.Lines(string(unpacked(b, "negatives_global_sample.csv.gz"))) {
		if name, _, _ := strings.Cut(line, ","); !strings.Contains(name, "\"") && name != "name" {
			text.WriteString(name + "\n")
		}
	}
	w.work()
	worked, done := cpu(), 0
	for b.Loop() {
		file, err := w.NewBatch(b.Context(), w.people["officer"], NewBatch{Purpose: handling.Detection, Kind: match.Person, File: strings.NewReader(text.String())})
		must(b, err)
		w.work()
		done += file.Total
	}
	b.ReportMetric(float64(done)/(cpu()-worked), "names/core-s")
}

// crowdOf makes people who do not exist, from parts of synthetic names.
func crowdOf(b testing.TB, n int) []match.Record {
	b.Helper()
	var parts []string
	for line := range strings.Lines(string(unpacked(b, "negatives_global_sample.csv.gz"))) {
		name, _, _ := strings.Cut(line, ",")
		for w := range strings.FieldsSeq(name) {
			if w = strings.Trim(w, `"'.`); len(w) > 2 {
				parts = append(parts, w)
			}
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	all := make([]match.Record, n)
	for i := range all {
		all[i] = person(parts[random.IntN(len(parts))]+" "+parts[random.IntN(len(parts))], "")
	}
	return all
}

// BenchmarkRescreen screens a million stored subjects against ten changed
// entries of the United Nations' list: searching, opening whom they may be,
// weighing evidence, writing the candidates. The first million is written
// straight into the rows; building the crowd is reported apart.
func BenchmarkRescreen(b *testing.B) {
	const subjects = 1_000_000
	w := benchWorld(b)
	_, err := w.Import(b.Context(), w.people["lists"], Import{File: bytes.NewReader(unpacked(b, "un_consolidated_2026-02-27.xml.gz"))})
	must(b, err)
	w.work()
	watch, err := w.Begin(b.Context(), w.people["officer"], NewWatch{Title: "Everybody", Basis: "A benchmark", Purpose: handling.Detection, Until: w.now().AddDate(0, 6, 0)})
	must(b, err)
	w.fill(b, watch, crowdOf(b, subjects))
	w.crowd.forget() // it was read when it was empty
	before, loading := heap(), cpu()
	must(b, w.crowd.load(b.Context(), w.Screening))
	loading = cpu() - loading
	size := float64(int64(heap())-int64(before)) / subjects
	sh, err := w.shelved(b.Context())
	must(b, err)
	var people []match.Record
	for _, r := range sh.books["UN"].records {
		if r.Kind == match.Person {
			people = append(people, r)
		}
	}
	i, found, worked := 0, 0, cpu()
	for b.Loop() {
		n, err := w.rescreen(b.Context(), sh, people[i*10%700:i*10%700+10])
		must(b, err)
		found += n
		i++
	}
	b.ReportMetric((cpu()-worked)/float64(i), "core-s")
	b.ReportMetric(float64(found)/float64(i), "candidates")
	b.ReportMetric(loading, "load-core-s")
	b.ReportMetric(size, "B/subject")
}

// fill writes subjects without screening each one, in large commits.
func (w *world) fill(b testing.TB, watch *Watch, all []match.Record) {
	b.Helper()
	key, err := w.vault.Key(b.Context(), w.db, watch.keyOwner)
	must(b, err)
	for first := 0; first < len(all); first += 20_000 {
		must(b, w.db.Write(context.Background(), func(tx *db.Tx) error {
			for _, r := range all[first:min(first+20_000, len(all))] {
				if _, err := w.insertSubject(tx, key, watch, &subjectText{Person: r}); err != nil {
					return fmt.Errorf("filling: %w", err)
				}
			}
			return nil
		}))
	}
}
