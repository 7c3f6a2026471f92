package config

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"
	"golang.org/x/sys/unix"

	"github.com/google/renameio/v2"
	"github.com/harrier-patrol/harrier/console/signon"
	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/gate"
	"github.com/harrier-patrol/harrier/evidence"
	"github.com/harrier-patrol/harrier/evidence/proof"
	"github.com/harrier-patrol/harrier/geo/city"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads/handover"
	"github.com/harrier-patrol/harrier/missions"
)

// Config is harrier.yaml; every key is explained there. Every default works.
type Config struct {
	PublicHost string `yaml:"public_host"`
	Data       string `yaml:"data"`
	HTTP       struct {
		Listen string `yaml:"listen"`
		Open   bool   `yaml:"open"`
		WebRTC string `yaml:"webrtc"`
		// Basemap is a PMTiles file that lies under the map.
		Basemap string   `yaml:"basemap"`
		Hosts   []string `yaml:"hosts"`
		// Proxies are addresses, or networks, of proxies that say for whom they ask.
		Proxies []string `yaml:"proxies"`
	} `yaml:"http"`
	OIDC signon.Config `yaml:"oidc"`
	MQTT MQTT          `yaml:"mqtt"`
	NATS struct {
		URL      string `yaml:"url"`
		Listen   string `yaml:"listen"`
		User     string `yaml:"user"`
		Password string `yaml:"password"`
		Replicas int    `yaml:"replicas"`
	} `yaml:"nats"`
	// Retention is how much of a stream is kept; what it does not name keeps what it has.
	Retention map[string]journal.Retention `yaml:"retention"`
	Disk      struct {
		Warn float64 `yaml:"warn"` // percent free
		Stop float64 `yaml:"stop"`
	} `yaml:"disk"`
	Media struct {
		RTMP       string `yaml:"rtmp"`
		RTSP       string `yaml:"rtsp"`
		ListenRTMP string `yaml:"listen_rtmp"`
		ListenRTSP string `yaml:"listen_rtsp"`
		RTPPort    int    `yaml:"rtp_port"`
		UDP        bool   `yaml:"udp"`
		Key        string `yaml:"key"`
		User       string `yaml:"user"`
		Password   string `yaml:"password"`
	} `yaml:"media"`
	Storage  Storage `yaml:"storage"`
	Evidence struct {
		evidence.Bucket `yaml:",inline"`
		Log             string          `yaml:"log"`       // name of the transparency log
		Key             string          `yaml:"-"`         // that signs it, where it does not lie in the data folder
		Timestamp       string          `yaml:"timestamp"` // address of an authority
		Witnesses       []proof.Witness `yaml:"witnesses"`
	} `yaml:"evidence"`
	Leads struct {
		Permits  string              `yaml:"permits"`
		WorkTime string              `yaml:"work_time"`
		Webhooks []*handover.Webhook `yaml:"webhooks"`
		Drop     handover.Drop       `yaml:"drop"`
		Reports  Reports             `yaml:"reports"`
	} `yaml:"leads"`
	Live struct {
		Quality int `yaml:"quality"`
		DRCHz   int `yaml:"drc_hz"`
	} `yaml:"live"`
	// Footage is how long, and how much, of flights' video is kept.
	Footage struct {
		Keep time.Duration `yaml:"keep"`
		GiB  float64       `yaml:"gib"`
	} `yaml:"footage"`
	Vision struct {
		Model    string        `yaml:"model"`
		Shadow   string        `yaml:"shadow"`
		Engine   string        `yaml:"engine"`
		Sessions int           `yaml:"sessions"`
		Interval time.Duration `yaml:"interval"`
		Align    bool          `yaml:"align"`
		Changes  bool          `yaml:"changes"`
		Clips    bool          `yaml:"clips"`
		Flights  int           `yaml:"flights"`
	} `yaml:"vision"`
	City   city.Files  `yaml:"city"`
	Scenes string      `yaml:"scenes"`
	Docks  []dock.Dock `yaml:"docks"`
	// Limits of flying, in part: for all docks under "all", by model, by serial number; the later ones win.
	Limits       map[string]yaml.Node `yaml:"limits"`
	Organization dock.Organization    `yaml:"organization"`
	Flights      []Flight             `yaml:"flights"`
	Plan         string               `yaml:"plan"` // plan.json that is flown
	Planner      Planner              `yaml:"planner"`
	Approvals    []Approval           `yaml:"approvals"`

	File    string //  where this was read, and what it held
	content []byte
}

// Reports is how reports are made.
type Reports struct {
	Zone    string        `yaml:"zone"`    // in which days, weeks and months begin
	After   time.Duration `yaml:"after"`   // their end they are reported
	Ordered []string      `yaml:"ordered"` // statuses of the register's entries whose demolition is ordered
}

// MQTT is the broker and how to come to it.
type MQTT struct {
	URL      string `yaml:"url"`
	Listen   string `yaml:"listen"`
	User     string `yaml:"user"`
	Password string `yaml:"password"`
	Cert     string `yaml:"cert"`
	Key      string `yaml:"key"`
	CA       string `yaml:"ca"`
}

// Storage is the S3 bucket that docks upload their media to.
type Storage struct {
	Endpoint  string            `yaml:"endpoint"`
	Listen    string            `yaml:"listen"`
	Bucket    string            `yaml:"bucket"`
	Region    string            `yaml:"region"`
	Provider  cloudapi.Provider `yaml:"provider"`
	AccessKey string            `yaml:"access_key"`
	SecretKey string            `yaml:"secret_key"`
	QuotaGiB  float64           `yaml:"quota_gib"`
}

// Flight is a patrol of the calendar.
type Flight struct {
	Name       string               `yaml:"name"`
	Dock       string               `yaml:"dock"`
	KMZ        string               `yaml:"kmz"`
	Waypoints  []Waypoint           `yaml:"waypoints"`
	At         time.Time            `yaml:"at"`
	RRule      string               `yaml:"rrule"`
	Cron       string               `yaml:"cron"`
	After      time.Duration        `yaml:"after"`
	Every      time.Duration        `yaml:"every"`
	Window     time.Duration        `yaml:"window"`
	Again      *time.Duration       `yaml:"again"`
	Priority   int                  `yaml:"priority"`
	Conditions *missions.Conditions `yaml:"conditions"`
	Scenes     []string             `yaml:"scenes"`
}

// Approval is leave to fly in controlled airspace.
type Approval struct {
	Number string    `yaml:"number"`
	Area   string    `yaml:"area"` // GeoJSON and the like
	From   time.Time `yaml:"from"`
	Until  time.Time `yaml:"until"`
}

type Waypoint struct {
	Lon      float64  `yaml:"lon"`
	Lat      float64  `yaml:"lat"`
	HeightM  float64  `yaml:"height_m"`
	SpeedMS  float64  `yaml:"speed_ms"`
	PitchDeg float64  `yaml:"gimbal_pitch"`
	YawDeg   *float64 `yaml:"yaw"`
	Photo    bool     `yaml:"photo"`
}

func Default() Config {
	var c Config
	c.PublicHost = "127.0.0.1"
	c.HTTP.Listen, c.HTTP.WebRTC = "127.0.0.1:8080", "127.0.0.1:8189"
	c.OIDC.NameClaim, c.OIDC.GroupsClaim = "preferred_username", "groups"
	c.MQTT.Listen = "127.0.0.1:1883"
	c.NATS.Listen, c.NATS.Replicas = "127.0.0.1:4222", 1
	c.Media.ListenRTMP, c.Media.ListenRTSP, c.Media.RTPPort = "127.0.0.1:1935", "127.0.0.1:8554", 8000
	c.Storage = Storage{Listen: "127.0.0.1:9000", Bucket: "harrier-media", Region: "us-east-1", Provider: cloudapi.ProviderMinio, AccessKey: "harrier", QuotaGiB: 20}
	c.Evidence.Bucket, c.Evidence.Log = evidence.Bucket{Bucket: "harrier-evidence", Region: "us-east-1"}, "harrier"
	c.Leads.Drop.At = "02:00"
	c.Leads.Reports = Reports{Zone: "Asia/Shanghai", After: 3 * time.Hour, Ordered: []string{"demolition-ordered", "待拆", "责令拆除", "限期拆除"}}
	c.Planner = Planner{Hours: "07:00-18:00", WindMS: 4, Lost: 5 * time.Minute}
	c.Live.Quality, c.Live.DRCHz = 3, 5
	c.Footage.Keep, c.Footage.GiB = 24*time.Hour, 20
	c.Disk.Warn, c.Disk.Stop = 10, 5
	c.Vision.Engine, c.Vision.Sessions, c.Vision.Interval, c.Vision.Flights = "onnxruntime", 0, 300*time.Millisecond, 16
	c.Vision.Align, c.Vision.Changes, c.Vision.Clips = true, true, true
	c.City.GridSeed, c.City.GroundSigma = 1, 0.3
	c.Organization = dock.DefaultOrganization
	return c
}

// Load reads a file over the defaults; paths in it are relative to it. Unknown keys are errors that name the line.
func Load(path string) (Config, error) {
	c := Default()
	var b []byte
	if path != "" {
		var err error
		b, err = os.ReadFile(path)
		if err != nil {
			return c, fmt.Errorf("configuration: %w", err)
		}
		d := yaml.NewDecoder(bytes.NewReader(b))
		d.KnownFields(true)
		if err := d.Decode(&c); err != nil && !errors.Is(err, io.EOF) {
			return c, fmt.Errorf("%s: %w", path, err)
		}
		dir := filepath.Dir(path)
		for _, p := range append(c.City.Paths(), &c.Scenes, &c.Data, &c.Plan, &c.Leads.Permits, &c.Leads.WorkTime, &c.Leads.Drop.Folder, &c.MQTT.Cert, &c.MQTT.Key, &c.MQTT.CA, &c.HTTP.Basemap) {
			if *p != "" && !filepath.IsAbs(*p) && !city.IsRemote(*p) {
				*p = filepath.Join(dir, *p)
			}
		}
		for i := range c.Approvals {
			if p := &c.Approvals[i].Area; *p != "" && !filepath.IsAbs(*p) {
				*p = filepath.Join(dir, *p)
			}
		}
		for i := range c.Flights {
			if p := &c.Flights[i].KMZ; *p != "" && !filepath.IsAbs(*p) {
				*p = filepath.Join(dir, *p)
			}
		}
	}
	for _, s := range []struct {
		env string
		to  *string
	}{{"HARRIER_MQTT_PASSWORD", &c.MQTT.Password}, {"HARRIER_NATS_PASSWORD", &c.NATS.Password}, {"HARRIER_RTMP_KEY", &c.Media.Key}, {"HARRIER_RTSP_PASSWORD", &c.Media.Password}, {"HARRIER_STORAGE_SECRET", &c.Storage.SecretKey}, {"HARRIER_EVIDENCE_SECRET", &c.Evidence.SecretKey}, {"HARRIER_EVIDENCE_KEY", &c.Evidence.Key}, {"HARRIER_OIDC_SECRET", &c.OIDC.ClientSecret}} {
		if v := os.Getenv(s.env); v != "" {
			*s.to = v
		}
	}
	c.File, c.content = path, b
	return c, c.check()
}

// Text is the file as it was read.
func (c Config) Text() []byte { return c.content }

// PutBack writes the file as it was when it was read; what stands there now lies beside it then, as .failed.
func (c Config) PutBack() error {
	now, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	return errors.Join(renameio.WriteFile(c.File+".failed", now, 0o600), renameio.WriteFile(c.File, c.content, 0o600))
}

// DataFolder makes and returns the folder for data: what the configuration says; where it says nothing, a folder beside it where
// this user may write there, else a folder of the user's own for just this configuration.
func (c Config) DataFolder() (string, error) {
	if c.Data != "" {
		dir, err := filepath.Abs(c.Data)
		if err == nil {
			err = os.MkdirAll(dir, 0o700)
		}
		if err != nil {
			return "", fmt.Errorf("data folder: %w", err)
		}
		return dir, nil
	}
	beside, err := filepath.Abs(filepath.Join(filepath.Dir(c.File), "harrier-data"))
	if err == nil && os.MkdirAll(beside, 0o700) == nil && unix.Access(beside, unix.W_OK) == nil {
		return beside, nil
	}
	state := os.Getenv("XDG_STATE_HOME")
	if home, err := os.UserHomeDir(); state == "" && err == nil {
		state = filepath.Join(home, ".local", "state")
	}
	own := filepath.Join("harrier", fmt.Sprintf("%x", sha256.Sum256(append([]byte(c.File), c.content...)))[:16])
	if p := filepath.Join(state, own); state != "" && os.MkdirAll(p, 0o700) == nil {
		return p, nil
	}
	p := filepath.Join(os.TempDir(), own)
	if err := os.MkdirAll(p, 0o700); err != nil {
		return "", fmt.Errorf("data folder: %w; name one with data: in the configuration", err)
	}
	return p, nil
}

// DockLimits of every dock: its model's defaults, with what the configuration says for all, for the model and for the dock.
func (c Config) DockLimits() (map[string]gate.Limits, error) {
	used := map[string]bool{"all": true}
	out := map[string]gate.Limits{}
	for _, d := range c.Docks {
		l := gate.DefaultLimits(d.Model)
		for _, key := range []string{"all", d.Model, d.SN} {
			n, ok := c.Limits[key]
			if !ok {
				continue
			}
			used[key] = true
			b, err := yaml.Marshal(&n)
			if err != nil {
				return nil, err
			}
			dec := yaml.NewDecoder(bytes.NewReader(b))
			dec.KnownFields(true)
			if err := dec.Decode(&l); err != nil {
				return nil, fmt.Errorf("limits of %s: %w", key, err)
			}
		}
		if err := l.Check(); err != nil {
			return nil, fmt.Errorf("limits of dock %s: %w", d.SN, err)
		}
		out[d.SN] = l
	}
	for key := range c.Limits {
		if !used[key] && len(c.Docks) > 0 {
			return nil, fmt.Errorf("limits: %q is neither all, nor the model or serial number of one of the docks", key)
		}
	}
	return out, nil
}

// Shift moves every port that this process listens on.
func (c *Config) Shift(offset int) error {
	if offset == 0 {
		return nil
	}
	for _, a := range []*string{&c.HTTP.Listen, &c.HTTP.WebRTC, &c.MQTT.Listen, &c.NATS.Listen, &c.Media.ListenRTMP, &c.Media.ListenRTSP, &c.Storage.Listen} {
		host, port, err := net.SplitHostPort(*a)
		if err != nil {
			return err
		}
		n, err := strconv.Atoi(port)
		if err != nil {
			return err
		}
		*a = net.JoinHostPort(host, strconv.Itoa(n+offset))
	}
	c.Media.RTPPort += offset - offset%2
	return nil
}

func Port(addr string) int {
	_, p, err := net.SplitHostPort(addr)
	if err != nil {
		return 0
	}
	n, _ := strconv.Atoi(p)
	return n
}
