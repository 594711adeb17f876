#!/bin/sh
# Builds @name@.wasm; needs: rustup target add wasm32-unknown-unknown
set -e
cd "$(dirname "$0")"
cargo build --release --target wasm32-unknown-unknown
cp "target/wasm32-unknown-unknown/release/$(echo '@name@' | tr - _).wasm" @name@.wasm
