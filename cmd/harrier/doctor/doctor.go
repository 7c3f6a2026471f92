// Package doctor checks a configuration against the world: libraries, model, files, ports and services.
package doctor

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/cmd/harrier/progress"
	"github.com/harrier-patrol/harrier/embedded"
	"github.com/harrier-patrol/harrier/evidence"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/vision/infer"
	"github.com/harrier-patrol/harrier/vision/networks"
	"github.com/harrier-patrol/harrier/vision/stream"
)

// Cmd checks the configuration against the world and says what to do about each failure.
type Cmd struct {
	Config     string `help:"Configuration file; without it the defaults are checked." type:"path"`
	PortOffset int    `help:"Added to every port."`
}

// check is one line of the doctor's report.
type check struct {
	what string
	run  func() (string, error)
	help string
}

func (d *Cmd) Run(ctx context.Context) error {
	c, err := config.Load(d.Config)
	if err == nil {
		err = c.Shift(d.PortOffset)
	}
	failed, n := 0, 0
	report := func(what, detail string, err error, help string) {
		n++
		if err != nil {
			failed++
			fmt.Printf("✗ %-22s %v\n  %-22s → %s\n", what, err, "", help)
			return
		}
		fmt.Printf("✓ %-22s %s\n", what, detail)
	}
	name := d.Config
	if name == "" {
		name = "defaults"
	}
	report("configuration", name, err, "mend the named key; harrier.yaml in the repository explains every key")
	if err != nil {
		return progress.SomeFailed{N: failed, Of: n}
	}
	for _, k := range checksOf(ctx, c) {
		detail, err := k.run()
		report(k.what, detail, err, k.help)
	}
	if failed > 0 {
		return progress.SomeFailed{N: failed, Of: n}
	}
	return nil
}

// deadLetters asks a Harrier that runs whether there are any.
func deadLetters(ctx context.Context, c config.Config) (string, error) {
	detail := "not known: Harrier does not run"
	var found error
	_ = c.WithJetStream(func(js jetstream.JetStream) error {
		detail, found = deadLettersOf(ctx, js)
		return nil
	}, nats.Timeout(2*time.Second))
	return detail, found
}

func deadLettersOf(ctx context.Context, js jetstream.JetStream) (string, error) {
	tctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	dead, err := journal.ListDead(tctx, js)
	if err != nil {
		return "", err
	}
	if n := len(dead); n > 0 {
		reason, _, _ := strings.Cut(dead[n-1].Reason, "\n")
		return "", fmt.Errorf("%d; the last of stream %s: %s", n, dead[n-1].Stream, reason)
	}
	full, err := journal.Full(tctx, js, config.Streams())
	if err != nil {
		return "", err
	}
	if len(full) > 0 {
		return "", fmt.Errorf("none; but %s", full[0])
	}
	return "none; no stream is filling up", nil
}

func checksOf(ctx context.Context, c config.Config) []check {
	checks := slices.Concat(programChecks(c), configChecks(c), dataChecks(ctx, c),
		[]check{listens("HTTP port", c.HTTP.Listen)}, brokerChecks(c), natsChecks(ctx, c), mediaChecks(c), storageChecks(ctx, c), peopleChecks(ctx, c))
	_, man, err := networks.Load(c.Vision.Model)
	if err == nil && len(c.Docks) == 0 {
		checks = append(checks, check{"docks", func() (string, error) {
			return "none configured: nothing will fly; " + man.Name + " is ready for harrier inspect", nil
		}, ""})
	}
	return checks
}

// programChecks are of what Harrier is built on.
func programChecks(c config.Config) []check {
	return []check{
		{"ONNX Runtime", infer.LibraryPath, "run `make build` once on this machine, or set HARRIER_ORT to libonnxruntime.so.1"},
		{"model", func() (string, error) {
			name, err := c.ModelInUse()
			if err != nil {
				return "", err
			}
			m, err := infer.Open(name, c.Vision.Engine, 1)
			if err != nil {
				return "", err
			}
			defer m.Close()
			return fmt.Sprintf("%s on %s, %d classes", m.Manifest.Name, c.Vision.Engine, len(m.Classes())), nil
		}, "vision.model is harrier-nano, base, or an .onnx file with its manifest, vision.engine onnxruntime or opencv"},
		{"plates", func() (string, error) {
			p, err := infer.OpenPlates()
			if err != nil {
				return "", err
			}
			p.Close()
			return "PP-OCRv4", nil
		}, "run `make build` once on this machine; without it everything works but reading plates"},
		{"H.264 decoder", func() (string, error) {
			dec, err := stream.NewDecoder()
			if err != nil {
				return "", err
			}
			dec.Close()
			return "FFmpeg", nil
		}, "apt-get install libavcodec59 libavformat59 libswscale6"},
	}
}

// configChecks are of what the configuration names.
func configChecks(c config.Config) []check {
	return []check{
		{"scenes", func() (string, error) {
			s, err := c.ReadScenes()
			if err != nil {
				return "", err
			}
			name, err := c.ModelInUse()
			if err != nil {
				return "", err
			}
			m, err := c.OpenModel(name, 1, s) // as serve opens it: a model must know what the scenes ask for
			if err != nil {
				return "", err
			}
			m.Close()
			return fmt.Sprintf("%d scenes", len(s)), nil
		}, "mend the named file; see scenes/ in the repository"},
		{"city", func() (string, error) {
			k, err := c.City.Load()
			if err != nil {
				return "", err
			}
			made := ""
			if c.City.Grid == "" {
				made = " (made up)"
			}
			if k.Terrain != nil {
				b := k.Terrain.Bound()
				made += fmt.Sprintf(", terrain from %.3f, %.3f to %.3f, %.3f", b.Min[0], b.Min[1], b.Max[0], b.Max[1])
			}
			return fmt.Sprintf("%d grid cells%s, %d fences, %d register entries, %d building outlines", k.Grid.Len(), made, k.Fences.Len(), k.Register.Len(), k.Buildings.Len()), nil
		}, "harrier geo check FILE names every problem; every layer names its datum"},
		{"flights", func() (string, error) {
			k, err := c.Calendar(time.Now())
			return fmt.Sprintf("%d flights of %d docks; harrier calendar shows when", len(k.Patrols), len(c.Docks)), err
		}, "each flight names a dock, a KMZ or waypoints, and a time"},
		{"approvals", func() (string, error) {
			fences, err := c.City.ReadFences()
			if err != nil {
				return "", err
			}
			a, err := c.Airspace(fences)
			return fmt.Sprintf("%d", len(a.Approvals)), err
		}, "each approval has a number and an area (polygons), and from and until where it is limited in time"},
	}
}

// dataChecks are of what is kept.
func dataChecks(ctx context.Context, c config.Config) []check {
	return []check{
		{"data folder", func() (string, error) {
			dir, err := c.DataFolder()
			if err != nil {
				return "", err
			}
			p := filepath.Join(dir, ".doctor")
			if err := os.WriteFile(p, nil, 0o644); err != nil {
				return "", err
			}
			return dir, os.Remove(p)
		}, "data names a folder that this user may write to"},
		{"disk", func() (string, error) {
			dir, err := c.DataFolder()
			if err != nil {
				return "", err
			}
			d := embedded.Disk{Dir: dir, Warn: c.Disk.Warn / 100, Stop: c.Disk.Stop / 100, Log: slog.New(slog.DiscardHandler), ReadOnly: true}
			d.Look()
			return d.Report()
		}, "make room, or give Harrier another folder (data:); disk.warn and disk.stop say when it is told, and when no flight is begun any more"},
		{"dead letters", func() (string, error) { return deadLetters(ctx, c) }, "harrier dead-letters shows what could not be worked off, and why; mend that, and --replay them"},
	}
}

// listens checks that nobody has a port.
func listens(what, addr string) check {
	return check{what, func() (string, error) {
		l, err := net.Listen("tcp", addr)
		if err != nil {
			return "", err
		}
		return "free: " + addr, l.Close()
	}, "another program (another Harrier?) has the port: stop it, change the address, or use --port-offset"}
}

// brokerChecks are of the broker of the docks.
func brokerChecks(c config.Config) []check {
	if c.MQTT.URL == "" {
		return []check{listens("MQTT port", c.MQTT.Listen)}
	}
	return []check{{"MQTT broker", func() (string, error) {
		cl := mqtt.NewClient(mqtt.NewClientOptions().AddBroker(c.MQTT.URL).SetUsername(c.MQTT.User).SetPassword(c.MQTT.Password).SetConnectTimeout(5 * time.Second))
		t := cl.Connect()
		if !t.WaitTimeout(6 * time.Second) {
			return "", fmt.Errorf("%s does not answer", c.MQTT.URL)
		}
		defer cl.Disconnect(100)
		return c.MQTT.URL, t.Error()
	}, "start the broker, or correct mqtt.url, mqtt.user and mqtt.password; without mqtt.url an embedded one is used"}}
}

// natsChecks are of NATS.
func natsChecks(ctx context.Context, c config.Config) []check {
	if c.NATS.URL == "" {
		return []check{listens("NATS port", c.NATS.Listen)}
	}
	return []check{{"NATS server", func() (string, error) {
		nc, err := c.DialNATS(config.NATSHarrier, nats.Timeout(5*time.Second))
		if err != nil {
			return "", err
		}
		defer nc.Close()
		js, err := jetstream.New(nc)
		if err != nil {
			return "", err
		}
		tctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		_, err = js.AccountInfo(tctx)
		return config.Redacted(c.NATS.URL) + ", JetStream on", err
	}, "start nats-server with the configuration that harrier nats init writes, or correct nats.url, nats.user and nats.password; without nats.url an embedded one is used"}}
}

// peopleChecks are of where people log in.
func peopleChecks(ctx context.Context, c config.Config) []check {
	if c.OIDC.Issuer == "" {
		return nil
	}
	return []check{{"identity provider", func() (string, error) {
		tctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		return c.OIDC.Issuer, c.OIDC.Reach(tctx)
	}, "correct oidc.issuer, as the provider names itself under /.well-known/openid-configuration, or have the provider seen to; people with passwords come in all the same"}}
}

// mediaChecks are of where video goes.
func mediaChecks(c config.Config) []check {
	if c.Media.RTMP == "" {
		return []check{listens("RTMP port", c.Media.ListenRTMP), listens("RTSP port", c.Media.ListenRTSP)}
	}
	return []check{{"media server", func() (string, error) {
		u, err := url.Parse(c.Media.RTSP)
		if err != nil {
			return "", err
		}
		conn, err := net.DialTimeout("tcp", u.Host, 5*time.Second)
		if err != nil {
			return "", err
		}
		return c.Media.RTSP, conn.Close()
	}, "start the media server, or correct media.rtmp and media.rtsp; without them an embedded one is used"}}
}

// storageChecks are of where docks upload to, and where evidence is kept.
func storageChecks(ctx context.Context, c config.Config) []check {
	var checks []check
	if c.Evidence.Endpoint != "" {
		checks = append(checks, check{"evidence", func() (string, error) {
			tctx, cancel := context.WithTimeout(ctx, 10*time.Second)
			defer cancel()
			_, err := evidence.OpenBucket(tctx, c.Evidence.Bucket)
			return c.Evidence.Endpoint + ", bucket " + c.Evidence.Bucket.Bucket, err
		}, "correct evidence.endpoint, access_key and secret_key; without an endpoint a folder is used"})
	}
	if c.Storage.Endpoint == "" {
		return append(checks, listens("S3 port", c.Storage.Listen))
	}
	return append(checks, check{"S3 storage", func() (string, error) {
		tctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		b, err := c.Bucket()
		if err != nil {
			return "", err
		}
		if err := b.Make(tctx); err != nil {
			return "", err
		}
		if len(c.Docks) > 0 {
			if _, err := b.Grant(tctx, c.Docks[0].SN); err != nil {
				return "", err
			}
		}
		return c.Storage.Endpoint + ", bucket " + c.Storage.Bucket, nil
	}, "correct storage.endpoint, access_key and secret_key; the endpoint must grant credentials (AssumeRole); without an endpoint an embedded one is used"})
}
