package docksim

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"net/url"
	"path"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/docksim/town"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/missions"
)

// Photos are as large as those of an M4D's wide camera at 12 megapixels.
const (
	photoWidth  = 4032
	photoHeight = 3024
	photoTries  = 20               // of uploading one
	photoPause  = 10 * time.Second // between them
	replyWithin = 8 * time.Second
)

// shot is a photo that the aircraft has taken: it is rendered when it is uploaded.
type shot struct {
	waypoint int // of the whole route, from 0
	at       time.Time
	seconds  float64 // of the town's time
	pose     town.TruePose
	read     town.TruePose // as the aircraft read itself
}

// name is as docks name photos.
func (s shot) name(n int) string {
	return fmt.Sprintf("DJI_%s_%04d_W_%s.jpeg", s.at.In(shanghai).Format("20060102150405"), n, missions.PhotoMark(s.waypoint))
}

var shanghai = time.FixedZone("CST", 8*3600)

// photo renders a shot as a JPEG with the tags that the aircraft writes. Where there is no town, it shows nothing.
func (d *simDock) photo(t *task, s shot) ([]byte, error) {
	cam := geo.CameraFromDiagonal(photoWidth, photoHeight, 84)
	pic := gocv.NewMatWithSizeFromScalar(gocv.NewScalar(90, 100, 110, 0), photoHeight, photoWidth, gocv.MatTypeCV8UC3)
	defer func() { pic.Close() }()
	if t.fl.town != nil {
		r, err := town.NewRenderer(cam)
		if err != nil {
			return nil, err
		}
		defer r.Close()
		r.Render(t.fl.town, t.fl.town.Eye(cam, s.pose), s.seconds)
		pic.Close()
		pic = r.Frame.Clone()
	}
	b, err := gocv.IMEncodeWithParams(gocv.JPEGFileExt, pic, []int{gocv.IMWriteJpegQuality, 92})
	if err != nil {
		return nil, err
	}
	defer b.Close()
	jpeg := b.GetBytes()
	var out bytes.Buffer
	out.Write(jpeg[:2]) // SOI
	for _, app1 := range [][]byte{exif(s.at), xmp(t.fl, cam, s)} {
		out.Write([]byte{0xFF, 0xE1})
		_ = binary.Write(&out, binary.BigEndian, uint16(len(app1)+2))
		out.Write(app1)
	}
	out.Write(jpeg[2:])
	return out.Bytes(), nil
}

// exif is an EXIF segment (JEITA CP-3451, TIFF in big endian) with make, model and the local time.
func exif(at time.Time) []byte {
	type field struct {
		tag  uint16
		text string
	}
	block := func(start int, fields []field, sub uint32) []byte {
		var ifd, data bytes.Buffer
		n := len(fields)
		if sub > 0 {
			n++
		}
		data0 := start + 2 + 12*n + 4
		_ = binary.Write(&ifd, binary.BigEndian, uint16(n))
		for _, f := range fields {
			text := f.text + "\x00"
			_ = binary.Write(&ifd, binary.BigEndian, []uint16{f.tag, 2})
			_ = binary.Write(&ifd, binary.BigEndian, uint32(len(text)))
			if len(text) <= 4 { // fits in place of where it lies
				ifd.WriteString((text + "\x00\x00\x00")[:4])
				continue
			}
			_ = binary.Write(&ifd, binary.BigEndian, uint32(data0+data.Len()))
			data.WriteString(text)
		}
		if sub > 0 {
			_ = binary.Write(&ifd, binary.BigEndian, []uint16{0x8769, 4})
			_ = binary.Write(&ifd, binary.BigEndian, []uint32{1, sub})
		}
		_ = binary.Write(&ifd, binary.BigEndian, uint32(0))
		return append(ifd.Bytes(), data.Bytes()...)
	}
	first := []field{{0x010F, "DJI"}, {0x0110, photoModel}}
	size := len(block(8, first, 1))
	var out bytes.Buffer
	out.WriteString("Exif\x00\x00MM\x00\x2A\x00\x00\x00\x08")
	out.Write(block(8, first, uint32(8+size)))
	out.Write(block(8+size, []field{{0x9003, at.In(shanghai).Format("2006:01:02 15:04:05")}, {0x9011, "+08:00"}}, 0))
	return out.Bytes()
}

const photoModel = "M4D"

// xmp is an XMP segment with DJI's tags.
func xmp(f *flight, cam geo.Camera, s shot) []byte {
	at := f.frame.From(s.read.E, s.read.N)
	rtk, horiz, vert := 16, f.sensor.s.GNSSSigmaM, f.sensor.s.GNSSSigmaM
	if f.sensor.rtk {
		rtk, horiz, vert = 50, f.sensor.s.RTKHorizM, f.sensor.s.RTKVertM
	}
	return fmt.Appendf(nil, "http://ns.adobe.com/xap/1.0/\x00"+`<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="DJI Meta Data"
 xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:drone-dji="http://www.dji.com/drone-dji/1.0/"
 tiff:Make="DJI" tiff:Model="%s" xmp:CreateDate="%s" drone-dji:UTCAtExposure="%s"
 drone-dji:AbsoluteAltitude="%+.3f" drone-dji:RelativeAltitude="%+.3f" drone-dji:GpsLatitude="%.9f" drone-dji:GpsLongitude="%.9f"
 drone-dji:GimbalRollDegree="%+.2f" drone-dji:GimbalYawDegree="%+.2f" drone-dji:GimbalPitchDegree="%+.2f"
 drone-dji:FlightRollDegree="+0.00" drone-dji:FlightYawDegree="%+.2f" drone-dji:FlightPitchDegree="+0.00" drone-dji:FlightXSpeed="%.1f" drone-dji:FlightYSpeed="%.1f"
 drone-dji:RtkFlag="%d" drone-dji:RtkStdLon="%.5f" drone-dji:RtkStdLat="%.5f" drone-dji:RtkStdHgt="%.5f"
 drone-dji:CalibratedFocalLength="%.6f" drone-dji:CalibratedOpticalCenterX="%.6f" drone-dji:CalibratedOpticalCenterY="%.6f"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`,
		photoModel, s.at.In(shanghai).Format(time.RFC3339), s.at.UTC().Format("2006-01-02T15:04:05.000000"), s.read.U+siteHeightM, s.read.U, at.Lat(), at.Lon(),
		s.read.RollDeg, s.read.YawDeg, s.read.PitchDeg, s.read.YawDeg, s.read.Vn, s.read.Ve, rtk, horiz/math.Sqrt2, horiz/math.Sqrt2, vert, cam.FocalPx, cam.CX, cam.CY)
}

// upload brings the photos of a flight that has landed to where the server says, one after the other, and tells it of each.
func (d *simDock) upload(ctx context.Context, t *task) {
	d.uploading.Lock()
	defer d.uploading.Unlock()
	for i, s := range t.fl.shots {
		d.f.book.note(Entry{At: s.at, Dock: d.sn, Flight: t.id, What: WhatPhoto, File: s.name(i + 1)})
	}
	for i, s := range t.fl.shots {
		if err := d.uploadOne(ctx, t, i, s); err != nil && ctx.Err() == nil {
			d.f.o.Log.Warn("photo not uploaded", "dock", d.sn, "flight", t.id, "photo", i+1, "error", err)
		}
	}
}

func (d *simDock) uploadOne(ctx context.Context, t *task, i int, s shot) (err error) {
	if t.fault == FaultMediaLost && i == 0 {
		return errors.New("the file on the aircraft's card cannot be read")
	}
	data, err := d.photo(t, s)
	if err != nil {
		return err
	}
	name := s.name(i + 1)
	var key string
	for n := range photoTries {
		if n > 0 && d.f.o.Clock.Sleep(ctx, photoPause) != nil {
			return ctx.Err()
		}
		if t.fault == FaultMediaUpload && n < 2 {
			err = errors.New("the link is down")
			continue
		}
		if key, err = d.put(ctx, t.id, name, data); err == nil {
			break
		}
	}
	if err != nil {
		return err
	}
	d.mu.Lock()
	t.uploaded++
	counts := &cloudapi.MediaFlightTask{UploadedFileCount: t.uploaded, ExpectedFileCount: len(t.fl.shots), FlightType: cloudapi.FlightTypeWaylineMission}
	d.mu.Unlock()
	at := t.fl.frame.From(s.read.E, s.read.N)
	d.f.book.note(Entry{At: d.f.o.Clock.Now(), Dock: d.sn, Flight: t.id, What: WhatUploaded, File: name})
	return d.ask(ctx, cloudapi.KindEvents, cloudapi.MethodFileUploadCallback, &cloudapi.FileUploadCallback{FlightTask: counts, File: cloudapi.MediaFile{
		ObjectKey: key, Path: t.id, Name: name, CloudToCloudID: "DEFAULT", Ext: cloudapi.MediaExt{FlightID: t.id, DroneModelKey: "0-100-0", PayloadModelKey: "1-98-0", IsOriginal: true},
		Metadata: cloudapi.MediaMetadata{GimbalYawDegree: cloudapi.Loose(fmt.Sprintf("%q", fmt.Sprintf("%.2f", s.read.YawDeg))), AbsoluteAltitude: s.read.U + siteHeightM, RelativeAltitude: s.read.U,
			CreateTime: s.at.In(shanghai).Format(time.RFC3339), ShootPosition: cloudapi.ShootPosition{Lat: at.Lat(), Lng: at.Lon()}}}}, nil)
}

// put asks where to upload to, unless the dock still has a credential, and uploads there.
func (d *simDock) put(ctx context.Context, flight, name string, data []byte) (key string, err error) {
	g := &d.grant
	if d.f.o.Clock.Now().After(d.grantUntil) {
		var r cloudapi.StorageConfigGetRequestReply
		if err := d.ask(ctx, cloudapi.KindRequests, cloudapi.MethodStorageConfigGet, &cloudapi.StorageConfigGetRequest{Module: cloudapi.StorageModuleMedia}, &r); err != nil {
			return "", err
		}
		*g, d.grantUntil = r.Output, d.f.o.Clock.Now().Add(time.Duration(cloudapi.Value(r.Output.Credentials.Expire))*time.Second*9/10)
	}
	u, err := url.Parse(g.Endpoint)
	if err != nil {
		return "", fmt.Errorf("storage endpoint: %w", err)
	}
	c := g.Credentials
	cl, err := minio.New(u.Host, &minio.Options{Secure: u.Scheme == "https", Region: g.Region,
		Creds: credentials.NewStaticV4(cloudapi.Value(c.AccessKeyID), cloudapi.Value(c.AccessKeySecret), cloudapi.Value(c.SecurityToken))})
	if err != nil {
		return "", err
	}
	key = path.Join(g.ObjectKeyPrefix, flight, name)
	pctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if _, err := cl.PutObject(pctx, g.Bucket, key, bytes.NewReader(data), int64(len(data)), minio.PutObjectOptions{ContentType: "image/jpeg"}); err != nil {
		d.grantUntil = time.Time{}
		return "", fmt.Errorf("upload %s: %w", key, err)
	}
	return key, nil
}
