// SPDX-License-Identifier: Apache-2.0

/// What the replies to a client give away of the model.
public enum Protection: Codable, Hashable, Sendable {
  /// Replies hold the scores and nothing else: they are re-randomised under the client's public key and flooded with noise,
  /// so that each is within statistical distance 2^−bits of one that depends on the scores alone.
  case protected(bits: Int)

  /// Replies are the bare products, from which a client can compute the weights. Smaller and faster.
  case sharedWeights

  /// Distance 2^−20.
  public static let standard = Protection.protected(bits: 20)
}
