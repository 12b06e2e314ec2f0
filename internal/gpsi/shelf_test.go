package gpsi

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"landbridge.example/index/bundle"
)

// TestShelf: what is asked for at once is made once, errors are not kept, and
// the shelf holds neither too many nor too much.
func TestShelf(t *testing.T) {
	s := &shelf{}
	var made atomic.Int64
	of := func(size int) func() (*Opened, error) {
		return func() (*Opened, error) {
			made.Add(1)
			return &Opened{Contents: bundle.Contents{"a": make([]byte, size)}}, nil
		}
	}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := s.get("one", of(1)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if made.Load() != 1 {
		t.Errorf("made %d times", made.Load())
	}
	for range 2 {
		if _, err := s.get("bad", func() (*Opened, error) { made.Add(1); return nil, errors.New("no") }); err == nil {
			t.Error("no error")
		}
	}
	if made.Load() != 3 {
		t.Errorf("an error is kept: made %d times", made.Load())
	}
	for i := range 30 {
		if _, err := s.get(fmt.Sprint(i), of(1)); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.all) != maxShelf || s.all[len(s.all)-1].key != "29" {
		t.Errorf("%d on the shelf", len(s.all))
	}
	for i := range 4 {
		if _, err := s.get(fmt.Sprint("large", i), of(maxShelfBytes/2-1)); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.all) != 2 || s.all[1].key != "large3" {
		t.Errorf("%d large ones on the shelf", len(s.all))
	}
	if _, err := s.get("huge", of(maxShelfBytes+1)); err != nil || len(s.all) != 1 {
		t.Errorf("%d beside the huge one, %v", len(s.all)-1, err)
	}
}
