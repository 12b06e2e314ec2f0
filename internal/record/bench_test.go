package record_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/db/dbtest"
	"landbridge.example/internal/record"
)

// The appends are of facts as a node makes them: one to a commit of its own
// caller, each about a case of about twenty facts. An append ends when its entry
// stands in a signed checkpoint on disk, so ns/op is the time until then.

func BenchmarkAppend1(b *testing.B)   { benchEach(b, 1) }
func BenchmarkAppend256(b *testing.B) { benchEach(b, 256) }

func benchEach(b *testing.B, clients int) {
	b.Run("sqlite", func(b *testing.B) { benchAppend(b, filepath.Join(b.TempDir(), "node.db"), clients) })
	b.Run("postgres", func(b *testing.B) { benchAppend(b, dbtest.Postgres(b), clients) })
}

func benchAppend(b *testing.B, dsn string, clients int) {
	d := dbtest.Open(b, dsn, record.Schema())
	l := openLog(b, d, newParty(b, "XA"))
	digest := landbridge.Sum([]byte("x"))
	var next atomic.Int64
	took := make([][]time.Duration, clients)
	var all sync.WaitGroup
	b.ResetTimer()
	start := time.Now()
	for c := range clients {
		all.Go(func() {
			for n := 0; next.Add(1) <= int64(b.N); n++ {
				about := fmt.Sprintf("01960000-%04x-7000-8000-%012x", n/20, c)
				began := time.Now()
				err := d.Write(context.Background(), func(tx *db.Tx) error {
					_, err := l.Append(tx, record.Fact{Kind: "message.delivered", Actor: "node", Digest: digest, About: about})
					return err
				})
				if err != nil {
					b.Error(err)
					return
				}
				took[c] = append(took[c], time.Since(began))
			}
		})
	}
	all.Wait()
	elapsed := time.Since(start)
	b.StopTimer()
	every := slices.Concat(took...)
	slices.Sort(every)
	b.ReportMetric(float64(len(every))/elapsed.Seconds(), "appends/s")
	b.ReportMetric(float64(every[len(every)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(every[len(every)*99/100].Microseconds())/1000, "p99-ms")
}

// BenchmarkFsync is the floor: one small write and one fsync on the same disk.
func BenchmarkFsync(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), "floor"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	entry := make([]byte, 300)
	for b.Loop() {
		if _, err := f.Write(entry); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "fsyncs/s")
}

// BenchmarkRead is what readers do on a log of 100,000 facts: prove one, show
// the facts about one case, verify everything.
func BenchmarkRead(b *testing.B) {
	d := dbtest.Open(b, filepath.Join(b.TempDir(), "node.db"), record.Schema())
	l := openLog(b, d, newParty(b, "XA"))
	const size, cases = 100_000, 5_000
	for n := 0; n < size; n += 10_000 {
		var facts []record.Fact
		for i := range 10_000 {
			facts = append(facts, fact("case.step", fmt.Sprint("case/", (n+i)%cases), n+i))
		}
		add(b, d, l, facts...)
	}
	b.Run("prove", func(b *testing.B) {
		for i := int64(0); b.Loop(); i += 7919 {
			_, _, err := l.Prove(b.Context(), i%size)
			must(b, err)
		}
	})
	b.Run("about", func(b *testing.B) {
		for i := 0; b.Loop(); i += 79 {
			_, err := l.FactsAbout(b.Context(), fmt.Sprint("case/", i%cases), 50)
			must(b, err)
		}
	})
	b.Run("verify", func(b *testing.B) {
		for b.Loop() {
			must(b, l.Verify(b.Context()))
		}
		b.ReportMetric(size*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
	})
}
