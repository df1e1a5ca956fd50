// SPDX-License-Identifier: Apache-2.0

/// How hard the ring-LWE problem behind a parameter set must be, and by which estimate.
public enum SecurityLevel: String, Codable, CaseIterable, Sendable {
  /// 2^128 classical operations by the 2024 guidelines [BCCKKKMNPSW24]: the default.
  case classical128
  /// 2^192 classical operations by the 2024 guidelines.
  case classical192
  /// 2^256 classical operations by the 2024 guidelines.
  case classical256
  /// 2^128 operations of an attacker with a quantum computer; the more cautious of two published estimates.
  case quantum128
  /// 128 bits by the standard of 2018 [HEStd18], which later attacks have weakened by a little: for interoperability only.
  case standard2018
  /// No check at all. Such parameters protect nothing; they exist so that tests can use tiny rings.
  case uncheckedInsecure
}

/// The largest modulus that each ring degree allows: security falls as the modulus grows.
///
/// For uniform ternary secrets and errors of standard deviation at least 3.19.
public enum SecurityTable {
  /// The largest log2(Q·P) for ring degree `degree`, in bits; nil where the table has no row (or `level` checks nothing).
  ///
  /// Sources: `classical…`: "Security Guidelines for Implementing Homomorphic Encryption" [BCCKKKMNPSW24], Table 5.2,
  /// uniform ternary secret. `quantum128`: the minimum of the ChaLoy21 column of that paper's scripts and of the ADPS16
  /// estimates in Apple's swift-homomorphic-encryption. `standard2018`: [HEStd18], uniform ternary secret.
  public static func maximumModulusBits(degree: Int, level: SecurityLevel) -> Int? {
    let row: [Int: Int]
    switch level {
    case .classical128:
      row = [
        1024: 26, 2048: 53, 4096: 106, 8192: 214, 16384: 430, 32768: 868, 65536: 1747, 131072: 3523,
      ]
    case .classical192:
      row = [2048: 36, 4096: 73, 8192: 147, 16384: 297, 32768: 597, 65536: 1199, 131072: 2411]
    case .classical256:
      row = [2048: 27, 4096: 56, 8192: 114, 16384: 230, 32768: 462, 65536: 929, 131072: 1866]
    case .quantum128:
      row = [1024: 20, 2048: 40, 4096: 80, 8192: 161, 16384: 322, 32768: 644, 65536: 1289, 131072: 2578]
    case .standard2018:
      row = [
        1024: 27, 2048: 54, 4096: 109, 8192: 218, 16384: 438, 32768: 881, 65536: 1747, 131072: 3523,
      ]
    case .uncheckedInsecure:
      return nil
    }
    return row[degree]
  }
}
