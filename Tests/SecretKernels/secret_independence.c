// SPDX-License-Identifier: Apache-2.0
//
// Runs every kernel that sees secrets on undefined memory: Scripts/test_secrets.sh builds and runs this program.
//
//   secret_independence            every kernel; prints a line for each set of kernels and "N passed, N failed"
//   secret_independence --leak X   a function that leaks its secret by X: branch, address, exit; the tool must report it
//
// A kernel passes if the tool reported nothing, every word of its output depends on the secret in the eyes of the tool
// (so that the secret was really followed to the end), and the output is that of a run on the same words, not secret.

#include "secrecy.h"
#include "setting.h"

#define SEED UINT64_C(0x7AC17)

static void fill(const setting *s, filling how, uint64_t *in) {
  uint64_t state = SEED;
  for (size_t row = 0; row < OPERANDS * LIMBS; row++) {
    for (size_t k = 0; k < s->n; k++) {
      const uint64_t word = next_word(&state);
      uint64_t value = word;
      if (how == RESIDUES) value = word % s->q[row % LIMBS].value;
      if (how == SMALL) value = word % 43 - 21;
      if (how == MESSAGES) value = word % s->t.value;
      if (how == NUMBERS) value = (word & ~(UINT64_C(0x7FF) << 52)) | UINT64_C(0x3FF) << 52;
      in[row * s->n + k] = value;
    }
  }
}

/// Runs one case; says what was wrong with it and returns false where something was.
static bool holds(const setting *s, const test_case *c, uint64_t *in, uint64_t *out, uint64_t *expected) {
  const size_t in_bytes = 8 * OPERANDS * LIMBS * s->n, out_bytes = 8 * LIMBS * s->n;
  fill(s, c->input, in);
  memset(expected, 0, out_bytes);
  memset(out, 0, out_bytes);
  const size_t words = c->run(s, expected, in);

  const unsigned reports = secrecy_reports();
  secrecy_hide(in, in_bytes);
  c->run(s, out, in);
  const unsigned found = secrecy_reports() - reports;
  size_t hidden = 0;
  for (size_t k = 0; k < words; k++) hidden += secrecy_is_hidden(&out[k]);
  secrecy_reveal(in, in_bytes);
  secrecy_reveal(out, out_bytes);
  secrecy_reveal(s->scratch, 8 * 3 * LIMBS * s->n);
  secrecy_reveal(s->fft_scratch, 8 * he_embedding_scratch_doubles(s->log_n));

  if (found != 0) printf("%s, N = %zu: %u reports\n", c->name, s->n, found);
  if (hidden != words) printf("%s, N = %zu: %zu of %zu words depend on the secret\n", c->name, s->n, hidden, words);
  const bool equal = memcmp(out, expected, out_bytes) == 0;
  if (!equal) printf("%s, N = %zu: another output than without secrets\n", c->name, s->n);
  return found == 0 && hidden == words && equal;
}

/// he_zeroize leaves nothing of a secret.
static bool zeroize_holds(uint64_t *data, size_t words) {
  secrecy_hide(data, 8 * words);
  he_zeroize(data, 8 * words);
  size_t left = 0;
  for (size_t k = 0; k < words; k++) left += secrecy_is_hidden(&data[k]);
  secrecy_reveal(data, 8 * words);
  for (size_t k = 0; k < words; k++) left += data[k] != 0;
  if (left != 0) printf("he_zeroize: %zu of %zu words are left\n", left, words);
  return left == 0;
}

typedef struct tally {
  size_t passed, failed;
} tally;

static void count(tally *t, bool held) { *(held ? &t->passed : &t->failed) += 1; }

static void run_all(const he_kernels *kernels, const he_fft_kernels *fft, const char *name, unsigned log_n, unsigned bits,
                    tally *total) {
  setting s = make_setting(kernels, log_n, bits);
  s.fft = fft;
  uint64_t *in = allocate(8 * OPERANDS * LIMBS * s.n);
  uint64_t *out = allocate(8 * LIMBS * s.n), *expected = allocate(8 * LIMBS * s.n);
  tally here = {0, 0};
  for (const test_case *c = kernel_cases; c->name != NULL; c++) count(&here, holds(&s, c, in, out, expected));
  if (fft != NULL) {
    for (const test_case *c = embedding_cases; c->name != NULL; c++) count(&here, holds(&s, c, in, out, expected));
  }
  if (kernels->isa == HE_ISA_SCALAR) {
    for (const test_case *c = portable_cases; c->name != NULL; c++) count(&here, holds(&s, c, in, out, expected));
    count(&here, zeroize_holds(in, LIMBS * s.n));
  }
  printf("%s: %s kernels, N = %zu, %d primes of %u bits: %zu passed, %zu failed\n", SECRECY_TOOL, name, s.n, LIMBS,
         bits, here.passed, here.failed);
  total->passed += here.passed;
  total->failed += here.failed;
  free(in);
  free(out);
  free(expected);
  free_setting(&s);
}

// The leaks are calls that no compiler can turn into arithmetic.
static volatile uint64_t observed;
__attribute__((noinline)) static void observe(uint64_t value) { observed = value; }

/// Leaks one word, or how many of them equal a guess.
static int leak(const char *how) {
  static volatile uint64_t table[256];
  uint64_t state = SEED, secret[64], guess[64];
  for (size_t k = 0; k < 64; k++) guess[k] = secret[k] = next_word(&state);
  secrecy_hide(secret, sizeof secret);
  if (strcmp(how, "branch") == 0) {
    if (secret[0] & 1) observe(1);
  } else if (strcmp(how, "address") == 0) {
    observe(table[secret[0] & 255]);
  } else if (strcmp(how, "exit") == 0) {
    size_t k = 0;
    while (k < 64 && secret[k] == guess[k]) k++;
    observe(k);
  } else {
    return 2;
  }
  return 0;
}

int main(int argc, char **argv) {
  if (!secrecy_is_watched()) {
    fprintf(stderr, "%s: nobody watches: run it by Scripts/test_secrets.sh\n", argv[0]);
    return 2;
  }
  if (argc == 3 && strcmp(argv[1], "--leak") == 0) return leak(argv[2]);
  static const struct {
    he_isa isa;
    const char *name;
    bool in_memcheck;
    int fft_isa;
  } sets[] = {
    {HE_ISA_SCALAR, "scalar", true, HE_FFT_ISA_SCALAR},   {HE_ISA_AVX512IFMA, "avx512ifma", false, -1},
    {HE_ISA_AVX512, "avx512", false, HE_FFT_ISA_AVX512}, {HE_ISA_AVX2, "avx2", true, HE_FFT_ISA_AVX2},
    {HE_ISA_NEON, "neon", true, HE_FFT_ISA_NEON},
  };
  tally total = {0, 0};
  for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
    const he_kernels *kernels = he_kernels_for(sets[i].isa);
    if (kernels == NULL || sets[i].in_memcheck != SECRECY_IS_EXACT) continue;
    const he_fft_kernels *fft = sets[i].fft_isa < 0 ? NULL : he_fft_kernels_for((he_fft_isa)sets[i].fft_isa);
    run_all(kernels, fft, sets[i].name, 12, 36, &total);
    run_all(kernels, fft, sets[i].name, 13, 46, &total);
  }
  printf("%zu passed, %zu failed\n", total.passed, total.failed);
  return total.failed == 0 ? 0 : 1;
}
