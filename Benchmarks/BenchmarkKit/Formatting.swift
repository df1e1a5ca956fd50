// SPDX-License-Identifier: Apache-2.0

import Foundation

extension Double {
  /// With a fixed number of digits after the point.
  package func formatted(digits: Int) -> String {
    String(format: "%.\(digits)f", self)
  }

  /// With four significant digits, as long as the integer part has no more.
  package var fourDigits: String {
    formatted(digits: self < 9.9995 ? 3 : self < 99.995 ? 2 : self < 999.95 ? 1 : 0)
  }
}

extension String {
  /// With spaces after it.
  package func padded(to width: Int) -> String {
    self + String(repeating: " ", count: Swift.max(0, width - count))
  }

  /// With spaces before it.
  package func aligned(to width: Int) -> String {
    String(repeating: " ", count: Swift.max(0, width - count)) + self
  }
}
