package db

import "time"

// Micros is a time as rows hold it: microseconds since 1970, and 0 for no time.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Moment is the time that a row holds, in UTC; 0 is no time. It is the inverse
// of [Micros] for everything to the microsecond but the first one of 1970.
func Moment(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}
