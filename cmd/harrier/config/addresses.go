package config

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/harrier-patrol/harrier/console"
	"github.com/harrier-patrol/harrier/dock/uploads"
	"github.com/harrier-patrol/harrier/evidence"
)

// Addresses are those that docks, workers and people are told, made of the configuration.
type Addresses struct {
	Page       url.URL       // of the console, as docks and people reach it
	RTMP, RTSP url.URL       // under which each dock's stream is pushed and watched; without a credential
	Login      *url.Userinfo // of who watches
	key        string        // from which each dock's own key is made
}

// Redacted is an address without its password, for logs.
func Redacted(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "(not an address)"
	}
	return u.Redacted()
}

// Addresses works out the addresses.
func (c Config) Addresses() (a Addresses, err error) {
	a.Page = url.URL{Scheme: "http", Host: net.JoinHostPort(c.PublicHost, strconv.Itoa(Port(c.HTTP.Listen)))}
	a.key = c.Media.Key
	a.RTMP = url.URL{Scheme: "rtmp", Host: net.JoinHostPort(c.PublicHost, strconv.Itoa(Port(c.Media.ListenRTMP))), Path: "/live"}
	a.RTSP = url.URL{Scheme: "rtsp", Host: c.Media.ListenRTSP, Path: "/live"}
	if c.Media.RTMP != "" {
		if a.RTMP, err = addressOf("media.rtmp", c.Media.RTMP, "rtmp"); err != nil {
			return a, err
		}
		if a.RTSP, err = addressOf("media.rtsp", c.Media.RTSP, "rtsp"); err != nil {
			return a, err
		}
	}
	a.Login, a.RTSP.User = a.RTSP.User, nil
	if c.Media.User != "" {
		a.Login = url.UserPassword(c.Media.User, c.Media.Password)
	}
	return a, nil
}

func addressOf(key, text, scheme string) (url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || !strings.HasPrefix(u.Scheme, scheme) {
		return url.URL{}, fmt.Errorf("%s is not an address like %s://host:port/live (in a user name or password, %% and @ are written %%25 and %%40)", key, scheme)
	}
	return *u, nil
}

// Push is where a dock pushes its video, with a key of its own.
func (a Addresses) Push(sn string) string {
	u := a.RTMP
	u.Path = path.Join(u.Path, sn)
	if a.key != "" {
		q := u.Query()
		q.Set("key", a.keyOf(sn))
		u.RawQuery = q.Encode()
	}
	return u.String()
}

// Watch is where a dock's video is watched, without a credential: it stands in events that many may see.
func (a Addresses) Watch(sn string) string {
	u := a.RTSP
	u.Path = path.Join(u.Path, sn)
	return u.String()
}

// keyOf is a dock's own key: who knows it cannot push in another's name.
func (a Addresses) keyOf(sn string) string {
	h := hmac.New(sha256.New, []byte(a.key))
	h.Write([]byte("rtmp " + sn))
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// MayPush says what is wrong with the path and the key of who pushes to the embedded media server.
func (a Addresses) MayPush(streamPath, key string) error {
	dir, sn := path.Split(streamPath)
	if strings.Trim(dir, "/") != strings.Trim(a.RTMP.Path, "/") || !serialNumber.MatchString(sn) {
		return fmt.Errorf("a stream is pushed to %s/<serial number>", a.RTMP.Path)
	}
	if a.key != "" && subtle.ConstantTimeCompare([]byte(key), []byte(a.keyOf(sn))) != 1 {
		return errors.New("wrong key in its RTMP address; each dock has its own")
	}
	return nil
}

// File is where a dock fetches a file.
func (a Addresses) File(name string) string { return a.Page.JoinPath(console.DockFiles, name).String() }

// Evidence is where a picture of a lead is seen by whoever has the lead.
func (a Addresses) Evidence(key console.EvidenceKey, lead, sha string) string {
	path, query := key.Path(lead, sha)
	u := a.Page.JoinPath(path)
	u.RawQuery = query
	return u.String()
}

// Bucket opens the external one that the configuration names.
func (c Config) Bucket() (*uploads.Bucket, error) {
	s := c.Storage
	return uploads.Open(uploads.Options{Endpoint: s.Endpoint, Bucket: s.Bucket, Region: s.Region, Provider: s.Provider, AccessKey: s.AccessKey, SecretKey: s.SecretKey})
}

// OpenEvidence opens the store of evidence: the bucket that is configured, or a folder of the data folder.
func (c Config) OpenEvidence(ctx context.Context) (*evidence.Store, error) {
	if c.Evidence.Endpoint != "" {
		return evidence.OpenBucket(ctx, c.Evidence.Bucket)
	}
	data, err := c.DataFolder()
	if err != nil {
		return nil, err
	}
	return evidence.OpenFolder(filepath.Join(data, "evidence"))
}
