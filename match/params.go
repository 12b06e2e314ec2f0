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
	far       int32 // distance from which two words are not the same
	letters   int32 // thousandths of the letters of two words of one script that must differ for nothing to be left
	signs     int32 // the same for scripts whose signs are syllables
	reach     int32 // the same for words of two scripts
	seek      int32 // the same for a word of another script by which names are found
	seekLatin int32 // and for a Latin word, when high scores are asked for
	near      int32 // distance from which a word is not several words written together
	latinBy   int32 // percent: distance of Latin words per share of letters unexplained
	brief     int32 // percent more for words of one letter, falling with the square of the length
	crossBy   int32 // distance between scripts of words as unlike as one in a thousand pairs of different names
	hangul    int32 // percent: distance of a Korean word from a Latin word
	rough     int32 // percent: distance of words of a script without a table of its own
	alone     int32 // percent: distance of a Han character that stands alone from its Mandarin reading
	wrong     int32 // distance up to which a word is a title written wrongly
	nick      int32 // distance of a name and its short form
	stem      int32 // distance of a word and what it is derived from
	initials  int32 // distance of several words and three letters that are their initials
	beside    int32 // percent of its cost that a country beside initials costs
	letter    int32 // how much less for each letter more
	bend      int32 // how much more a large distance costs than a small one, percent

	// Weights of words, hundredths of a nat.
	rare, least, floor int32 // of a name part never seen; of any; subtracted from all
	particle, title    int32
	patronym, kunya    int32
	form, business     int32
	domain, number     int32
	compound           int32 // abd, allah, din: halves of names
	common             int32 // percent of the weight of a word of business that counts as shared
	aside              int32 // percent of its weight for a word in brackets
	initial            int32

	// Names.
	against    int32 // percent: cost of what contradicts
	once       int32 // cost of the first contradiction, in hundredths of a nat
	counted    int32 // percent: how much a number contradicts that only one side has
	omitted    int32 // percent of its weight: cost of a word that one side leaves out
	leave      int32 // the same for a part of a person's name, hundredths of a nat
	leaveShare int32 // and percent of its weight
	fathers    int32 // percent of that for a patronymic
	extra      int32 // percent more when it is the query that says more
	foreign    int32 // cost of comparing across scripts, hundredths of a nat
	pass       int32 // score that is shown as 7000
	edge       int32 // percent more when the first or last word is left out
	order      int32 // cost of another order, thousandths of the whole
	parted     int32 // the same where both names say which part is the family's
	father     int32 // the same where a father stands for the son
	shortened  int32 // percent of a word's weight: cost of writing only its initial
	heavy      int32 // percent of the mean weight of two words that their difference costs at least
	syllable   int32 // distance at which a syllable is another
	merged     int32 // distance added by joining words
	unsure     int32 // percent: cost of weight that the likeness of two words does not bear out
	doubt      int32 // cost of names not being the same letter by letter, at most, hundredths of a nat
	weak       int32 // thousandths taken off for an alias of low quality
}

func defaults() params {
	return params{
		seek: 300, seekLatin: 480, hangul: 40, aside: 50,
		letters: 600, signs: 191, common: 48, father: 259,
		typo: 406, vowels: 375, slip: 401, swap: 286, twin: 195, learned: 138, far: 596, reach: 450, near: 300, latinBy: 96, crossBy: 325,
		wrong: 320, nick: 193,
		stem: 30, initials: 120, beside: 20, letter: 15, fathers: 30, parted: 300, bend: 6,
		rare: 1000, least: 100, floor: 61, particle: 8, title: 26, patronym: 32, kunya: 366,
		form: 305, business: 1008, domain: 403, number: 833, initial: 112, against: 120, once: 413, counted: 58,
		omitted: 14, leave: 28, leaveShare: 10, foreign: 90, pass: 2137, edge: 62, order: 103, shortened: 7,
		merged: 18, unsure: 15, doubt: 65, weak: 51, brief: 320, compound: 563, extra: 150, syllable: 200,
		heavy: 100, rough: 240, alone: 150,
	}
}
