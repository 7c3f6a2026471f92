package proof

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/digitorus/timestamp"
)

// stampEnd ends the name of a day's time stamp.
const stampEnd = ".tsr"

// Authority gives time stamps (RFC 3161).
type Authority struct {
	URL  string
	HTTP *http.Client // nil: one of its own, which waits for ten seconds
}

// maxStamp bounds an answer, bytes.
const maxStamp = 1 << 20

// Stamp has the SHA-256 of some bytes stamped, and returns the authority's answer, checked.
func (a *Authority) Stamp(ctx context.Context, data []byte) ([]byte, error) {
	req, err := timestamp.CreateRequest(bytes.NewReader(data), &timestamp.RequestOptions{Hash: crypto.SHA256, Certificates: true})
	if err != nil {
		return nil, fmt.Errorf("time stamp: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.URL, bytes.NewReader(req))
	if err != nil {
		return nil, fmt.Errorf("time stamp: %w", err)
	}
	r.Header.Set("Content-Type", "application/timestamp-query")
	client := a.HTTP
	if client == nil {
		client = &http.Client{Timeout: 10 * time.Second}
	}
	resp, err := client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("time stamp: %w", err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxStamp))
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("the authority answers %s", resp.Status)
	}
	if err == nil {
		_, err = checkStamp(b, data)
	}
	if err != nil {
		return nil, fmt.Errorf("time stamp of %s: %w", a.URL, err)
	}
	return b, nil
}

// checkStamp says when an authority stamped some bytes. Whether the authority is to be trusted says its certificate, which is not checked here.
func checkStamp(answer, data []byte) (at time.Time, err error) {
	defer func() { // the parser is not made for what comes from outside
		if p := recover(); p != nil {
			err = fmt.Errorf("it cannot be read: %v", p)
		}
	}()
	t, err := timestamp.ParseResponse(answer)
	if err != nil {
		return at, fmt.Errorf("it cannot be read: %w", err)
	}
	sum := sha256.Sum256(data)
	if t.HashAlgorithm != crypto.SHA256 || !bytes.Equal(t.HashedMessage, sum[:]) {
		return at, errors.New("it is of other bytes")
	}
	return t.Time, nil
}
