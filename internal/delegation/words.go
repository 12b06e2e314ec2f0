package delegation

import (
	"landbridge.example/internal/delegation/badge"
	"landbridge.example/internal/lang"
)

// DoorWords are the texts of the page for doors in a language.
func DoorWords(t *lang.Texts) badge.Words {
	w := badge.Words{
		Lang: t.Code, Dir: "ltr", Title: t.T("door.title"), Door: t.T("door.door"), Scan: t.T("door.scan"), Camera: t.T("door.camera"), Stop: t.T("door.stop"),
		Valid: t.T("door.valid"), Again: t.T("door.again"), Invalid: t.T("door.invalid"), Unsigned: t.T("door.unsigned"), Edition: t.T("door.edition"),
		Expired: t.T("door.expired"), Revoked: t.T("door.revoked"), Unable: t.T("door.unable"), Number: t.T("door.number"), ListOf: t.T("door.listof"),
		Count: t.T("door.count"), Save: t.T("door.save"), Kept: t.T("door.kept"), Full: t.T("door.full"), Privacy: t.T("door.privacy"),
		Load: t.T("door.load"), Loaded: t.T("door.loaded"), Foreign: t.T("door.foreign"), Clock: t.T("door.clock"), Earlier: t.T("door.earlier"),
		Categories: map[string]string{},
	}
	if t.RTL {
		w.Dir = "rtl"
	}
	for _, c := range badge.Categories() {
		w.Categories[c] = t.T("guest.kind." + c)
	}
	return w
}

// ColumnNames are the heads and the values of an export in a language, for [Columns].
func ColumnNames(t *lang.Texts) map[string]string {
	names := map[string]string{}
	for _, c := range []string{"delegation", "kind", "part", "state", "number", "name", "latin", "title", "nation", "inside"} {
		names[c] = t.T("guest.column." + c)
	}
	for _, k := range Kinds() {
		names[k] = t.T("guest.kind." + k)
	}
	for _, s := range Parts() {
		names[s] = t.T("guest.part." + s)
	}
	for _, s := range States() {
		names[s] = t.T("guest.state." + s)
	}
	return names
}
