// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import EncryptedInference
internal import LinearModels

/// `he inspect`.
struct Inspect: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Says what a model is, and what scoring it encrypted takes.",
    discussion: """
      Shows which operators became part of the weights, what is left to the client, the encryption that he prepare \
      would plan with the same options, the sizes of messages, and times measured on this machine with a key that \
      is thrown away. A model that cannot be scored encrypted is refused with the reason (exit status 3).
      """)

  @Argument(help: ArgumentHelp("The trained model: ONNX, or JSON with coef and intercept.", valueName: "model.onnx"))
  var model: String

  @Flag(help: "One JSON object instead of text.")
  var json = false

  @OptionGroup var options: PlanOptions

  /// Times on this machine, one thread.
  struct Measurement: Encodable {
    let rows: Int
    let serverMilliseconds: Double
    let encryptMilliseconds: Double
  }

  private struct Report: Encodable {
    let file: String
    let format: String
    let producer: String?
    let kind: String
    let features: Int
    let featureNames: [String]?
    let scores: Int
    let outputs: [String]
    let classes: [ClassLabel]?
    let foldedOperators: [String]
    let clientOperators: [String]
    let warnings: [String]
    let plan: PlanSummary
    let measured: [Measurement]
  }

  /// Above this many numbers the 540 rows are not measured: the sizes above say what to expect.
  private static let largestMeasurement = 4_000_000

  func run(on console: Console) throws(CommandFailure) {
    let loaded = try Preparation.load(model)
    let preparation = try Preparation(model: loaded, path: model, options: options, console: console)
    let report = Report(
      file: model, format: loaded.report.format, producer: loaded.report.producer, kind: Self.kind(loaded),
      features: loaded.featureCount, featureNames: preparation.featureNames, scores: loaded.scoreCount,
      outputs: loaded.postProcessing.outputNames, classes: loaded.postProcessing.classes,
      foldedOperators: loaded.report.foldedOperators, clientOperators: loaded.report.clientOperators,
      warnings: loaded.report.warnings, plan: PlanSummary(preparation), measured: try measure(preparation))
    if json {
      try console.output(Formatting.json(report) + "\n")
    } else {
      try console.output(text(report))
    }
  }

  private static func kind(_ model: LinearModel) -> String {
    if let classes = model.postProcessing.classes { return "classifier of \(classes.count) classes" }
    return model.postProcessing.hasLabels ? "classifier" : "regressor or network"
  }

  private func measure(_ preparation: Preparation) throws(CommandFailure) -> [Measurement] {
    // Rows in the middle of the ranges: how long scoring takes does not depend on the values.
    let row = preparation.plan.fixedPoint.columns.map(\.centre)
    var measured: [Measurement] = []
    for rows in [1, 540] where rows == 1 || rows * row.count * preparation.model.scoreCount <= Self.largestMeasurement {
      let table = [[Double]](repeating: row, count: rows)
      var best: LocalRun?
      // The first run also touches memory for the first time.
      for _ in 0..<2 {
        let run = try LocalRun(preparation.prepared, rows: table, name: model, model: model, parallelism: 1)
        if best.map({ run.serverMilliseconds < $0.serverMilliseconds }) ?? true { best = run }
      }
      guard let best else { continue }
      measured.append(
        Measurement(
          rows: rows, serverMilliseconds: best.serverMilliseconds, encryptMilliseconds: best.encryptMilliseconds))
    }
    return measured
  }

  private func text(_ report: Report) -> String {
    var lines: [(String, String)] = [
      (model, "\(report.kind), \(report.format)" + (report.producer.map { ", from \(shown($0))" } ?? "")),
      (
        "features",
        "\(report.features)" + (report.featureNames.map { ": " + Self.list($0) } ?? ", without names")
      ),
      ("scores a row", "\(report.scores)"),
    ]
    if let classes = report.classes { lines.append(("classes", Self.list(classes.map(\.description)))) }
    lines.append(("outputs", Self.list(report.outputs)))
    lines.append(("folded into the weights", Self.orNothing(report.foldedOperators)))
    lines.append(("left to the client", Self.orNothing(report.clientOperators)))
    lines += report.warnings.map { ("warning", $0) }
    lines += report.plan.lines
    for time in report.measured {
      lines.append(
        (
          "measured now",
          "\(Formatting.count(time.rows, "row")): server \(Formatting.milliseconds(time.serverMilliseconds)), "
            + "encryption \(Formatting.milliseconds(time.encryptMilliseconds)), one thread"
        ))
    }
    return Self.aligned(lines)
  }

  private static func orNothing(_ operators: [String]) -> String { operators.isEmpty ? "nothing" : list(operators) }

  /// A few of many.
  private static func list(_ items: [String]) -> String {
    let most = 12
    let visible = items.prefix(most).map(shown).joined(separator: ", ")
    return items.count > most ? "\(visible), … (\(items.count) in all)" : visible
  }

  /// Names in one column, texts in the next.
  static func aligned(_ lines: [(String, String)]) -> String {
    let width = lines.dropFirst().map(\.0.count).max() ?? 0
    return lines.enumerated().map { index, line in
      let name = index == 0 ? "\(line.0):" : line.0 + String(repeating: " ", count: max(0, width - line.0.count)) + " "
      return "\(name) \(line.1)\n"
    }.joined()
  }
}
