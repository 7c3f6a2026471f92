package layerfile

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// decodeText returns text as UTF-8. UTF-16 (Excel's "Unicode text") is told by its mark. What is no UTF-8 is taken for GB18030 (which GBK and GB 2312 are parts of),
// the encoding of Chinese office software, and encoding then says so; but a text of UTF-8 with a broken character here and there stays one.
func decodeText(s string) (text, encoding string) {
	if strings.HasPrefix(s, "\xff\xfe") || strings.HasPrefix(s, "\xfe\xff") {
		if out, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().String(s); err == nil {
			return out, "UTF-16"
		}
	}
	if utf8.ValidString(s) {
		return s, ""
	}
	good, bad := 0, 0
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			bad++
		case n > 2:
			good++
		}
		i += n
	}
	if good >= bad { // text in GBK has hardly a character of three bytes that is UTF-8 too
		return s, "UTF-8 with broken characters"
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().String(s)
	if err != nil {
		return s, ""
	}
	return out, "GB18030"
}

// plainNumber writes a number that a column of numbers holds as a person would: a whole one without decimals and exponent. What has lost digits by its
// exponent stays as it is.
func plainNumber(s string) string {
	if !strings.ContainsAny(s, ".eE") {
		return s
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.Abs(v) >= 1<<53 {
		return s
	}
	if m, e, ok := strings.Cut(strings.ToLower(s), "e"); ok {
		power, err := strconv.Atoi(e)
		if _, digits, _ := strings.Cut(m, "."); err != nil || len(digits) < power {
			return s
		}
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}
