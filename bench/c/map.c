/* sin(x) + exp(-x) + tanh(x) of ten million floats. */
#include "bench.h"

enum { N = 10000000 };

static float *x, *out;

static void step(void) {
  for (int i = 0; i < N; i++) out[i] = sinf(x[i]) + expf(-x[i]) + tanhf(x[i]);
}

static double answer(void) {
  step();
  return out[1234567];
}

int main(void) {
  x = array(N, sizeof *x), out = array(N, sizeof *out);
  for (int i = 0; i < N; i++) x[i] = 8 * uniform(1, i) - 4;
  return obey(step, answer, N);
}
