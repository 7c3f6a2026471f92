package accounts

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// How passwords are hashed: RFC 9106's second choice (64 MiB, 3 passes), with as many lanes as small machines have cores.
const (
	passes        = 3
	usualMemoryKB = 64 << 10
	lanes         = 2
	hashLen       = 32
)

// hashing bounds how many passwords are hashed at a time: each takes 64 MiB.
var hashing = make(chan struct{}, 2)

func hash(password string, memoryKB uint32) string {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // does not fail
	e := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memoryKB, passes, lanes, e.EncodeToString(salt), e.EncodeToString(key(password, salt, passes, memoryKB, lanes)))
}

func key(password string, salt []byte, t, m uint32, p uint8) []byte {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return argon2.IDKey([]byte(password), salt, t, m, p, hashLen)
}

// matches says whether a password is the one of a hash.
func matches(password, of string) bool {
	var v, m, t uint32
	var p uint8
	parts := strings.Split(of, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &v); err != nil || v != argon2.Version {
		return false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &m, &t, &p); err != nil || m > 1<<20 || t > 100 || t == 0 || p == 0 {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	return err == nil && subtle.ConstantTimeCompare(key(password, salt, t, m, p), want) == 1
}
