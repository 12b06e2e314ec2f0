package tidy

import (
	"bufio"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

const (
	module  = "landbridge.example"
	maxFunc = 70  // lines
	maxFile = 500 // lines
	maxIfce = 5   // methods of an interface
	maxLine = 160 // runes; about 100 is the aim, SQL and sentences may be longer
)

// A source is one parsed file.
type source struct {
	dir, path string
	test      bool
	fset      *token.FileSet
	file      *ast.File
}

// sources parses every Go file of this module. The full tier is a module of its own.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); path != root && (strings.HasPrefix(name, ".") || name == "testdata" || path == filepath.Join(root, "full")) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		all = append(all, source{filepath.ToSlash(filepath.Dir(rel)), rel, strings.HasSuffix(path, "_test.go"), fset, f})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func product(t *testing.T) []source {
	return slices.DeleteFunc(sources(t), func(s source) bool { return s.test })
}

func imports(t *testing.T, s source) []string {
	var all []string
	for _, im := range s.file.Imports {
		path, err := strconv.Unquote(im.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, path)
	}
	return all
}

func TestImports(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range product(t) {
		seen[s.dir] = true
		list, ok := may[s.dir]
		if !ok {
			t.Errorf("%s: not in the import table", s.dir)
			continue
		}
		allowed := strings.Fields(list)
		for _, path := range imports(t, s) {
			if path != module && !strings.HasPrefix(path, module+"/") {
				continue
			}
			rel := strings.TrimPrefix(strings.TrimPrefix(path, module), "/")
			if rel == "" {
				rel = "."
			}
			if rel == "internal/node" && !slices.Contains([]string{"cmd/landbridge", "internal/sim"}, s.dir) {
				t.Errorf("%s: only cmd and sim may import node", s.path)
			}
			if !slices.Contains(allowed, "...") && !slices.Contains(allowed, rel) {
				t.Errorf("%s: %s may not import %s", s.path, s.dir, rel)
			}
		}
	}
	for dir := range may {
		if !seen[dir] {
			t.Errorf("the import table names %s, which does not exist", dir)
		}
	}
}

// TestOutside checks that every module we require is in the table, with a
// reason, and that the table names none that is gone.
func TestOutside(t *testing.T) {
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	required := map[string]bool{}
	for line := range strings.Lines(string(mod)) {
		f := strings.Fields(line)
		if len(f) == 2 && strings.Contains(f[0], ".") {
			required[f[0]] = true
			if outside[f[0]] == "" {
				t.Errorf("go.mod requires %s; say why in the table", f[0])
			}
		}
	}
	used := map[string]bool{}
	for _, s := range sources(t) {
		for _, path := range imports(t, s) {
			for m := range outside {
				if path == m || strings.HasPrefix(path, m+"/") {
					used[m] = true
				}
			}
		}
	}
	for m := range outside {
		if !required[m] || !used[m] {
			t.Errorf("%s: required %v, imported %v; take it out of go.mod and the table", m, required[m], used[m])
		}
	}
}

// TestKernel checks that what other states must be able to check stays pure.
func TestKernel(t *testing.T) {
	banned := []string{"database/sql", "net", "net/http", "os", "log", "log/slog", "math/rand", "math/rand/v2"}
	for _, s := range product(t) {
		if !slices.Contains(kernel, s.dir) && s.dir != "." {
			continue
		}
		for _, path := range imports(t, s) {
			if slices.Contains(banned, path) {
				t.Errorf("%s: the kernel may not import %s", s.path, path)
			}
		}
	}
}

func TestShape(t *testing.T) {
	docs := map[string]int{}
	for _, s := range product(t) {
		docs[s.dir] += 0
		if s.file.Doc != nil {
			docs[s.dir]++
		}
		if n := s.fset.File(s.file.Pos()).LineCount(); n > maxFile && long[s.path] == "" {
			t.Errorf("%s: %d lines, limit %d", s.path, n, maxFile)
		}
		for _, d := range s.file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				checkFunc(t, s, d)
			case *ast.GenDecl:
				checkDecl(t, s, d)
			}
		}
	}
	for dir, n := range docs {
		if n != 1 {
			t.Errorf("%s: %d package comments, want 1", dir, n)
		}
	}
}

func checkFunc(t *testing.T, s source, f *ast.FuncDecl) {
	a, b := s.fset.Position(f.Pos()), s.fset.Position(f.End())
	if n := b.Line - a.Line + 1; n > maxFunc && long[s.path+":"+f.Name.Name] == "" {
		t.Errorf("%s:%d: %s has %d lines, limit %d", s.path, a.Line, f.Name, n, maxFunc)
	}
	if f.Recv == nil && f.Name.Name == "init" {
		t.Errorf("%s:%d: init is not allowed; wire it in node", s.path, a.Line)
	}
	if exported(f) && f.Doc == nil {
		t.Errorf("%s:%d: %s has no doc comment", s.path, a.Line, f.Name)
	}
}

func checkDecl(t *testing.T, s source, d *ast.GenDecl) {
	for _, spec := range d.Specs {
		ts, ok := spec.(*ast.TypeSpec)
		if !ok {
			continue
		}
		at := s.fset.Position(ts.Pos())
		if ts.Name.IsExported() && d.Doc == nil && ts.Doc == nil {
			t.Errorf("%s:%d: type %s has no doc comment", s.path, at.Line, ts.Name)
		}
		if i, ok := ts.Type.(*ast.InterfaceType); ok && i.Methods.NumFields() > maxIfce {
			t.Errorf("%s:%d: interface %s has %d methods, limit %d", s.path, at.Line, ts.Name, i.Methods.NumFields(), maxIfce)
		}
	}
}

// exported reports whether f is part of its package's API.
func exported(f *ast.FuncDecl) bool {
	if f.Recv == nil {
		return f.Name.IsExported()
	}
	typ := f.Recv.List[0].Type
	if p, ok := typ.(*ast.StarExpr); ok {
		typ = p.X
	}
	id, ok := typ.(*ast.Ident)
	return ok && id.IsExported() && f.Name.IsExported()
}

// TestClock checks that only the outermost packages read the clock.
// Everything else is told the time, so that a test can tell it another.
func TestClock(t *testing.T) {
	for _, s := range product(t) {
		if slices.Contains(tellTime, s.dir) {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok || sel.Sel.Name != "Now" && sel.Sel.Name != "Since" && sel.Sel.Name != "Until" {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == "time" {
				t.Errorf("%s: time.%s; take the time as an argument", s.fset.Position(n.Pos()), sel.Sel.Name)
			}
			return true
		})
	}
}

var (
	inSQL     = regexp.MustCompile(`\b(?:FROM|JOIN|INTO|UPDATE|TABLE IF NOT EXISTS|TABLE|INDEX \w+ ON)\s+([a-z]+)_[a-z_]+`)
	forbidden = regexp.MustCompile(`(?i)\bgroup_concat\b|->>|\bANY\(|\bAUTOINCREMENT\b|\bSERIAL\b|\bNOW\(\)`)
)

// TestTables checks that a package's SQL names only tables that begin with its
// name, in Go strings and in migrations, and uses nothing the engines disagree on.
func TestTables(t *testing.T) {
	check := func(at, owner, text string) {
		for _, m := range inSQL.FindAllStringSubmatch(text, -1) {
			if m[1] != owner && m[1] != "pragma" {
				t.Errorf("%s: touches table %s_…, which belongs to another package", at, m[1])
			}
		}
		if m := forbidden.FindString(text); m != "" && inSQL.MatchString(text) {
			t.Errorf("%s: %s differs between the engines", at, m)
		}
	}
	for _, s := range product(t) {
		ast.Inspect(s.file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				check(s.fset.Position(n.Pos()).String(), filepath.Base(s.dir), lit.Value)
			}
			return true
		})
	}
	files, err := filepath.Glob("../*/schema/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no migrations found: %v", err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		check(f, filepath.Base(filepath.Dir(filepath.Dir(f))), string(text))
	}
}

// TestNames checks words that say nothing, and marks left for later.
func TestNames(t *testing.T) {
	for dir := range may {
		for _, bad := range []string{"util", "common", "manager", "helper", "misc", "data2"} {
			if strings.Contains(dir, bad) {
				t.Errorf("package %s: %q says nothing", dir, bad)
			}
		}
	}
	todo := "TO" + "DO"
	for _, s := range sources(t) {
		for _, c := range s.file.Comments {
			if strings.Contains(c.Text(), todo) || strings.Contains(c.Text(), "FIX"+"ME") {
				t.Errorf("%s: a naked %s; open an issue or do it", s.fset.Position(c.Pos()), todo)
			}
		}
	}
}

// TestLines checks the width of lines: a reader should not have to scroll sideways.
func TestLines(t *testing.T) {
	for _, s := range product(t) {
		f, err := os.Open(filepath.Join("..", "..", s.path))
		if err != nil {
			t.Fatal(err)
		}
		scan := bufio.NewScanner(f)
		scan.Buffer(nil, 1<<20)
		for n := 1; scan.Scan(); n++ {
			if w := utf8.RuneCountInString(scan.Text()); w > maxLine {
				t.Errorf("%s:%d: %d characters wide, limit %d", s.path, n, w, maxLine)
			}
		}
		f.Close()
	}
}

// TestFuzz checks that every exported parser has a fuzz target beside it.
func TestFuzz(t *testing.T) {
	parsers, targets := map[string][]string{}, map[string]bool{}
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil {
				continue
			}
			if s.test && strings.HasPrefix(f.Name.Name, "Fuzz") {
				targets[s.dir] = true
			}
			if !s.test && strings.HasPrefix(f.Name.Name, "Parse") {
				parsers[s.dir] = append(parsers[s.dir], f.Name.Name)
			}
		}
	}
	for dir, names := range parsers {
		if !targets[dir] && dir != "internal/fail" {
			t.Errorf("%s has %v and no fuzz target", dir, names)
		}
	}
}

// TestIndexGatesNothing: no value of an index may decide any cooperation, so
// nothing that does the work of cooperation can even see one: of our packages
// only the index itself, the module that keeps it, the edges that show it, what
// wires them and the command line may import it.
func TestIndexGatesNothing(t *testing.T) {
	sees := []string{"index", "internal/gpsi", "internal/web", "internal/portal", "internal/api", "internal/node", "internal/sim", "cmd/landbridge"}
	within := func(dir string, roots []string) bool {
		return slices.ContainsFunc(roots, func(root string) bool { return dir == root || strings.HasPrefix(dir, root+"/") })
	}
	found := 0
	for _, s := range product(t) {
		for _, path := range imports(t, s) {
			of, ours := strings.CutPrefix(path, "landbridge.example/")
			if !ours || !within(of, []string{"index", "internal/gpsi"}) {
				continue
			}
			found++
			if !within(s.dir, sees) {
				t.Errorf("%s imports %s; no index value may gate any cooperation", s.path, of)
			}
		}
	}
	if found == 0 {
		t.Error("nothing imports the index: the test looks at the wrong place")
	}
}
