// SPDX-License-Identifier: Apache-2.0
//
// Watches the allocator: how often the calling thread allocates, and what is in the blocks that it frees. For tests only.
// Works with glibc, without sanitizers (which bring their own allocator); elsewhere everything here does nothing.
#ifndef TEST_ALLOCATIONS_H
#define TEST_ALLOCATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

/// Whether this build watches.
bool test_allocations_are_watched(void);

/// Allocations of the calling thread since it started: malloc and its relatives, Swift's objects and arrays.
uint64_t test_allocation_count(void);

/// Those of them of at least 64 KiB: what clears and maps pages.
uint64_t test_large_allocation_count(void);

/// Bytes that the calling thread has allocated less those that it has freed: what a leak makes grow, whatever other threads do.
int64_t test_held_byte_count(void);

/// From now on, copies each block that the calling thread frees to `words`, one after the other, as it is at that moment.
/// A block that is moved by realloc counts as freed.
void test_start_recording_freed_blocks(uint64_t *words, size_t capacity);

/// Ends that. Returns how many words were written; `*overflowed` says whether there was more than room.
size_t test_stop_recording_freed_blocks(bool *overflowed);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif
#endif
