// SPDX-License-Identifier: Apache-2.0

// The platform's functions of real numbers, without Foundation: for the schemes' bounds and planners.
#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// log2; −∞ of 0.
package func binaryLogarithm(_ value: Double) -> Double { log2(value) }

/// 2^value.
package func binaryExponential(_ value: Double) -> Double { exp2(value) }

/// ln 2.
package let naturalLogarithmOf2 = 0.693_147_180_559_945_3
