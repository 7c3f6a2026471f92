package accounts

import (
	"sync"
	"time"
)

// How often a password may be wrong, for an account and from an address, until it is waited.
const (
	triesOfName = 5
	triesOfHost = 30
	triesWithin = 15 * time.Minute
	triesKept   = 10000 // names and addresses at most; beyond them all wait
)

// tries counts wrong passwords.
type tries struct {
	mu  sync.Mutex
	all map[string][]time.Time
}

// take notes a try before it is made, and says whether it may be; what succeeds is taken back. So many tries at once cannot pass the limit together.
func (t *tries) take(key string, most int, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.all == nil {
		t.all = map[string][]time.Time{}
	}
	for k, at := range t.all {
		if len(t.all) < triesKept && k != key {
			continue
		}
		for len(at) > 0 && now.Sub(at[0]) > triesWithin {
			at = at[1:]
		}
		if t.all[k] = at; len(at) == 0 {
			delete(t.all, k)
		}
	}
	at := t.all[key]
	if len(at) >= most || len(t.all) >= triesKept && at == nil {
		return false
	}
	t.all[key] = append(at, now)
	return true
}

// forget forgets all tries.
func (t *tries) forget(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.all, key)
}

// back takes one try back.
func (t *tries) back(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if at := t.all[key]; len(at) > 1 {
		t.all[key] = at[:len(at)-1]
	} else {
		delete(t.all, key)
	}
}
