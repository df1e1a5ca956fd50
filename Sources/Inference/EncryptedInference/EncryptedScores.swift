// SPDX-License-Identifier: Apache-2.0

public import Tacit

/// Scores on their way to the client.
///
/// Bytes: the common header of kind `encryptedScores`; the batch header; the noise bound of the replies; then for each
/// block each reply: the kept coefficients of c₀ and all of c₁ modulo the reply prime; a checksum.
public struct EncryptedScores: Sendable {
  /// Which model, which key, how many rows.
  public let header: BatchHeader

  /// A bound on the noise of every reply.
  let noise: NoiseBound

  /// The replies, block after block.
  let replies: [BFVReply]

  /// The file.
  public func serialized(parameters: BFVParameters) -> [UInt8] {
    var writer = WireWriter(kind: .encryptedScores, digest: parameters.rlwe.digest)
    header.write(to: &writer)
    writer.append(noise)
    for reply in replies { reply.appendBody(to: &writer) }
    writer.appendChecksum()
    return writer.bytes
  }

  init(header: BatchHeader, noise: NoiseBound, replies: [BFVReply]) {
    self.header = header
    self.noise = noise
    self.replies = replies
  }

  /// Reads a file made for `parameters`.
  public init(serialized bytes: [UInt8], parameters: BFVParameters) throws(WireError) {
    var reader = WireReader(bytes)
    _ = try reader.readHeader(kind: .encryptedScores, digest: parameters.rlwe.digest)
    header = try BatchHeader(from: &reader, degree: parameters.degree)
    noise = try reader.readNoise()
    let (count, overflow) = header.blockCount.multipliedReportingOverflow(by: header.packing.repliesPerBlock)
    let (size, tooLarge) = count.multipliedReportingOverflow(
      by: BFVReply.bodyByteCount(parameters: parameters, ranges: []))
    guard !overflow, !tooLarge, size <= reader.remaining else {
      throw .truncated(needed: overflow || tooLarge ? Int.max : size, available: reader.remaining)
    }
    var replies: [BFVReply] = []
    for _ in 0..<header.blockCount {
      for group in 0..<header.packing.repliesPerBlock {
        replies.append(
          try BFVReply(
            body: &reader, parameters: parameters, key: header.key,
            ranges: header.packing.targetRanges(reply: group), noise: noise))
      }
    }
    try reader.readChecksum()
    try reader.finish()
    self.replies = replies
  }
}
