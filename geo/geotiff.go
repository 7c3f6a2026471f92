package geo

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"golang.org/x/image/tiff/lzw"
)

// ReadTerrain reads one GeoTIFF tile, or every *.tif of a folder: SRTM and Copernicus DEM as they are distributed.
func ReadTerrain(path string) (*Terrain, error) {
	files := []string{path}
	if info, err := os.Stat(path); err != nil {
		return nil, err
	} else if info.IsDir() {
		files = nil
		for _, pattern := range []string{"*.tif", "*.tiff", "*.TIF"} {
			m, err := filepath.Glob(filepath.Join(path, pattern))
			if err != nil {
				return nil, err
			}
			files = append(files, m...)
		}
		if len(files) == 0 {
			return nil, fmt.Errorf("%s: no GeoTIFF (*.tif) there", path)
		}
		sort.Strings(files)
	}
	t := &Terrain{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		k, err := parseTile(b)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f, err)
		}
		t.tiles = append(t.tiles, k)
	}
	return t, nil
}

// Bound is what the tiles cover, degrees WGS-84.
func (t *Terrain) Bound() orb.Bound {
	var b orb.Bound
	for i, k := range t.tiles {
		x := orb.Bound{Min: orb.Point{k.west, k.north - k.dy*float64(k.h-1)}, Max: orb.Point{k.west + k.dx*float64(k.w-1), k.north}}
		if i == 0 {
			b = x
		}
		b = b.Union(x)
	}
	return b
}

// TIFF tags and values that the tiles have (TIFF 6.0; GeoTIFF 1.1).
const (
	tagWidth, tagHeight, tagBits, tagCompression              = 256, 257, 258, 259
	tagStripOffsets, tagRowsPerStrip, tagStripBytes           = 273, 278, 279
	tagSamples, tagPredictor, tagFormat                       = 277, 317, 339
	tagTileWidth, tagTileHeight, tagTileOffsets, tagTileBytes = 322, 323, 324, 325
	tagPixelScale, tagTiepoint, tagGeoKeys, tagNoData         = 33550, 33922, 34735, 42113

	compressNone, compressLZW, compressDeflate, compressAdobe = 1, 5, 8, 32946
)

// maxSamples bounds the memory a tile may ask for.
const maxSamples = 64 << 20

type tiff struct {
	b     []byte
	order binary.ByteOrder
	tags  map[uint16][]float64
	text  map[uint16]string
}

var errBroken = errors.New("the GeoTIFF is damaged or breaks off")

// parseTile reads the first image of a GeoTIFF in degrees: 16-bit integers or 32-bit floats, in strips or tiles, not compressed or by
// LZW or Deflate, with any predictor.
func parseTile(b []byte) (*tile, error) {
	f := &tiff{b: b, tags: map[uint16][]float64{}, text: map[uint16]string{}}
	if err := f.directory(); err != nil {
		return nil, err
	}
	w, h := int(f.one(tagWidth, 0)), int(f.one(tagHeight, 0))
	if w < 2 || h < 2 || w*h > maxSamples {
		return nil, fmt.Errorf("%d x %d samples: a tile has 2 x 2 to %d million", w, h, maxSamples>>20)
	}
	bits, format := int(f.one(tagBits, 1)), int(f.one(tagFormat, 1))
	if f.one(tagSamples, 1) != 1 || !(bits == 16 && (format == 1 || format == 2) || bits == 32 && format == 3) {
		return nil, fmt.Errorf("%g samples of %d bits, format %d: heights are one 16-bit integer or 32-bit float each", f.one(tagSamples, 1), bits, format)
	}
	t := &tile{w: w, h: h, m: make([]float32, w*h)}
	if err := f.place(t); err != nil {
		return nil, err
	}
	if s := strings.TrimRight(strings.TrimSpace(f.text[tagNoData]), "\x00"); s != "" {
		if v, err := strconv.ParseFloat(s, 32); err == nil {
			t.none, t.hasNo = float32(v), true
		}
	} else if bits == 16 {
		t.none, t.hasNo = -32768, true
	}
	bw, bh := w, int(f.one(tagRowsPerStrip, float64(h)))
	offsets, counts := f.tags[tagStripOffsets], f.tags[tagStripBytes]
	if len(f.tags[tagTileOffsets]) > 0 {
		bw, bh = int(f.one(tagTileWidth, 0)), int(f.one(tagTileHeight, 0))
		offsets, counts = f.tags[tagTileOffsets], f.tags[tagTileBytes]
	}
	bh = min(bh, 1<<20)
	if bw < 1 || bh < 1 || bw > 1<<20 {
		return nil, errBroken
	}
	tiled := len(f.tags[tagTileOffsets]) > 0
	across, down := (w+bw-1)/bw, (h+bh-1)/bh
	if len(offsets) < across*down || len(counts) < across*down || bw*min(bh, h+bh) > maxSamples {
		return nil, errBroken
	}
	for j := range down {
		for i := range across {
			k := j*across + i
			from, n := int64(offsets[k]), int64(counts[k])
			if n == 0 { // sparse: no data
				for y := j * bh; y < min(h, (j+1)*bh); y++ {
					for x := i * bw; x < min(w, (i+1)*bw); x++ {
						t.m[y*w+x] = float32(math.NaN())
					}
				}
				continue
			}
			if from < 0 || n < 0 || from+n > int64(len(b)) {
				return nil, errBroken
			}
			rows := bh
			if !tiled {
				rows = min(bh, h-j*bh)
			}
			if err := f.block(t, b[from:from+n], image.Rect(i*bw, j*bh, (i+1)*bw, j*bh+rows), bits, format); err != nil {
				return nil, err
			}
		}
	}
	return t, nil
}

// one is a tag's first value.
func (f *tiff) one(tag uint16, or float64) float64 {
	if v := f.tags[tag]; len(v) > 0 {
		return v[0]
	}
	return or
}

// place says where on earth the samples lie.
func (f *tiff) place(t *tile) error {
	scale, tie := f.tags[tagPixelScale], f.tags[tagTiepoint]
	if len(scale) < 2 || len(tie) < 6 || !(scale[0] > 0) || !(scale[1] > 0) {
		return errors.New("it has no place on earth (ModelPixelScale, ModelTiepoint): is it a GeoTIFF?")
	}
	keys := f.tags[tagGeoKeys]
	area := true
	for i := 4; i+3 < len(keys); i += 4 {
		switch keys[i] {
		case 1024:
			if keys[i+3] != 2 {
				return errors.New("its samples are not in degrees; reproject it: gdalwarp -t_srs EPSG:4326")
			}
		case 1025:
			area = keys[i+3] != 2
		case 2048:
			if k := keys[i+3]; k != 4326 && k != 4490 && k != 4979 {
				return fmt.Errorf("its datum is EPSG:%g, wanted 4326 (WGS-84)", k)
			}
		}
	}
	t.dx, t.dy = scale[0], scale[1]
	t.west, t.north = tie[3]-tie[0]*t.dx, tie[4]+tie[1]*t.dy
	if area { // what is tied is a corner of a sample
		t.west, t.north = t.west+t.dx/2, t.north-t.dy/2
	}
	if math.Abs(t.north) > 91 || math.Abs(t.west) > 361 || t.dx > 1 || t.dy > 1 {
		return fmt.Errorf("it begins at %g, %g with samples of %g°: not in degrees?", t.west, t.north, t.dx)
	}
	return nil
}

// block takes in one strip or tile, whose samples lie at r.
func (f *tiff) block(t *tile, packed []byte, r image.Rectangle, bits, format int) error {
	size, bw, rows := bits/8, r.Dx(), r.Dy()
	raw, err := unpack(packed, int(f.one(tagCompression, 1)), bw*rows*size)
	if err != nil {
		return err
	}
	if err := f.unpredict(raw, int(f.one(tagPredictor, 1)), bw, rows, size); err != nil {
		return err
	}
	order := f.order
	if f.one(tagPredictor, 1) == 3 {
		order = binary.BigEndian // as the predictor leaves it
	}
	for y := range min(rows, t.h-r.Min.Y) {
		for x := range min(bw, t.w-r.Min.X) {
			o := (y*bw + x) * size
			var v float32
			switch {
			case bits == 32:
				v = math.Float32frombits(order.Uint32(raw[o:]))
			case format == 2:
				v = float32(int16(order.Uint16(raw[o:])))
			default:
				v = float32(order.Uint16(raw[o:]))
			}
			t.m[(r.Min.Y+y)*t.w+r.Min.X+x] = v
		}
	}
	return nil
}

// directory reads the first image file directory.
func (f *tiff) directory() error {
	b := f.b
	if len(b) < 8 {
		return errors.New("no TIFF")
	}
	switch string(b[:4]) {
	case "II*\x00":
		f.order = binary.LittleEndian
	case "MM\x00*":
		f.order = binary.BigEndian
	default:
		return errors.New("no TIFF (BigTIFF is not read)")
	}
	at := int64(f.order.Uint32(b[4:]))
	if at+2 > int64(len(b)) {
		return errBroken
	}
	n := int64(f.order.Uint16(b[at:]))
	if at+2+12*n > int64(len(b)) {
		return errBroken
	}
	for i := range n {
		e := b[at+2+12*i:]
		tag, kind, count := f.order.Uint16(e), f.order.Uint16(e[2:]), int64(f.order.Uint32(e[4:]))
		size := map[uint16]int64{1: 1, 2: 1, 3: 2, 4: 4, 12: 8, 5: 8, 11: 4}[kind]
		if size == 0 || count > 1<<22 {
			continue
		}
		data := e[8:12]
		if size*count > 4 {
			o := int64(f.order.Uint32(e[8:]))
			if o+size*count > int64(len(b)) {
				return errBroken
			}
			data = b[o : o+size*count]
		}
		if kind == 2 {
			f.text[tag] = string(data[:count])
			continue
		}
		v := make([]float64, count)
		for k := range v {
			switch kind {
			case 1:
				v[k] = float64(data[k])
			case 3:
				v[k] = float64(f.order.Uint16(data[2*k:]))
			case 4:
				v[k] = float64(f.order.Uint32(data[4*k:]))
			case 12:
				v[k] = math.Float64frombits(f.order.Uint64(data[8*k:]))
			}
		}
		f.tags[tag] = v
	}
	return nil
}

// unpack decompresses a block to exactly size bytes.
func unpack(b []byte, compression, size int) ([]byte, error) {
	var r io.Reader
	switch compression {
	case compressNone:
		r = bytes.NewReader(b)
	case compressDeflate, compressAdobe:
		z, err := zlib.NewReader(bytes.NewReader(b))
		if err != nil {
			return nil, errBroken
		}
		defer z.Close()
		r = z
	case compressLZW:
		z := lzw.NewReader(bytes.NewReader(b), lzw.MSB, 8)
		defer z.Close()
		r = z
	default:
		return nil, fmt.Errorf("compression %d is not read; convert it: gdal_translate -co COMPRESS=DEFLATE", compression)
	}
	out := make([]byte, size)
	if _, err := io.ReadFull(r, out); err != nil {
		return nil, errBroken
	}
	return out, nil
}

// unpredict undoes the predictor: differences of neighbours in a row (2), or of their bytes, sorted by significance (3: Adobe
// Photoshop TIFF Technical Note 3).
func (f *tiff) unpredict(b []byte, predictor, w, rows, size int) error {
	switch predictor {
	case 1:
		return nil
	case 2:
		for y := range rows {
			row := b[y*w*size : (y+1)*w*size]
			for x := 1; x < w; x++ {
				if size == 2 {
					f.order.PutUint16(row[2*x:], f.order.Uint16(row[2*x:])+f.order.Uint16(row[2*x-2:]))
				} else {
					f.order.PutUint32(row[4*x:], f.order.Uint32(row[4*x:])+f.order.Uint32(row[4*x-4:]))
				}
			}
		}
		return nil
	case 3:
		tmp := make([]byte, w*size)
		for y := range rows {
			row := b[y*w*size : (y+1)*w*size]
			for i := 1; i < len(row); i++ {
				row[i] += row[i-1]
			}
			for x := range w {
				for k := range size {
					tmp[x*size+k] = row[k*w+x]
				}
			}
			copy(row, tmp)
		}
		return nil
	}
	return fmt.Errorf("predictor %d is not known", predictor)
}
