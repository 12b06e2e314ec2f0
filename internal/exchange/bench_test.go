package exchange_test

import (
	"bytes"
	"crypto/tls"
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"landbridge.example/internal/db"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/peer"
	"landbridge.example/seal"
)

const benchBody = 2 << 10 // bytes of body, before sealing

// sealed makes n envelopes beforehand: sealing has benchmarks of its own.
func sealed(b *testing.B, from, to *node, n int) []*seal.Envelope {
	body := string(bytes.Repeat([]byte("x"), benchBody))
	all := make([]*seal.Envelope, n)
	var work sync.WaitGroup
	for w := range 4 {
		work.Go(func() {
			for i := w; i < n; i += 4 {
				all[i] = from.seal(body, nil, to)
			}
		})
	}
	work.Wait()
	return all
}

func waitCount(b *testing.B, n *node, q string, want int) {
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(time.Millisecond) {
		var got int
		if err := n.db.QueryRow(b.Context(), q).Scan(&got); err != nil {
			b.Fatal(err)
		}
		if got >= want {
			return
		}
		if time.Now().After(end) {
			b.Fatalf("%d of %d; %v", got, want, n.errors())
		}
	}
}

// BenchmarkEndToEnd floods one node with messages of another: submitted
// durably, delivered over TLS, durable in inbox and log, verified, receipts
// with proofs checked and stored at the sender, all of it in both databases.
func BenchmarkEndToEnd(b *testing.B) {
	for _, mode := range []string{"delivered", "handled"} {
		b.Run(mode, func(b *testing.B) {
			w := newWorld(b, setup{})
			from, to := w.nodes["XA"], w.nodes["XB"]
			for _, n := range w.all {
				n.serve()
			}
			if mode == "handled" {
				to.run()
			}
			from.run()
			msgs := sealed(b, from, to, b.N)
			var next atomic.Int64
			b.ResetTimer()
			var work sync.WaitGroup
			for range 64 {
				work.Go(func() {
					for {
						i := int(next.Add(1)) - 1
						if i >= len(msgs) {
							return
						}
						if err := from.submit(msgs[i], exchange.Normal); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			work.Wait()
			submitted := b.Elapsed()
			waitCount(b, from, `SELECT count(*) FROM exchange_step WHERE rung = 'delivered'`, b.N)
			delivered := b.Elapsed()
			if mode == "handled" {
				waitCount(b, to, `SELECT count(*) FROM exchange_inbox WHERE state = 'done'`, b.N)
			}
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
			b.ReportMetric(float64(b.N)/delivered.Seconds(), "delivered/s")
			b.ReportMetric(float64(b.N)/submitted.Seconds(), "submitted/s")
			for name, n := range map[string]*node{"sender-B/msg": from, "receiver-B/msg": to} {
				size, err := n.db.SizeBytes(b.Context())
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(size)/float64(b.N), name)
			}
			from.close()
			to.close()
		})
	}
}

// BenchmarkLatency sends one hundred messages a second and measures from the
// call that submits to the receipt stored at the sender, and to the handler at
// the receiver.
func BenchmarkLatency(b *testing.B) {
	w := newWorld(b, setup{})
	from, to := w.nodes["XA"], w.nodes["XB"]
	for _, n := range w.all {
		n.start()
	}
	msgs := sealed(b, from, to, b.N+1)
	var mu sync.Mutex
	began := map[string]time.Time{}
	var took []time.Duration
	to.handle = func(tx *db.Tx, in *exchange.Incoming) error {
		id := string(in.Envelope.Header.ID)
		tx.OnCommit(func() {
			mu.Lock()
			defer mu.Unlock()
			if t, ok := began[id]; ok {
				took = append(took, time.Since(t))
			}
		})
		return nil
	}
	if err := from.submit(msgs[b.N], exchange.Urgent); err != nil { // connections stand
		b.Fatal(err)
	}
	waitCount(b, to, `SELECT count(*) FROM exchange_inbox WHERE state = 'done'`, 1)
	b.ResetTimer()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	var work sync.WaitGroup
	for i := range b.N {
		<-tick.C
		work.Go(func() {
			mu.Lock()
			began[string(msgs[i].Header.ID)] = time.Now()
			mu.Unlock()
			if err := from.submit(msgs[i], exchange.Urgent); err != nil {
				b.Error(err)
			}
		})
	}
	work.Wait()
	waitCount(b, to, `SELECT count(*) FROM exchange_inbox WHERE state = 'done'`, b.N+1)
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

// BenchmarkPlainPost is what there is to compare with: the same bytes in
// batches of the same size by HTTPS POST, and one fsynced row per batch.
func BenchmarkPlainPost(b *testing.B) {
	w := newWorld(b, setup{})
	from, to := w.nodes["XA"], w.nodes["XB"]
	d, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "plain.db")+"?_pragma=journal_mode(wal)&_pragma=synchronous(full)")
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Exec(`CREATE TABLE batch (bytes BLOB)`); err != nil {
		b.Fatal(err)
	}
	l, err := net.Listen("tcp", to.addr)
	if err != nil {
		b.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			_, err = d.Exec(`INSERT INTO batch VALUES (?)`, body)
		}
		if err != nil {
			http.Error(rw, err.Error(), http.StatusInternalServerError)
		}
	})}
	go server.Serve(tls.NewListener(l, peer.TLSConfig(to.keys))) //nolint:errcheck // closed below
	defer server.Close()
	client := peer.Clients(from.keys, from.dirs)("XB")
	raw, err := sealed(b, from, to, 1)[0].Marshal()
	if err != nil {
		b.Fatal(err)
	}
	batch := bytes.Repeat(raw, exchange.MaxItems)
	b.ResetTimer()
	for sent := 0; sent < b.N; sent += exchange.MaxItems {
		res, err := client.Post(fmt.Sprintf("https://%s/", to.addr), "application/octet-stream", bytes.NewReader(batch[:min(exchange.MaxItems, b.N-sent)*len(raw)]))
		if err != nil {
			b.Fatal(err)
		}
		io.Copy(io.Discard, res.Body) //nolint:errcheck // nothing in it
		res.Body.Close()
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
}
