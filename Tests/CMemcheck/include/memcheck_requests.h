// SPDX-License-Identifier: Apache-2.0
//
// What a program under valgrind may ask of memcheck. Without valgrind, or built without its header, nothing happens.
#ifndef MEMCHECK_REQUESTS_H
#define MEMCHECK_REQUESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

/// Whether memcheck watches.
bool memcheck_is_watching(void);
/// Marks bytes as undefined: memcheck reports each branch and address that depends on them.
void memcheck_hide(const void *data, size_t bytes);
/// Marks bytes as defined.
void memcheck_reveal(const void *data, size_t bytes);
/// How many of the words depend on something undefined.
size_t memcheck_hidden_words(const uint64_t *words, size_t count);
/// Reports so far.
unsigned memcheck_reports(void);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif
#endif
