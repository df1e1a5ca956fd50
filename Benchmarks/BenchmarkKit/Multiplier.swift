// SPDX-License-Identifier: Apache-2.0

import CPortProbe

/// The instruction that a family of kernels spends its time on.
package enum Multiplier: String, CaseIterable, Sendable {
  /// The product of two words, 128 bits wide.
  case multiply64 = "mul 64x64"
  /// Eight 52-bit multiply-adds, `vpmadd52luq` and `vpmadd52huq`.
  case madd52x512 = "madd52 512-bit"
  /// Eight fused multiply-adds of double precision.
  case fma512 = "fma 512-bit"
  /// Four of them.
  case fma256 = "fma 256-bit"
  /// Two of them.
  case fma128 = "fma 128-bit"

  /// Words that one instruction multiplies.
  package var lanes: Int {
    switch self {
    case .multiply64: 1
    case .madd52x512, .fma512: 8
    case .fma256: 4
    case .fma128: 2
    }
  }

  /// Instructions that the modelled core starts in a cycle: 512 bits of multiply-adds, as Zen 4 does, or one scalar product.
  package var modelledPerCycle: Double {
    self == .multiply64 ? 1 : 8 / Double(lanes)
  }

  /// Instructions that this core starts in a nanosecond, measured; nil where it has none.
  package func measuredPerNanosecond() -> Double? {
    let unit: port_probe_multiplier =
      switch self {
      case .multiply64: CPortProbe.multiply64
      case .madd52x512: CPortProbe.madd52x512
      case .fma512: CPortProbe.fma512
      case .fma256: CPortProbe.fma256
      case .fma128: CPortProbe.fma128
      }
    let rate = port_probe_multiply_rate(unit)
    return rate > 0 ? rate : nil
  }
}
