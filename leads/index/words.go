package index

import (
	"strings"
	"unicode"
)

// split takes text apart: words of letters and digits in lower case, and runs of Chinese characters, which have no spaces between them.
func split(text string, word func(string), han func([]rune)) {
	var letters, run []rune
	flush := func() {
		if len(letters) > 0 {
			word(string(letters))
		}
		if len(run) > 0 {
			han(run)
		}
		letters, run = nil, nil
	}
	for _, c := range text {
		switch {
		case unicode.Is(unicode.Han, c):
			if len(letters) > 0 {
				flush()
			}
			run = append(run, c)
		case unicode.IsLetter(c) || unicode.IsDigit(c):
			if len(run) > 0 {
				flush()
			}
			letters = append(letters, unicode.ToLower(c))
		default:
			flush()
		}
	}
	flush()
}

// grams is what of a text can be searched: its words, and of Chinese each character and each two that follow one another, since most Chinese
// words have two.
func grams(text string) string {
	var out []string
	split(text, func(w string) { out = append(out, w) }, func(run []rune) {
		for i := range run {
			out = append(out, string(run[i]))
			if i > 0 {
				out = append(out, string(run[i-1:i+1]))
			}
		}
	})
	return strings.Join(out, " ")
}

// asked is the search for all words of a text, each from its beginning; "" where it has none.
func asked(text string) string {
	var out []string
	split(text, func(w string) { out = append(out, `"`+w+`"*`) }, func(run []rune) {
		if len(run) == 1 {
			out = append(out, `"`+string(run)+`"`)
		}
		for i := 1; i < len(run); i++ {
			out = append(out, `"`+string(run[i-1:i+1])+`"`)
		}
	})
	return strings.Join(out, " AND ")
}
