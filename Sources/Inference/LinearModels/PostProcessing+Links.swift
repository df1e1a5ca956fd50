// SPDX-License-Identifier: Apache-2.0

extension PostProcessing {
  /// A named ending: what turns scores into outputs.
  public enum Link: String, Sendable, Hashable, Codable, CaseIterable {
    /// The scores themselves.
    case identity
    /// 1 / (1 + exp(-s)) of every score; of a single one with two classes, [1 - p, p].
    case logistic
    /// exp(s) / Σ exp(s) over all scores; of a single one with two classes as for `logistic`.
    case softmax
    /// exp(s), the inverse of a logarithmic link.
    case exp
  }

  /// The client's part of a model with a named ending.
  ///
  /// - Parameters:
  ///   - link: how outputs follow from scores.
  ///   - scoreCount: linear values a row, at least 1.
  ///   - classes: one a score, or two for a single score, which is that of the second class; `nil` for regressors.
  ///     The label is the class of the greatest score, or the second of two where the score is above zero.
  ///   - outputNames: one an output; made from the classes where `nil`.
  /// - Throws: `ModelError.invalid` where counts do not fit.
  public init(
    link: Link, scoreCount: Int, classes: [ClassLabel]? = nil, outputNames: [String]? = nil
  ) throws(ModelError) {
    func refuse(_ reason: String) -> ModelError { .invalid(location: "the client's part", reason: reason) }
    guard (1...Limits.tracedElements).contains(scoreCount) else { throw refuse("\(scoreCount) scores") }
    let isBinary = scoreCount == 1 && classes?.count == 2
    if let classes {
      guard isBinary || classes.count == scoreCount else {
        throw refuse("\(classes.count) classes for \(scoreCount) scores")
      }
      guard Self.areOfOneKind(classes) else { throw refuse("some classes are numbers and some are texts") }
    }
    var writer = ProgramWriter(scoreCount: scoreCount)
    var output = 0
    switch link {
    case .identity: break
    case .exp: output = writer.add(Step(operation: .exponential, inputs: [0]))
    case .softmax where !isBinary: output = writer.add(Step(operation: .softmax, inputs: [0], width: scoreCount))
    case .logistic, .softmax:
      output = writer.add(Step(operation: .sigmoid, inputs: [0]))
      if isBinary {
        // 1 - p as the sigmoid of -s, which stays exact where p is close to one.
        let turned = writer.add(Step(operation: .negate, inputs: [0]))
        let first = writer.add(Step(operation: .sigmoid, inputs: [turned]))
        output = writer.add(Step(operation: .join, inputs: [first, output]))
      }
    }
    var label: Int?
    if let classes {
      let position: Int
      if isBinary {
        let zero = writer.add(Step(operation: .constant, constant: .real([0])))
        let isSecond = writer.add(Step(operation: .greater, inputs: [0, zero]))
        position = writer.add(Step(operation: .convert, inputs: [isSecond], kind: .integer))
      } else {
        position = writer.add(Step(operation: .firstMaximum, inputs: [0], width: scoreCount))
      }
      let table = writer.add(Step(operation: .constant, constant: Tracer.elements(of: classes)))
      label = writer.add(Step(operation: .lookup, inputs: [table, position]))
    }
    let program: ClientProgram
    do throws(ProgramError) {
      program = try ClientProgram(scoreCount: scoreCount, steps: writer.steps, output: output, label: label)
    } catch {
      throw refuse(error.description)
    }
    let names = outputNames ?? Self.names(link: link, count: program.outputCount, classes: classes)
    guard names.count == program.outputCount else {
      throw refuse("\(names.count) names for \(program.outputCount) outputs")
    }
    self.init(outputNames: names, classes: classes, program: program)
  }

  private static func areOfOneKind(_ classes: [ClassLabel]) -> Bool {
    let texts = classes.filter { if case .string = $0 { true } else { false } }.count
    return texts == 0 || texts == classes.count
  }

  private static func names(link: Link, count: Int, classes: [ClassLabel]?) -> [String] {
    let prefix = link == .identity || link == .exp ? "score" : "proba"
    if let classes, classes.count == count { return classes.map { "\(prefix)_\($0)" } }
    if classes == nil { return count == 1 ? ["prediction"] : (0..<count).map { "prediction_\($0)" } }
    return count == 1 ? [prefix] : (0..<count).map { "\(prefix)_\($0)" }
  }
}
