package config

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
)

// BrokerTLS is how the embedded broker speaks, nil for in the clear.
func (c Config) BrokerTLS() (*tls.Config, error) {
	if (c.MQTT.Cert == "") != (c.MQTT.Key == "") {
		return nil, fmt.Errorf("mqtt.cert and mqtt.key go together")
	}
	if c.MQTT.Cert == "" {
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(c.MQTT.Cert, c.MQTT.Key)
	if err != nil {
		return nil, fmt.Errorf("mqtt.cert and mqtt.key: %w", err)
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, nil
}

// Trusted is by which certificates Harrier knows the broker, nil for those that this machine trusts.
func (c Config) Trusted() (*tls.Config, error) {
	if c.MQTT.CA == "" {
		return nil, nil
	}
	b, err := os.ReadFile(c.MQTT.CA)
	if err != nil {
		return nil, fmt.Errorf("mqtt.ca: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(b) {
		return nil, fmt.Errorf("mqtt.ca: %s holds no certificate in PEM", c.MQTT.CA)
	}
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, nil
}
