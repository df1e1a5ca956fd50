// SPDX-License-Identifier: Apache-2.0

internal import Foundation
public import Tacit

/// What travels with every file of rows or scores: which model, which key, how many rows, how they are packed.
public struct BatchHeader: Hashable, Sendable {
  /// The model's digest, 32 bytes.
  public let model: [UInt8]

  /// The client's key.
  public let key: KeyIdentifier

  /// How many rows there are.
  public let rowCount: Int

  /// Where their numbers sit.
  public let packing: Packing

  /// How many blocks the rows fill.
  public var blockCount: Int { packing.blockCount(rows: rowCount) }

  /// The model's digest in hexadecimal.
  public var modelName: String { model.map { String(format: "%02x", $0) }.joined() }

  /// - Parameter layout: What `EncryptedScores` says of its replies; 0 in files of rows.
  func write(to writer: inout WireWriter, layout: UInt8 = 0) {
    writer.append(bytes: model)
    writer.append(bytes: key.bytes)
    writer.append(UInt32(rowCount))
    writer.append(UInt32(packing.featureCount))
    writer.append(UInt32(packing.outputCount))
    writer.append(UInt32(packing.rowsPerBlock))
    writer.append(UInt32(packing.featuresPerCiphertext))
    writer.append(UInt32(packing.outputsPerReply) | UInt32(layout) << 24)
  }

  init(model: [UInt8], key: KeyIdentifier, rowCount: Int, packing: Packing) {
    self.model = model
    self.key = key
    self.rowCount = rowCount
    self.packing = packing
  }

  init(from reader: inout WireReader, degree: Int) throws(WireError) {
    let (header, layout) = try Self.read(from: &reader, degree: degree)
    guard layout == 0 else { throw .outOfRange(field: "outputs in a reply") }
    self = header
  }

  /// A header, and the layout byte in the place of the highest byte of the last number.
  static func read(
    from reader: inout WireReader, degree: Int
  ) throws(WireError) -> (header: BatchHeader, layout: UInt8) {
    let model = try reader.readBytes(32)
    let key = try reader.readKeyIdentifier()
    let limit = 1 << 24
    let rowCount = try reader.read(UInt32.self, in: 1...Int(UInt32.max), field: "number of rows")
    let features = try reader.read(UInt32.self, in: 1...limit, field: "number of features")
    let outputs = try reader.read(UInt32.self, in: 1...limit, field: "number of outputs")
    let rows = try reader.read(UInt32.self, in: 1...degree, field: "rows in a block")
    let share = try reader.read(UInt32.self, in: 1...degree, field: "features in a ciphertext")
    let last = try reader.read(UInt32.self)
    let layout = UInt8(last >> 24)
    let group = Int(last & 0xFF_FFFF)
    guard (1...degree).contains(group) else { throw .outOfRange(field: "outputs in a reply") }
    guard
      let packing = Packing(
        degree: degree, featureCount: features, outputCount: outputs, rowsPerBlock: rows,
        featuresPerCiphertext: share, outputsPerReply: group)
    else { throw .outOfRange(field: "packing") }
    return (BatchHeader(model: model, key: key, rowCount: rowCount, packing: packing), layout)
  }
}

/// Rows on their way to the server.
///
/// Bytes: the common header of kind `encryptedRows`; the batch header (model digest 32, key 16, then rows, features,
/// outputs, rows per block, features per ciphertext, outputs per reply, each a 32-bit integer); one byte that says whether
/// a public key follows, and if so its seed and residues; then for each block each ciphertext: seed, and the residues of
/// those coefficients of c₀ that scores depend on (`Packing.neededRanges`), limb after limb; a checksum.
public struct EncryptedRows: Sendable {
  /// Which model, which key, how many rows.
  public let header: BatchHeader

  /// The client's public key, where the model needs one to protect its weights.
  public let publicKey: PublicKey?

  /// The ciphertexts of each block.
  let blocks: [[SeededCiphertext]]

  /// The file.
  public func serialized(parameters: BFVParameters) -> [UInt8] {
    var writer = WireWriter(kind: .encryptedRows, digest: parameters.rlwe.digest)
    header.write(to: &writer)
    writer.append(UInt8(publicKey == nil ? 0 : 1))
    if let publicKey { publicKey.appendBody(to: &writer) }
    let ranges = header.packing.neededRanges
    for block in blocks {
      for ciphertext in block { ciphertext.appendBody(to: &writer, ranges: ranges) }
    }
    writer.appendChecksum()
    return writer.bytes
  }

  init(header: BatchHeader, publicKey: PublicKey?, blocks: [[SeededCiphertext]]) {
    self.header = header
    self.publicKey = publicKey
    self.blocks = blocks
  }

  /// Reads a file made for `parameters`.
  public init(serialized bytes: [UInt8], parameters: BFVParameters) throws(WireError) {
    var reader = WireReader(bytes)
    _ = try reader.readHeader(kind: .encryptedRows, digest: parameters.rlwe.digest)
    let header = try BatchHeader(from: &reader, degree: parameters.degree)
    let hasKey = try reader.read(UInt8.self, in: 0...1, field: "public key flag") == 1
    publicKey = hasKey ? try PublicKey(body: &reader, parameters: parameters.rlwe, key: header.key) : nil
    let ranges = header.packing.neededRanges
    // The size follows from the header: check it before anything is read.
    let one = SeededCiphertext.bodyByteCount(parameters: parameters.rlwe, ranges: ranges)
    let (count, overflow) = header.blockCount.multipliedReportingOverflow(by: header.packing.ciphertextsPerBlock)
    let (size, tooLarge) = count.multipliedReportingOverflow(by: one)
    guard !overflow, !tooLarge, size <= reader.remaining else {
      throw .truncated(needed: overflow || tooLarge ? Int.max : size, available: reader.remaining)
    }
    var blocks: [[SeededCiphertext]] = []
    for _ in 0..<header.blockCount {
      var block: [SeededCiphertext] = []
      for _ in 0..<header.packing.ciphertextsPerBlock {
        block.append(
          try SeededCiphertext(
            body: &reader, parameters: parameters.rlwe, key: header.key, noise: BFVPlaintext.encryptionNoise,
            ranges: ranges))
      }
      blocks.append(block)
    }
    try reader.readChecksum()
    try reader.finish()
    self.header = header
    self.blocks = blocks
  }
}
