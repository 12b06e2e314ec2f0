package main

import (
	"slices"
	"strings"

	"landbridge.example/match"
)

// byRule adds rows that follow from a romanisation rule: native names of the
// two scripts whose data holds mostly foreign names.
func (t *trainer) byRule(s match.Script, rows *rowSet) {
	switch s {
	case match.Han:
		t.pinyinRows(rows)
	case match.Hangul:
		koreanRows(rows)
	}
}

// pinyinRows pairs each standard character, and each two neighbours of the
// list, with their Mandarin reading.
func (t *trainer) pinyinRows(rows *rowSet) {
	var chars []rune
	for r := range t.standard {
		chars = append(chars, r)
	}
	slices.Sort(chars)
	read := func(r rune) string { return t.pinyin[r] }
	for i, r := range chars {
		rows.add(match.Spell(match.Han, string(r), read), split(read(r)))
		if next := chars[(i*31+17)%len(chars)]; i%2 == 0 {
			rows.add(match.Spell(match.Han, string([]rune{r, next}), read), split(read(r)+read(next)))
		}
	}
}

// koreanRows pairs syllables that names are made of with their spelling by the
// Revised Romanisation, by McCune-Reischauer without its signs, and as families
// write themselves.
func koreanRows(rows *rowSet) {
	revised := [3][]string{
		strings.Fields("g kk n d tt r m b pp s ss - j jj ch k t p h"),
		strings.Fields("a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i"),
		strings.Fields("- k k ks n nj nh t l lk lm lb ls lt lp lh m p ps t t ng t t k t p h"),
	}
	older := [3][]string{
		strings.Fields("k kk n t tt r m p pp s ss - ch cch ch k t p h"),
		strings.Fields("a ae ya yae o e yo ye o wa wae oe yo u wo we wi yu u ui i"),
		strings.Fields("- k k ks n nj nh t l lk lm lb ls lt lp lh m p ps t t ng t t k t p h"),
	}
	popular := [3][]string{
		strings.Fields("k kk n d tt l m b pp sh ss - j jj ch k t p h"),
		strings.Fields("a ae ya yae u e young ye o wa wae oi yo oo wo we wi yoo eu ui ee"),
		strings.Fields("- k k ks n nj nh t l lk lm lb ls lt lp lh m p ps t t ng t t k t p h"),
	}
	popular[1][6] = "you"
	for _, system := range [][3][]string{revised, older, popular} {
		for i := range 19 {
			for v := range 21 {
				for _, f := range []int{0, 1, 4, 8, 16, 17, 21} {
					word := strings.ReplaceAll(system[0][i]+system[1][v]+system[2][f], "-", "")
					syllable := string(rune(0xac00 + i*588 + v*28 + f))
					rows.add(match.Spell(match.Hangul, syllable, nil), split(word))
				}
			}
		}
	}
	families := map[string]string{
		"김": "kim gim", "이": "lee yi rhee ri", "리": "ri lee", "박": "park pak bak", "최": "choi choe", "정": "jung jeong chong chung", "강": "kang gang",
		"조": "cho jo", "윤": "yoon yun", "장": "jang chang", "임": "lim im", "림": "rim lim", "오": "oh o", "서": "seo suh so", "신": "shin sin",
		"권": "kwon gwon", "안": "ahn an", "류": "ryu yoo", "유": "yoo yu you", "전": "jeon jun chon", "고": "ko go koh", "문": "moon mun", "배": "bae pae",
		"백": "baek paek", "허": "heo huh ho", "심": "shim sim", "노": "noh ro no", "주": "joo chu ju", "우": "woo u", "구": "koo ku gu", "려": "ryo", "량": "ryang",
	}
	var keys []string
	for k := range families {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		for _, w := range strings.Fields(families[k]) {
			for range 40 {
				rows.add(match.Spell(match.Hangul, k, nil), split(w))
			}
		}
	}
}
