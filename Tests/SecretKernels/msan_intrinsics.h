// SPDX-License-Identifier: Apache-2.0
//
// Included before every source when MemorySanitizer watches. It does not know these instructions, and would report every
// undefined operand of theirs: here they pass on that something is undefined, for all lanes together.
#ifndef MSAN_INTRINSICS_H
#define MSAN_INTRINSICS_H

#if defined(__x86_64__)

#include <immintrin.h>
#include <sanitizer/msan_interface.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512dq"))), apply_to = function)

__attribute__((unused)) static __m512i secrecy_cvttpd_epu64(__m512d x) {
  const int hidden = __msan_test_shadow(&x, sizeof x) >= 0;
  __msan_unpoison(&x, sizeof x);
  __m512i result = _mm512_cvttpd_epu64(x);
  if (hidden) __msan_poison(&result, sizeof result);
  return result;
}

__attribute__((unused)) static __m512d secrecy_nearest_pd(__m512d x) {
  const int hidden = __msan_test_shadow(&x, sizeof x) >= 0;
  __msan_unpoison(&x, sizeof x);
  __m512d result = _mm512_roundscale_pd(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  if (hidden) __msan_poison(&result, sizeof result);
  return result;
}

#pragma clang attribute pop

#define _mm512_cvttpd_epu64(x) secrecy_cvttpd_epu64(x)
#undef _mm512_roundscale_pd
#define _mm512_roundscale_pd(x, mode) secrecy_nearest_pd(x)

#endif
#endif
