// SPDX-License-Identifier: Apache-2.0

import CKKS
import ComplexModule
import RLWE
import RealModule
import TestSupport
import Testing

@Suite struct OperationTests {
  @Test(arguments: CKKSTestSet.real)
  func everyOperationIsWithinItsBound(set: CKKSTestSet) throws {
    let fixture = try CKKSFixture(set)
    var generator = TestGenerator(seed: 1)
    let evaluator = fixture.evaluator
    let keys = try fixture.keys(rotations: [1, -3, 2, 4], conjugation: true)
    let (x, y) = (fixture.numbers(&generator), fixture.numbers(&generator))
    let a = try fixture.encrypt(x)
    let b = try fixture.publicKey.encrypt(fixture.encoder.encode(y))
    func report(_: String, _ c: CKKSCiphertext, _ e: [Complex<Double>]) throws {
      try fixture.requireError(c, e)

    }
    try report("fresh", a, x)
    try report("public", b, y)
    var sum = a
    try evaluator.add(&sum, b)
    try report("sum", sum, zip(x, y).map { $0 + $1 })
    let product = try evaluator.multiply(a, b, with: keys)
    try report("product", product, zip(x, y).map { $0 * $1 })
    #expect(product.scale.relativeDifference(from: fixture.parameters.scale(level: product.level)) < 0x1p-100)
    var mixed = product
    try evaluator.add(&mixed, a)
    try report("mixed levels", mixed, zip(x, y).map { $0 * $1 + $0 })
    try report("rotate", evaluator.rotate(a, by: 1, with: keys), x.indices.map { x[($0 + 1) % x.count] })
    try report("conjugate", evaluator.conjugate(a, with: keys), x.map(\.conjugate))
    try report("by plaintext", evaluator.multiply(a, by: fixture.encoder.encode(y)), zip(x, y).map { $0 * $1 })
    try report("by constant", evaluator.multiply(a, by: -0.37), x.map { Complex(-0.37, 0) * $0 })
    let zero = try evaluator.multiply(a, by: 0)
    #expect(zero.isTransparent && zero.level == a.level - 1)
  }
}
