package node

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"landbridge.example/client"
	"landbridge.example/internal/fail"
)

// Bounds below which an operator has to act.
const (
	lowDisk  = 1 << 30   // bytes
	fullDisk = 128 << 20 // bytes; the node says that it is not well
)

// Health looks at what can be seen at once; "landbridge doctor" looks at everything.
func (n *Node) Health(ctx context.Context) client.Health {
	h := client.Health{Party: string(n.Party), Version: Version(), OK: true}
	for _, c := range []client.Check{n.checkDatabase(ctx), n.checkLogSigns(ctx), checkDisk(n.Config.Dir)} {
		h.OK = h.OK && c.OK
		h.Checks = append(h.Checks, c)
	}
	return h
}

// Version names the build.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			v += " " + s.Value
		}
	}
	return v
}

func well(name, format string, args ...any) client.Check {
	return client.Check{Name: name, OK: true, Text: fmt.Sprintf(format, args...)}
}

func ill(name, format string, args ...any) client.Check {
	return client.Check{Name: name, Text: fmt.Sprintf(format, args...)}
}

func (n *Node) checkDatabase(ctx context.Context) client.Check {
	size, err := n.DB.SizeBytes(ctx)
	if err != nil {
		return ill("database", "the database does not answer; see the node's log, and check the disk or the database server")
	}
	engine := "SQLite"
	if n.DB.Postgres() {
		engine = "PostgreSQL"
	}
	return well("database", "%s, %.1f MiB", engine, float64(size)/(1<<20))
}

func (n *Node) checkLogSigns(ctx context.Context) client.Check {
	why, err := n.Log.Stopped(ctx)
	if err != nil {
		return ill("log", "the log cannot be read: %s", fail.Safe(err))
	}
	if why != "" {
		return ill("log", "the log refuses to sign: %s", why)
	}
	size, err := n.Log.Size(ctx)
	if err != nil {
		return ill("log", "the log cannot be read: %s", fail.Safe(err))
	}
	return well("log", "%d entries, signing", size)
}

func checkDisk(dir string) client.Check {
	free, err := freeBytes(dir)
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return well("disk", "free space is not known on this system")
	case err != nil:
		return ill("disk", "the free space of %s cannot be read: %v", dir, err)
	case free < fullDisk:
		return ill("disk", "only %d MiB are free in %s; make room now, the node is about to stop writing", free>>20, dir)
	case free < lowDisk:
		return well("disk", "only %d MiB are free in %s; make room soon", free>>20, dir)
	}
	return well("disk", "%.1f GiB free", float64(free)/(1<<30))
}
