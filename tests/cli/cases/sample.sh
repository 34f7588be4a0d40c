# SPDX-License-Identifier: Apache-2.0
# sample: equal seeds give equal bytes, prompts are kept, images and sound stay what they are.
sample 1500 >prompt
go() { nnzip sample --by contexts --prompt prompt --bytes 300 "$@"; }
go >a && go --seed 1 | cmp a - && go --seed 2 | cmp -s a - || echo other
NNZIP_CPU_TARGET=scalar go | cmp a - && cmp -n 1500 a prompt && wc -c <a
go --temperature 0.2 >cold && NNZIP_CPU_TARGET=scalar go --temperature 0.2 | cmp cold -
nnzip sample --bytes 60 --seed 3 | cksum
for by in both gzip zstd; do nnzip sample --by $by --prompt prompt --bytes 2 --temperature 0.5 | wc -c; done
{ printf 'P5\n# rows\n40 20\n255\n' && sample 800; } >image.pgm
for by in contexts network both; do
  nnzip sample --by $by --prompt image.pgm >lower.pgm && wc -c <lower.pgm && cmp -n 420 image.pgm lower.pgm
done
python3 - <<'PYTHON'
import math, wave
with wave.open("tone.wav", "wb") as out:
    out.setparams((1, 2, 8000, 0, "NONE", ""))
    out.writeframes(b"".join(int(9000 * math.sin(i / 9)).to_bytes(2, "little", signed=True) for i in range(900)))
PYTHON
nnzip sample --prompt tone.wav --bytes 1001 -o more.wav
python3 -c 'import wave; print(wave.open("more.wav").getparams()[:4])'
nnzip sample -1 --bytes 10 --prompt /dev/null | wc -c
status nnzip sample --by both --prompt tone.wav
status nnzip sample --by zstd --bytes 5000
status nnzip sample --bytes 5M
status nnzip sample --temperature 9
status nnzip sample --by nobody
{ printf 'P6\n40 20\n65535\n' && sample 800; } >deep.ppm && status nnzip sample --prompt deep.ppm
status nnzip sample --prompt missing
