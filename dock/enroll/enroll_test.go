package enroll_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/enroll"
	"github.com/harrier-patrol/harrier/embedded"
)

const controllerPassword = "controller-secret"

// city has two docks enrolled.
func city(t *testing.T) (dir string, c *enroll.Credentials, a, b string) {
	dir = filepath.Join(t.TempDir(), "mqtt")
	c, err := enroll.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if c.Any() {
		t.Error("docks in an empty folder")
	}
	if err := c.Admit(controllerPassword); err != nil {
		t.Fatal(err)
	}
	if a, err = c.Enroll("DOCKA", "AIRA"); err != nil {
		t.Fatal(err)
	}
	if b, err = c.Enroll("DOCKB", "AIRB"); err != nil {
		t.Fatal(err)
	}
	return dir, c, a, b
}

func TestEachDockHasItsOwnCredential(t *testing.T) {
	dir, c, a, b := city(t)
	if a == b || len(a) < 16 {
		t.Errorf("passwords %q, %q", a, b)
	}
	again, err := enroll.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	drc, _ := again.DRC("DOCKA")
	for _, x := range []struct {
		user, password string
		want           bool
	}{{"DOCKA", a, true}, {"DOCKA", b, false}, {"DOCKB", a, false}, {"DOCKA", "", false}, {"", "", false}, {"DOCKA-drc", drc, true}, {"DOCKA-drc", a, false}, {enroll.Controller, controllerPassword, true}} {
		if got := again.Check(x.user, x.password); got != x.want {
			t.Errorf("%s with %q: %v", x.user, x.password, got)
		}
	}
	// another process enrolls the dock anew; what is running sees it
	time.Sleep(20 * time.Millisecond)
	fresh, err := again.Enroll("DOCKA", "AIRA")
	if err != nil {
		t.Fatal(err)
	}
	if c.Check("DOCKA", a) || !c.Check("DOCKA", fresh) {
		t.Error("a new credential does not replace the old one where it is running")
	}
	if err := again.Dismiss("DOCKA"); err != nil {
		t.Fatal(err)
	}
	if again.Check("DOCKA", fresh) || again.May("DOCKA", cloudapi.Topic("DOCKA", cloudapi.KindOSD), true) {
		t.Error("a dock that was dismissed comes in")
	}
	if err := again.Dismiss("DOCKA"); err == nil {
		t.Error("dismissed twice")
	}
	for _, bad := range []string{"", "AB", "DOCK A", "DOCK+", "DOCK/osd", "DOCK#", "harrier"} {
		if _, err := again.Enroll(bad, "AIRX"); err == nil {
			t.Errorf("%q is enrolled", bad)
		}
	}
	for _, f := range []string{"passwd", "docks.json", "acl"} {
		st, err := os.Stat(filepath.Join(dir, f))
		if err != nil || st.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", f, st.Mode(), err)
		}
		body, _ := os.ReadFile(filepath.Join(dir, f))
		if strings.Contains(string(body), b) {
			t.Errorf("%s holds a dock's password", f)
		}
	}
}

func TestPasswordsOfMosquittosOwnTool(t *testing.T) {
	tool, err := exec.LookPath("mosquitto_passwd")
	if err != nil {
		t.Skip("no mosquitto_passwd here: its hashes are not tried")
	}
	dir, c, _, _ := city(t)
	p := filepath.Join(dir, "passwd")
	if out, err := exec.Command(tool, "-b", p, "DOCKA", "from the tool").CombinedOutput(); err != nil {
		t.Fatalf("%s: %v", out, err)
	}
	if !c.Check("DOCKA", "from the tool") {
		t.Error("a password of mosquitto_passwd does not fit")
	}
}

// certificate makes a certificate for localhost that signs itself.
func certificate(t *testing.T, dir string) (cert, key string, pool *x509.CertPool) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	x := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, x, x, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	kb, err := x509.MarshalECPrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	cb := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	for p, b := range map[string][]byte{cert: cb, key: pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: kb})} {
		if err := os.WriteFile(p, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool = x509.NewCertPool()
	pool.AppendCertsFromPEM(cb)
	return cert, key, pool
}

func freeAddr(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// The embedded broker and Mosquitto, with TLS, let each dock speak in its own name only.
func TestBrokersKeepDocksApart(t *testing.T) {
	t.Run("embedded", func(t *testing.T) {
		_, c, a, b := city(t)
		cert, key, pool := certificate(t, t.TempDir())
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			t.Fatal(err)
		}
		addr := freeAddr(t)
		br, err := embedded.StartBroker(embedded.BrokerOptions{Addr: addr, User: enroll.Controller, Password: controllerPassword, Docks: c, TLS: &tls.Config{Certificates: []tls.Certificate{pair}}})
		if err != nil {
			t.Fatal(err)
		}
		defer br.Close()
		apart(t, addr, pool, c, a, b)
	})
	for name, conf := range map[string]func(dir, port, tls string) (string, error){
		"Mosquitto": func(dir, port, tls string) (string, error) {
			b, err := os.ReadFile(filepath.Join(dir, "mosquitto.conf"))
			return fmt.Sprintf("%slistener %s 127.0.0.1\n%s", b, port, tls), err
		},
		"Mosquitto of docker-compose.yml": func(dir, port, tls string) (string, error) {
			b, err := os.ReadFile("../../deploy/mosquitto.conf")
			return strings.NewReplacer("/mosquitto/harrier", dir, "listener 1883", "listener "+port+" 127.0.0.1\n"+tls).Replace(string(b)), err
		},
	} {
		t.Run(name, func(t *testing.T) {
			bin, err := exec.LookPath("mosquitto")
			if err != nil {
				t.Skip("no Mosquitto here; make test installs it")
			}
			dir, c, a, b := city(t)
			cert, key, pool := certificate(t, dir)
			addr := freeAddr(t)
			_, port, _ := net.SplitHostPort(addr)
			text, err := conf(dir, port, fmt.Sprintf("certfile %s\nkeyfile %s\nuser root\n", cert, key))
			if err != nil {
				t.Fatal(err)
			}
			all := filepath.Join(dir, "all.conf")
			if err := os.WriteFile(all, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(bin, "-c", all)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
			for range 100 {
				if c, err := net.Dial("tcp", addr); err == nil {
					c.Close()
					break
				}
				time.Sleep(50 * time.Millisecond)
			}
			apart(t, addr, pool, c, a, b)
		})
	}
}

func connect(addr string, pool *x509.CertPool, id, user, password string) (mqtt.Client, error) {
	c := mqtt.NewClient(mqtt.NewClientOptions().AddBroker("ssl://" + addr).SetClientID(id).SetUsername(user).SetPassword(password).SetTLSConfig(&tls.Config{RootCAs: pool}).
		SetConnectTimeout(3 * time.Second).SetAutoReconnect(true).SetMaxReconnectInterval(100 * time.Millisecond))
	tok := c.Connect()
	tok.WaitTimeout(5 * time.Second)
	return c, tok.Error()
}

func apart(t *testing.T, addr string, pool *x509.CertPool, creds *enroll.Credentials, a, b string) {
	for _, x := range [][2]string{{"DOCKA", b}, {"DOCKA", ""}, {"", ""}, {"STRANGER", "x"}, {enroll.Controller, "x"}} {
		if c, err := connect(addr, pool, "try", x[0], x[1]); err == nil {
			c.Disconnect(10)
			t.Errorf("%q comes in with %q", x[0], x[1])
		}
	}
	if c, err := connect(addr, nil, "try", "DOCKA", a); err == nil {
		c.Disconnect(10)
		t.Error("a broker with a certificate that nobody trusts is taken")
	}
	open := func(id, user, password string) mqtt.Client {
		c, err := connect(addr, pool, id, user, password)
		if err != nil {
			t.Fatalf("%s: %v", user, err)
		}
		t.Cleanup(func() { c.Disconnect(50) })
		return c
	}
	ctl, dockA, dockB := open("c", enroll.Controller, controllerPassword), open("a", "DOCKA", a), open("b", "DOCKB", b)
	drcPassword, _ := creds.DRC("DOCKA")
	drc := open("a-drc", "DOCKA-drc", drcPassword)
	heard := make(chan string, 100)
	listen := func(c mqtt.Client, who string, filters ...string) {
		for _, f := range filters {
			tok := c.Subscribe(f, 1, func(_ mqtt.Client, m mqtt.Message) { heard <- who + " " + m.Topic() + " " + string(m.Payload()) })
			tok.WaitTimeout(2 * time.Second)
		}
	}
	listen(ctl, "controller", "thing/product/#", "sys/product/#")
	// B reads only what is for it, whatever it asks for
	listen(dockB, "B", cloudapi.Topic("DOCKB", cloudapi.KindServices), cloudapi.Topic("DOCKA", cloudapi.KindServices), cloudapi.Topic("+", cloudapi.KindServices), "thing/product/#", "#", cloudapi.Topic("DOCKA", cloudapi.KindOSD))
	listen(drc, "drc", cloudapi.Topic("DOCKA", cloudapi.KindDRCDown), cloudapi.Topic("DOCKA", cloudapi.KindServices))
	say := func(c mqtt.Client, topic, what string) { c.Publish(topic, 1, false, what).WaitTimeout(2 * time.Second) }
	// A speaks for itself and its aircraft
	say(dockA, cloudapi.Topic("DOCKA", cloudapi.KindOSD), "1")
	say(dockA, cloudapi.Topic("AIRA", cloudapi.KindOSD), "2")
	say(dockA, cloudapi.Topic("DOCKA", cloudapi.KindStatus), "3")
	say(drc, cloudapi.Topic("DOCKA", cloudapi.KindDRCUp), "4")
	say(ctl, cloudapi.Topic("DOCKA", cloudapi.KindServices), "for A")
	say(ctl, cloudapi.Topic("DOCKB", cloudapi.KindServices), "for B")
	say(ctl, cloudapi.Topic("DOCKA", cloudapi.KindDRCDown), "stick")
	// a broker may end the connection of who forges: last
	say(dockA, cloudapi.Topic("DOCKB", cloudapi.KindOSD), "forged")
	say(dockA, cloudapi.Topic("AIRB", cloudapi.KindOSD), "forged")
	say(dockA, cloudapi.Topic("DOCKB", cloudapi.KindServicesReply), "forged")
	say(dockA, cloudapi.Topic("DOCKB", cloudapi.KindServices), "forged")
	say(drc, cloudapi.Topic("DOCKA", cloudapi.KindOSD), "forged")
	want := map[string]bool{
		"controller thing/product/DOCKA/osd 1": true, "controller thing/product/AIRA/osd 2": true, "controller sys/product/DOCKA/status 3": true, "controller thing/product/DOCKA/drc/up 4": true,
		"B thing/product/DOCKB/services for B": true, "drc thing/product/DOCKA/drc/down stick": true,
	}
	for wait := time.After(3 * time.Second); ; {
		select {
		case h := <-heard:
			if strings.HasPrefix(h, "controller") && (strings.HasSuffix(h, "for A") || strings.HasSuffix(h, "for B") || strings.HasSuffix(h, "stick")) {
				continue
			}
			if strings.Contains(h, "forged") || strings.HasPrefix(h, "B ") && strings.Contains(h, "DOCKA") || strings.HasPrefix(h, "drc ") && !strings.Contains(h, "drc/down") {
				t.Errorf("heard: %s", h)
			}
			delete(want, h)
			continue
		case <-wait:
		}
		break
	}
	for h := range want {
		t.Errorf("not heard: %s", h)
	}
}

// Whatever stands in a password file, nobody comes in by it but with the password that it is of.
func FuzzHashes(f *testing.F) {
	for _, h := range []string{"$7$101$c2FsdHNhbHRzYWx0$aGFzaA==", "$7$$$", "$6$x$y", "", "$7$-1$c2FsdA==$", "$7$99999999999$c2FsdA==$aGFzaA=="} {
		f.Add(h)
	}
	f.Fuzz(func(t *testing.T, hash string) {
		if strings.ContainsAny(hash, "\r\n:") || len(hash) > 300 {
			return
		}
		if n := strings.Split(hash, "$"); len(n) > 2 && len(n[2]) > 4 {
			return // as many rounds as that are only slow
		}
		dir := t.TempDir()
		for name, b := range map[string]string{"docks.json": `[{"sn":"DOCKA","aircraft":"AIRA"}]`, "passwd": "DOCKA:" + hash + "\n"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(b), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		c, err := enroll.Open(dir)
		if err != nil {
			return
		}
		if c.Check("DOCKA", "a password that was never set") {
			t.Errorf("%q lets in", hash)
		}
	})
}
