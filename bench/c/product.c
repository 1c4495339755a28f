/* The product of two matrices of 512 x 512. Compiled with REAL as float or double. */
#include "bench.h"
#include "multiply.h"

enum { N = 512 };

static REAL *a, *b, *out;

static void step(void) {
  memset(out, 0, N * N * sizeof *out);
  multiply(N, N, N, a, N, 1, b, out);
}

static double answer(void) {
  double sum = 0;
  step();
  for (int i = 0; i < N * N; i++) sum += out[i];
  return sum;
}

int main(void) {
  a = array(N * N, sizeof *a), b = array(N * N, sizeof *b), out = array(N * N, sizeof *out);
  for (int i = 0; i < N * N; i++) a[i] = uniform(1, i), b[i] = uniform(2, i);
  return obey(step, answer, 1);
}
