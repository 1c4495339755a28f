/* The tutorial's step: mean squared error of a*t^2 + b*t + c, its gradients, SGD. Arguments: rows, steps at a time, threads. */
#include "bench.h"
#include <pthread.h>

/* Sums in float reach so far, and go on in double: ten million rows in one float would lose digits. */
enum { BLOCK = 4096 };

static int rows, count, threads;
static float *t, *y, params[3] = {-0.77f, -0.75f, 1.35f};
static pthread_barrier_t begin, end;

/* Loss and gradients of a thread's share of the rows. */
typedef struct {
  double sums[4];
  char padding[64];
} Share;
static Share shares[64];

static void add(int from, int to, double sums[4]) {
  const float a = params[0], b = params[1], c = params[2];
  float loss = 0, by_a = 0, by_b = 0, by_c = 0;
  for (int i = from; i < to; i++) {
    float miss = a * t[i] * t[i] + b * t[i] + c - y[i];
    loss += miss * miss;
    by_a += miss * t[i] * t[i];
    by_b += miss * t[i];
    by_c += miss;
  }
  sums[0] += loss, sums[1] += by_a, sums[2] += by_b, sums[3] += by_c;
}

static void work(int thread) {
  const int blocks = (rows + BLOCK - 1) / BLOCK;
  const int first = (long)blocks * thread / threads, last = (long)blocks * (thread + 1) / threads;
  double sums[4] = {0};
  for (int i = first; i < last; i++) add(i * BLOCK, i * BLOCK + BLOCK < rows ? i * BLOCK + BLOCK : rows, sums);
  memcpy(shares[thread].sums, sums, sizeof sums);
}

static void *helper(void *thread) {
  for (;;) {
    pthread_barrier_wait(&begin);
    work((int)(intptr_t)thread);
    pthread_barrier_wait(&end);
  }
  return NULL;
}

static double descend(void) {
  if (threads > 1) pthread_barrier_wait(&begin);
  work(0);
  if (threads > 1) pthread_barrier_wait(&end);
  double sums[4] = {0};
  for (int i = 0; i < threads; i++)
    for (int k = 0; k < 4; k++) sums[k] += shares[i].sums[k];
  for (int k = 0; k < 3; k++) params[k] -= (float)(1e-5 * 2 / rows * sums[k + 1]);
  return sums[0] / rows;
}

static double run(int steps) {
  double loss = 0;
  for (int i = 0; i < steps; i++) loss = descend();
  return loss;
}

static double last;
static void step(void) { last = run(count); }
static double answer(void) { return run(5); }

int main(int argc, char **argv) {
  (void)argc;
  rows = atoi(argv[1]), count = atoi(argv[2]), threads = atoi(argv[3]);
  t = array(rows, sizeof *t), y = array(rows, sizeof *y);
  for (int i = 0; i < rows; i++) {
    double time = rows == 20 ? i : 20 * uniform(1, i);
    t[i] = time;
    y[i] = 0.75 * (time - 9.5) * (time - 9.5) + 1 + 3 * (2 * uniform(2, i) - 1);
  }
  pthread_barrier_init(&begin, NULL, threads);
  pthread_barrier_init(&end, NULL, threads);
  for (int i = 1; i < threads; i++) {
    pthread_t id;
    pthread_create(&id, NULL, helper, (void *)(intptr_t)i);
  }
  return obey(step, answer, count);
}
