package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"time"

	"go.yaml.in/yaml/v3"
	"golang.org/x/mod/sumdb/note"

	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
)

func partyFound() *command {
	return &command{
		name: "found", args: "RECORD...", min: 2, max: 100, short: "begin a new directory: the secretariat's founding, for all founders to sign",
		long: "RECORD are the record.txt files of all founders, the secretariat's own among them. The founding goes to\n" +
			"standard output; every founder adds its signature with \"party admit\". Then the secretariat enters the\n" +
			"founding and all records with \"party add\", and everyone else takes in \"party export --all\".",
		example: "landbridge party found --dir xf xf/record.txt xa-record.txt xb-record.txt > founding.txt",
		setup: func(fs *flag.FlagSet) func(context.Context, *app, []string) error {
			dir := dirFlag(fs)
			return func(_ context.Context, a *app, args []string) error {
				signed, err := found(a, *dir, args)
				if err != nil {
					return err
				}
				_, err = a.out.Write(signed)
				return err
			}
		},
	}
}

// found writes the founding of a directory, signed by the secretariat first.
func found(a *app, dir string, records []string) ([]byte, error) {
	keys, err := loadKeys(a, dir)
	if err != nil {
		return nil, err
	}
	if keys.Directory.IsZero() {
		return nil, fail.New(fail.Missing, "the directory key is not in %s; bring its file there for the founding", dir)
	}
	own := false
	f := party.Founding{Date: a.now().UTC().Truncate(time.Microsecond), Secretariat: keys.Party, DirectoryKey: keys.Directory.Public()}
	for _, name := range records {
		text, err := readSmall(name, party.MaxStatement)
		if err != nil {
			return nil, err
		}
		s, err := party.ParseStatement(text)
		if err != nil {
			return nil, fail.Because(err, fail.KindOf(err), "%s: %s", name, fail.Safe(err))
		}
		if s.Form != party.FormRecord {
			return nil, fail.New(fail.Invalid, "%s is not a party's record; a founding is made of the founders' records", name)
		}
		own = own || s.Record.Party == keys.Party && s.Record.Kind == party.Forum
		f.Founders = append(f.Founders, party.Founder{Party: s.Record.Party, Kind: s.Record.Kind, IdentityKey: s.Record.IdentityKey})
	}
	if !own {
		return nil, fail.New(fail.Denied, "a directory is founded by its secretariat, and %s has no record as one among these", keys.Party)
	}
	var body bytes.Buffer
	e := yaml.NewEncoder(&body)
	e.SetIndent(2)
	if err := e.Encode(f); err != nil {
		return nil, fmt.Errorf("writing the founding: %w", err)
	}
	signed, err := note.Sign(&note.Note{Text: "# " + string(party.FormFounding) + "\n" + body.String()}, keys.Identity.Signer())
	if err != nil {
		return nil, fmt.Errorf("signing the founding: %w", err)
	}
	_, err = party.ParseStatement(signed) // nothing leaves that would be refused
	return signed, err
}
