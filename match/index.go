package match

import (
	"cmp"
	"math"
	"slices"
)

// An Index finds names. It is built once by a [Builder] and then only read; any
// number of searchers may share it.
type Index struct {
	e      *Engine
	parts  []part   // every distinct word in a role
	word   []uint32 // part to vocable
	words  map[string]uint32
	vocab  []vocable // every distinct word
	traits []trait   // what of each of them is looked at before it is compared

	at    []uint32 // name to its first reference; one more than names
	refs  []uint32 // parts of names
	of    []uint32 // name to the record it belongs to
	flags []uint8  // of names
	full  []uint16 // weight of names, in tenths of the engine's unit

	posts  []uint32           // names, by vocable
	bucket []uint32           // hash of a skeleton key to its first entry in filed
	filed  []uint32           // vocables
	senses map[int32][]uint32 // words of one meaning, by its class
	short  []shortened        // names of several words by their initials, in the order of these
}

// A vocable is a word of the index.
type vocable struct {
	*token
	post  uint32 // first of its names in posts
	count uint32
}

// A trait is what tells most words apart from the one that is sought: small, as
// many are looked at for each that is compared.
type trait struct {
	mask    uint32
	letters uint8
	script  Script
}

// Flags of names.
const (
	flagPerson uint8 = 1 << iota
	flagWeak
	flagOriginal
	flagInitial // it has initials, which any word may fill
	flagComma   // it says which part is the family's: Last, First
	flagShort   // it is a word that may be another name's initials
	flagEcho    // part of a compound stands in it again
)

// A Builder gathers names for an index.
type Builder struct {
	x     *Index
	known lexicon
	ids   map[partKey]uint32
	vocab map[*token]uint32
	whole []posting
}

// A posting says that a name has a word.
type posting struct{ name, vocable uint32 }

type partKey struct {
	token   *token
	role    role
	class   int32
	number  int32
	written string
	aside   bool
	spelt   bool
}

// NewBuilder begins an index.
func (e *Engine) NewBuilder() *Builder {
	return &Builder{
		x:     &Index{e: e, words: map[string]uint32{}, at: []uint32{0}},
		known: lexicon{}, ids: map[partKey]uint32{}, vocab: map[*token]uint32{},
	}
}

// Add adds one name of a record, unless there is no word in it, and reports
// whether it did. Records are numbers of the caller's.
func (b *Builder) Add(record uint32, n Name, kind Kind) bool {
	person := kind == Person || kind == ""
	parsed := b.x.e.parse(n.Text, person, b.known)
	if len(parsed.parts) == 0 {
		return false
	}
	x, flags, sum := b.x, uint8(0), int32(0)
	for _, p := range parsed.parts {
		key := partKey{p.token, p.role, p.class, p.number, string(p.written), p.aside, p.spelt}
		id, ok := b.ids[key]
		if !ok {
			id = uint32(len(x.parts))
			b.ids[key] = id
			x.parts = append(x.parts, p)
			x.word = append(x.word, b.vocable(p.token))
		}
		x.refs = append(x.refs, id)
		x.vocab[x.word[id]].count++
		if p.whole != nil { // a slip in a compound hides where its parts meet: it is found as one word
			v := b.vocable(p.whole)
			x.vocab[v].count++
			b.whole = append(b.whole, posting{uint32(len(x.of)), v})
		}
		if p.role == roleInitial {
			flags |= flagInitial
		} else {
			sum += p.weight
		}
	}
	if person {
		flags |= flagPerson
	}
	if parsed.comma > 0 {
		flags |= flagComma
	}
	if parsed.short > 0 {
		flags |= flagShort
		x.short = append(x.short, shortened{shortKey(keyIs, parsed.parts[parsed.short-1].letters), uint32(len(x.of))})
	}
	for _, letters := range parsed.shorten(nil) {
		x.short = append(x.short, shortened{shortKey(keyHas, letters), uint32(len(x.of))})
	}
	if parsed.echoes() {
		flags |= flagEcho
	}
	switch n.Quality {
	case Weak:
		flags |= flagWeak
	case Original:
		flags |= flagOriginal
	}
	x.at = append(x.at, uint32(len(x.refs)))
	x.of = append(x.of, record)
	x.flags = append(x.flags, flags)
	x.full = append(x.full, uint16(min(sum/10, math.MaxUint16)))
	return true
}

func (b *Builder) vocable(t *token) uint32 {
	id, ok := b.vocab[t]
	if !ok {
		id = uint32(len(b.x.vocab))
		b.vocab[t] = id
		b.x.vocab = append(b.x.vocab, vocable{token: t})
		b.x.traits = append(b.x.traits, trait{t.mask, uint8(len(t.letters)), t.script})
		b.x.words[t.text] = id
	}
	return id
}

// Index returns the finished index. The builder must not be used again.
func (b *Builder) Index() *Index {
	x := b.x
	// Names by word.
	sum := uint32(0)
	for i := range x.vocab {
		x.vocab[i].post, sum = sum, sum+x.vocab[i].count
		x.vocab[i].count = 0
	}
	x.posts = make([]uint32, sum)
	post := func(n, vocable uint32) {
		v := &x.vocab[vocable]
		if v.count > 0 && x.posts[v.post+v.count-1] == n {
			return // twice in one name
		}
		x.posts[v.post+v.count] = n
		v.count++
	}
	for n := range uint32(len(x.of)) {
		for _, id := range x.refs[x.at[n]:x.at[n+1]] {
			post(n, x.word[id])
		}
		for ; len(b.whole) > 0 && b.whole[0].name == n; b.whole = b.whole[1:] {
			post(n, b.whole[0].vocable)
		}
	}
	// Words by skeleton.
	keys, ends := make([]uint32, 0, 12*len(x.vocab)), make([]uint32, 0, len(x.vocab))
	var buf []uint32
	for i := range x.vocab {
		buf = x.e.filing(x.vocab[i].token, buf[:0])
		keys = append(keys, buf...)
		ends = append(ends, uint32(len(keys)))
	}
	total := len(keys)
	size := 16
	for size < total {
		size *= 2
	}
	x.bucket = make([]uint32, size+1)
	mask := uint32(size - 1)
	for _, k := range keys {
		x.bucket[k&mask+1]++
	}
	for i := range size {
		x.bucket[i+1] += x.bucket[i]
	}
	x.filed = make([]uint32, total)
	next := append([]uint32(nil), x.bucket[:size]...)
	from := uint32(0)
	for v, end := range ends {
		for _, k := range keys[from:end] {
			x.filed[next[k&mask]] = uint32(v)
			next[k&mask]++
		}
		from = end
	}
	slices.SortFunc(x.short, func(a, b shortened) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.name, b.name)) })
	x.senses = map[int32][]uint32{}
	for i := range x.parts {
		if p := &x.parts[i]; p.class != 0 && (p.role == roleName || p.role == roleDomain) && !slices.Contains(x.senses[p.class], x.word[i]) {
			x.senses[p.class] = append(x.senses[p.class], x.word[i])
		}
	}
	b.x = nil
	return x
}

// filing returns the keys under which a word of the index is filed.
func (e *Engine) filing(t *token, to []uint32) []uint32 {
	switch {
	case t.script.trained():
		for i, s := range e.models[t.script].readings(t.units) {
			if i < 2 {
				to = s.exact(to)
			}
		}
	case len(t.letters) > 0:
		all := skeletons(t.letters)
		for _, s := range all {
			to = s.filed(to)
		}
		if all[0].slight() {
			to = lettersKeys(to, t.letters)
		}
	}
	return to
}

// Names returns how many names the index has.
func (x *Index) Names() int { return len(x.of) }
