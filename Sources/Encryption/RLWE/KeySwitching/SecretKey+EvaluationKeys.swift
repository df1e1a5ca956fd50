// SPDX-License-Identifier: Apache-2.0

internal import PolynomialRing

extension SecretKey {
  /// Makes the evaluation keys that are asked for, with fresh randomness.
  ///
  /// - Parameters:
  ///   - request: Which.
  ///   - parallelism: How many threads may share the work.
  ///   - progress: Called after each key with how many are done and how many there will be.
  /// - Throws: `RLWEError` where the parameters have no key switching, or an element is of another degree.
  public borrowing func evaluationKeys(
    _ request: EvaluationKeyRequest, parallelism: Int = 1, progress: ((_ done: Int, _ of: Int) -> Void)? = nil
  ) throws(RLWEError) -> SeededEvaluationKeys {
    let context = try parameters.requireKeySwitching()
    let limbs = try request.limbCount(in: parameters)
    var keys: [EvaluationKeyPurpose: SeededKeySwitchingKey] = [:]
    makeKeys(request, limbs: limbs, context: context, parallelism: parallelism, progress: progress) { keys[$0] = $1 }
    return SeededEvaluationKeys(parameters: parameters, key: identifier, limbCount: limbs, keys: keys)
  }

  /// Makes evaluation keys and writes each as soon as it is made: the bytes of `SeededEvaluationKeys.serialized()`, in the
  /// memory of one key.
  ///
  /// - Parameters:
  ///   - request: Which. Its `wireByteCount(parameters:)` says how many bytes that will be.
  ///   - parallelism: How many threads may share the work.
  ///   - progress: Called after each key with how many are written and how many there will be.
  ///   - sink: Gets the bytes in order, at most a digit of one key at a time.
  /// - Throws: `RLWEError` as `evaluationKeys` does, before anything is written; and what `sink` throws.
  public borrowing func writeEvaluationKeys(
    _ request: EvaluationKeyRequest, parallelism: Int = 1, progress: ((_ done: Int, _ of: Int) -> Void)? = nil,
    to sink: (_ bytes: [UInt8]) throws -> Void
  ) throws {
    let context = try parameters.requireKeySwitching()
    let limbs = try request.limbCount(in: parameters)
    var writer = EvaluationKeyWriter()
    try writer.writeHead(request, limbs: limbs, parameters: parameters, key: identifier, to: sink)
    try makeKeys(
      request, limbs: limbs, context: context, parallelism: parallelism, progress: progress
    ) { _, key in try writer.write(key, to: sink) }
  }

  private borrowing func makeKeys<Failure: Error>(
    _ request: EvaluationKeyRequest, limbs: Int, context: KeySwitchingContext, parallelism: Int,
    progress: ((_ done: Int, _ of: Int) -> Void)?,
    _ body: (EvaluationKeyPurpose, SeededKeySwitchingKey) throws(Failure) -> Void
  ) throws(Failure) {
    let secret = evaluation(in: context.keyBasis(limbs: limbs))
    let purposes = request.purposes
    for (index, purpose) in purposes.enumerated() {
      let key: SeededKeySwitchingKey
      switch purpose {
      case .relinearization:
        let square = secret.squared()
        key = SeededKeySwitchingKey(
          parameters: parameters, context: context, limbCount: limbs, from: square, to: secret,
          parallelism: parallelism)
      case .galois(let element):
        let image = secret.applying(
          GaloisAutomorphism(element: element.inverse.value, degree: parameters.degree), parallelism: parallelism)
        key = SeededKeySwitchingKey(
          parameters: parameters, context: context, limbCount: limbs, from: secret, to: image,
          parallelism: parallelism)
      }
      try body(purpose, key)
      progress?(index + 1, purposes.count)
    }
  }
}
