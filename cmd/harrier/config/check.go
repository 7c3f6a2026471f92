package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strings"
	"time"
)

// minSecret is how many characters tokens and passwords have at least: 16 that are random are not guessed.
const minSecret = 16

// serialNumber is what docks and aircraft are named by: it stands in topics, subjects, paths and addresses.
var serialNumber = regexp.MustCompile(`^[A-Za-z0-9]{4,32}$`)

func (c Config) check() error {
	if _, err := c.DockLimits(); err != nil {
		return err
	}
	known, err := c.checkDocks()
	if err != nil {
		return err
	}
	if err := c.checkFlights(known); err != nil {
		return err
	}
	if err := c.OIDC.Check(); err != nil {
		return fmt.Errorf("oidc.%w", err)
	}
	if c.Storage.Endpoint != "" && c.Storage.SecretKey == "" {
		return errors.New("storage.endpoint: an external bucket needs storage.access_key and storage.secret_key (or HARRIER_STORAGE_SECRET)")
	}
	if c.NATS.Replicas < 1 || c.NATS.Replicas > 5 || c.NATS.Replicas > 1 && c.NATS.URL == "" {
		return fmt.Errorf("nats.replicas is 1, or up to 5 with nats.url of a cluster, and not %d", c.NATS.Replicas)
	}
	if c.Evidence.Endpoint != "" && (c.Evidence.AccessKey == "" || c.Evidence.SecretKey == "") {
		return errors.New("evidence.endpoint: a bucket needs evidence.access_key and evidence.secret_key (or HARRIER_EVIDENCE_SECRET)")
	}
	if !(c.Storage.QuotaGiB >= 0 && c.Storage.QuotaGiB < 1<<20) {
		return fmt.Errorf("storage.quota_gib must not be negative, is %g", c.Storage.QuotaGiB)
	}
	if _, _, err := net.SplitHostPort(c.Storage.Listen); err != nil {
		return fmt.Errorf("storage.listen: %q is not host:port: %w", c.Storage.Listen, err)
	}
	if c.Live.Quality < 0 || c.Live.Quality > 4 {
		return fmt.Errorf("live.quality must be 0 to 4, is %d", c.Live.Quality)
	}
	if c.Live.DRCHz < 1 || c.Live.DRCHz > 30 {
		return fmt.Errorf("live.drc_hz must be 1 to 30, is %d", c.Live.DRCHz)
	}
	if c.Footage.Keep < 0 || c.Footage.GiB < 0 {
		return errors.New("footage: keep and gib are not negative; 0 keeps no video")
	}
	if c.Vision.Sessions < 0 || c.Vision.Flights < 1 || c.Vision.Interval < 50*time.Millisecond {
		return errors.New("vision: sessions must be at least 0, flights at least 1, interval at least 50ms")
	}
	if err := c.Planner.check(); err != nil {
		return err
	}
	for name, r := range c.Retention {
		if err := r.Check(); err != nil {
			return fmt.Errorf("retention: %s: %w", name, err)
		}
	}
	if !(c.Disk.Stop >= 1 && c.Disk.Stop <= c.Disk.Warn && c.Disk.Warn <= 90) {
		return fmt.Errorf("disk: stop (%g) must be at least 1 percent, and at most warn (%g), which is at most 90", c.Disk.Stop, c.Disk.Warn)
	}
	if (c.Media.User == "") != (c.Media.Password == "") {
		return errors.New("media.user and media.password go together: as whom the video is watched")
	}
	for _, s := range []struct{ key, secret string }{{"mqtt.password", c.MQTT.Password}, {"nats.password", c.NATS.Password}, {"media.key", c.Media.Key}, {"media.password", c.Media.Password},
		{"storage.secret_key", c.Storage.SecretKey}} {
		if s.secret != "" && len(s.secret) < minSecret {
			return fmt.Errorf("%s has %d characters; it must have at least %d (openssl rand -hex 16 makes one)", s.key, len(s.secret), minSecret)
		}
	}
	host, _, err := net.SplitHostPort(c.HTTP.Listen)
	if err != nil {
		return fmt.Errorf("http.listen: %q is not host:port: %w", c.HTTP.Listen, err)
	}
	if _, _, err := net.SplitHostPort(c.HTTP.WebRTC); err != nil {
		return fmt.Errorf("http.webrtc: %q is not host:port: %w", c.HTTP.WebRTC, err)
	}
	if _, err := c.Proxies(); err != nil {
		return err
	}
	if c.HTTP.Open && (!loopback(host) || len(c.HTTP.Hosts) > 0) {
		return errors.New("http.open lets everybody in: it is for a demo on this machine, with http.listen on localhost and without http.hosts")
	}
	// what is open to others asks for a credential
	for _, l := range []struct{ key, addr, secret, want string }{
		{"mqtt.listen", c.MQTT.Listen, c.MQTT.Password, "mqtt.user and mqtt.password (or HARRIER_MQTT_PASSWORD)"},
		{"media.listen_rtmp", c.Media.ListenRTMP, c.Media.Key, "media.key (or HARRIER_RTMP_KEY)"},
		{"media.listen_rtsp", c.Media.ListenRTSP, c.Media.Password, "media.user and media.password (or HARRIER_RTSP_PASSWORD)"},
	} {
		host, _, err := net.SplitHostPort(l.addr)
		if err != nil {
			return fmt.Errorf("%s: %q is not host:port: %w", l.key, l.addr, err)
		}
		if !loopback(host) && l.secret == "" {
			return fmt.Errorf("%s is %s, open to other machines: set %s first", l.key, l.addr, l.want)
		}
	}
	return nil
}

// loopback says whether a host is reached from this machine only.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// checkDocks returns the serial numbers of the docks.
func (c Config) checkDocks() (known map[string]bool, err error) {
	known = map[string]bool{}
	for i, d := range c.Docks {
		if d.SN == "" {
			return nil, fmt.Errorf("docks[%d]: sn is missing: the dock's serial number", i)
		}
		for what, sn := range map[string]string{"sn": d.SN, "aircraft": d.Aircraft} {
			if sn != "" && !serialNumber.MatchString(sn) {
				return nil, fmt.Errorf("docks[%d]: %s %q is no serial number: 4 to 32 letters and digits", i, what, sn)
			}
		}
		if known[d.SN] {
			return nil, fmt.Errorf("docks[%d]: serial number %s is there twice", i, d.SN)
		}
		known[d.SN] = true
	}
	return known, nil
}

// checkFlights checks the calendar against the docks that are known.
func (c Config) checkFlights(known map[string]bool) error {
	named := map[string]bool{}
	for i, f := range c.Flights {
		if k := f.Dock + " " + f.Name; f.Name != "" && named[k] {
			return fmt.Errorf("flights[%d]: dock %s has two flights named %q", i, f.Dock, f.Name)
		} else {
			named[k] = true
		}
		when := 0
		for _, on := range []bool{!f.At.IsZero() || f.RRule != "", f.Cron != "", f.After != 0 || f.Every != 0} {
			if on {
				when++
			}
		}
		switch {
		case !known[f.Dock]:
			return fmt.Errorf("flights[%d]: dock %q is not among docks", i, f.Dock)
		case (f.KMZ == "") == (len(f.Waypoints) == 0):
			return fmt.Errorf("flights[%d]: give either kmz or waypoints", i)
		case when != 1:
			return fmt.Errorf("flights[%d]: say when: one of at (with rrule, where it recurs), cron, or after/every", i)
		case f.Window < 0 || f.Again != nil && *f.Again < 0:
			return fmt.Errorf("flights[%d]: window and again must not be negative", i)
		case f.Priority < -100 || f.Priority > 99:
			return fmt.Errorf("flights[%d]: priority must be -100 to 99 (what an operator starts has 100), is %d", i, f.Priority)
		case strings.ContainsAny(f.Name, " ./*>"):
			return fmt.Errorf("flights[%d]: name %q must have no spaces, dots, slashes, * or >", i, f.Name)
		case f.Every != 0 && f.Every < 10*time.Second:
			return fmt.Errorf("flights[%d]: every %s is shorter than a flight can be", i, f.Every)
		}
	}
	return nil
}

// Proxies are the networks of the proxies that say for whom they ask.
func (c Config) Proxies() (out []netip.Prefix, err error) {
	for i, s := range c.HTTP.Proxies {
		p, err := netip.ParsePrefix(s)
		if a, err2 := netip.ParseAddr(s); err2 == nil {
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Errorf("http.proxies[%d]: %q is neither an address nor a network such as 10.0.0.0/8", i, s)
		}
		out = append(out, p)
	}
	return out, nil
}
