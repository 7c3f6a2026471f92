# Not yet tried: the project's machines run no containers.
FROM golang:1.26-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends nodejs npm && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
ENV XDG_CACHE_HOME=/opt/cache
RUN make build

FROM debian:12-slim
RUN apt-get update && apt-get install -y --no-install-recommends libopencv-core406 libopencv-imgproc406 libopencv-imgcodecs406 libopencv-dnn406 libopencv-video406 libopencv-videoio406 libopencv-highgui406 libopencv-calib3d406 libopencv-features2d406 libopencv-objdetect406 libopencv-photo406 libopencv-contrib406 libavcodec59 libavformat59 libavfilter8 libavdevice59 libswscale6 && rm -rf /var/lib/apt/lists/*
COPY --from=build /src/bin/harrier /usr/local/bin/harrier
COPY --from=build /opt/cache/harrier/ /usr/local/lib/
ENV HARRIER_ORT=/usr/local/lib/libonnxruntime.so.1
CMD ["harrier", "serve", "--config", "/etc/harrier/harrier.yaml"]
