// SPDX-License-Identifier: Apache-2.0
//
// What this core can do at most: multiplications it starts and bytes it reads, in loops that do nothing else.
//
// Times are of the system's monotonic clock, the shortest of many samples: interruptions only ever lengthen one. Memory
// is allocated for a call and given back; nothing is kept.
#ifndef PORT_PROBE_H
#define PORT_PROBE_H

#include <stddef.h>
#include <stdint.h>

typedef enum port_probe_multiplier {
  PORT_PROBE_MULTIPLY_64 __attribute__((swift_name("multiply64"))) = 0,  ///< 64 x 64 bits to 128 (mulx; mul and umulh)
  PORT_PROBE_MADD52_512 __attribute__((swift_name("madd52x512"))) = 1,   ///< vpmadd52luq on 512 bits
  PORT_PROBE_FMA_512 __attribute__((swift_name("fma512"))) = 2,          ///< double-precision vfmadd on 512 bits
  PORT_PROBE_FMA_256 __attribute__((swift_name("fma256"))) = 3,          ///< double-precision vfmadd on 256 bits
  PORT_PROBE_FMA_128 __attribute__((swift_name("fma128"))) = 4,          ///< double-precision fmla on 128 bits
} port_probe_multiplier;

/// Instructions of this kind that the core starts in a nanosecond, or 0 where this build or this CPU lacks them. Takes
/// about 20 ms.
double port_probe_multiply_rate(port_probe_multiplier multiplier);

/// What is done with a block of memory.
typedef enum port_probe_stream {
  PORT_PROBE_READ __attribute__((swift_name("readStream"))) = 0,      ///< read
  PORT_PROBE_UPDATE __attribute__((swift_name("updateStream"))) = 1,  ///< read, and written again; both are counted
} port_probe_stream;

/// Bytes that one thread moves in a nanosecond (GB/s), going through a block of `bytes` bytes again and again with the
/// widest loads and stores of this CPU; 0 where there is not that much memory. requires: bytes > 0. Takes `seconds`, and
/// the time to fill the block; at least two passes.
double port_probe_memory_rate(port_probe_stream stream, size_t bytes, double seconds);

/// The most memory of this process that was resident at once, in bytes; 0 where the system does not tell.
int64_t port_probe_peak_resident_bytes(void);

#endif
