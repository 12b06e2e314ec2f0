package match

// params are the numbers of the comparison. They were chosen on the tuning part
// of the data (docs/benchmarks-matching.md); costs are in hundredths of a nat,
// distances and shares in thousandths.
type params struct {
	// Letters.
	typo    int32 // one letter for any other
	vowels  int32 // one vowel for another, at most
	slip    int32 // a letter more or less, at most
	swap    int32 // neighbours changed places
	twin    int32 // a letter doubled or not
	learned int32 // percent of the learned cost of a difference

	// Words.
	far     int32 // distance from which two words are not the same
	latinBy int32 // percent: distance of Latin words per share of letters unexplained
	crossBy int32 // distance between scripts of words as unlike as one in a thousand pairs of different names
	nick    int32 // distance of a name and its short form
	bend    int32 // how much more a large distance costs than a small one, percent

	// Weights of words, hundredths of a nat.
	rare, least, floor int32 // of a name part never seen; of any; subtracted from all
	particle, title    int32
	patronym, kunya    int32
	form, business     int32
	domain, number     int32
	initial            int32

	// Names.
	against   int32 // percent: cost of what contradicts
	once      int32 // cost of the first contradiction, in hundredths of a nat
	counted   int32 // percent: how much a number contradicts that only one side has
	omitted   int32 // percent: cost of what one side leaves out
	edge      int32 // percent more when the first or last word is left out
	order     int32 // cost of another order, thousandths of the whole
	shortened int32 // percent of a word's weight: cost of writing only its initial
	merged    int32 // distance added by joining words
	unsure    int32 // percent: cost of weight that the likeness of two words does not bear out
	doubt     int32 // cost of names not being the same letter by letter, at most, hundredths of a nat
	weak      int32 // thousandths taken off for an alias of low quality
}

func defaults() params {
	return params{
		typo: 550, vowels: 450, slip: 500, swap: 450, twin: 150, learned: 100,
		far: 620, latinBy: 100, crossBy: 260, nick: 300, bend: 50,
		rare: 1000, least: 100, floor: 200,
		particle: 40, title: 25, patronym: 60, kunya: 200, form: 60, business: 180, domain: 350, number: 500, initial: 220,
		against: 100, once: 100, counted: 80, omitted: 30, edge: 20, order: 15, shortened: 20, merged: 30, unsure: 40, doubt: 150, weak: 30,
	}
}
