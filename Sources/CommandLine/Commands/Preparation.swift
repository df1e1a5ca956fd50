// SPDX-License-Identifier: Apache-2.0

internal import EncryptedInference
internal import LinearModels

/// Reads a model and plans it.
struct Preparation {
  /// Where the ranges of the features come from.
  enum RangeSource: Equatable {
    /// Rows in a file.
    case rows(file: String, count: Int)
    /// `--max-abs`.
    case bound(Double)
    /// The model's own scaling, or a guess.
    case assumed(fromModel: Bool)

    /// For people.
    var description: String {
      switch self {
      case .rows(let file, let count):
        "seen in \(Formatting.count(count, "row")) of \(file), and somewhat beyond"
      case .bound(let bound):
        "from \(Formatting.short(-bound, digits: 6)) to \(Formatting.short(bound, digits: 6)) for every feature"
      case .assumed(true): "assumed: 16 spreads around the centres that the model itself scales by"
      case .assumed(false): "assumed: from -4096 to 4096 for every feature"
      }
    }
  }

  let model: LinearModel
  let plan: InferencePlan
  let rangeSource: RangeSource
  /// Names from the model or from the header of the rows it was planned with.
  let featureNames: [String]?

  /// The size of score that the precision is relative to, where rows tell it.
  let largestScore: Double?

  /// What to say where the usual precision was out of reach.
  var precisionNote: String? {
    guard let largestScore, largestScore > 0,
      plan.fixedPoint.errorBound > 1.01 * InferencePlan.defaultPrecision * largestScore
    else { return nil }
    return "scores may be off by up to \(Formatting.short(plan.fixedPoint.errorBound)), where the largest score is "
      + "\(Formatting.short(largestScore)); narrower input ranges, or less flooding, make them more exact"
  }

  /// Both files.
  var prepared: PreparedModel { PreparedModel(model: model, plan: plan, featureNames: featureNames) }

  /// The model at `path`.
  static func load(_ path: String) throws(CommandFailure) -> LinearModel {
    guard !path.isEmpty else { throw .usage("the name of the model file is empty") }
    do {
      return try LinearModel.load(path: path)
    } catch {
      throw CommandFailure(error, path: path)
    }
  }

  /// Plans with the ranges that the options ask for.
  init(
    model: LinearModel, path: String, options: PlanOptions, console: Console
  ) throws(CommandFailure) {
    if let file = options.inputRange {
      let table = try FeatureTable.read(
        file, columns: .init(count: model.featureCount, names: model.featureNames), what: "the rows of --input-range")
      if let warning = table.warning { console.note(warning) }
      try self.init(model: model, path: path, rows: table, protection: options.protection)
      return
    }
    let ranges: [FeatureRange]
    let source: RangeSource
    var size: Double?
    if let bound = options.maxAbs {
      source = .bound(bound)
      ranges = FeatureRange.symmetric(bound, count: model.featureCount)
    } else {
      source = .assumed(fromModel: model.featureStatistics != nil)
      ranges = FeatureRange.assumed(for: model)
      size = FeatureRange.assumedScore(for: model)
    }
    let plan: InferencePlan
    do throws(InferenceError) {
      plan = try InferencePlan(model: model, ranges: ranges, largestScore: size, protection: options.protection)
    } catch {
      throw CommandFailure(error, file: path, partner: path)
    }
    self.init(model: model, plan: plan, rangeSource: source, featureNames: model.featureNames, largestScore: nil)
  }

  private init(
    model: LinearModel, plan: InferencePlan, rangeSource: RangeSource, featureNames: [String]?, largestScore: Double?
  ) {
    self.model = model
    self.plan = plan
    self.rangeSource = rangeSource
    self.featureNames = featureNames
    self.largestScore = largestScore
  }

  /// Plans with the ranges of rows at hand.
  init(
    model: LinearModel, path: String, rows table: FeatureTable, protection: Protection,
    precision: Double = InferencePlan.defaultPrecision
  ) throws(CommandFailure) {
    self.model = model
    featureNames = model.featureNames ?? table.header
    rangeSource = .rows(file: table.name, count: table.rows.count)
    let names = featureNames ?? (1...model.featureCount).map(String.init)
    let ranges: [FeatureRange]
    do throws(InferenceError) {
      ranges = try FeatureRange.observed(in: table.rows, names: names)
    } catch {
      throw CommandFailure(error, file: table.name, partner: path)
    }
    let largest = table.rows.reduce(0.0) { max($0, model.scores($1).reduce(0.0) { max($0, abs($1)) }) }
    largestScore = largest
    guard largest.isFinite else {
      throw .badInput("\(table.name): the scores of its rows are too large for double precision; check the columns")
    }
    do throws(InferenceError) {
      plan = try InferencePlan(
        model: model, ranges: ranges, largestScore: largest, precision: precision, protection: protection)
    } catch {
      throw CommandFailure(error, file: path, partner: path)
    }
  }

  /// For a command that has rows: the ranges that the options ask for, or those of the rows themselves.
  init(
    model: LinearModel, path: String, options: PlanOptions, rows table: FeatureTable, console: Console
  ) throws(CommandFailure) {
    if options.inputRange != nil || options.maxAbs != nil {
      try self.init(model: model, path: path, options: options, console: console)
    } else {
      try self.init(model: model, path: path, rows: table, protection: options.protection)
    }
  }
}
