#!/usr/bin/env bash
# Draws the icons that bundlers want from app.svg. Run it after a change of that file; what it writes is committed.
# Needs chromium (it draws SVG most faithfully), ImageMagick, python3.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

draw() {
  printf '<!doctype html><style>*{margin:0}img{display:block;width:%spx;height:%spx}</style><img src="file://%s/app.svg">' "$1" "$1" "$PWD" >"$work/page.html"
  chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --force-device-scale-factor=1 --default-background-color=00000000 \
    --window-size="$1,$(($1 > 500 ? $1 : 500))" --screenshot="$work/raw.png" "file://$work/page.html" >/dev/null 2>&1
  convert "$work/raw.png" -crop "$1x$1+0+0" +repage -strip -define png:exclude-chunks=date,time "PNG32:$work/$1.png"
}

# A window is never narrower than some 500 px: smaller sizes are scaled from a drawing eight times as large.
draw 1024
draw 512
for size in 16 24 32 48 64 128 256; do
  convert "$work/1024.png" -filter Lanczos -resize "${size}x${size}" -strip -define png:exclude-chunks=date,time "PNG32:$work/$size.png"
done

cp "$work/32.png" 32x32.png
cp "$work/128.png" 128x128.png
cp "$work/256.png" 128x128@2x.png
cp "$work/512.png" icon.png
convert "$work"/{16,24,32,48,64,256}.png icon.ico

# An icns file is a list of PNGs, each behind its type and length.
python3 - "$work" <<'PY'
import struct, sys
kinds = [("ic11", 32), ("ic12", 64), ("ic07", 128), ("ic13", 256), ("ic08", 256), ("ic14", 512), ("ic09", 512), ("ic10", 1024)]
parts = []
for kind, size in kinds:
    data = open(f"{sys.argv[1]}/{size}.png", "rb").read()
    parts.append(kind.encode() + struct.pack(">I", len(data) + 8) + data)
body = b"".join(parts)
open("icon.icns", "wb").write(b"icns" + struct.pack(">I", len(body) + 8) + body)
PY
