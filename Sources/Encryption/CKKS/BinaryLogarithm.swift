// SPDX-License-Identifier: Apache-2.0

/// The platform's logarithm, without Foundation.
#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// log2; −∞ of 0.
func binaryLogarithm(_ value: Double) -> Double { log2(value) }
