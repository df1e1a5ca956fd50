// SPDX-License-Identifier: Apache-2.0

public import Tacit

/// Scores on their way to the client.
///
/// Bytes: the common header of kind `encryptedScores`; the batch header, with the layout in the highest byte of its last
/// number; the noise bound of the replies; then for each block each reply: the kept coefficients of c₀ and all of c₁ modulo
/// the reply prime; a checksum.
///
/// The layout is 1 where the last block is not full, and then its replies keep the coefficients of the declared rows alone.
/// It is 0 where every reply keeps those of all rows of a block: where all blocks are full, and in files of programs that
/// answered the unused rows too.
public struct EncryptedScores: Sendable {
  /// Which rows of the last block its replies hold.
  enum Layout: UInt8, Sendable {
    /// All that fit a block.
    case wholeBlocks = 0
    /// Those that were declared.
    case declaredRows = 1
  }

  /// Which model, which key, how many rows.
  public let header: BatchHeader

  /// A bound on the noise of every reply.
  let noise: NoiseBound

  /// Which coefficients the replies of the last block hold.
  let layout: Layout

  /// The replies, block after block.
  let replies: [BFVReply]

  /// The file.
  public func serialized(parameters: BFVParameters) -> [UInt8] {
    var writer = WireWriter(kind: .encryptedScores, digest: parameters.rlwe.digest)
    header.write(to: &writer, layout: layout.rawValue)
    writer.append(noise)
    for reply in replies { reply.appendBody(to: &writer) }
    writer.appendChecksum()
    return writer.bytes
  }

  init(header: BatchHeader, noise: NoiseBound, replies: [BFVReply], layout: Layout? = nil) {
    self.header = header
    self.noise = noise
    self.replies = replies
    self.layout = layout ?? (header.rowCount.isMultiple(of: header.packing.rowsPerBlock) ? .wholeBlocks : .declaredRows)
  }

  /// How many rows the replies of a block hold.
  func rowsAnswered(block: Int) -> Int { Self.rowsAnswered(block: block, header: header, layout: layout) }

  private static func rowsAnswered(block: Int, header: BatchHeader, layout: Layout) -> Int {
    layout == .wholeBlocks ? header.packing.rowsPerBlock : header.packing.rowCount(block: block, of: header.rowCount)
  }

  /// Reads a file made for `parameters`.
  public init(serialized bytes: [UInt8], parameters: BFVParameters) throws(WireError) {
    var reader = WireReader(bytes)
    _ = try reader.readHeader(kind: .encryptedScores, digest: parameters.rlwe.digest)
    let (header, layoutByte) = try BatchHeader.read(from: &reader, degree: parameters.degree)
    guard let layout = Layout(rawValue: layoutByte) else { throw .outOfRange(field: "layout of the replies") }
    noise = try reader.readNoise()
    let (count, overflow) = header.blockCount.multipliedReportingOverflow(by: header.packing.repliesPerBlock)
    let (size, tooLarge) = count.multipliedReportingOverflow(
      by: BFVReply.bodyByteCount(parameters: parameters, ranges: []))
    guard !overflow, !tooLarge, size <= reader.remaining else {
      throw .truncated(needed: overflow || tooLarge ? Int.max : size, available: reader.remaining)
    }
    var replies: [BFVReply] = []
    for block in 0..<header.blockCount {
      let rows = Self.rowsAnswered(block: block, header: header, layout: layout)
      for group in 0..<header.packing.repliesPerBlock {
        replies.append(
          try BFVReply(
            body: &reader, parameters: parameters, key: header.key,
            ranges: header.packing.targetRanges(reply: group, rows: rows), noise: noise))
      }
    }
    try reader.readChecksum()
    try reader.finish()
    self.header = header
    self.layout = layout
    self.replies = replies
  }
}
