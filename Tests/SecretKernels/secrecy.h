// SPDX-License-Identifier: Apache-2.0
//
// Secrets as undefined memory: the tool that runs the program reports every branch and every address that depends on them.
// Two tools. Valgrind's memcheck follows each bit through the machine code, as it would be shipped, but knows no AVX-512.
// MemorySanitizer follows the compiler's intermediate code on the real processor. It takes no notice of carries, so that
// the high half of a 128-bit product of secrets counts as known: it is for the kernels that memcheck cannot run, which
// have no such products. Neither reports instructions whose own time depends on operands, such as divisions.
#ifndef SECRECY_H
#define SECRECY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__has_feature)
#if __has_feature(memory_sanitizer)
#define SECRECY_MSAN 1
#endif
#endif

#ifdef SECRECY_MSAN

#include <sanitizer/msan_interface.h>

#define SECRECY_TOOL "MemorySanitizer"
#define SECRECY_IS_EXACT false

static inline bool secrecy_is_watched(void) { return true; }
static inline void secrecy_hide(const void *data, size_t bytes) { __msan_poison(data, bytes); }
static inline void secrecy_reveal(const void *data, size_t bytes) { __msan_unpoison(data, bytes); }
/// How many reports there were. MemorySanitizer ends the program at the first one.
static inline unsigned secrecy_reports(void) { return 0; }
/// Whether any bit of the word is undefined.
static inline bool secrecy_is_hidden(const uint64_t *word) { return __msan_test_shadow(word, sizeof *word) >= 0; }

#else

#include <valgrind/memcheck.h>

#define SECRECY_TOOL "memcheck"
#define SECRECY_IS_EXACT true

static inline bool secrecy_is_watched(void) { return RUNNING_ON_VALGRIND != 0; }
static inline void secrecy_hide(const void *data, size_t bytes) { (void)VALGRIND_MAKE_MEM_UNDEFINED(data, bytes); }
static inline void secrecy_reveal(const void *data, size_t bytes) { (void)VALGRIND_MAKE_MEM_DEFINED(data, bytes); }
static inline unsigned secrecy_reports(void) { return (unsigned)VALGRIND_COUNT_ERRORS; }
static inline bool secrecy_is_hidden(const uint64_t *word) {
  uint64_t undefined = 0;
  (void)VALGRIND_GET_VBITS(word, &undefined, sizeof undefined);
  return undefined != 0;
}

#endif
#endif
