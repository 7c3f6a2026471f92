package proof

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	crand "crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/digitorus/timestamp"
)

// The head of a day that is over is stamped once; a stamp of other bytes, and one that cannot be read, are found.
func TestTimeStamps(t *testing.T) {
	dir, store, k := made(t, 20)
	asked := 0
	tsa := authority(t, &asked)
	l := openLog(t, dir, k)
	n := Notary{Log: l, Stamps: &Authority{URL: tsa}, Out: slog.New(slog.DiscardHandler)}
	for range 2 {
		if err := n.keepDay(t.Context(), time.Date(2026, 3, 3, 0, 1, 0, 0, time.UTC)); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	v := verify(t, dir, store, Options{})
	if len(v.Problems) > 0 || asked != 2 || v.Stamps["2026-03-01"] == "" || v.Stamps["2026-03-02"] == "" || v.Stamps["2026-03-03"] != "" {
		t.Fatalf("%d stamps asked for: %+v", asked, v)
	}
	whole := pack(t, dir, store, "lead-2", false)
	b, err := VerifyBundle(bytes.NewReader(whole), int64(len(whole)), nil)
	if err != nil || len(b.Problems) > 0 || len(b.Stamps) != 2 {
		t.Errorf("bundle: %+v, %v", b, err)
	}
	first, second := filepath.Join(dir, daysDir, "2026-03-01"+stampEnd), filepath.Join(dir, daysDir, "2026-03-02"+stampEnd)
	token, err := os.ReadFile(second)
	if err != nil {
		t.Fatal(err)
	}
	for what, bad := range map[string][]byte{"of other bytes": token, "cannot be read": []byte("no stamp")} {
		if err := os.WriteFile(first, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if v := verify(t, dir, store, Options{}); len(v.Problems) != 1 || !strings.Contains(v.Problems[0].String(), "2026-03-01"+stampEnd) || !strings.Contains(v.Problems[0].Is, what) {
			t.Errorf("%s: %v", what, v.Problems)
		}
	}
	if _, err := (&Authority{URL: "http://127.0.0.1:1"}).Stamp(t.Context(), nil); err == nil {
		t.Error("an authority that is not there stamps")
	}
}

// authority is one that stamps whatever it is asked to.
func authority(t testing.TB, asked *int) string {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), crand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority of the test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}}
	der, err := x509.CreateCertificate(crand.Reader, c, c, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*asked++
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		req, err := timestamp.ParseRequest(b)
		if err != nil {
			t.Error(err)
			return
		}
		stamp := timestamp.Timestamp{HashAlgorithm: req.HashAlgorithm, HashedMessage: req.HashedMessage, Time: time.Now(), Nonce: req.Nonce, SerialNumber: big.NewInt(7), Policy: asn1.ObjectIdentifier{1, 2, 3}, AddTSACertificate: true}
		answer, err := stamp.CreateResponseWithOpts(cert, private, crypto.SHA256)
		if err != nil {
			t.Error(err)
		}
		_, _ = w.Write(answer)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func FuzzStamp(f *testing.F) {
	asked := 0
	a := Authority{URL: authority(f, &asked)}
	b, err := a.Stamp(f.Context(), []byte("head"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(_ *testing.T, b []byte) { _, _ = checkStamp(b, []byte("head")) })
}
