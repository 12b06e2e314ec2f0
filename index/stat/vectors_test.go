package stat

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestVectors: the draws are those of spec/vectors/index/draws.txt, which
// another implementation can check itself against.
func TestVectors(t *testing.T) {
	f, err := os.Open("../../spec/vectors/index/draws.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for scan := bufio.NewScanner(f); scan.Scan(); {
		line := scan.Text()
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		n++
		var seed, i, j uint64
		var use uint32
		var want string
		if _, err := fmt.Sscanf(line, "number %d %d %d %d %s", &seed, &use, &i, &j, &want); err == nil {
			if got := fmt.Sprintf("%016x", NewSource(seed, use).Bits(i, j)); got != want {
				t.Errorf("%s: got %s", line, got)
			}
			continue
		}
		var d int
		if _, err := fmt.Sscanf(line, "sobol %d %d %d %s", &seed, &i, &d, &want); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		q, err := NewSobol(d+1, seed)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%.10f", q.Point(uint32(i), d)); got != want {
			t.Errorf("%s: got %s", line, got)
		}
	}
	if n < 12 {
		t.Errorf("only %d vectors", n)
	}
}
