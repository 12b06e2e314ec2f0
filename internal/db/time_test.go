package db_test

import (
	"testing"
	"time"

	"landbridge.example/internal/db"
)

// TestMoment: what a row holds of a time comes back as that time in UTC, and no
// time comes back as none.
func TestMoment(t *testing.T) {
	east := time.FixedZone("east", 3*60*60)
	for at, want := range map[time.Time]int64{
		{}: 0,
		time.Date(2026, 10, 5, 9, 30, 0, 1500, east):               time.Date(2026, 10, 5, 6, 30, 0, 1000, time.UTC).UnixMicro(),
		time.Date(1969, 12, 31, 23, 59, 59, 999_999_000, time.UTC): -1,
	} {
		us := db.Micros(at)
		if us != want {
			t.Errorf("%v is %d in a row, not %d", at, us, want)
		}
		if back := db.Moment(us); !back.Equal(at.Truncate(time.Microsecond)) || back.Location() != time.UTC {
			t.Errorf("%v comes back as %v", at, back)
		}
	}
	if !db.Moment(0).IsZero() {
		t.Error("no time comes back as a time")
	}
}
