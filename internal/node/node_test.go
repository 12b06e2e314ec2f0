package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
)

func quietDeps() Dependencies {
	return Dependencies{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}
}

func testInit(t *testing.T, change func(*Config), more ...landbridge.Role) (Config, *Made) {
	t.Helper()
	c := Defaults(filepath.Join(t.TempDir(), "xa"))
	c.Party, c.Name, c.Listen, c.PeerListen = "XA", "Azuria", "127.0.0.1:18480", "127.0.0.1:18481"
	if change != nil {
		change(&c)
	}
	made, err := Init(t.Context(), c, Beginning{Kind: party.State, People: []NewPerson{
		{Name: "D. Oru", Login: "d.oru", Roles: append([]landbridge.Role{landbridge.Officer, landbridge.Operator}, more...), Soft: true}}}, quietDeps())
	if err != nil {
		t.Fatalf("%v (%s)", err, fail.Safe(err))
	}
	return c, made
}

func TestInitMakesAWholeNode(t *testing.T) {
	c, made := testInit(t, nil)
	s, err := party.ParseStatement(made.Record)
	if err != nil || s.Record.Party != "XA" || s.Record.Addresses[0] != "https://127.0.0.1:18481" || len(s.Record.Profiles) == 0 {
		t.Errorf("the first record: %+v, %v", s, err)
	}
	if !strings.HasPrefix(made.SetupURL, "http://localhost:18480/setup/") || !made.Expires.After(time.Now()) {
		t.Errorf("the setup link is %s until %v", made.SetupURL, made.Expires)
	}
	read, err := Load(c.Dir, noEnv)
	if err != nil || read != c {
		t.Errorf("settings read back as %+v, %v", read, err)
	}
	for _, name := range []string{"node.yaml", "record.txt", "keys/log.key", "people/d.oru.token", "landbridge.db"} {
		st, err := os.Stat(filepath.Join(c.Dir, name))
		if err != nil || name != "landbridge.db" && st.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, st, err)
		}
	}
	if _, err := os.Stat(filepath.Join(c.Dir, "people/d.oru.softkey")); !errors.Is(err, os.ErrNotExist) {
		t.Error("a software key was made on a node that takes none")
	}
	if st, err := os.Stat(c.Dir); err != nil || st.Mode().Perm() != 0o700 {
		t.Errorf("others can enter the data folder: %v, %v", st.Mode(), err)
	}
}

// TestInitTouchesNothingThatIsThere: keys that are overwritten are lost for ever.
func TestInitTouchesNothingThatIsThere(t *testing.T) {
	c, _ := testInit(t, nil)
	before, err := os.ReadFile(filepath.Join(c.KeysDir(), "log.key"))
	if err != nil {
		t.Fatal(err)
	}
	b := Beginning{Kind: party.State, People: []NewPerson{{Name: "X", Login: "x"}}}
	if _, err := Init(t.Context(), c, b, quietDeps()); !fail.Is(err, fail.Conflict) {
		t.Errorf("got %v", err)
	}
	after, err := os.ReadFile(filepath.Join(c.KeysDir(), "log.key"))
	if err != nil || string(after) != string(before) {
		t.Errorf("the key changed: %v", err)
	}
}

// TestInitAfterACrash begins where an earlier attempt died half-way.
func TestInitAfterACrash(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "xa")
	if err := os.MkdirAll(dir+".new/keys", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir+".new/keys/log.key", []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	testInit(t, func(c *Config) { c.Dir = dir })
	if _, err := os.Stat(dir + ".new"); !errors.Is(err, os.ErrNotExist) {
		t.Error("the half of a node is still there")
	}
	failing := Defaults(filepath.Join(t.TempDir(), "xb"))
	failing.Party = "XB"
	b := Beginning{Kind: party.State, People: []NewPerson{{Name: "X", Login: "not a login!", Roles: []landbridge.Role{"no such role"}}}}
	if _, err := Init(t.Context(), failing, b, quietDeps()); err == nil {
		t.Fatal("a person with a role that does not exist was entered")
	}
	for _, left := range []string{failing.Dir, failing.Dir + ".new"} {
		if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s was left behind", left)
		}
	}
}

func TestOneProcessToAFolder(t *testing.T) {
	c, _ := testInit(t, nil)
	n, err := Open(t.Context(), c, quietDeps())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), c, quietDeps()); !fail.Is(err, fail.Conflict) || !strings.Contains(err.Error(), "stop it first") {
		t.Errorf("a second node opened the folder: %v", err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(t.Context(), c, quietDeps())
	if err != nil {
		t.Fatalf("the lock outlived its holder: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

// TestServeAndStop runs a node and asks its faces, then stops it in order.
func TestServeAndStop(t *testing.T) {
	people, peers := freeListener(t), freeListener(t)
	c, _ := testInit(t, func(c *Config) {
		c.Listen, c.PeerListen, c.LogLevel = people.Addr().String(), peers.Addr().String(), "error"
	})
	n, err := Open(t.Context(), c, quietDeps())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- n.Serve(ctx, people, peers) }()
	for path, want := range map[string]int{
		"/sign-in": 200, "/api/v1/health": 200, "/api/v1/docs": 200, "/api/v1/cases": 401, "/log/checkpoint": 200, "/log/tile/entries/999": 404,
	} {
		resp, err := http.Get(c.StaffURL() + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, resp.StatusCode, want)
		}
	}
	if resp, err := http.Get("http://" + c.PeerListen + "/log/checkpoint"); err == nil {
		resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			t.Error("the face for other nodes answers without TLS")
		}
	}
	run, err := ReadRunning(c.Dir)
	if err != nil || run.URL != c.StaffURL() || run.PID != os.Getpid() {
		t.Errorf("running: %+v, %v", run, err)
	}
	// A live feed never ends by itself; it must not hold the node up.
	token, err := os.ReadFile(filepath.Join(c.PeopleDir(), "d.oru.token"))
	if err != nil {
		t.Fatal(err)
	}
	cl, err := client.New(c.StaffURL(), string(token))
	if err != nil {
		t.Fatal(err)
	}
	go cl.Events(ctx, 0, func(client.Event) error { return nil })
	began := time.Now()
	stop()
	if err := <-ended; err != nil {
		t.Errorf("stopped with %v", err)
	}
	if took := time.Since(began); took > stopPatience+5*time.Second {
		t.Errorf("stopping took %v", took)
	}
	if err := n.Close(); err != nil {
		t.Error(err)
	}
	if _, err := ReadRunning(c.Dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after the end: %v", err)
	}
}

func freeListener(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// freeAddress returns an address that a node can open itself: on a host of its
// own in 127.0.0.0/8, where nobody takes it meanwhile, if the system has it.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", fmt.Sprintf("127.%d.%d.%d:0", 1+rand.IntN(254), rand.IntN(256), 1+rand.IntN(254)))
	if err != nil {
		l = freeListener(t)
	}
	defer l.Close()
	return l.Addr().String()
}

// TestDoctorFindsEachFault breaks one thing at a time and asks that the doctor
// names it, and still says everything else.
func TestDoctorFindsEachFault(t *testing.T) {
	for name, tt := range map[string]struct {
		spoil func(t *testing.T, c *Config)
		check string
		want  string
	}{
		"no folder":        {func(t *testing.T, c *Config) { must(t, os.RemoveAll(c.Dir)) }, "folder", "landbridge init"},
		"open folder":      {func(t *testing.T, c *Config) { must(t, os.Chmod(c.Dir, 0o755)) }, "folder", "chmod 700"},
		"key missing":      {func(t *testing.T, c *Config) { must(t, os.Remove(filepath.Join(c.KeysDir(), "log.key"))) }, "keys", "log.key"},
		"key damaged":      {func(t *testing.T, c *Config) { spoil(t, filepath.Join(c.KeysDir(), "signing.key")) }, "keys", "signing.key"},
		"key open":         {func(t *testing.T, c *Config) { must(t, os.Chmod(filepath.Join(c.KeysDir(), "tls.pem"), 0o644)) }, "keys", "chmod 600"},
		"no database":      {func(t *testing.T, c *Config) { must(t, os.Remove(c.DSN())) }, "database", "restore it"},
		"database damaged": {func(t *testing.T, c *Config) { spoil(t, c.DSN()) }, "database", "cannot be"},
		"no directory":     {func(t *testing.T, c *Config) {}, "directory", "party add"},
		"bad setting":      {func(t *testing.T, c *Config) { c.Listen = "8480" }, "settings", "host:port"},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := testInit(t, nil)
			tt.spoil(t, &c)
			var found []string
			for _, k := range Doctor(t.Context(), c, quietDeps()) {
				if !k.OK && k.Name == tt.check && strings.Contains(k.Text, tt.want) {
					return
				}
				found = append(found, k.Name+": "+k.Text)
			}
			t.Errorf("the doctor says\n%s", strings.Join(found, "\n"))
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// spoil overwrites the beginning of a file.
func spoil(t *testing.T, name string) {
	t.Helper()
	b, err := os.ReadFile(name)
	must(t, err)
	for i := range min(len(b), 4096) {
		b[i] = 'x'
	}
	must(t, os.WriteFile(name, b, 0o600))
}

// TestDoctorChangesNothing compares the rows before and after.
func TestDoctorChangesNothing(t *testing.T) {
	c, _ := testInit(t, nil)
	size := func() int64 {
		n, err := OpenLog(t.Context(), c)
		must(t, err)
		defer n.Close()
		s, err := n.Log.Size(t.Context())
		must(t, err)
		return s
	}
	before := size()
	Doctor(t.Context(), c, quietDeps())
	if after := size(); after != before {
		t.Errorf("the log grew from %d to %d", before, after)
	}
}

func TestClockFarOff(t *testing.T) {
	c, _ := testInit(t, nil)
	deps := quietDeps()
	deps.Clock = func() time.Time { return time.Now().Add(-24 * time.Hour) }
	for _, k := range Doctor(t.Context(), c, deps) {
		if k.Name == "clock" && !k.OK && strings.Contains(k.Text, "set back") {
			return
		}
	}
	t.Error("the doctor does not see that the clock was set back")
}
