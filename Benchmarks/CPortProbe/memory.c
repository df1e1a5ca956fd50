// SPDX-License-Identifier: Apache-2.0

#if defined(__linux__)
#define _DEFAULT_SOURCE
#endif

#include "port_probe.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "clock.h"

/// Vectors that one turn of a loop reads.
#define TURN 8
/// A sample is at least this long.
#define SAMPLE_NANOSECONDS 20000.0
#define BLOCK_ALIGNMENT ((size_t)1 << 21)

typedef uint64_t stream_function(uint64_t *words, size_t bytes);

/// Functions that add up all vectors of `width` bytes, and that change each. requires: bytes a multiple of TURN * 64.
#define DEFINE_STREAMS(read, update, width)                                                \
  static uint64_t read(uint64_t *words, size_t bytes) {                                    \
    typedef uint64_t vector __attribute__((vector_size(width)));                           \
    const vector *vectors = (const vector *)(const void *)words;                           \
    vector sums[TURN];                                                                     \
    memset(sums, 0, sizeof sums);                                                          \
    for (size_t i = 0; i < bytes / (width); i += TURN) {                                   \
      PROBE_UNROLL                                                                         \
      for (int v = 0; v < TURN; v++) sums[v] += vectors[i + (size_t)v];                    \
    }                                                                                      \
    vector sum = sums[0];                                                                  \
    for (int v = 1; v < TURN; v++) sum += sums[v];                                         \
    return sum[0];                                                                         \
  }                                                                                        \
  static uint64_t update(uint64_t *words, size_t bytes) {                                  \
    typedef uint64_t vector __attribute__((vector_size(width)));                           \
    vector *vectors = (vector *)(void *)words;                                             \
    for (size_t i = 0; i < bytes / (width); i += TURN) {                                   \
      PROBE_UNROLL                                                                         \
      for (int v = 0; v < TURN; v++) vectors[i + (size_t)v] += 1;                          \
    }                                                                                      \
    return words[0];                                                                       \
  }

DEFINE_STREAMS(read_128, update_128, 16)

#if defined(__x86_64__)
PROBE_TARGET("avx512f")
DEFINE_STREAMS(read_512, update_512, 64)
PROBE_TARGET_END
PROBE_TARGET("avx2")
DEFINE_STREAMS(read_256, update_256, 32)
PROBE_TARGET_END
#endif

static stream_function *widest(port_probe_stream stream) {
  const bool reads = stream == PORT_PROBE_READ;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f")) return reads ? read_512 : update_512;
  if (__builtin_cpu_supports("avx2")) return reads ? read_256 : update_256;
#endif
  return reads ? read_128 : update_128;
}

double port_probe_memory_rate(port_probe_stream stream, size_t bytes, double seconds) {
  const size_t turn = TURN * 64;
  bytes = (bytes + turn - 1) / turn * turn;
  void *block = NULL;
  if (posix_memalign(&block, BLOCK_ALIGNMENT, bytes) != 0) return 0;
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  // Where the system grants it, page tables are not what is measured.
  if (bytes >= BLOCK_ALIGNMENT) (void)madvise(block, bytes, MADV_HUGEPAGE);
#endif
  memset(block, 1, bytes);
  stream_function *run = widest(stream);
  const double moved = (double)bytes * (stream == PORT_PROBE_READ ? 1 : 2);
  double best = 0, total = 0;
  size_t passes = 1;
  for (int samples = 0; samples < 2 || total < seconds * 1e9; samples++) {
    const double start = probe_now();
    for (size_t pass = 0; pass < passes; pass++) probe_keep(run(block, bytes));
    const double elapsed = probe_now() - start;
    total += elapsed;
    if (elapsed < SAMPLE_NANOSECONDS) {
      passes *= 2;
      samples--;
    } else if (moved * (double)passes / elapsed > best) {
      best = moved * (double)passes / elapsed;
    }
  }
  free(block);
  return best;
}
