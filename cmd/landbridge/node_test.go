package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"landbridge.example/client"
)

// TestFeed follows XB's log while XA's people send a request: the duty
// officer's program is told within a second, without asking.
func TestFeed(t *testing.T) {
	t.Parallel()
	f := testFederation(t, &federation{})
	w := &workload{t: t, f: f, k: &acknowledged{acts: map[string]string{}}}
	lenn, oru, slow := w.as("XB", "k.lenn"), w.as("XA", "d.oru"), slowness(t)
	ctx, cancel := context.WithTimeout(t.Context(), storyPatience)
	defer cancel()
	start, err := lenn.Facts(ctx, client.FactQuery{})
	if err != nil {
		t.Fatal(err)
	}
	events, ended := make(chan client.Event, 100), make(chan struct{})
	go func() {
		defer close(ended)
		err := lenn.Events(ctx, start.Size, func(e client.Event) error {
			select {
			case events <- e:
			case <-ctx.Done():
			}
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the feed ended: %v", err)
		}
	}()
	defer func() { cancel(); <-ended }() // it complains of nothing after the test
	r, err := (&story{a: &app{now: time.Now}}).fileRequest("minor.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, err := oru.NewDraft(ctx, client.NewDraft{Process: r.Process, To: r.To, Input: r.input()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := oru.Propose(ctx, d.ID); err != nil {
		t.Fatal(err)
	}
	s := &story{a: &app{now: time.Now}, f: f}
	if _, err := s.sign(ctx, d.Case); err != nil {
		t.Fatal(err)
	}
	sent, last := time.Now(), start.Size
	for {
		select {
		case e := <-events:
			if e.Position <= last {
				t.Fatalf("position %d came after %d", e.Position, last)
			}
			last = e.Position
			if e.About != d.Case {
				continue
			}
			took := time.Since(sent)
			t.Logf("told after %v: %s at position %d", took, e.Kind, e.Position)
			if slow = max(slow, slowness(t)); took > slow*3*time.Second { // a second on a quiet machine
				t.Errorf("told only after %v on a machine %d times slower than a quiet one", took, slow)
			}
			return
		case <-ctx.Done():
			t.Fatal("nothing was told")
		}
	}
}

// TestRestoredBackup puts an old copy of XA's database back. The witnesses
// know a longer log, so XA refuses to go on as if nothing had been, says so,
// and the old history is not signed over (the fork guard).
func TestRestoredBackup(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts and stops processes for several seconds; -short leaves it out")
	}
	f := testFederation(t, &federation{})
	xa := f.member("XA")
	restart := func(before func()) {
		t.Helper()
		if err := xa.kill(); err != nil {
			t.Fatal(err)
		}
		before()
		if err := xa.start(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	backup := filepath.Join(t.TempDir(), "backup")
	restart(func() { copyDir(t, xa.config.Dir, backup) })
	w := &workload{t: t, f: f, k: &acknowledged{acts: map[string]string{}}}
	r, err := (&story{a: &app{now: time.Now}}).fileRequest("minor.yaml")
	if err != nil {
		t.Fatal(err)
	}
	oru := w.as("XA", "d.oru")
	w.ask(t.Context(), oru, r)
	err = until(t.Context(), "XB has seen the newer log", func() (bool, error) {
		all, err := oru.Peers(t.Context())
		if err != nil {
			return false, err
		}
		facts, err := oru.Facts(t.Context(), client.FactQuery{Limit: 1})
		seen := 0
		for _, p := range all.Peers {
			if p.Witnessed >= facts.Size {
				seen++
			}
		}
		return seen == 3, err
	})
	if err != nil {
		t.Fatal(plainly(err))
	}
	restart(func() {
		if err := os.RemoveAll(xa.config.Dir); err != nil {
			t.Fatal(err)
		}
		copyDir(t, backup, xa.config.Dir)
	})
	// The old copy is found out when the first peer is met, and then nothing is signed.
	err = until(t.Context(), "the node finds that its log is an old copy", func() (bool, error) {
		a, out := testApp(t)
		err := run(t.Context(), a, commands(), []string{"doctor", "--dir", xa.config.Dir})
		return errors.Is(err, errNotHolding) && strings.Contains(out.String(), "refuses to sign"), nil
	})
	if err != nil {
		t.Fatal(plainly(err))
	}
	_, err = oru.NewDraft(t.Context(), client.NewDraft{Process: r.Process, To: r.To, Input: r.input()})
	p := new(client.Problem)
	if !errors.As(err, &p) || p.Kind == "internal" {
		t.Errorf("on an old copy a draft was answered %v", err)
	}
	t.Logf("the node says: %v", err)
	var h client.Health
	if h, err = oru.Health(t.Context()); err == nil {
		t.Errorf("the node calls itself well: %+v", h)
	}
	// The newer database is lost: the operator decides to go on, and says why.
	if err := xa.kill(); err != nil {
		t.Fatal(err)
	}
	if err := xa.start(t.Context(), "--override-guard", "The disk burnt; this copy is all there is."); err != nil {
		t.Fatal(err)
	}
	facts, err := oru.Facts(t.Context(), client.FactQuery{About: "log"})
	if err != nil || len(facts.Facts) == 0 || !strings.Contains(facts.Facts[len(facts.Facts)-1].Note, "The disk burnt") {
		t.Errorf("the override is not in the log: %+v, %v", facts, err)
	}
	if _, err := oru.NewDraft(t.Context(), client.NewDraft{Process: r.Process, To: r.To, Input: r.input()}); err != nil {
		t.Errorf("after the override the node does not work: %v", err)
	}
}

func copyDir(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		dst := filepath.Join(to, rel)
		if d.IsDir() {
			return os.MkdirAll(dst, 0o700)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(dst, b, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestStartAndIdle measures what a new operator feels: from starting the
// program to the first page, and what an idle node holds in memory. The aims
// are 300 ms and 60 MB on a quiet machine; the test allows a busy one.
func TestStartAndIdle(t *testing.T) {
	base, err := testPorts()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "xa")
	a, out := testApp(t)
	err = run(t.Context(), a, commands(), []string{"init", "--dir", dir, "--party", "XA", "--officer", "D. Oru",
		"--listen", "127.0.0.1:" + strconv.Itoa(base), "--peer-listen", "127.0.0.1:" + strconv.Itoa(base+1)})
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	slow := slowness(t)
	cmd := exec.Command(self(t), "serve", "--dir", dir)
	began := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("an interrupted node ends with %v, want a clean end", err)
		}
		if _, err := os.Stat(filepath.Join(dir, "running.json")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a stopped node still says where it runs: %v", err)
		}
	}()
	page := "http://localhost:" + strconv.Itoa(base) + "/sign-in"
	err = until(t.Context(), "the first page", func() (bool, error) {
		resp, err := http.Get(page)
		if err != nil {
			return false, nil
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		return resp.StatusCode == http.StatusOK && strings.Contains(string(b), "</html>"), err
	})
	if err != nil {
		t.Fatal(plainly(err))
	}
	took := time.Since(began)
	time.Sleep(time.Second)
	kb := residentKB(t, cmd.Process.Pid)
	t.Logf("first page after %v, %.1f MB resident when idle", took, float64(kb)/1024)
	slow = max(slow, slowness(t)) // others may have begun to work meanwhile
	if !underRace && (took > slow*3*time.Second || kb > 120<<10) {
		t.Errorf("first page after %v, %d kB resident", took, kb)
	}
}

// residentKB reads how much of a process is in memory, where the system tells.
func residentKB(t *testing.T, pid int) int {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		t.Log("this system does not tell a process's memory by /proc")
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				t.Fatal(err)
			}
			return kb
		}
	}
	t.Fatal("no VmRSS")
	return 0
}

// TestDemo runs the demo as a newcomer does, signs in on every node's page,
// and interrupts it: all processes end and nothing is left behind.
func TestDemo(t *testing.T) {
	if !full() {
		t.Skip("plays the story again as a program; LANDBRIDGE_FULL=1 runs it")
	}
	tmp := t.TempDir()
	cmd := exec.Command(self(t), "demo")
	cmd.Env = append(os.Environ(), "TMPDIR="+tmp)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	slow := slowness(t)
	began := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var pages []string
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.Contains(lines.Text(), "Ctrl-C") {
		pages = append(pages, regexp.MustCompile(`http://localhost:\d+/sign-in`).FindAllString(lines.Text(), -1)...)
		if strings.Contains(lines.Text(), "broke off") {
			t.Error(lines.Text())
		}
	}
	took := time.Since(began)
	t.Logf("told after %v", took)
	slow = max(slow, slowness(t)) // others may have begun to work meanwhile
	if len(pages) != 4 || took > slow*time.Minute {
		t.Errorf("%d pages after %v", len(pages), took)
	}
	for _, p := range pages {
		resp, err := http.Get(p)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", p, resp.Status)
		}
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("interrupted, the demo ends with %v", err)
	}
	for _, p := range pages {
		if _, err := http.Get(p); err == nil {
			t.Errorf("a node still answers at %s", p)
		}
	}
	if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
