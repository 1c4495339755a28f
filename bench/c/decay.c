/* The loss of a*exp(-b*x) + c and its gradients on a million rows. Compiled with REAL as float or double. */
#include "bench.h"

enum { ROWS = 1000000, BLOCK = 4096 };

static REAL *x, *y;
static double sums[4];

/* exp in the precision at hand, which vectorizes where the library has it. */
static inline REAL fall(REAL z) { return sizeof(REAL) == 4 ? (REAL)expf((float)z) : (REAL)exp(z); }

static void add(int from, int to) {
  const REAL a = 2, b = 1, c = 0.25;
  REAL loss = 0, by_a = 0, by_b = 0, by_c = 0;
  for (int i = from; i < to; i++) {
    REAL fallen = fall(-b * x[i]);
    REAL miss = a * fallen + c - y[i];
    loss += miss * miss;
    by_a += miss * fallen;
    by_b -= miss * a * fallen * x[i];
    by_c += miss;
  }
  sums[0] += loss, sums[1] += by_a, sums[2] += by_b, sums[3] += by_c;
}

static void step(void) {
  memset(sums, 0, sizeof sums);
  for (int i = 0; i < ROWS; i += BLOCK) add(i, i + BLOCK < ROWS ? i + BLOCK : ROWS);
  for (int k = 0; k < 4; k++) sums[k] /= ROWS;
}

static double answer(void) {
  step();
  return sums[0];
}

int main(void) {
  x = array(ROWS, sizeof *x), y = array(ROWS, sizeof *y);
  for (int i = 0; i < ROWS; i++) {
    double at = 4 * uniform(1, i);
    x[i] = at;
    y[i] = 2.5 * exp(-1.3 * at) + 0.5 + 0.1 * (2 * uniform(2, i) - 1);
  }
  return obey(step, answer, 1);
}
