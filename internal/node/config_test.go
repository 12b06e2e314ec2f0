package node

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"landbridge.example/internal/fail"
)

func noEnv(string) string { return "" }

func TestConfigFileReadsBack(t *testing.T) {
	dir := t.TempDir()
	c := Defaults(dir)
	c.Party, c.Name, c.Listen, c.Demo = "XA", "Azuria: «north»", "127.0.0.1:9001", true
	if err := os.WriteFile(filepath.Join(dir, configName), c.YAML(), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := Load(dir, noEnv)
	if err != nil {
		t.Fatal(err)
	}
	if got != c {
		t.Errorf("read back\n%+v\nwritten\n%+v", got, c)
	}
	if len(settingDocs()) != len(c.settings()) {
		t.Error("a text explains a setting that is gone")
	}
	for _, s := range c.settings() {
		if s.doc == "" {
			t.Errorf("%s has no text for the operator", s.name)
		}
		if !strings.Contains(string(c.YAML()), s.name+": ") {
			t.Errorf("%s is not in the file that init writes", s.name)
		}
	}
}

func TestConfigLaterSourceWins(t *testing.T) {
	dir := t.TempDir()
	text := "party: XA\nlisten: 127.0.0.1:1\npeer_listen: 127.0.0.1:2\nlog_level: warn\n"
	if err := os.WriteFile(filepath.Join(dir, configName), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"LANDBRIDGE_LISTEN": "127.0.0.1:3", "LANDBRIDGE_PEER_LISTEN": "127.0.0.1:4"}
	c, err := Load(dir, func(k string) string { return env[k] })
	if err != nil {
		t.Fatal(err)
	}
	set := flag.NewFlagSet("", flag.ContinueOnError)
	apply := Flags(set)
	if err := set.Parse([]string{"--peer-listen", "127.0.0.1:5"}); err != nil {
		t.Fatal(err)
	}
	if err := apply(&c); err != nil {
		t.Fatal(err)
	}
	if c.Party != "XA" || c.LogLevel != "warn" || c.Listen != "127.0.0.1:3" || c.PeerListen != "127.0.0.1:5" || c.Database != "landbridge.db" {
		t.Errorf("got %+v", c)
	}
}

func TestConfigRefusals(t *testing.T) {
	for name, tt := range map[string]struct{ file, want string }{
		"unknown key": {"prty: XA\n", "field prty not found"},
		"bad yaml":    {"party: [\n", "node.yaml"},
		"bad number":  {"max_exhibit_mib: many\n", "line 1"},
		"too large":   {"# " + strings.Repeat("x", maxConfigFile), "larger than"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, configName), []byte(tt.file), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Load(dir, noEnv)
			if err == nil || fail.KindOf(err) == fail.Internal || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestConfigTellsAllFaultsAtOnce(t *testing.T) {
	c := Defaults(t.TempDir())
	c.Party, c.Listen, c.PeerAddress, c.TLSCert, c.LogLevel, c.MaxExhibit, c.Demo = "xa", "8480", "http://x", "cert.pem", "loud", 0, true
	got := strings.Join(c.Faults(), "\n")
	for _, want := range []string{"party:", "listen is", "peer_address is", "tls_cert and tls_key", "log_level is", "max_exhibit_mib is", "demo signs in"} {
		if !strings.Contains(got, want) {
			t.Errorf("no word about %q in\n%s", want, got)
		}
	}
}

func TestDemoOnlyOnLoopback(t *testing.T) {
	c := Defaults(t.TempDir())
	c.Party, c.Demo = "XA", true
	if err := c.Check(); err != nil {
		t.Errorf("loopback refused: %v", err)
	}
	c.Listen = "0.0.0.0:8480"
	if c.Check() == nil {
		t.Error("a demo node would sign in anyone on the network")
	}
}

func TestQuietSaysARepeatedTextOnce(t *testing.T) {
	q, now := &quiet{}, time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	said := 0
	for range 100 {
		if _, ok := q.pass("XB is down", now); ok {
			said++
		}
		now = now.Add(time.Second)
	}
	if said != 2 {
		t.Errorf("said %d times in 100 seconds, want 2", said)
	}
	if n, ok := q.pass("XC is down", now); !ok || n != 1 {
		t.Error("another text is held back")
	}
	now = now.Add(quietFor)
	if n, ok := q.pass("XB is down", now); !ok || n != 40 {
		t.Errorf("came %d times since it was said, %v", n, ok)
	}
	for i := range 3 * quietWords {
		q.pass(fmt.Sprint(i), now)
	}
	if len(q.seen) > quietWords {
		t.Errorf("remembers %d texts", len(q.seen))
	}
}

func FuzzConfig(f *testing.F) {
	f.Add("party: XA\nname: Azuria\nlisten: 127.0.0.1:1\ndemo: true\n")
	f.Add("party: [\n")
	f.Add("max_exhibit_mib: 99999999999999999999\n")
	f.Fuzz(func(t *testing.T, text string) {
		c := Defaults("")
		if err := c.read(strings.NewReader(text)); err != nil {
			if fail.KindOf(err) == fail.Internal {
				t.Errorf("no sentence: %v", err)
			}
			return
		}
		var again Config
		if c.Check() == nil {
			again = Defaults("")
			if err := again.read(strings.NewReader(string(c.YAML()))); err != nil || again != c {
				t.Errorf("%+v reads back as %+v, %v", c, again, err)
			}
		}
	})
}
