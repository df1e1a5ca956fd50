// SPDX-License-Identifier: Apache-2.0

#include "memcheck_requests.h"

#if defined(__has_include)
#if __has_include(<valgrind/memcheck.h>)
#define HAS_MEMCHECK 1
#endif
#endif

#ifdef HAS_MEMCHECK

#include <valgrind/memcheck.h>

bool memcheck_is_watching(void) { return RUNNING_ON_VALGRIND != 0; }

void memcheck_hide(const void *data, size_t bytes) { (void)VALGRIND_MAKE_MEM_UNDEFINED(data, bytes); }

void memcheck_reveal(const void *data, size_t bytes) { (void)VALGRIND_MAKE_MEM_DEFINED(data, bytes); }

size_t memcheck_hidden_words(const uint64_t *words, size_t count) {
  size_t hidden = 0;
  for (size_t k = 0; k < count; k++) {
    uint64_t undefined = 0;
    (void)VALGRIND_GET_VBITS(&words[k], &undefined, sizeof undefined);
    hidden += undefined != 0;
  }
  return hidden;
}

unsigned memcheck_reports(void) { return (unsigned)VALGRIND_COUNT_ERRORS; }

#else

bool memcheck_is_watching(void) { return false; }

void memcheck_hide(const void *data, size_t bytes) {
  (void)data;
  (void)bytes;
}

void memcheck_reveal(const void *data, size_t bytes) {
  (void)data;
  (void)bytes;
}

size_t memcheck_hidden_words(const uint64_t *words, size_t count) {
  (void)words;
  (void)count;
  return 0;
}

unsigned memcheck_reports(void) { return 0; }

#endif
