package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/google/renameio/v2"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/dock/enroll"
	"github.com/harrier-patrol/harrier/dock/media"
	"github.com/harrier-patrol/harrier/dock/uploads"
	"github.com/harrier-patrol/harrier/embedded"
	"github.com/harrier-patrol/harrier/journal"
)

// connections are those to the broker of the docks and to NATS: external ones, or embedded ones that end with this process.
type connections struct {
	id            string // of this process, the same when it is started again
	mqtt, natsURL string
	trusted       *tls.Config
	enrolled      *enroll.Credentials
	nc            *nats.Conn
	js            jetstream.JetStream
}

// ownData makes the data folder, takes it for this process where facts are kept in it, and looks at its disk.
func (b *base) ownData(who string) (err error) {
	c := b.conf
	if b.data, err = c.DataFolder(); err != nil {
		return err
	}
	if c.NATS.URL == "" || c.Storage.Endpoint == "" {
		release, err := embedded.LockFolder(b.data, fmt.Sprintf("%s --config %s", who, c.File))
		if err != nil {
			return err
		}
		b.onClose(release)
	}
	if err := os.Chmod(b.data, 0o700); err != nil { // also one that an earlier version made
		b.log.Warn("others on this machine may read the data folder", "folder", b.data, "error", err)
	}
	b.disk = &embedded.Disk{Dir: b.data, Warn: c.Disk.Warn / 100, Stop: c.Disk.Stop / 100, Every: diskLook, Log: b.log}
	b.disk.Look()
	return nil
}

// diskLook is how often it is looked how much room the disk has.
const diskLook = 2 * time.Second

// connect starts what is embedded and connects to both.
func (b *base) connect(ctx context.Context) (err error) {
	c, log := b.conf, b.log
	if b.enrolled, err = enroll.Open(credentialsIn(b.data)); err != nil {
		return err
	}
	if b.enrolled.Any() && c.MQTT.Password == "" {
		return errors.New("docks are enrolled, so the broker lets nobody in without a credential: set mqtt.user and mqtt.password (or HARRIER_MQTT_PASSWORD), as which Harrier comes to it")
	}
	server, err := c.BrokerTLS()
	if err != nil {
		return err
	}
	if b.trusted, err = c.Trusted(); err != nil {
		return err
	}
	if b.mqtt = c.MQTT.URL; b.mqtt == "" {
		broker, err := embedded.StartBroker(embedded.BrokerOptions{Addr: c.MQTT.Listen, User: c.MQTT.User, Password: c.MQTT.Password, Docks: b.enrolled, TLS: server, Log: log})
		if err != nil {
			return err
		}
		b.onClose(broker.Close)
		b.mqtt = "tcp://" + c.MQTT.Listen
		if server != nil {
			b.mqtt = "ssl://" + c.MQTT.Listen
		}
	}
	if err := b.connectNATS(); err != nil {
		return err
	}
	if err := journal.Declare(ctx, b.js, config.Streams(), c.Retention, c.NATS.Replicas); err != nil {
		return err
	}
	return leadsConsumer(ctx, b.js)
}

// connectNATS starts NATS where it is embedded, and connects to it.
func (b *base) connectNATS() (err error) {
	c, log := b.conf, b.log
	if b.natsURL = c.NATS.URL; b.natsURL == "" {
		host, _, _ := net.SplitHostPort(c.NATS.Listen)
		passwords, err := config.NATSPasswords(config.NATSPasswordsIn(b.data), true)
		if err != nil {
			return err
		}
		n, err := embedded.StartNATS(embedded.NATSOptions{Host: host, Port: config.Port(c.NATS.Listen), Dir: filepath.Join(b.data, "nats"), Users: config.NATSUsers(passwords)})
		if err != nil {
			return err
		}
		b.onClose(n.Close)
		b.natsURL, b.disk.Freed = n.URL(), n.Restart // it goes on by itself once a disk that was full has room
	}
	host, _ := os.Hostname()
	b.id = fmt.Sprintf("harrier-%x", sha256.Sum256([]byte(host+b.natsURL+c.HTTP.Listen)))[:20]
	if b.nc, err = c.DialNATS(config.NATSHarrier, nats.MaxReconnects(-1), nats.ReconnectWait(500*time.Millisecond), nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { log.Warn("NATS", "error", err) }),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				log.Warn("NATS connection lost, connecting again", "error", err)
			}
		}), nats.ReconnectHandler(func(*nats.Conn) { log.Info("connected to NATS again") })); err != nil {
		return err
	}
	b.onClose(func() error { b.nc.Close(); return nil })
	b.js, err = jetstream.New(b.nc)
	return err
}

// leadsConsumer makes the consumer by which a case system gets leads that came while it was away; what an operator has set of it stays.
func leadsConsumer(ctx context.Context, js jetstream.JetStream) error {
	_, err := js.CreatePushConsumer(ctx, "LEADS", jetstream.ConsumerConfig{Durable: config.LeadsForCases, DeliverSubject: config.SubjectCases, FilterSubject: "leads.>", AckPolicy: jetstream.AckNonePolicy})
	if err != nil && !errors.Is(err, jetstream.ErrConsumerExists) {
		return fmt.Errorf("consumer of the case system: %w", err)
	}
	return nil
}

// embeddedBucket starts the endpoint in this process, and opens its bucket.
func (b *base) embeddedBucket() (*uploads.Bucket, error) {
	c := b.conf
	s := c.Storage
	if s.SecretKey == "" {
		var err error
		if s.SecretKey, err = ownSecret(filepath.Join(b.data, "storage.key")); err != nil {
			return nil, err
		}
	}
	keys := &uploads.Keys{Secret: s.SecretKey}
	e, err := embedded.StartStorage(embedded.StorageOptions{Listen: s.Listen, Dir: filepath.Join(b.data, "uploads"), Bucket: s.Bucket, AccessKey: s.AccessKey, SecretKey: s.SecretKey, Docks: keys, Quota: int64(s.QuotaGiB * (1 << 30)), Log: b.log})
	if err != nil {
		return nil, err
	}
	b.onClose(e.Close)
	return uploads.Open(uploads.Options{Endpoint: fmt.Sprintf("http://%s:%d", c.PublicHost, config.Port(e.Addr())), Inside: "http://" + e.Addr(),
		Bucket: s.Bucket, Region: s.Region, Provider: s.Provider, AccessKey: s.AccessKey, SecretKey: s.SecretKey, Keys: keys})
}

// bucketWithin bounds the wait for a bucket at a start: without it nothing flies, and nobody sees why.
const bucketWithin = 30 * time.Second

// openDepot opens the bucket that docks upload to, with the evidence that takes over what comes.
func (b *base) openDepot(ctx context.Context) error {
	open := b.embeddedBucket
	if b.conf.Storage.Endpoint != "" {
		open = func() (*uploads.Bucket, error) { return b.conf.Bucket() }
	}
	bucket, err := open()
	if err != nil {
		return err
	}
	mctx, cancel := context.WithTimeout(ctx, bucketWithin)
	defer cancel()
	if err := bucket.Make(mctx); err != nil {
		return err
	}
	store, err := b.conf.OpenEvidence(ctx)
	if err != nil {
		return err
	}
	b.depot = &media.Depot{Uploads: bucket, Store: store}
	return nil
}

// ownSecret is a secret of this installation: made once, and kept where only this user reads it.
func ownSecret(path string) (string, error) {
	if b, err := os.ReadFile(path); err == nil && len(b) >= 32 {
		return string(b), nil
	}
	secret := rand.Text() + rand.Text()
	if err := renameio.WriteFile(path, []byte(secret), 0o600); err != nil {
		return "", fmt.Errorf("secret of this installation: %w", err)
	}
	return secret, nil
}
