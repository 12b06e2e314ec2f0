package node

import (
	"bytes"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/api"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/db/dbtest"
	"landbridge.example/internal/fail"
)

func TestAnswers(t *testing.T) {
	dbtest.Each(t, []db.Schema{blob.Schema(), Schema()}, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
		vault := blob.NewVault([32]byte{1})
		s := &answers{d, vault, func() time.Time { return now }, "first"}
		who, req := landbridge.ID("01960000-0000-7000-8000-000000000000"), landbridge.Sum([]byte("a"))
		begin := func(want api.Claim) api.Answer {
			t.Helper()
			a, claim, err := s.Begin(ctx, who, "key-0001", req, true)
			if err != nil || claim != want {
				t.Fatalf("claim %v, err %v; want %v", claim, err, want)
			}
			return a
		}
		begin(api.Fresh)
		begin(api.Busy)
		s.boot = "second" // the first process died
		for range 2 {
			if _, claim, err := s.Begin(ctx, who, "key-0001", req, false); err != nil || claim != api.Interrupted {
				t.Fatalf("claim %v, err %v; nobody may take it over", claim, err)
			}
		}
		begin(api.Interrupted)
		begin(api.Busy)
		want := api.Answer{Status: 201, ETag: `"x"`, Body: []byte(`{"secret":"canary"}`)}
		if err := s.Done(ctx, who, "key-0001", want); err != nil {
			t.Fatal(err)
		}
		got := begin(api.Answered)
		if got.Status != want.Status || got.ETag != want.ETag || !bytes.Equal(got.Body, want.Body) {
			t.Errorf("got %+v", got)
		}
		var stored []byte
		if err := d.QueryRow(ctx, `SELECT body FROM node_answer`).Scan(&stored); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(stored, []byte("canary")) {
			t.Error("an answer rests in the clear")
		}
		if _, _, err := s.Begin(ctx, who, "key-0001", landbridge.Sum([]byte("b")), true); !fail.Is(err, fail.Conflict) {
			t.Errorf("one key served two requests: %v", err)
		}
		if _, claim, err := s.Begin(ctx, who+"2", "key-0001", req, true); err != nil || claim != api.Fresh {
			t.Errorf("another person's key: claim %v, err %v", claim, err)
		}
		if err := s.Release(ctx, who+"2", "key-0001"); err != nil {
			t.Fatal(err)
		}
		if _, claim, err := s.Begin(ctx, who+"2", "key-0001", req, true); err != nil || claim != api.Fresh {
			t.Errorf("a released key: claim %v, err %v", claim, err)
		}
		now = now.AddDate(0, 0, answerDays+1)
		if err := s.sweep(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := vault.Key(ctx, d, "answers/2026-11-22"); !fail.Is(err, fail.Missing) {
			t.Errorf("the key of a past day is still there: %v", err)
		}
		begin(api.Fresh)
	})
}
