package node

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"landbridge.example"
	"landbridge.example/internal/fail"
)

// Config is everything an operator may set. Every field can stand in node.yaml
// under its yaml name, in the environment as LANDBRIDGE_ and that name in
// capitals, and on the command line as a flag; the later of these wins. With
// nothing set beyond the party's code, a node starts.
type Config struct {
	Dir string `yaml:"-"` // the data folder; everything else is relative to it

	Party        string `yaml:"party"`
	Name         string `yaml:"name"`
	Listen       string `yaml:"listen" default:"127.0.0.1:8480"`
	URL          string `yaml:"url" default:""`
	TLSCert      string `yaml:"tls_cert" default:""`
	TLSKey       string `yaml:"tls_key" default:""`
	PeerListen   string `yaml:"peer_listen" default:"127.0.0.1:8481"`
	PeerAddress  string `yaml:"peer_address" default:""`
	PublicListen string `yaml:"public_listen" default:""`
	PublicURL    string `yaml:"public_url" default:""`
	Fronts       string `yaml:"fronts" default:""`
	Database     string `yaml:"database" default:"landbridge.db"`
	MaxExhibit   int64  `yaml:"max_exhibit_mib" default:"4096"`
	SoftKeys     bool   `yaml:"software_keys" default:"false"`
	LogLevel     string `yaml:"log_level" default:"info"`
	Demo         bool   `yaml:"demo" default:"false"`
}

// Names of the files in a data folder. docs/operating.md lists them.
const (
	configName = "node.yaml"
	keysName   = "keys"
	blobsName  = "blobs"
	peopleName = "people"
	lockName   = "lock"
	runName    = "running.json"
	noDatabase = "landbridge.db"

	maxConfigFile = 1 << 20 // bytes
	envPrefix     = "LANDBRIDGE_"
)

// settingDocs explains every setting to the operator, in the file that init
// writes and in the help. A test refuses a setting that is not explained.
func settingDocs() map[string]string {
	return map[string]string{
		"party": "Code of the party this node belongs to, such as XA. It never changes.",
		"name":  "Name of the party, in its own words, for the first record others see.",
		"listen": "Address for staff pages, the API and the public log. Put it behind your own TLS front, or set tls_cert and " +
			"tls_key.",
		"url": "How browsers reach the staff pages. Passkeys are bound to its host name, so it must not change later. Empty: " +
			"http://localhost and the port of listen.",
		"tls_cert": "Certificate file (PEM) for listen. Empty: plain HTTP, for loopback or behind a front that ends TLS.",
		"tls_key":  "Key file (PEM) for tls_cert.",
		"peer_listen": "Address for other nodes. Mutual TLS with keys pinned by the directory; never put anything in front that ends " +
			"TLS.",
		"peer_address": "How other nodes reach peer_listen, such as https://node.example:8481. Empty: https:// and peer_listen.",
		"public_listen": "Address on which nothing but the public pages and the public log answer, such as 127.0.0.1:8482, so that the " +
			"staff pages need not face the public. Empty: the public pages stand beside the staff pages, under /public/.",
		"public_url": "How the public reaches the public pages, such as https://forum.example. Calendars and feeds name this address for years, so " +
			"choose it well. Empty: url, or the address of public_listen if that is set.",
		"fronts": "Addresses or networks of your own TLS fronts, such as 127.0.0.1, 10.1.0.0/16. What they write into X-Forwarded-For is " +
			"believed. Empty: all who come through a front share what one address may send and how often it may fail to sign in.",
		"database": "A SQLite file in the data folder, or a postgres:// address. Keep the password out of it: PostgreSQL reads " +
			"~/.pgpass.",
		"max_exhibit_mib": "Largest file that may be attached, in MiB.",
		"software_keys": "Accept approvals by software key files besides passkeys of devices. Every such approval is marked, here and at " +
			"the other side.",
		"log_level": "How much the node says on standard error: debug, info, warn or error.",
		"demo":      "Sign in by one click, with a mark on every page. For demonstrations on loopback only; refused elsewhere.",
	}
}

// A setting is one field of Config as the sources see it.
type setting struct {
	name, def, doc string
	value          reflect.Value
}

func (c *Config) settings() (all []setting) {
	v, docs := reflect.ValueOf(c).Elem(), settingDocs()
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if name := f.Tag.Get("yaml"); name != "-" {
			all = append(all, setting{name, f.Tag.Get("default"), docs[name], v.Field(i)})
		}
	}
	return all
}

func (s setting) set(text string) error {
	switch s.value.Kind() {
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return fail.New(fail.Invalid, "%s is true or false, not %q", s.name, text)
		}
		s.value.SetBool(b)
	case reflect.Int64:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return fail.New(fail.Invalid, "%s is a whole number, not %q", s.name, text)
		}
		s.value.SetInt(n)
	default:
		s.value.SetString(text)
	}
	return nil
}

// Defaults returns a Config with nothing but defaults, for the folder dir.
func Defaults(dir string) Config {
	c := Config{Dir: dir}
	for _, s := range c.settings() {
		if err := s.set(s.def); s.def != "" && err != nil {
			panic("node: a default does not parse: " + s.name) // a broken invariant of this file
		}
	}
	return c
}

// Load returns the Config of the folder dir: defaults, then node.yaml if it is
// there, then the environment. Flags come after, by [Config.Flags].
func Load(dir string, env func(string) string) (Config, error) {
	c := Defaults(dir)
	f, err := os.Open(filepath.Join(dir, configName))
	if err == nil {
		defer f.Close()
		err = c.read(f)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return c, err
	}
	for _, s := range c.settings() {
		if text := env(envPrefix + strings.ToUpper(s.name)); text != "" {
			if err := s.set(text); err != nil {
				return c, err
			}
		}
	}
	return c, nil
}

func (c *Config) read(r io.Reader) error {
	text, err := io.ReadAll(io.LimitReader(r, maxConfigFile+1))
	if err != nil {
		return fmt.Errorf("reading %s: %w", configName, err)
	}
	if len(text) > maxConfigFile {
		return fail.New(fail.TooLarge, "%s is larger than %d bytes; it is not a configuration", configName, maxConfigFile)
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(c); err != nil && !errors.Is(err, io.EOF) {
		return fail.Because(err, fail.Invalid, "%s: %s; \"landbridge init\" writes one with every setting explained", configName,
			strings.Join(strings.Fields(strings.TrimPrefix(err.Error(), "yaml: ")), " "))
	}
	return nil
}

// Flags adds a flag for every setting. What the command line sets is kept in
// the returned function, which is called after Load and wins over it.
func Flags(set *flag.FlagSet) func(*Config) error {
	scratch := Defaults("")
	given := map[string]string{}
	for _, s := range scratch.settings() {
		take := func(text string) error {
			given[s.name] = text
			return s.set(text)
		}
		name := strings.ReplaceAll(s.name, "_", "-")
		if s.value.Kind() == reflect.Bool {
			set.BoolFunc(name, s.doc, take)
		} else {
			set.Func(name, "`value`: "+s.doc, take)
		}
	}
	return func(c *Config) error {
		for _, s := range c.settings() {
			if text, ok := given[s.name]; ok {
				if err := s.set(text); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

// YAML writes c as a commented file that [Load] reads back.
func (c *Config) YAML() []byte {
	var b bytes.Buffer
	b.WriteString("# Settings of one Landbridge node. Each can also be given as a flag (--peer-listen)\n" +
		"# or in the environment (LANDBRIDGE_PEER_LISTEN); the command line wins.\n")
	for _, s := range c.settings() {
		fmt.Fprintf(&b, "\n# %s\n", strings.ReplaceAll(wrap(s.doc, 96), "\n", "\n# "))
		value, err := yaml.Marshal(s.value.Interface())
		if err != nil {
			panic("node: a setting does not marshal: " + s.name)
		}
		if s.def != "" && fmt.Sprint(s.value.Interface()) == s.def {
			fmt.Fprintf(&b, "# %s: %s", s.name, value) // the default, to be changed by taking the mark away
			continue
		}
		fmt.Fprintf(&b, "%s: %s", s.name, value)
	}
	return b.Bytes()
}

// wrap breaks text at blanks so that no line is longer than width.
func wrap(text string, width int) string {
	var b strings.Builder
	n := 0
	for i, w := range strings.Fields(text) {
		switch {
		case i == 0:
		case n+1+len(w) > width:
			b.WriteByte('\n')
			n = 0
		default:
			b.WriteByte(' ')
			n++
		}
		b.WriteString(w)
		n += len(w)
	}
	return b.String()
}

// Faults says everything that is wrong with c, each in a sentence, so that an
// operator mends them in one go.
func (c *Config) Faults() (all []string) {
	bad := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	if _, err := landbridge.ParsePartyID(c.Party); err != nil {
		bad("party: %v", err)
	}
	for _, a := range []struct{ name, value string }{{"listen", c.Listen}, {"peer_listen", c.PeerListen}, {"public_listen", c.PublicListen}} {
		if a.name == "public_listen" && a.value == "" {
			continue
		}
		if _, _, err := net.SplitHostPort(a.value); err != nil {
			bad("%s is written host:port, such as 127.0.0.1:8480, not %q", a.name, a.value)
		}
	}
	for _, a := range []struct{ name, value, scheme string }{{"url", c.URL, ""}, {"public_url", c.PublicURL, ""}, {"peer_address", c.PeerAddress, "https"}} {
		if a.value == "" {
			continue
		}
		u, err := url.Parse(a.value)
		if err != nil || u.Host == "" || a.scheme != "" && u.Scheme != a.scheme ||
			u.Scheme != "http" && u.Scheme != "https" || strings.Trim(u.Path, "/") != "" {
			bad("%s is an address such as https://node.example:8481 without a path, not %q", a.name, a.value)
		}
	}
	if _, err := parseFronts(c.Fronts); err != nil {
		bad("%v", err)
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		bad("tls_cert and tls_key belong together; set both or neither")
	}
	if c.MaxExhibit < 1 || c.MaxExhibit > 1<<20 {
		bad("max_exhibit_mib is 1 to %d, not %d", 1<<20, c.MaxExhibit)
	}
	if _, err := logLevel(c.LogLevel); err != nil {
		bad("log_level is debug, info, warn or error, not %q", c.LogLevel)
	}
	if c.Demo && !(loopback(c.Listen) && loopback(c.PeerListen)) {
		bad("demo signs in without a key, so it is refused on %s; listen on 127.0.0.1 or take demo away", c.Listen)
	}
	return all
}

// Check returns the first faults as one error.
func (c *Config) Check() error {
	if all := c.Faults(); len(all) > 0 {
		return fail.New(fail.Invalid, "%s", strings.Join(all, "; "))
	}
	return nil
}

func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// DSN returns what internal/db opens.
func (c *Config) DSN() string {
	if strings.HasPrefix(c.Database, "postgres://") || strings.HasPrefix(c.Database, "postgresql://") {
		return c.Database
	}
	return c.path(c.Database)
}

// path returns name inside the data folder, unless name is absolute.
func (c *Config) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(c.Dir, name)
}

// KeysDir returns the folder of the node's own secrets.
func (c *Config) KeysDir() string { return c.path(keysName) }

// PeopleDir returns the folder of tokens and software passkeys that init made.
func (c *Config) PeopleDir() string { return c.path(peopleName) }

// StaffURL returns how browsers reach the staff pages.
func (c *Config) StaffURL() string {
	if c.URL != "" {
		return strings.TrimSuffix(c.URL, "/")
	}
	scheme := "http"
	if c.TLSCert != "" {
		scheme = "https"
	}
	_, port, _ := net.SplitHostPort(c.Listen)
	return scheme + "://" + net.JoinHostPort("localhost", port)
}

// PublicOrigin returns how the public reaches the public pages.
func (c *Config) PublicOrigin() string {
	switch {
	case c.PublicURL != "":
		return strings.TrimSuffix(c.PublicURL, "/")
	case c.PublicListen == "":
		return c.StaffURL()
	case c.TLSCert != "":
		return "https://" + c.PublicListen
	}
	return "http://" + c.PublicListen
}

// PeerURL returns how other nodes reach this one.
func (c *Config) PeerURL() string {
	if c.PeerAddress != "" {
		return strings.TrimSuffix(c.PeerAddress, "/")
	}
	return "https://" + c.PeerListen
}
