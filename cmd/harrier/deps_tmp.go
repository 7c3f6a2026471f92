package main

import (
	_ "github.com/bluenviron/gortsplib/v4"
	_ "github.com/danielgtaylor/huma/v2"
	_ "github.com/mochi-mqtt/server/v2"
	_ "github.com/nats-io/nats-server/v2/server"
	_ "github.com/nats-io/nats.go/jetstream"
	_ "github.com/robfig/cron/v3"
	_ "github.com/rwcarlsen/goexif/exif"
	_ "github.com/yalue/onnxruntime_go"
	_ "golang.org/x/image/font"
)
