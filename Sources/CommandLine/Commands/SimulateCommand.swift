// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import EncryptedInference
internal import LinearModels

/// `he simulate`.
struct Simulate: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Shows what the rounding of encrypted scoring does to rows, without encrypting them.",
    discussion: """
      Encrypted scoring computes with whole numbers. This computes the same whole numbers in the clear, so its \
      scores are those that encryption gives, digit for digit, and compares them with the model in double \
      precision. The values of the rows themselves set the accepted ranges unless --input-range or --max-abs do.
      """)

  @Argument(help: ArgumentHelp("The trained model: ONNX, or JSON with coef and intercept.", valueName: "model.onnx"))
  var model: String

  @Argument(help: ArgumentHelp("The rows; - reads standard input.", valueName: "rows.csv"))
  var rows: String

  @Flag(help: "One JSON object instead of text.")
  var json = false

  @OptionGroup var options: PlanOptions

  private struct Report: Encodable {
    let rows: Int
    let largestScore: Double
    let largestError: Double
    let relativeError: Double
    let errorBound: Double
    let labels: Int?
    let changedLabels: Int?
    let margins: [Margin]?
  }

  /// How many rows are at least so far from another label, as a part of the largest |score|.
  private struct Margin: Encodable {
    let above: Double
    let below: Double?
    let rows: Int
  }

  func run(on console: Console) throws(CommandFailure) {
    let loaded = try Preparation.load(model)
    let table = try FeatureTable.read(rows, columns: .init(count: loaded.featureCount, names: loaded.featureNames))
    if let warning = table.warning { console.note(warning) }
    let preparation = try Preparation(model: loaded, path: model, options: options, rows: table, console: console)
    let simulated: [[Double]]
    do throws(InferenceError) {
      simulated = try preparation.prepared.simulatedScores(table.rows)
    } catch {
      throw CommandFailure(error, file: table.name, partner: model)
    }
    let exact = table.rows.map { loaded.scores($0) }
    let comparison = Comparison(found: simulated, expected: exact)
    let post = loaded.postProcessing
    var changed: Int?
    var margins: [Margin]?
    if post.hasLabels {
      changed = zip(simulated, exact).count { post.label(scores: $0) != post.label(scores: $1) }
      margins = Self.histogram(exact, largest: comparison.largestExpected, post: post)
    }
    let report = Report(
      rows: table.rows.count, largestScore: comparison.largestExpected, largestError: comparison.largestError,
      relativeError: comparison.relativeError, errorBound: preparation.plan.fixedPoint.errorBound,
      labels: changed == nil ? nil : table.rows.count, changedLabels: changed, margins: margins)
    try console.output(json ? Formatting.json(report) + "\n" : Self.text(report))
  }

  /// Rows by the smallest change of the scores that gives another label, in decades.
  private static func histogram(_ scores: [[Double]], largest: Double, post: PostProcessing) -> [Margin] {
    let edges = [0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1]
    var counts = [Int](repeating: 0, count: edges.count)
    for row in scores {
      let flips = edges.indices.dropFirst().first {
        LabelMargin(post).reachable(from: row, within: edges[$0] * largest).count > 1
      }
      counts[(flips ?? edges.count) - 1] += 1
    }
    return edges.indices.map { index in
      Margin(above: edges[index], below: index + 1 < edges.count ? edges[index + 1] : nil, rows: counts[index])
    }
  }

  private static func text(_ report: Report) -> String {
    var lines: [(String, String)] = [
      ("simulated", Formatting.count(report.rows, "row")),
      ("largest |score|", Formatting.short(report.largestScore, digits: 6)),
      (
        "largest error",
        "\(Formatting.short(report.largestError)), \(Formatting.short(report.relativeError)) of the largest |score|"
      ),
      ("error bound", Formatting.short(report.errorBound)),
    ]
    if let labels = report.labels, let changed = report.changedLabels {
      lines.append(("labels changed", "\(changed) of \(labels)"))
    }
    for margin in report.margins ?? [] {
      let range =
        margin.below.map { "from \(Formatting.short(margin.above)) to \(Formatting.short($0))" }
        ?? "above \(Formatting.short(margin.above))"
      lines.append(("label margin", "\(range) of the largest |score|: \(Formatting.count(margin.rows, "row"))"))
    }
    return Inspect.aligned(lines)
  }
}
