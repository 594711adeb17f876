#!/bin/sh
# Builds @name@.wasm; needs clang and wasm-ld (on Debian: clang lld).
set -e
cd "$(dirname "$0")"
${CC:-clang} --target=wasm32 -O2 -Wall -nostdlib -Wl,--no-entry -o @name@.wasm plugin.c
