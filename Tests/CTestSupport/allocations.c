// SPDX-License-Identifier: Apache-2.0
//
// The executable's own malloc and relatives, which all libraries in the process then use; they pass on to glibc's.
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif

#include "allocations.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define TEST_SANITIZED 1
#endif
#endif

#if defined(__GLIBC__) && !defined(TEST_SANITIZED)

#include <malloc.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void __libc_free(void *block);

/// What is known of one thread. Initial-exec, so that reaching it allocates nothing.
typedef struct watch {
  uint64_t allocations, large_allocations;
  int64_t held_bytes;      ///< allocated less freed, on this thread
  uint64_t *words;  ///< where freed blocks go; NULL where nobody wants them
  size_t used, capacity;
  bool overflowed;
} watch;

static _Thread_local watch here __attribute__((tls_model("initial-exec")));

static void count(size_t bytes) {
  here.allocations += 1;
  here.large_allocations += bytes >= 64 * 1024;
}

/// The bytes of a block as glibc counts them: the same when it comes and when it goes.
static int64_t bytes_of(void *block) { return block == NULL ? 0 : (int64_t)malloc_usable_size(block); }

static void *held(void *block) {
  here.held_bytes += bytes_of(block);
  return block;
}

static void record(const void *block, size_t bytes) {
  const size_t words = bytes / sizeof(uint64_t);
  if (words > here.capacity - here.used) {
    here.overflowed = true;
    return;
  }
  memcpy(here.words + here.used, block, words * sizeof(uint64_t));
  here.used += words;
}

void *malloc(size_t size) {
  count(size);
  return held(__libc_malloc(size));
}

void *calloc(size_t members, size_t size) {
  count(members * size);
  return held(__libc_calloc(members, size));
}

void *memalign(size_t alignment, size_t size) {
  count(size);
  return held(__libc_memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **result, size_t alignment, size_t size) {
  if (alignment % sizeof(void *) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0) return EINVAL;
  void *block = memalign(alignment, size);
  if (block == NULL) return ENOMEM;
  *result = block;
  return 0;
}

void free(void *block) {
  if (block != NULL && here.words != NULL) record(block, malloc_usable_size(block));
  here.held_bytes -= bytes_of(block);
  __libc_free(block);
}

void *realloc(void *block, size_t size) {
  count(size);
  if (block == NULL || size == 0 || here.words == NULL) {
    const int64_t before = bytes_of(block);
    void *result = __libc_realloc(block, size);
    // Where there is no room the block stays; where it has no size it goes.
    if (result != NULL || size == 0) here.held_bytes += bytes_of(result) - before;
    return result;
  }
  // Always moved, so that what stays behind is seen.
  const size_t old_size = malloc_usable_size(block);
  void *moved = held(__libc_malloc(size));
  if (moved == NULL) return NULL;
  memcpy(moved, block, old_size < size ? old_size : size);
  free(block);
  return moved;
}

bool test_allocations_are_watched(void) { return true; }

uint64_t test_allocation_count(void) { return here.allocations; }

uint64_t test_large_allocation_count(void) { return here.large_allocations; }

int64_t test_held_byte_count(void) { return here.held_bytes; }

void test_start_recording_freed_blocks(uint64_t *words, size_t capacity) {
  // From now on glibc overwrites what it hands out: else a block that is not written to its end shows what somebody else
  // freed before, such as the numbers that a test made to look for.
  mallopt(M_PERTURB, 0xa5);
  here.words = words;
  here.used = 0;
  here.capacity = capacity;
  here.overflowed = false;
}

size_t test_stop_recording_freed_blocks(bool *overflowed) {
  here.words = NULL;
  *overflowed = here.overflowed;
  return here.used;
}

#else

bool test_allocations_are_watched(void) { return false; }

uint64_t test_allocation_count(void) { return 0; }

uint64_t test_large_allocation_count(void) { return 0; }

int64_t test_held_byte_count(void) { return 0; }

void test_start_recording_freed_blocks(uint64_t *words, size_t capacity) {
  (void)words;
  (void)capacity;
}

size_t test_stop_recording_freed_blocks(bool *overflowed) {
  *overflowed = false;
  return 0;
}

#endif
