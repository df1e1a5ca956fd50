// SPDX-License-Identifier: Apache-2.0

#include <string.h>

#include "../internal/he_arithmetic.h"

void he_zeroize(void *data, size_t bytes) {
  if (bytes == 0) return;
  memset(data, 0, bytes);
  // The memory is an input of this empty statement, so the stores above are observable.
  __asm__ volatile("" : : "r"(data) : "memory");
}
