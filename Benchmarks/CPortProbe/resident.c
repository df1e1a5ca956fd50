// SPDX-License-Identifier: Apache-2.0
// The most memory of this process that was resident at once.
#include "port_probe.h"

#if defined(__APPLE__)

#include <sys/resource.h>

int64_t port_probe_peak_resident_bytes(void) {
  struct rusage usage;
  return getrusage(RUSAGE_SELF, &usage) == 0 ? (int64_t)usage.ru_maxrss : 0;
}

#else

#include <stdio.h>

// Not getrusage: there it is never less than what the parent had when it started this process.
int64_t port_probe_peak_resident_bytes(void) {
  FILE *status = fopen("/proc/self/status", "r");
  if (!status) return 0;
  char line[256];
  long long kilobytes = 0;
  while (fgets(line, sizeof line, status)) {
    if (sscanf(line, "VmHWM: %lld kB", &kilobytes) == 1) break;
  }
  fclose(status);
  return (int64_t)kilobytes * 1024;
}

#endif
