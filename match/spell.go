package match

import (
	"strings"
	"unicode"
)

// Spell cuts a cleaned word of a trained script into the units its table
// speaks of: letters of an alphabet, the jamo of a Hangul syllable, the initial
// and the final of a Han character's Mandarin reading. It returns nil for
// scripts without a table. The trainer and the engine both use it, so a table
// always means the same units. Pinyin gives the reading of a Han character, in
// lower-case ASCII, or "".
func Spell(s Script, word string, pinyin func(rune) string) []string {
	var units []string
	for _, r := range word {
		switch s {
		case Hangul:
			units = spellHangul(units, r)
		case Han:
			units = spellHan(units, pinyin(r))
		case Hebrew:
			if r == '\'' {
				if n := len(units); n > 0 && strings.Contains("גזצתטעדח", units[n-1]) {
					units[n-1] += "'"
				}
				continue
			}
			units = append(units, plain(s, r))
		case Cyrillic, Arabic, Kana:
			for _, p := range plain(s, r) {
				units = append(units, string(p))
			}
		default:
			return nil
		}
	}
	return units
}

// Plain writes a word of a script other than Latin in the form in which the
// engine keeps it: one form for each letter, without vowel points and accents.
func Plain(s Script, word string) string {
	var b strings.Builder
	for _, r := range word {
		switch {
		case s != Other && s != Kana && s != Han && unicode.IsMark(r):
		case s == Arabic || s == Hebrew || s == Kana:
			b.WriteString(plain(s, r))
		case r == 'ё':
			b.WriteRune('е')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// spellHangul appends the two or three jamo of one syllable.
func spellHangul(units []string, r rune) []string {
	if r < 0xac00 || r > 0xd7a3 {
		return units
	}
	k := r - 0xac00
	units = append(units, string(0x1100+k/588), string(0x1161+k%588/28))
	if k%28 != 0 {
		units = append(units, string(0x11a7+k%28))
	}
	return units
}

// spellHan appends the initial ("zh-") and the final ("-ong") of one syllable.
func spellHan(units []string, syllable string) []string {
	if syllable == "" {
		return units
	}
	cut := 0
	for _, i := range []string{"zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "r", "z", "c", "s"} {
		if strings.HasPrefix(syllable, i) {
			cut = len(i)
			break
		}
	}
	if cut > 0 {
		units = append(units, syllable[:cut]+"-")
	}
	if cut < len(syllable) {
		units = append(units, "-"+syllable[cut:])
	}
	return units
}

// plain writes a letter with the letters the tables know: Persian and Urdu
// forms, final forms, Ukrainian, Serbian and Central Asian letters. It returns
// "" for what is not written, and two letters where Arabic writes two.
func plain(s Script, r rune) string {
	switch s {
	case Arabic:
		return plainArabic(r)
	case Hebrew:
		switch r {
		case 'ך':
			return "כ"
		case 'ם':
			return "מ"
		case 'ן':
			return "נ"
		case 'ף':
			return "פ"
		case 'ץ':
			return "צ"
		case 'װ', 'ױ':
			return "ו"
		case 'ײ':
			return "י"
		}
	case Cyrillic:
		return plainCyrillic(r)
	case Kana:
		switch {
		case r >= 0x3041 && r <= 0x3096:
			return string(r + 0x60) // hiragana
		case r == 'ヷ':
			return "ワ"
		case r == 'ヺ':
			return "ヲ"
		case r == 'ヽ' || r == 'ヾ' || r == '・':
			return ""
		}
	}
	return string(r)
}

func plainArabic(r rune) string {
	switch r {
	case 'أ', 'إ', 'آ', 'ٱ':
		return "ا"
	case 'ى', 'ی', 'ے', 'ې', 'ۍ':
		return "ي"
	case 'ک', 'ڪ', 'ګ':
		return "ك"
	case 'گ', 'ڭ':
		return "غ"
	case 'ہ', 'ھ', 'ە', 'ۂ', 'ۀ', 'ه':
		return "ه"
	case 'ٹ', 'ټ':
		return "ت"
	case 'ڈ', 'ډ':
		return "د"
	case 'ړ', 'ڑ', 'ڒ', 'ڕ':
		return "ر"
	case 'ں', 'ڼ':
		return "ن"
	case 'څ':
		return "س"
	case 'ځ', 'ژ', 'ږ':
		return "ز"
	case 'ښ':
		return "ش"
	case 'ۆ', 'ۇ', 'ۋ', 'ؤ':
		return "و"
	case 'چ':
		return "تش"
	case 'پ':
		return "ب"
	case 'ڤ':
		return "ف"
	case 'ڨ':
		return "ق"
	case 'ـ':
		return ""
	}
	return string(r)
}

func plainCyrillic(r rune) string {
	switch r {
	case 'і', 'ӣ':
		return "и"
	case 'ї':
		return "йи"
	case 'є':
		return "е"
	case 'ґ', 'ғ', 'ѓ':
		return "г"
	case 'ј':
		return "й"
	case 'љ':
		return "ль"
	case 'њ':
		return "нь"
	case 'ћ', 'ҷ':
		return "ч"
	case 'ђ', 'џ':
		return "дж"
	case 'ў', 'ү', 'ұ', 'ӯ':
		return "у"
	case 'ө':
		return "о"
	case 'қ', 'ќ':
		return "к"
	case 'ә':
		return "а"
	case 'һ', 'ҳ':
		return "х"
	case 'ң':
		return "н"
	case 'ѕ':
		return "з"
	}
	return string(r)
}
