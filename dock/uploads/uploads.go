// Package uploads is the S3 bucket that docks upload their media to: it grants each dock a credential for its own part of the bucket,
// and reads what came.
package uploads

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/evidence"
)

// ErrNotThere says that nothing lies in the bucket under a key.
var ErrNotThere = errors.New("not in the bucket")

// ErrTooLarge says that a file has more than MaxBytes.
var ErrTooLarge = errors.New("too large to be read")

// GrantLasts is how long a dock may upload before it has to ask again (storage_config_get).
const GrantLasts = time.Hour

// MaxBytes is the largest file that is read: photos have some 20 MB.
const MaxBytes = 256 << 20

// Options say which bucket it is.
type Options struct {
	Endpoint string `yaml:"endpoint"` // http://host:port or https://host, as docks reach it
	// Inside is the same as this machine reaches it; empty: Endpoint.
	Inside    string            `yaml:"-"`
	Bucket    string            `yaml:"bucket"`
	Region    string            `yaml:"region"`
	Provider  cloudapi.Provider `yaml:"provider"` // ali, aws or minio
	AccessKey string            `yaml:"access_key"`
	SecretKey string            `yaml:"secret_key"`
	// Keys issues the docks' credentials; nil: they come from the endpoint's own security token service (AssumeRole).
	Keys *Keys `yaml:"-"`
}

// Bucket is where docks upload to.
type Bucket struct {
	o  Options
	cl *minio.Client
}

// Open prepares a bucket; Make sees that it is there.
func Open(o Options) (*Bucket, error) {
	if o.Inside == "" {
		o.Inside = o.Endpoint
	}
	switch o.Provider {
	case cloudapi.ProviderAli, cloudapi.ProviderAws, cloudapi.ProviderMinio:
	default:
		return nil, fmt.Errorf("storage provider %q: docks know %s, %s and %s", o.Provider, cloudapi.ProviderAli, cloudapi.ProviderAws, cloudapi.ProviderMinio)
	}
	if _, err := o.at(o.Endpoint).Client(); err != nil { // which docks are told
		return nil, fmt.Errorf("storage: %w", err)
	}
	cl, err := o.at(o.Inside).Client()
	if err != nil {
		return nil, fmt.Errorf("storage: %w", err)
	}
	return &Bucket{o, cl}, nil
}

// at is the bucket as it is reached at an endpoint.
func (o Options) at(endpoint string) evidence.Bucket {
	return evidence.Bucket{Endpoint: endpoint, Bucket: o.Bucket, Region: o.Region, AccessKey: o.AccessKey, SecretKey: o.SecretKey}
}

// Make makes the bucket where there is none yet.
func (b *Bucket) Make(ctx context.Context) error { return b.o.at(b.o.Inside).Make(ctx, b.cl) }

// Prefix is the part of the bucket that is a dock's.
func Prefix(sn string) string { return sn }

// Grant is what a dock is told when it asks where to upload: a credential that is good for its own part of the bucket, for a while.
func (b *Bucket) Grant(ctx context.Context, sn string) (cloudapi.StorageConfig, error) {
	out := cloudapi.StorageConfig{Bucket: b.o.Bucket, Endpoint: b.o.Endpoint, Provider: b.o.Provider, Region: b.o.Region, ObjectKeyPrefix: Prefix(sn)}
	var id, secret, token string
	if b.o.Keys != nil {
		id, secret, token = b.o.Keys.Issue(sn, time.Now().Add(GrantLasts))
	} else {
		policy, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
			"Effect": "Allow", "Action": []string{"s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"}, "Resource": []string{"arn:aws:s3:::" + b.o.Bucket + "/" + Prefix(sn) + "/*"}}}})
		if err != nil {
			return out, err
		}
		sts, err := credentials.NewSTSAssumeRole(b.o.Inside, credentials.STSAssumeRoleOptions{AccessKey: b.o.AccessKey, SecretKey: b.o.SecretKey, Policy: string(policy), Location: b.o.Region, DurationSeconds: int(GrantLasts.Seconds()), RoleSessionName: sn})
		if err != nil {
			return out, err
		}
		v, err := sts.GetWithContext(nil)
		if err != nil {
			return out, fmt.Errorf("credential for dock %s from the security token service of %s: %w", sn, b.o.Inside, err)
		}
		id, secret, token = v.AccessKeyID, v.SecretAccessKey, v.SessionToken
	}
	out.Credentials = cloudapi.Credentials{AccessKeyID: &id, AccessKeySecret: &secret, SecurityToken: &token, Expire: new(int64(GrantLasts.Seconds()))}
	return out, nil
}

// Get reads a file; ErrNotThere where there is none.
func (b *Bucket) Get(ctx context.Context, key string) ([]byte, error) {
	o, err := b.cl.GetObject(ctx, b.o.Bucket, key, minio.GetObjectOptions{})
	if err != nil {
		return nil, b.say(key, err)
	}
	defer o.Close()
	data, err := io.ReadAll(io.LimitReader(o, MaxBytes+1))
	switch {
	case err != nil:
		return nil, b.say(key, err)
	case len(data) > MaxBytes:
		return nil, fmt.Errorf("file %s has more than %d bytes: %w", key, MaxBytes, ErrTooLarge)
	}
	return data, nil
}

// List names what lies under a prefix.
func (b *Bucket) List(ctx context.Context, prefix string) ([]string, error) {
	var out []string
	for o := range b.cl.ListObjects(ctx, b.o.Bucket, minio.ListObjectsOptions{Prefix: prefix, Recursive: true}) {
		if o.Err != nil {
			return nil, b.say(prefix, o.Err)
		}
		out = append(out, o.Key)
	}
	return out, nil
}

// Remove takes a file out of the bucket.
func (b *Bucket) Remove(ctx context.Context, key string) error {
	if err := b.cl.RemoveObject(ctx, b.o.Bucket, key, minio.RemoveObjectOptions{}); err != nil {
		return b.say(key, err)
	}
	return nil
}

func (b *Bucket) say(key string, err error) error {
	if minio.ToErrorResponse(err).Code == minio.NoSuchKey {
		return fmt.Errorf("file %s: %w", key, ErrNotThere)
	}
	return fmt.Errorf("file %s of bucket %s: %w", key, b.o.Bucket, err)
}

// Keys issues credentials that tell by themselves whose they are and until when they are good: whoever knows Secret can check them, also
// after a restart, and nothing has to be kept.
type Keys struct{ Secret string }

// Issue makes a dock's credential.
func (k *Keys) Issue(sn string, until time.Time) (id, secret, token string) {
	id = sn + "-" + strconv.FormatInt(until.Unix(), 36)
	return id, k.sign("key", id), k.sign("token", id)
}

// Check says whose a credential is, with its secret; ok is false where it was not issued for now.
func (k *Keys) Check(id, token string, now time.Time) (sn, secret string, ok bool) {
	i := strings.LastIndexByte(id, '-')
	if i < 1 {
		return "", "", false
	}
	until, err := strconv.ParseInt(id[i+1:], 36, 64)
	if err != nil || now.Unix() > until || now.Add(GrantLasts).Unix() < until || token != "" && !hmac.Equal([]byte(token), []byte(k.sign("token", id))) {
		return "", "", false
	}
	return id[:i], k.sign("key", id), true
}

func (k *Keys) sign(what, id string) string {
	h := hmac.New(sha256.New, []byte(k.Secret))
	h.Write([]byte(what + " " + id))
	return hex.EncodeToString(h.Sum(nil))[:40]
}
