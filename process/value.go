package process

// A Type is what a field may hold.
type Type string

// Values are the fields of one act, by field name.
type Values map[string]Value

// A Value is what stands in one field: text, a list of texts, or rows of a
// compound type such as person. Exactly one of the three is set.
type Value struct {
	Text  string
	Items []string
	Rows  []Row
}

// A Row is one person, offence, account …: its parts by name.
type Row map[string]string
