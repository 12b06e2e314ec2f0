package gpsi

import (
	"context"
	"path/filepath"
	"testing"

	"landbridge.example"
	"landbridge.example/internal/gpsi/sheet"
)

func benchWorld(b *testing.B) *testNode {
	dir := b.TempDir()
	return newWorld(b, func(p landbridge.PartyID) string { return filepath.Join(dir, string(p)+".db") }).nodes["XF"]
}

// BenchmarkDemonstrate is what the first start of a demo's secretariat does:
// both demonstrations calculated with uncertainty and sensitivity, signed,
// entered into the log, released.
func BenchmarkDemonstrate(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		n := benchWorld(b)
		b.StartTimer()
		if err := n.Demonstrate(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpen opens a release that is not in memory.
func BenchmarkOpen(b *testing.B) {
	n := benchWorld(b)
	if err := n.Demonstrate(context.Background()); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		n.kept = &shelf{}
		if _, err := n.Open(context.Background(), "xf-gpsi-demo-2018-1"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpenAgain opens one that is.
func BenchmarkOpenAgain(b *testing.B) {
	n := benchWorld(b)
	if err := n.Demonstrate(context.Background()); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := n.Open(context.Background(), "xf-gpsi-demo-2018-1"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReadTable checks a table of 740 rows and 5 columns as it is sent in.
func BenchmarkReadTable(b *testing.B) {
	n := benchWorld(b)
	data, err := demonstrations.ReadFile("demonstration-years/data/un-sdg.csv")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if t, rep := sheet.Read("un-sdg.csv", data, sheet.Options{}, n.Countries()); t == nil {
			b.Fatal(rep.Findings)
		}
	}
}
