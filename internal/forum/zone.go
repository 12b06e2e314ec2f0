package forum

import (
	"time"
	_ "time/tzdata" // the time of a session must be right also on a machine without zone files

	"landbridge.example/internal/fail"
)

// LocalLayout is how a form writes a local time: 2026-09-16T09:30.
const LocalLayout = "2006-01-02T15:04"

// zone returns the time zone of an IANA name. "Local" and the empty name are
// none: they mean something else on each machine.
func zone(name string) (*time.Location, error) {
	if name == "" || name == "Local" || len(name) > maxName {
		return nil, fail.New(fail.Invalid, "a time zone has a name such as Asia/Shanghai")
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		return nil, fail.Because(err, fail.Invalid, "there is no time zone %q; use a name such as Asia/Shanghai", clip(name))
	}
	return z, nil
}

// Zone returns the time zone of an IANA name.
func Zone(name string) (*time.Location, error) { return zone(name) }

// At returns the moment that a clock on the wall of a zone shows as local,
// written as [LocalLayout]. A time that the clock skips is refused; of one that
// it shows twice, the first is taken and twice says so.
func At(zoneName, local string) (at time.Time, twice bool, err error) {
	z, err := zone(zoneName)
	if err != nil {
		return time.Time{}, false, err
	}
	at, err = time.ParseInLocation(LocalLayout, local, z)
	if err != nil {
		return time.Time{}, false, fail.Because(err, fail.Invalid, "%q is not a time such as 2026-09-16T09:30", clip(local))
	}
	if at.Format(LocalLayout) != local {
		return time.Time{}, false, fail.New(fail.Invalid, "there is no %s in %s: the clocks are put forward over it; choose a time before or after", local, zoneName)
	}
	// Clocks are put back by two hours at most; the same wall time is then that
	// much earlier or later.
	for _, step := range []time.Duration{30 * time.Minute, time.Hour, 2 * time.Hour} {
		if at.Add(-step).Format(LocalLayout) == local {
			return at.Add(-step).UTC(), true, nil
		}
		if at.Add(step).Format(LocalLayout) == local {
			return at.UTC(), true, nil
		}
	}
	return at.UTC(), false, nil
}
