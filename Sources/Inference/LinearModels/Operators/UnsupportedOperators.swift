// SPDX-License-Identifier: Apache-2.0

/// Reasons why operators are refused, for messages that tell a user what to change.
enum UnsupportedOperators {
  /// For products of two values that depend on the row.
  static let degree =
    "multiplies two values that both depend on the row (degree 2): only linear models can be scored; "
    + "stop the graph before it, or train a linear model"

  /// Why an operator of this name is not in the table.
  static func reason(_ key: String) -> String {
    switch key {
    case "Relu", "LeakyRelu", "PRelu", "Elu", "Selu", "Celu", "HardSigmoid", "HardSwish", "ThresholdedRelu", "Softsign":
      "compares values, which encrypted rows do not allow; stop the graph before it, or train a linear model"
    case "Tanh", "Gelu", "Erf", "Softplus", "Mish", "Swish":
      "is not linear and not one of the endings that the client computes; stop the graph before it"
    case "ml.TreeEnsembleClassifier", "ml.TreeEnsembleRegressor", "ml.TreeEnsemble":
      "trees compare features, which encrypted rows do not allow; train a linear model"
    case "ml.SVMClassifier":
      "is not folded; train LinearSVC or LogisticRegression instead"
    case "ml.Imputer":
      "tests features for missing values; fill them in before the rows are encrypted, and export the model without it"
    case "ml.OneHotEncoder", "OneHot", "ml.DictVectorizer", "ml.CategoryMapper":
      "codes categories; make the columns before the rows are encrypted, and export the model without it"
    case "ml.Binarizer":
      "compares features with a threshold; do that before the rows are encrypted, and export the model without it"
    case "TopK":
      "orders values, which encrypted rows do not allow"
    case "Conv", "ConvTranspose", "MaxPool", "AveragePool", "GlobalAveragePool":
      "is a layer of image networks, which are not read; only dense linear layers are"
    case "If", "Loop", "Scan", "SequenceMap":
      "holds graphs of its own; export the model without branches and loops"
    case "LayerNormalization", "InstanceNormalization", "GroupNormalization":
      "divides by a norm of the encrypted row; normalise rows before they are encrypted"
    case "DequantizeLinear", "QuantizeLinear", "DynamicQuantizeLinear", "QLinearMatMul", "MatMulInteger":
      "belongs to a quantised model; export the model with float weights"
    default:
      "is not known to this importer; only linear models and their endings are read"
    }
  }

  /// Why an operator that the client could do on scores cannot work on the features themselves.
  static func reasonOnFeatures(_ key: String) -> String {
    switch key {
    case "ml.Normalizer", "LpNormalization", "ReduceSumSquare", "ReduceL2", "ReduceL1":
      "divides by the norm of the encrypted row; normalise rows before they are encrypted, and export without it"
    case "ReduceProd", "Pow":
      degree
    case "Cast":
      "cuts features to whole numbers; do that before the rows are encrypted, and export the model without it"
    case "ArgMax", "ArgMin", "Greater", "Less", "GreaterOrEqual", "LessOrEqual", "Equal", "Clip", "Max", "Min", "Where",
      "ReduceMax", "ReduceMin":
      "compares features before the linear layer, which encrypted rows do not allow"
    default:
      "is not linear and works on the features before the linear layer; do that before the rows are encrypted, "
        + "and export the model without it"
    }
  }
}
