package main

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"runtime/debug"
)

type versionInfo struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Modified bool   `json:"modified,omitempty"`
	Go       string `json:"go"`
	System   string `json:"system"`
}

func buildVersion() versionInfo {
	v := versionInfo{Version: "devel", Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if m := info.Main.Version; m != "" && m != "(devel)" {
		v.Version = m
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Revision = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	return v
}

func versionCommand() *command {
	return &command{
		name: "version", short: "print which build this is", example: "landbridge version --json",
		setup: func(fs *flag.FlagSet) func(context.Context, *app, []string) error {
			asJSON := fs.Bool("json", false, "print JSON")
			return func(_ context.Context, a *app, _ []string) error {
				v := buildVersion()
				if *asJSON {
					return show(a.out, true, v, nil, "")
				}
				fmt.Fprintf(a.out, "landbridge %s %s %s %s\n", v.Version, v.Revision, v.Go, v.System)
				return nil
			}
		},
	}
}
