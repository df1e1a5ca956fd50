// SPDX-License-Identifier: Apache-2.0

import CPolynomial

extension RandomStream {
  /// The largest `log2Width` of `fillGaussian`.
  public static let largestGaussianLog2Width = Int(HE_GAUSSIAN_LIMIT)

  /// The standard deviation of `fillGaussian` over 2^log2Width: 1 / √(2 ln 2).
  public static let gaussianDeviationFactor = 0.849_321_800_288_019

  /// Discrete Gaussian integers as two's complement words: z has a probability proportional to 2^−(z/K)², K = 2^log2Width.
  ///
  /// [DDLL13, section 6]. The relative error of a probability is below 2^−56 where |z| < 7·K, and all others are off by less than
  /// 2^−101 together. How many attempts are rejected is visible in the time, and independent of what is kept.
  /// - Parameters:
  ///   - out: The integers, |z| < 2^(log2Width + 4).
  ///   - log2Width: 0 … `largestGaussianLog2Width`.
  public mutating func fillGaussian(_ out: inout MutableSpan<UInt64>, log2Width: Int) {
    precondition((0...Self.largestGaussianLog2Width).contains(log2Width), "a Gaussian of width 2^\(log2Width)")
    let attempts = 128
    var random = [UInt8](repeating: 0, count: 32 * attempts)
    unsafe out.withUnsafeMutableBufferPointer { out in
      guard let base = out.baseAddress else { return }
      var filled = 0
      while filled < out.count {
        var bytes = random.mutableSpan
        fill(bytes: &bytes)
        unsafe random.withUnsafeMutableBufferPointer { random in
          guard let bytes = random.baseAddress else { return }
          var consumed = 0
          filled += unsafe he_sample_gaussian(
            base + filled, out.count - filled, &consumed, bytes, attempts, UInt32(log2Width))
          unsafe he_zeroize(bytes, random.count)
        }
      }
    }
  }
}
