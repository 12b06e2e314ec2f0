package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the test binary be the command: scripts and the federations of
// the tests run it as processes of their own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"landbridge": main})
}

// self returns the command as a program file.
func self(t testing.TB) string {
	t.Helper()
	exe, err := exec.LookPath("landbridge")
	if err != nil {
		t.Fatal(err)
	}
	return exe
}

// full reports whether the long tests run; a test that does less says so.
func full() bool { return os.Getenv("LANDBRIDGE_FULL") != "" }

// testApp is the world of a command that runs inside the test.
func testApp(t *testing.T) (*app, *bytes.Buffer) {
	var out bytes.Buffer
	return &app{in: strings.NewReader(""), out: &out, err: testLog{t}, env: func(string) string { return "" }, now: time.Now}, &out
}

// portsTaken counts the blocks of ports that tests of this process were given.
var portsTaken atomic.Int64

// testPorts returns the first of a block of free ports that no other test of
// this process is given: nodes come to sit on theirs only when they start. Tests
// of other processes begin elsewhere.
func testPorts() (base int, err error) {
	for range portBlocks {
		base = firstPort + portBlock*((os.Getpid()*31+int(portsTaken.Add(1)))%portBlocks)
		if _, err = portsFrom(portBlock, base); err == nil {
			return base, nil
		}
	}
	return 0, err
}

// slowness is how many times longer this machine takes now than a quiet one to
// start the program. It is at least 1. What a test allows is multiplied by it.
func slowness(t testing.TB) time.Duration {
	t.Helper()
	const quiet = 25 * time.Millisecond // for each of the rounds; so many at once show what others take of the machine
	rounds := time.Duration(10)
	if underRace { // it begins slowly, and then a few times slower is what it is
		rounds = 1
	}
	began := time.Now()
	for range rounds {
		if out, err := exec.Command(self(t), "version").CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	return max(1, (time.Since(began)+rounds*quiet-1)/(rounds*quiet))
}

type testLog struct{ t *testing.T }

func (l testLog) Write(b []byte) (int, error) {
	l.t.Log(strings.TrimRight(string(b), "\n"))
	return len(b), nil
}

// testFederation starts the four nodes of the story as processes.
func testFederation(t *testing.T, f *federation) *federation {
	t.Helper()
	f.dir, f.members, f.exe = t.TempDir(), storyMembers(), self(t)
	base, err := testPorts()
	if err != nil {
		t.Fatal(err)
	}
	if err := f.make(t.Context(), base); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.stop(); err != nil {
			t.Error(err)
		}
		for _, m := range f.members {
			b, err := os.ReadFile(m.log)
			if err != nil {
				t.Error(err)
			}
			for _, bad := range []string{"DATA RACE", "panic:", "fatal error:", "internal error"} {
				if i := bytes.Index(b, []byte(bad)); i >= 0 {
					t.Errorf("in the log of %s:\n%.4000s", m.code, b[max(0, i-200):])
				}
			}
			if t.Failed() {
				t.Logf("log of %s:\n%s", m.code, lastLines(m.log))
			}
		}
	})
	if err := f.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return f
}

func testConference(t *testing.T) *conference {
	t.Helper()
	c, err := newConference(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestStory plays the demo's story on four processes, with a proxy between
// them that keeps every byte. It is the product's first promise, so it runs in
// the quick tier.
func TestStory(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("the story takes about ten seconds; -short leaves it out")
	}
	wire := newCapture(t)
	c := testConference(t)
	f := testFederation(t, &federation{address: wire.address, ahead: time.Until(c.begins())})
	a, out := testApp(t)
	s := &story{a: a, p: a.progress(), start: time.Now(), c: c, f: f}
	err := s.play(t.Context())
	s.print()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(plainly(err))
	}
	checkHealing(t, f)
	if word, party := wire.holds(canaries()); word != "" {
		t.Errorf("the word %q went over the wire to or from %s", word, party)
	}
	if n := wire.size(); n < 100_000 {
		t.Errorf("only %d bytes were captured: the proxy was not in between", n)
	}
}

// TestStoryOnPostgres is the same story with every node on PostgreSQL.
func TestStoryOnPostgres(t *testing.T) {
	t.Parallel()
	address := os.Getenv("LANDBRIDGE_TEST_POSTGRES")
	if address == "" {
		t.Skip("LANDBRIDGE_TEST_POSTGRES is not set; the full tier sets it")
	}
	admin, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	base, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { admin.Close() })
	c := testConference(t)
	f := testFederation(t, &federation{ahead: time.Until(c.begins()), database: func(party string) string {
		name := fmt.Sprintf("landbridge_story_%s_%d", strings.ToLower(party), time.Now().UnixNano())
		if _, err := admin.Exec("CREATE DATABASE " + name); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if _, err := admin.Exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
				t.Error(err)
			}
		})
		u := *base
		u.Path = "/" + name
		return u.String()
	}})
	a, out := testApp(t)
	s := &story{a: a, p: a.progress(), start: time.Now(), c: c, f: f}
	err = s.play(t.Context())
	s.print()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(plainly(err))
	}
}

// checkHealing reads what the doctor says about each node afterwards. He asks
// the other nodes too, and a busy machine may keep one from answering in time:
// what is truly ill stays so.
func checkHealing(t *testing.T, f *federation) {
	t.Helper()
	for _, m := range f.members {
		var last error
		var said *bytes.Buffer
		err := until(t.Context(), "the doctor is content", func() (bool, error) {
			var a *app
			a, said = testApp(t)
			last = run(t.Context(), a, commands(), []string{"doctor", "--dir", m.config.Dir})
			return last == nil, nil
		})
		if err != nil {
			t.Errorf("the doctor is not content with %s: %v\n%s", m.code, last, said)
		}
	}
}

// TestScripts runs testdata/*.txtar: stories of several people that mix the
// command line with HTTP. Each gets a federation of its own; $XA … are the
// data folders, $URL_XA … the addresses of the pages, $FIRST is the number of
// the first case that XA opens.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			for _, e := range []string{"request.yaml", "political.yaml", "minor.yaml", "statement.pdf", "movements.csv"} {
				b, err := document(e)
				if err != nil {
					return err
				}
				if err := os.WriteFile(filepath.Join(env.WorkDir, e), b, 0o600); err != nil {
					return err
				}
			}
			now := time.Now().UTC()
			env.Setenv("FIRST", fmt.Sprintf("XA-%d-0001", now.Year()))
			soon := now.AddDate(0, 1, 0)
			env.Setenv("SOON", soon.Format(time.RFC3339))
			env.Setenv("SOON_DAY", soon.Format(time.DateOnly))
			env.Setenv("LATER", soon.AddDate(0, 1, 0).Format(time.RFC3339))
			return os.WriteFile(filepath.Join(env.WorkDir, "latin1.md"), []byte("# The caf\xe9 is open\n"), 0o600)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"federation": cmdFederation, "http": cmdHTTP, "await": cmdAwait, "find": cmdFind, "flip": cmdFlip, "ports": cmdPorts, "refused": cmdRefused,
			"write": func(ts *testscript.TestScript, _ bool, args []string) { // "write FILE TEXT"
				ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(args[1]+"\n"), 0o600))
			},
		},
	})
}

// cmdFederation starts four nodes: "federation".
func cmdFederation(ts *testscript.TestScript, _ bool, _ []string) {
	exe, err := exec.LookPath("landbridge")
	ts.Check(err)
	f := &federation{dir: ts.MkAbs("fed"), members: storyMembers(), exe: exe}
	ts.Check(os.MkdirAll(f.dir, 0o700))
	base, err := testPorts()
	ts.Check(err)
	ts.Check(f.make(context.Background(), base))
	ts.Defer(func() { f.stop() })
	ts.Check(f.start(context.Background()))
	for _, m := range f.members {
		ts.Setenv(m.code, m.config.Dir)
		ts.Setenv("URL_"+m.code, m.config.StaffURL())
	}
	ts.Setenv("DIRECTORY", filepath.Join(f.dir, directoryFile))
}

// cmdHTTP asks a node: "http [-as FILE | -basic USER:PASSWORD] METHOD URL STATUS [BODY [NAME: VALUE]...]".
// The answer's body is left in the file "body", its headers in "headers".
func cmdHTTP(ts *testscript.TestScript, _ bool, args []string) {
	who := ""
	switch args[0] {
	case "-as":
		who, args = "Bearer "+strings.TrimSpace(ts.ReadFile(args[1])), args[2:]
	case "-basic":
		who, args = "Basic "+base64.StdEncoding.EncodeToString([]byte(args[1])), args[2:]
	}
	var body io.Reader
	if len(args) > 3 {
		text := args[3]
		if name, ok := strings.CutPrefix(text, "@"); ok {
			text = ts.ReadFile(name)
		}
		body = strings.NewReader(text)
	}
	req, err := http.NewRequest(args[0], args[1], body)
	ts.Check(err)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if who != "" {
		req.Header.Set("Authorization", who)
	}
	for _, h := range args[min(4, len(args)):] {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	ts.Check(err)
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	ts.Check(err)
	var headers bytes.Buffer
	ts.Check(resp.Header.Write(&headers))
	ts.Check(os.WriteFile(ts.MkAbs("body"), got, 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("headers"), headers.Bytes(), 0o600))
	if strconv.Itoa(resp.StatusCode) != args[2] {
		ts.Fatalf("%s %s: status %d, want %s\n%s", args[0], args[1], resp.StatusCode, args[2], got)
	}
}

// cmdAwait runs a command again until its output matches:
// "await REGEXP landbridge case show …".
func cmdAwait(ts *testscript.TestScript, _ bool, args []string) {
	want, err := regexp.Compile(args[0])
	ts.Check(err)
	var last string
	for end := time.Now().Add(storyPatience); time.Now().Before(end); time.Sleep(300 * time.Millisecond) {
		err := ts.Exec(args[1], args[2:]...)
		last = ts.ReadFile("stdout") + ts.ReadFile("stderr")
		if err == nil && want.MatchString(last) {
			return
		}
	}
	ts.Fatalf("no %q in vain; last\n%s", args[0], last)
}

// cmdRefused runs a command that ends with an exit code and one sentence:
// "refused CODE REGEXP landbridge call open …".
func cmdRefused(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[2], args[3:]...)
	code := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	said := strings.TrimSuffix(ts.ReadFile("stderr"), "\n")
	one := strings.HasPrefix(said, "landbridge: ") && !strings.Contains(said, "\n")
	if !one || strconv.Itoa(code) != args[0] || !regexp.MustCompile(args[1]).MatchString(said) {
		ts.Fatalf("exit code %d, want %s, and one sentence like %q, not\n%s", code, args[0], args[1], said)
	}
}

// cmdFind sets a variable to what stands after a label in a file or stdout:
// "find VARIABLE LABEL FILE".
func cmdFind(ts *testscript.TestScript, _ bool, args []string) {
	for line := range strings.Lines(ts.ReadFile(args[2])) {
		if _, rest, ok := strings.Cut(line, args[1]); ok {
			value, _, _ := strings.Cut(strings.TrimLeft(rest, ` ":`), `"`)
			ts.Setenv(args[0], strings.Fields(value + " -")[0])
			return
		}
	}
	ts.Fatalf("no %q in %s", args[1], args[2])
}

// cmdPorts sets variables to free ports: "ports VARIABLE...".
func cmdPorts(ts *testscript.TestScript, _ bool, args []string) {
	base, err := testPorts()
	ts.Check(err)
	for i, name := range args {
		ts.Setenv(name, strconv.Itoa(base+i))
	}
}

// cmdFlip flips one bit of a file: "flip FILE COPY [BYTE]".
func cmdFlip(ts *testscript.TestScript, _ bool, args []string) {
	b := []byte(ts.ReadFile(args[0]))
	at := len(b) / 2
	if len(args) > 2 {
		var err error
		at, err = strconv.Atoi(args[2])
		ts.Check(err)
	}
	b[at] ^= 1
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), b, 0o600))
}

// TestHelpExamplesParse checks that every command has help with an example,
// and that the flags in the example exist.
func TestHelpExamplesParse(t *testing.T) {
	var walk func(c *command, path string)
	walk = func(c *command, path string) {
		if c.short == "" || c.example == "" || strings.HasSuffix(c.short, ".") {
			t.Errorf("%s lacks its line or its example", path)
		}
		for _, v := range c.verbs {
			walk(v, path+" "+v.name)
		}
		if len(c.verbs) > 0 || c.whole != nil { // the latter has its own help and its own tests
			return
		}
		a, out := testApp(t)
		if err := run(t.Context(), a, commands(), append(strings.Fields(path)[1:], "--help")); err != nil || !strings.Contains(out.String(), "Example:") {
			t.Errorf("%s --help: %v\n%s", path, err, out)
		}
		for line := range strings.Lines(c.example) {
			checkExample(t, c, path, line)
		}
	}
	walk(commands(), "landbridge")
}

func checkExample(t *testing.T, c *command, path, line string) {
	t.Helper()
	rest, ok := strings.CutPrefix(strings.TrimSpace(line), path+" ")
	if !ok {
		return // a second line that uses another command
	}
	fs := flag.NewFlagSet(path, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	c.setup(fs)
	rest, _, _ = strings.Cut(rest, ">")
	args, err := parseFlags(fs, words2(rest))
	if err != nil || len(args) < c.min || len(args) > c.max {
		t.Errorf("the example %q does not parse: %v, arguments %q", line, err, args)
	}
}

// words2 splits a line at blanks outside double quotes.
func words2(line string) []string {
	var all []string
	quoted := false
	for _, w := range strings.FieldsFunc(line, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return r == ' ' && !quoted
	}) {
		all = append(all, strings.ReplaceAll(w, `"`, ""))
	}
	return all
}

func TestExitCodes(t *testing.T) {
	token := filepath.Join(t.TempDir(), "some"+tokenTail)
	if err := os.WriteFile(token, []byte("lb_some\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args string
		code int
		want string
	}{
		{"", exitUsage, "say which"},
		{"nothing", exitUsage, `no "nothing"`},
		{"case nothing", exitUsage, `no "nothing"`},
		{"case show", exitUsage, "CASE"},
		{"case show --nothing X", exitUsage, "--help"},
		{"serve --dir /nonexistent/x", exitMissing, "landbridge init"},
		{"case list --dir /nonexistent/x", exitUnavailable, "landbridge serve"},
		{"case list --node http://127.0.0.1:1 --token-file " + token, exitUnavailable, "is it running"},
		{"case list --node http://127.0.0.1:1 --token-file main.go", exitUsage, "main.go holds no API token"},
		{"case list --node http://127.0.0.1:1 --token-file none", exitMissing, "no file none"},
		{"case list --node ftp://x --token-file main.go", exitUsage, "http://localhost:8480"},
		{"case list --node http://localhost:1", exitDenied, "--token-file"},
		{"verify none.receipt", exitFailed, ""},
		{"completion csh", exitUsage, "bash, zsh and fish"},
		{"init --dir /tmp/x --party xa --officer A", exitUsage, "party"},
		{"init --dir /tmp/x --party XA", exitUsage, "--officer"},
		{"doctor --dir /nonexistent/x", exitFailed, ""},
		{"version", exitDone, ""},
	} {
		a, out := testApp(t)
		err := run(t.Context(), a, commands(), strings.Fields(tt.args))
		if got := exitCode(err); got != tt.code || tt.want != "" && !strings.Contains(fmt.Sprint(err), tt.want) {
			t.Errorf("%q: exit %d, want %d: %v\n%s", tt.args, got, tt.code, err, out)
		}
	}
}

// TestCompletionKnowsEveryCommand reads the scripts; bash is asked itself
// where there is one.
func TestCompletionKnowsEveryCommand(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		a, out := testApp(t)
		if err := run(t.Context(), a, commands(), []string{"completion", shell}); err != nil {
			t.Fatal(err)
		}
		for _, w := range []string{"demo", "receipt", "profile", "token-file"} {
			if !strings.Contains(out.String(), w) {
				t.Errorf("%s: no %s", shell, w)
			}
		}
		if shell != "bash" {
			continue
		}
		bash, err := exec.LookPath("bash")
		if err != nil {
			t.Log("no bash here: the script was not run")
			continue
		}
		script := out.String() + "\nCOMP_WORDS=(landbridge case sh); COMP_CWORD=2; _landbridge; echo \"${COMPREPLY[@]}\"\n" +
			"COMP_WORDS=(landbridge case show --js); COMP_CWORD=3; _landbridge; echo \"${COMPREPLY[@]}\"\n"
		got, err := exec.Command(bash, "-c", script).CombinedOutput()
		if err != nil || string(got) != "show\n--json\n" {
			t.Errorf("bash completes to %q, %v", got, err)
		}
	}
}

func TestTable(t *testing.T) {
	tab := &table{head: []string{"a", "b"}}
	tab.add("x\x1b[31m\u202e", strings.Repeat("y", 200))
	tab.add(90*time.Minute, "")
	var out bytes.Buffer
	tab.print(&out)
	if strings.ContainsAny(out.String(), "\x1b\u202e") {
		t.Error("text of others steers the terminal")
	}
	lines := strings.Split(out.String(), "\n")
	if !strings.HasPrefix(lines[3], "1 h 30 min  -") || len([]rune(lines[2])) > 90 {
		t.Errorf("got\n%s", out.String())
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Minute: "-1 min 0 s", 500 * time.Microsecond: "500 µs", 20 * time.Millisecond: "20 ms", 1500 * time.Millisecond: "1.5 s",
		6*time.Hour + 8*time.Minute: "6 h 08 min", 74 * time.Hour: "3 d 2 h",
	} {
		if got := duration(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
