package index_test

import (
	"path/filepath"
	"slices"
	"sort"
	"testing"

	"github.com/harrier-patrol/harrier/leads/index"
)

// Two characters of Chinese are found, wherever they stand.
func TestWords(t *testing.T) {
	x := open(t, filepath.Join(t.TempDir(), "x"))
	notes := []string{"屋顶彩钢板违章搭建，需复核", "流动摊贩占道经营", "Checked with Li: roof of No. 12", ""}
	for i, n := range notes {
		l := lead(i)
		l.Note = n
		if i == 1 {
			l.Attributes = map[string]string{"plate": "沪A12345"}
		}
		apply(t, x, l)
	}
	for words, want := range map[string][]int{"彩钢": {0}, "违章 屋顶": {0}, "占道经营": {1}, "道占": nil, "摊": {1}, "A12345": {1}, "沪A": {1}, "a123": {1}, "LI": {2}, "roof che": {2}, "boof": nil, "12": {2}, "复核": {0}, `"`: nil, "OR": nil, "*": nil} {
		found, _, err := x.Page(index.Query{Words: words}, "", 10)
		if err != nil {
			t.Errorf("%s: %v", words, err)
		}
		var got []int
		for _, l := range found {
			got = append(got, slices.Index(notes, l.Note))
		}
		sort.Ints(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: found %v, wanted %v", words, got, want)
		}
	}
	l := lead(0)
	l.Revision, l.Note = 2, "已拆除"
	apply(t, x, l)
	if found, _, _ := x.Page(index.Query{Words: "彩钢"}, "", 10); len(found) != 0 {
		t.Error("what was written before is still found")
	}
	if found, _, _ := x.Page(index.Query{Words: "拆除"}, "", 10); len(found) != 1 {
		t.Error("what is written now is not found")
	}
}
