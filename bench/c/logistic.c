/* Logistic regression by minibatches. Argument: what is shuffled, batches or rows. Compiled with NO_LOSS it gives gradients alone. */
#include "bench.h"

enum { ROWS = 5000000, FEATURES = 20, BATCH = 1024, PARTS = 10, BATCHES = ROWS / BATCH / PARTS, AHEAD = 16 };

static float *x, *y, w[FEATURES], bias;
static int32_t *order;
static float chosen[BATCH][FEATURES], targets[BATCH], logits[BATCH], misses[BATCH];
static double last;
static int next;

/* The rows of a batch side by side, and their logits. */
static void choose(const int32_t *rows) {
  for (int i = 0; i < BATCH; i++) {
    if (i + AHEAD < BATCH) {
      const float *later = x + (size_t)rows[i + AHEAD] * FEATURES;
      __builtin_prefetch(later);
      __builtin_prefetch(later + FEATURES - 1);
      __builtin_prefetch(y + rows[i + AHEAD]);
    }
    const float *row = x + (size_t)rows[i] * FEATURES;
    float logit = bias;
    for (int k = 0; k < FEATURES; k++) logit += (chosen[i][k] = row[k]) * w[k];
    logits[i] = logit;
    targets[i] = y[rows[i]];
  }
}

static float compare(void) {
  float loss = 0;
  for (int i = 0; i < BATCH; i++) {
    float odds = expf(-fabsf(logits[i]));
#ifndef NO_LOSS
    loss += fmaxf(logits[i], 0) + logf(1 + odds) - logits[i] * targets[i];
#endif
    misses[i] = (logits[i] >= 0 ? 1 : odds) / (1 + odds) - targets[i];
  }
  return loss / BATCH;
}

static void descend(void) {
  float by_w[FEATURES] = {0}, by_bias = 0;
  for (int i = 0; i < BATCH; i++) {
    for (int k = 0; k < FEATURES; k++) by_w[k] += misses[i] * chosen[i][k];
    by_bias += misses[i];
  }
  for (int k = 0; k < FEATURES; k++) w[k] -= 0.1f / BATCH * by_w[k];
  bias -= 0.1f / BATCH * by_bias;
}

static void run(int steps) {
  for (int i = 0; i < steps; i++) {
    choose(order + (size_t)next * BATCH);
    next = (next + 1) % (BATCHES * PARTS);
    last = compare();
    descend();
  }
}

static void step(void) { run(BATCHES); }

static double answer(void) {
  run(200);
#ifdef NO_LOSS
  return NAN;
#endif
  return last;
}

/* The rows of batches that are drawn as a whole. */
static int32_t *adjacent(void) {
  int32_t *drawn = shuffled(4, BATCHES * PARTS), *rows = malloc(BATCHES * PARTS * BATCH * sizeof *rows);
  for (int i = 0; i < BATCHES * PARTS * BATCH; i++) rows[i] = drawn[i / BATCH] * BATCH + i % BATCH;
  free(drawn);
  return rows;
}

int main(int argc, char **argv) {
  (void)argc;
  double weights[FEATURES];
  x = array((size_t)ROWS * FEATURES, sizeof *x), y = array(ROWS, sizeof *y);
  for (int k = 0; k < FEATURES; k++) weights[k] = 4 * uniform(3, k) - 2;
  for (int i = 0; i < ROWS; i++) {
    double logit = 0;
    for (int k = 0; k < FEATURES; k++) {
      double value = 2 * uniform(1, i * FEATURES + k) - 1;
      x[(size_t)i * FEATURES + k] = value;
      logit += value * weights[k];
    }
    y[i] = uniform(2, i) < 1 / (1 + exp(-logit));
  }
  order = strcmp(argv[1], "rows") == 0 ? shuffled(4, ROWS) : adjacent();
  return obey(step, answer, BATCHES * BATCH);
}
