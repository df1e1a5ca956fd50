// SPDX-License-Identifier: Apache-2.0

extension SeededEvaluationKeys {
  /// The keys as bytes.
  public func serialized() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(request.wireByteCount(parameters: parameters))
    write { bytes += $0 }
    return bytes
  }

  /// Writes the keys piece by piece, for keys too large to be in memory a second time.
  ///
  /// - Parameters:
  ///   - progress: Called after each key with how many are written and how many there will be.
  ///   - sink: Gets the bytes in order, at most a digit of one key at a time.
  /// - Throws: What `sink` throws.
  public func write<Failure: Error>(
    progress: ((_ done: Int, _ of: Int) -> Void)? = nil, to sink: (_ bytes: [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    let request = request
    let keys = request.purposes.compactMap { self[$0] }
    var writer = EvaluationKeyWriter()
    try writer.writeHead(request, limbs: limbCount, parameters: parameters, key: key, to: sink)
    for (index, key) in keys.enumerated() {
      try writer.write(key, to: sink)
      progress?(index + 1, keys.count)
    }
  }

  /// Reads keys of `parameters`.
  public init(serialized bytes: [UInt8], parameters: RLWEParameters) throws(WireError) {
    var keys: [EvaluationKeyPurpose: SeededKeySwitchingKey] = [:]
    let head = try EvaluationKeyReader.read(bytes, parameters: parameters) { keys[$0] = $1 }
    self.init(parameters: parameters, key: head.key, limbCount: head.limbCount, keys: keys)
  }

  /// Reads keys of `parameters` piece by piece, and leaves in the source what follows them.
  ///
  /// - Parameters:
  ///   - source: Gives the next bytes: as many as it is asked for or fewer, and none only at its end. It is never asked for
  ///     more than a digit of one key, or the table of Galois elements.
  ///   - parameters: The set they were made for.
  ///   - accept: Is told whose and which keys there are before any is read, and throws to refuse them.
  ///   - progress: Called after each key with how many are read and how many there will be.
  /// - Throws: `WireError`, and what `source` and `accept` throw.
  public init(
    readFrom source: (_ count: Int) throws -> [UInt8], parameters: RLWEParameters,
    accept: (KeyIdentifier, EvaluationKeyRequest) throws -> Void = { _, _ in },
    progress: ((_ done: Int, _ of: Int) -> Void)? = nil
  ) throws {
    var keys: [EvaluationKeyPurpose: SeededKeySwitchingKey] = [:]
    let head = try EvaluationKeyReader.read(
      from: source, parameters: parameters, accept: accept, progress: progress
    ) { keys[$0] = $1 }
    self.init(parameters: parameters, key: head.key, limbCount: head.limbCount, keys: keys)
  }
}

extension EvaluationKeys {
  /// Reads what `SeededEvaluationKeys` writes straight into the form that computes.
  ///
  /// - Parameters:
  ///   - bytes: All of them.
  ///   - parameters: The set they were made for.
  ///   - parallelism: How many threads may share the work.
  public convenience init(
    serialized bytes: [UInt8], parameters: RLWEParameters, parallelism: Int = 1
  ) throws(WireError) {
    var keys: [EvaluationKeyPurpose: KeySwitchingKey] = [:]
    let head = try EvaluationKeyReader.read(bytes, parameters: parameters) {
      keys[$0] = KeySwitchingKey($1, parallelism: parallelism)
    }
    self.init(parameters: parameters, key: head.key, limbCount: head.limbCount, keys: keys)
  }

  /// Reads what `SeededEvaluationKeys` writes piece by piece, straight into the form that computes, and leaves in the source
  /// what follows.
  ///
  /// Takes the memory of the keys in use and of one seeded key.
  ///
  /// - Parameters:
  ///   - source: Gives the next bytes: as many as it is asked for or fewer, and none only at its end. It is never asked for
  ///     more than a digit of one key, or the table of Galois elements.
  ///   - parameters: The set they were made for.
  ///   - parallelism: How many threads may share the work.
  ///   - accept: Is told whose and which keys there are before any is read, and throws to refuse them: because
  ///     `EvaluationKeyRequest.memoryByteCount(parameters:)` is too much, say.
  ///   - progress: Called after each key with how many are read and how many there will be.
  /// - Throws: `WireError`, and what `source` and `accept` throw.
  public convenience init(
    readFrom source: (_ count: Int) throws -> [UInt8], parameters: RLWEParameters, parallelism: Int = 1,
    accept: (KeyIdentifier, EvaluationKeyRequest) throws -> Void = { _, _ in },
    progress: ((_ done: Int, _ of: Int) -> Void)? = nil
  ) throws {
    var keys: [EvaluationKeyPurpose: KeySwitchingKey] = [:]
    let head = try EvaluationKeyReader.read(
      from: source, parameters: parameters, accept: accept, progress: progress
    ) { keys[$0] = KeySwitchingKey($1, parallelism: parallelism) }
    self.init(parameters: parameters, key: head.key, limbCount: head.limbCount, keys: keys)
  }
}
