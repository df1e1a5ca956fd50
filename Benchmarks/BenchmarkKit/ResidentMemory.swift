// SPDX-License-Identifier: Apache-2.0

import CPortProbe

/// The memory of this process.
package enum ResidentMemory {
  /// The most that was resident at once, in bytes; nil where the system does not tell.
  package static var peakBytes: Int? {
    let bytes = port_probe_peak_resident_bytes()
    return bytes > 0 ? Int(bytes) : nil
  }
}
