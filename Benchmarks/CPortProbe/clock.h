// SPDX-License-Identifier: Apache-2.0
#ifndef PORT_PROBE_CLOCK_H
#define PORT_PROBE_CLOCK_H

#include <stdint.h>
#include <time.h>

/// Nanoseconds of the monotonic clock.
static inline double probe_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/// Tells the compiler that the value is used.
static inline void probe_keep(uint64_t value) { __asm__ volatile("" : : "r"(value)); }

#define PROBE_UNROLL _Pragma("clang loop unroll(full)")

#if defined(__x86_64__)
#include <immintrin.h>
#define PROBE_TARGET(features) _Pragma(PROBE_TEXT(clang attribute push(__attribute__((target(features))), apply_to = function)))
#define PROBE_TARGET_END _Pragma("clang attribute pop")
#define PROBE_TEXT(...) #__VA_ARGS__
#endif

#endif
