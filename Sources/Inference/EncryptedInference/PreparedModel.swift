// SPDX-License-Identifier: Apache-2.0

public import LinearModels

/// A model ready to score encrypted rows: the server's file and the client's.
public struct PreparedModel: Sendable {
  /// Holds the weights.
  public let server: ServerModel

  /// Holds no weights.
  public let client: ClientProfile

  /// What both were made from.
  public let plan: InferencePlan

  /// Plans and fills both files.
  ///
  /// - Parameters:
  ///   - model: The folded model.
  ///   - plan: Integers and parameters, made from the same model.
  ///   - featureNames: Names of the columns where they are known, from the model or from the rows it was planned with.
  public init(model: LinearModel, plan: InferencePlan, featureNames: [String]? = nil) {
    precondition(plan.fixedPoint.columns.count == model.featureCount, "a plan of another model")
    let server = ServerModel(plan: plan)
    self.server = server
    client = ClientProfile(
      plan: plan, model: model, featureNames: featureNames ?? model.featureNames, digest: server.digest)
    self.plan = plan
  }
}
