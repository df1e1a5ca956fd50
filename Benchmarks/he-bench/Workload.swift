// SPDX-License-Identifier: Apache-2.0

/// One thing that is timed: a value that says what it is and how to set it up.
///
/// Suites are arrays of them.
struct Workload {
  /// The suite it belongs to.
  let suite: String

  /// What is done, in words joined by hyphens.
  let name: String

  /// What it is done on, as far as that is known before it is set up.
  let parameters: Parameters

  /// The kernels that do it, as far as that is known before it is set up.
  let backend: String

  /// Threads that it is told to use.
  var threads = 1

  /// What one call gets done.
  let work: Work

  /// Allocates and fills what a call needs.
  ///
  /// Not timed, and not done for workloads that are filtered out.
  let setUp: () throws -> Prepared

  /// What `--filter` looks at.
  var label: String { "\(suite) \(name) \(parameters) \(backend)" }
}

/// What one call of a workload gets done.
struct Work {
  /// How many operations a call is counted as.
  let operations: Int

  /// What an operation is, in the plural.
  let unit: String

  /// Butterflies of transforms, where the call is nothing else.
  var butterflies: Int?

  /// The cycles that the modelled processor needs at least for a call, where the model says so.
  var limitCycles: Double?
}

/// A workload ready to be called.
struct Prepared {
  /// Parameters that were found while setting up, such as sizes.
  var parameters: Parameters = [:]

  /// The kernels that do it, where that is only known now.
  var backend: String?

  /// Does the work once and returns a word of its result, which keeps the compiler from dropping the work.
  let run: () throws -> UInt64
}

/// Named values in the order in which they were given.
struct Parameters: ExpressibleByDictionaryLiteral, CustomStringConvertible {
  /// A value as it appears in reports.
  enum Value: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, CustomStringConvertible {
    case integer(Int)
    case text(String)

    init(integerLiteral value: Int) { self = .integer(value) }

    init(stringLiteral value: String) { self = .text(value) }

    /// The value without quotes.
    var description: String {
      switch self {
      case .integer(let value): String(value)
      case .text(let value): value
      }
    }
  }

  private(set) var entries: [(name: String, value: Value)] = []

  init(dictionaryLiteral elements: (String, Value)...) {
    entries = elements.map { (name: $0.0, value: $0.1) }
  }

  /// Whether there are none.
  var isEmpty: Bool { entries.isEmpty }

  /// Both, these first.
  func merging(_ other: Parameters) -> Parameters {
    var result = self
    result.entries += other.entries
    return result
  }

  /// `name=value`, separated by spaces.
  var description: String {
    entries.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
  }
}
