// SPDX-License-Identifier: Apache-2.0

import BenchmarkKit
import Tacit

/// Values whose operations can be compared with those of other libraries.
protocol ComparableValues: CiphertextValues {
  /// All operations of the scheme.
  static func operations(_ size: ParameterSize) -> [CiphertextOperation<Self>]

  /// The slots that the result of an operation holds once it is decrypted and decoded; nil where it is not to be compared.
  ///
  /// A product that is not relinearised is relinearised first.
  func slots(of operation: String) throws -> [String]?
}

/// The hidden command `peer`: does operations as they are asked for on standard input, one thread, and says how long they took.
///
/// Benchmarks/peers describes the lines and holds the program that asks.
enum PeerCommand {
  static let name = "peer"

  /// Answers until there are no more lines.
  static func run() {
    var session: (any Session)?
    while let line = readLine() {
      let words = line.split(separator: " ").map(String.init)
      do {
        if words.first == "open" {
          session = nil
          let opened = try open(words.dropFirst())
          session = opened
          LineWriter.standardOutput.write("ok \(opened.description)")
        } else if let session {
          LineWriter.standardOutput.write(try session.answer(words))
        } else {
          throw BenchmarkError.badRequest(line)
        }
      } catch {
        LineWriter.standardOutput.write("error \(error)")
      }
    }
  }

  private static func open(_ words: ArraySlice<String>) throws -> any Session {
    let size = try ParameterSize(words.dropFirst())
    switch words.first {
    case BFVValues.suite: return try PeerSession<BFVValues>(size)
    case CKKSValues.suite: return try PeerSession<CKKSValues>(size)
    default: throw BenchmarkError.badParameter(words.first ?? "")
    }
  }
}

/// One parameter set.
private protocol Session {
  /// What it computes with.
  var description: String { get }

  /// The line that answers a request.
  func answer(_ words: [String]) throws -> String
}

private struct PeerSession<Values: ComparableValues>: Session {
  let values: Values
  let calls: [String: CiphertextOperation<Values>.Call]

  var description: String { "\(values.details)" }

  init(_ size: ParameterSize) throws {
    let values = try Values(size, kernels: .automatic, rotations: [1], conjugation: true)
    self.values = values
    calls = try Values.operations(size).reduce(into: [:]) { calls, operation in
      calls[operation.name] = try operation.prepare(values, 1)
    }
  }

  func answer(_ words: [String]) throws -> String {
    switch (words.first, words.count) {
    case ("run", 3):
      guard let call = calls[words[1]], let count = Int(words[2]), count > 0 else { break }
      var word: UInt64 = 0
      let start = Stopwatch()
      for _ in 0..<count { word ^= try call() }
      let elapsed = start.nanoseconds
      // The word is told, so that nothing can be left out.
      return "\(Int(elapsed)) \(word)"
    case ("slots", 2):
      guard let slots = try values.slots(of: words[1]) else { break }
      return slots.joined(separator: " ")
    case ("memory", 1):
      return "\(ResidentMemory.peakBytes ?? 0)"
    default: break
    }
    throw BenchmarkError.badRequest(words.joined(separator: " "))
  }
}
