/* What the C programs share: the data of bench/data.ts, and the commands that bench/engine.ts gives. */
#ifndef BENCH_H
#define BENCH_H
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The i-th number of a stream, uniform in [0, 1). */
static double uniform(uint32_t stream, uint32_t i) {
  uint32_t h = i + stream * 0x9e3779b1u;
  h = (h ^ (h >> 16)) * 0x85ebca6bu;
  h = (h ^ (h >> 13)) * 0xc2b2ae35u;
  return (h ^ (h >> 16)) / 4294967296.0;
}

static int ascending(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

/* 0 to n - 1 in a shuffled order. */
static int32_t *shuffled(uint32_t stream, int n) {
  uint64_t *keys = malloc(n * sizeof *keys);
  int32_t *order = malloc(n * sizeof *order);
  for (int i = 0; i < n; i++) keys[i] = (uint64_t)(uniform(stream, i) * 1073741824.0) << 23 | (uint64_t)i;
  qsort(keys, n, sizeof *keys, ascending);
  for (int i = 0; i < n; i++) order[i] = keys[i] & 0x7fffff;
  free(keys);
  return order;
}

/* Memory that vectors like. */
static void *array(size_t count, size_t size) {
  return aligned_alloc(64, (count * size + 63) / 64 * 64);
}

static double milliseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec * 1e-6;
}

/* Says that the data are there, and does what standard input says: an answer, or a round of steps of so many units each. */
static int obey(void (*step)(void), double (*answer)(void), int count) {
  char line[64];
  setvbuf(stdout, NULL, _IOLBF, 0);
  puts("ready");
  while (fgets(line, sizeof line, stdin)) {
    double budget, fastest = 1e300;
    if (strncmp(line, "answer", 6) == 0) printf("answer %.17g\n", answer());
    if (sscanf(line, "round %lf", &budget) == 1) {
      double end = milliseconds() + budget;
      do {
        double start = milliseconds();
        step();
        double taken = milliseconds() - start;
        if (taken < fastest) fastest = taken;
      } while (milliseconds() < end);
      printf("measured %.17g\n", fastest / count);
    }
  }
  return 0;
}
#endif
