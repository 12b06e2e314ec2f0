package match

import "unicode"

// A Script is the writing of one word. Scripts that have a trained table are
// told apart; all others are read through one general table of letters.
type Script uint8

// The scripts.
const (
	NoScript Script = iota
	Latin
	Cyrillic
	Arabic
	Hebrew
	Hangul
	Kana
	Han
	Digits
	Other // Greek, Devanagari, Thai, Georgian, Armenian, Ethiopic and all the rest
	nScripts
)

// String returns the script's name in lower case, as reasons show it.
func (s Script) String() string {
	return [nScripts]string{"none", "latin", "cyrillic", "arabic", "hebrew", "hangul", "kana", "han", "digits", "other"}[s]
}

// trained reports whether words of s are compared with Latin words by a table of their own.
func (s Script) trained() bool { return s >= Cyrillic && s <= Han }

// alphabet reports scripts that write a sign for a sound and are parted into words.
func (s Script) alphabet() bool { return s == Cyrillic || s == Arabic || s == Hebrew }

// ScriptOf returns the script of a letter or mark of a word, [Digits] for a
// digit, and [NoScript] for everything that parts words.
func ScriptOf(r rune) Script {
	if r < 0x80 {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
			return Latin
		case r >= '0' && r <= '9':
			return Digits
		}
		return NoScript
	}
	if unicode.IsDigit(r) {
		return Digits
	}
	if r != '々' && !unicode.IsLetter(r) && !unicode.IsMark(r) {
		return NoScript
	}
	return blockOf(r)
}

// blockOf returns the script of the block that r lies in.
func blockOf(r rune) Script {
	switch {
	case r < 0x0300:
		return Latin
	case r >= 0x0400 && r <= 0x052f, r >= 0x1c80 && r <= 0x1c8f:
		return Cyrillic
	case r >= 0x0591 && r <= 0x05f4, r >= 0xfb1d && r <= 0xfb4f:
		return Hebrew
	case r >= 0x0600 && r <= 0x06ff, r >= 0x0750 && r <= 0x077f, r >= 0x08a0 && r <= 0x08ff,
		r >= 0xfb50 && r <= 0xfdff, r >= 0xfe70 && r <= 0xfeff:
		return Arabic
	case r >= 0x1e00 && r <= 0x1eff, r >= 0x2c60 && r <= 0x2c7f, r >= 0xa720 && r <= 0xa7ff:
		return Latin
	case r >= 0x3041 && r <= 0x30ff, r >= 0x31f0 && r <= 0x31ff:
		return Kana
	case r == '々', r >= 0x3400 && r <= 0x4dbf, r >= 0x4e00 && r <= 0x9fff, r >= 0xf900 && r <= 0xfaff, r >= 0x20000 && r <= 0x3ffff:
		return Han
	case r >= 0xac00 && r <= 0xd7a3:
		return Hangul
	}
	return Other
}
