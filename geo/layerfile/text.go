package layerfile

import (
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// decodeText returns text as UTF-8. What is no UTF-8 is taken for GB18030 (which GBK and GB 2312 are parts of), the encoding of
// Chinese office software, and encoding then says so.
func decodeText(s string) (text, encoding string) {
	if utf8.ValidString(s) {
		return s, ""
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().String(s)
	if err != nil {
		return s, ""
	}
	return out, "GB18030"
}
