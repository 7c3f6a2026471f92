package cloudapi

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
)

// The published error codes and their meanings: DJI Cloud API documentation (dji-sdk/Cloud-API-Doc).
//
//go:embed error-codes.tsv
var errorCodes string

var meanings = sync.OnceValue(func() map[int]string {
	m := map[int]string{}
	for _, line := range strings.Split(errorCodes, "\n")[1:] {
		code, text, ok := strings.Cut(line, "\t")
		if n, err := strconv.Atoi(strings.TrimSpace(code)); ok && err == nil {
			m[n] = strings.TrimSpace(text)
		}
	}
	return m
})

// Meaning is what DJI publishes for a result code; ok is false where it publishes nothing.
func Meaning(code int) (string, bool) {
	m, ok := meanings()[code]
	return m, ok
}
