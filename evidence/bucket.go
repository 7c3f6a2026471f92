package evidence

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// Bucket is an S3 bucket, and how to come to it.
type Bucket struct {
	Endpoint  string `yaml:"endpoint"` // http://host:port or https://host
	Bucket    string `yaml:"bucket"`
	Region    string `yaml:"region"`
	AccessKey string `yaml:"access_key"`
	SecretKey string `yaml:"secret_key"`
}

// OpenBucket opens a store in a bucket, which it makes where there is none.
func OpenBucket(ctx context.Context, o Bucket) (*Store, error) {
	cl, err := o.Client()
	if err == nil {
		err = o.Make(ctx, cl)
	}
	if err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	return &Store{bucket{cl, o.Bucket}}, nil
}

// Client comes to the endpoint.
func (o Bucket) Client() (*minio.Client, error) {
	u, err := url.Parse(o.Endpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("endpoint %q is not http://host:port or https://host", o.Endpoint)
	}
	cl, err := minio.New(u.Host, &minio.Options{Creds: credentials.NewStaticV4(o.AccessKey, o.SecretKey, ""), Secure: u.Scheme == "https", Region: o.Region})
	if err != nil {
		return nil, fmt.Errorf("endpoint %s: %w", o.Endpoint, err)
	}
	return cl, nil
}

// Make makes the bucket where there is none yet.
func (o Bucket) Make(ctx context.Context, cl *minio.Client) error {
	there, err := cl.BucketExists(ctx, o.Bucket)
	if err == nil && !there {
		err = cl.MakeBucket(ctx, o.Bucket, minio.MakeBucketOptions{Region: o.Region})
	}
	if err != nil {
		return fmt.Errorf("bucket %s at %s: %w; is it running, and are access_key and secret_key right?", o.Bucket, o.Endpoint, err)
	}
	return nil
}

type bucket struct {
	cl   *minio.Client
	name string
}

func (b bucket) has(ctx context.Context, name string) (bool, error) {
	_, err := b.cl.StatObject(ctx, b.name, name, minio.StatObjectOptions{})
	if missing(err) {
		return false, nil
	}
	return err == nil, err
}

func (b bucket) write(ctx context.Context, name string, data []byte) error {
	_, err := b.cl.PutObject(ctx, b.name, name, bytes.NewReader(data), int64(len(data)), minio.PutObjectOptions{SendContentMd5: true})
	return err
}

func (b bucket) remove(ctx context.Context, name string) error {
	return b.cl.RemoveObject(ctx, b.name, name, minio.RemoveObjectOptions{})
}

func (b bucket) read(ctx context.Context, name string) ([]byte, error) {
	o, err := b.cl.GetObject(ctx, b.name, name, minio.GetObjectOptions{})
	if err != nil {
		return nil, err
	}
	defer o.Close()
	data, err := io.ReadAll(o)
	if missing(err) {
		return nil, ErrNotFound
	}
	return data, err
}

func missing(err error) bool {
	return err != nil && minio.ToErrorResponse(err).StatusCode == http.StatusNotFound
}
