// SPDX-License-Identifier: Apache-2.0

/// What the client computes from the decrypted scores of one row: a list of steps without branches or loops.
///
/// An imported graph is general behind its scores (votes, normalisation, thresholds, label tables), so the client's part
/// is carried as what it is, in a few fixed operations, instead of a guess at its name. The list is checked once, when
/// it is made or decoded; a checked program ends for every input and cannot trap.
struct ClientProgram: Sendable, Hashable {
  /// Scores of a row.
  let scoreCount: Int
  /// The steps in order.
  let steps: [Step]
  /// The step whose result the model returns, real.
  let output: Int
  /// The step whose single result is the label, whole or text.
  let label: Int?
  /// Elements that the model returns.
  let outputCount: Int

  /// A checked program, or the reason why it is none.
  init(scoreCount: Int, steps: [Step], output: Int, label: Int?) throws(ProgramError) {
    guard (1...Limits.tracedElements).contains(scoreCount) else { throw ProgramError("\(scoreCount) scores") }
    guard steps.count <= Limits.programSteps else { throw ProgramError("more than \(Limits.programSteps) steps") }
    var signatures: [Signature] = []
    signatures.reserveCapacity(steps.count)
    var total = 0
    for (index, step) in steps.enumerated() {
      guard step.inputs.allSatisfy({ (0..<index).contains($0) }) else {
        throw ProgramError("step \(index) uses a step that is not before it")
      }
      guard let signature = step.signature(of: step.inputs.map { signatures[$0] }, scoreCount: scoreCount) else {
        throw ProgramError("step \(index), \(step.operation.rawValue), does not fit its inputs")
      }
      total += signature.count + step.inputs.count
      guard total <= Limits.programElements else { throw ProgramError("more than \(Limits.programElements) elements") }
      signatures.append(signature)
    }
    guard steps.indices.contains(output), signatures[output].kind == .real else {
      throw ProgramError("the output is not a step of real results")
    }
    if let label {
      guard steps.indices.contains(label), signatures[label].count == 1,
        signatures[label].kind == .integer || signatures[label].kind == .text
      else { throw ProgramError("the label is not a step with one whole or text result") }
    }
    self.scoreCount = scoreCount
    self.steps = steps
    self.output = output
    self.label = label
    outputCount = signatures[output].count
  }

  /// All steps' results for one row.
  private func results(scores: [Double], upTo last: Int) -> [Elements] {
    precondition(scores.count == scoreCount, "a row has as many scores as the model")
    var results: [Elements] = []
    results.reserveCapacity(last + 1)
    for step in steps.prefix(last + 1) {
      results.append(step.evaluated(on: step.inputs.map { results[$0] }, scores: scores))
    }
    return results
  }

  /// What the model returns for one row's scores.
  func outputs(scores: [Double]) -> [Double] {
    results(scores: scores, upTo: output)[output].reals ?? []
  }

  /// The predicted class of one row's scores.
  func label(scores: [Double]) -> ClassLabel? {
    guard let label else { return nil }
    switch results(scores: scores, upTo: label)[label] {
    case .integer(let values): return values.first.map { .integer($0) }
    case .text(let values): return values.first.map { .string($0) }
    case .real, .boolean: return nil
    }
  }
}

/// Why a list of steps is no program.
struct ProgramError: Error, CustomStringConvertible {
  let description: String

  init(_ reason: String) {
    description = reason
  }
}

extension ClientProgram: Codable {
  private enum Key: String, CodingKey {
    case scoreCount, steps, output, label
  }

  /// Reads and checks a program: client files travel, and are not trusted.
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    var list = try container.nestedUnkeyedContainer(forKey: .steps)
    var steps: [Step] = []
    while !list.isAtEnd {
      guard steps.count < Limits.programSteps else {
        throw DecodingError.dataCorruptedError(in: list, debugDescription: "more than \(Limits.programSteps) steps")
      }
      steps.append(try list.decode(Step.self))
    }
    do throws(ProgramError) {
      self = try ClientProgram(
        scoreCount: try Self.value(container, .scoreCount), steps: steps, output: try Self.value(container, .output),
        label: try Self.optional(container, .label))
    } catch {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "client program: \(error.description)"))
    }
  }

  private static func value(_ container: KeyedDecodingContainer<Key>, _ key: Key) throws(ProgramError) -> Int {
    guard let value = try? container.decode(Int.self, forKey: key) else {
      throw ProgramError("\(key.rawValue) is missing or not a whole number")
    }
    return value
  }

  private static func optional(_ container: KeyedDecodingContainer<Key>, _ key: Key) throws(ProgramError) -> Int? {
    do {
      return try container.decodeIfPresent(Int.self, forKey: key)
    } catch {
      throw ProgramError("\(key.rawValue) is not a whole number")
    }
  }

  /// Writes the steps.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(scoreCount, forKey: .scoreCount)
    try container.encode(steps, forKey: .steps)
    try container.encode(output, forKey: .output)
    try container.encodeIfPresent(label, forKey: .label)
  }
}
