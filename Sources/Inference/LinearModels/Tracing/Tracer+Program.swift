// SPDX-License-Identifier: Apache-2.0

extension Tracer {
  /// The client's program: the traced steps that are needed, with leaves written as combinations of scores.
  func program(
    _ endings: Endings, reachable: [Bool], basis: ScoreBasis
  ) throws(ProgramError) -> ClientProgram {
    var writer = ProgramWriter(scoreCount: basis.scores.count)
    var place = [Int](repeating: 0, count: steps.count)
    for index in steps.indices where reachable[index] {
      switch steps[index].body {
      case .leaf:
        place[index] = writer.combine(basis.combinations[index] ?? [])
      case .step(var step):
        step.inputs = step.inputs.map { place[$0] }
        place[index] = writer.add(step)
      }
    }
    var output = 0
    if endings.data.count == 1 {
      output = place[endings.data[0].step]
    } else if endings.data.count > 1 {
      output = writer.add(Step(operation: .join, inputs: endings.data.map { place[$0.step] }))
    } else if let label = endings.label, steps[label].signature.kind == .integer {
      output = writer.add(Step(operation: .convert, inputs: [place[label]], kind: .real))
    }
    return try ClientProgram(
      scoreCount: basis.scores.count, steps: writer.steps, output: output, label: endings.label.map { place[$0] })
  }
}

/// Collects steps; equal ones are written once.
struct ProgramWriter {
  /// The steps so far.
  ///
  /// The first are the scores.
  private(set) var steps: [Step]
  private var known: [Step: Int]
  private let scoreCount: Int

  init(scoreCount: Int) {
    let scores = Step(operation: .scores)
    steps = [scores]
    known = [scores: 0]
    self.scoreCount = scoreCount
  }

  /// The position of the step, which is added unless it is there.
  mutating func add(_ step: Step) -> Int {
    if let index = known[step] { return index }
    steps.append(step)
    known[step] = steps.count - 1
    return steps.count - 1
  }

  private mutating func constant(_ values: [Double]) -> Int {
    add(Step(operation: .constant, constant: .real(values)))
  }

  /// Values that are combinations of scores: selections, scaled and added term by term.
  mutating func combine(_ values: [ScoreBasis.Combination]) -> Int {
    let depth = values.map(\.terms.count).max() ?? 0
    var result: Int?
    for position in 0..<depth {
      // A value with fewer terms takes any score with the factor zero.
      let indices = values.map { $0.terms.indices.contains(position) ? $0.terms[position].score : 0 }
      let factors = values.map { $0.terms.indices.contains(position) ? $0.terms[position].factor : 0 }
      var term = 0
      if indices != Array(0..<scoreCount) { term = add(Step(operation: .select, inputs: [0], indices: indices)) }
      if factors.contains(where: { $0 != 1 }) {
        term = add(Step(operation: .multiply, inputs: [term, constant(factors)]))
      }
      result = result.map { add(Step(operation: .add, inputs: [$0, term])) } ?? term
    }
    let offsets = values.map(\.offset)
    guard let result else { return constant(offsets) }
    return offsets.contains { $0 != 0 } ? add(Step(operation: .add, inputs: [result, constant(offsets)])) : result
  }
}
