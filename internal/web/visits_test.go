package web

import (
	record "landbridge.example/internal/visit"
)

// visitFamilies are the keys that code puts together about visits, news and agendas.
func visitFamilies() (all []string) {
	each := func(prefix string, endings ...string) {
		for _, e := range endings {
			all = append(all, prefix+e)
		}
	}
	each("fact.visit.", record.Kinds()...)
	each("fact.news.", "published", "withdrawn")
	each("fact.agenda.", "address-made", "address-ended", "code-made")
	return all
}
