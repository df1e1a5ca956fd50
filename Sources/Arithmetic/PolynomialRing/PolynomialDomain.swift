// SPDX-License-Identifier: Apache-2.0

/// What the words of a polynomial stand for: a phantom type, so that mixing the two forms does not compile.
public protocol PolynomialDomain: Sendable {}

/// Coefficient form: word `k` of a limb is the coefficient of `X^k` modulo that limb's prime.
public enum Coefficient: PolynomialDomain {}

/// Evaluation form: word `k` of a limb is the value at `ψ^e` with `e = PolynomialKernels.nttExponent(…, position: k)`.
public enum Evaluation: PolynomialDomain {}
