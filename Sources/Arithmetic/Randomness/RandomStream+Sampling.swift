// SPDX-License-Identifier: Apache-2.0

import CPolynomial

extension RandomStream {
  /// Uniform integers in [0, bound), by rejection.
  ///
  /// Each word of the stream is cut to bitLength(bound - 1) bits, and kept where it is below the bound; what follows
  /// continues at the word after the last one kept. Which words are rejected is visible in the time, and independent of
  /// those that are kept.
  ///
  /// - Parameters:
  ///   - out: The integers.
  ///   - bound: At least 1.
  public mutating func fillUniform(_ out: inout MutableSpan<UInt64>, below bound: UInt64) {
    precondition(bound >= 1, "there is no integer in [0, 0)")
    // Words to expect for one that is kept: between 1 and 2.
    let bits = UInt64.bitWidth - (bound - 1).leadingZeroBitCount
    let range = Double(sign: .plus, exponent: bits, significand: 1)
    let wordsPerSample = range / Double(bound)
    unsafe out.withUnsafeMutableBufferPointer { out in
      guard let base = out.baseAddress else { return }
      var filled = 0
      while filled < out.count {
        let left = out.count - filled
        unsafe consumeWords(wanted: Int((Double(left) * wordsPerSample).rounded(.up))) { bytes, words in
          var consumed = 0
          filled += unsafe he_sample_uniform(base + filled, left, &consumed, bytes, words, bound)
          return consumed
        }
      }
    }
  }

  /// Uniform integers in [0, 2^bits): the low bits of one word of the stream each.
  ///
  /// - Parameters:
  ///   - out: The integers.
  ///   - bits: 0 … 63.
  public mutating func fillUniformBits(_ out: inout MutableSpan<UInt64>, bits: Int) {
    precondition((0...63).contains(bits), "uniform integers of \(bits) bits, outside 0 … 63")
    // Nothing is rejected below a power of two.
    fillUniform(&out, below: 1 << UInt64(bits))
  }

  /// Uniform -1, 0, 1 as two's complement words: floor(3·w / 2^64) - 1 for one word w of the stream each.
  ///
  /// Constant time. The statistical distance from uniform is below out.count · 2^-63.
  public mutating func fillTernary(_ out: inout MutableSpan<UInt64>) {
    unsafe fillWordwise(&out) { unsafe he_sample_ternary($0, $1, $2) }
  }

  /// The centred binomial distribution with η = 21 (variance 10.5, values in [-21, 21]) as two's complement words.
  ///
  /// Constant time. Each is popcount(w mod 2^21) - popcount(floor(w / 2^21) mod 2^21) for one word w of the stream.
  public mutating func fillCenteredBinomial(_ out: inout MutableSpan<UInt64>) {
    unsafe fillWordwise(&out) { unsafe he_sample_centered_binomial($0, $1, $2) }
  }

  /// One sample from each word of the stream.
  private mutating func fillWordwise(
    _ out: inout MutableSpan<UInt64>, _ sample: (UnsafeMutablePointer<UInt64>, UnsafePointer<UInt8>, Int) -> Void
  ) {
    unsafe out.withUnsafeMutableBufferPointer { out in
      guard let base = out.baseAddress else { return }
      var filled = 0
      while filled < out.count {
        let left = out.count - filled
        unsafe consumeWords(wanted: left) { bytes, words in
          let count = min(words, left)
          unsafe sample(base + filled, bytes, count)
          filled += count
          return count
        }
      }
    }
  }
}
