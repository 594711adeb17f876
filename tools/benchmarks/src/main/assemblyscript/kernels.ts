// Kernels of PluginBenchmark: on_window(kernel, n). Built by: asc kernels.ts --runtime stub --use abort= -O3 --noAssert

const SIEVE: i32 = 65_536;
const bits = memory.data(65_536);
const ROW: i32 = 4_096;
const row = memory.data(32_768);

export function init(abiVersion: i32, scope: i32, fromMs: i64, toMs: i64): i32 {
  return 0;
}

export function on_record(kind: i32, length: i32): i32 {
  return 0;
}

export function result(): i64 {
  return 0;
}

export function on_window(kernel: i64, n: i64): i32 {
  let sum = 0;
  for (let i = 0; i < <i32>n; i++) {
    switch (<i32>kernel) {
      case 0:
        sum += sieve();
        break;
      case 1:
        sum += <i32>deviation();
        break;
      default:
        sum += fibonacci(20);
    }
  }
  return sum == 42 ? 1 : 0;
}

// Short loops over memory, a branch in each turn.
function sieve(): i32 {
  memory.fill(bits, 1, SIEVE);
  let primes = 0;
  for (let i = 2; i < SIEVE; i++) {
    if (load<u8>(bits + i) == 0) continue;
    primes++;
    for (let j = i + i; j < SIEVE; j += i) store<u8>(bits + j, 0);
  }
  return primes;
}

// Floats, each of which is checked for NaN.
function deviation(): f64 {
  let mean = 0.0;
  let squares = 0.0;
  for (let i = 0; i < ROW; i++) {
    const x = <f64>((i * 7_919) % 1_009);
    store<f64>(row + (i << 3), x);
    const delta = x - mean;
    mean += delta / <f64>(i + 1);
    squares += delta * (x - mean);
  }
  return sqrt(squares / <f64>ROW);
}

// Calls, each of which counts its depth.
function fibonacci(n: i32): i32 {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}
