/* A perceptron 784-128-64-10 with relu, cross-entropy and SGD with momentum. Argument: rows of a batch. */
#define REAL float
#include "bench.h"
#include "multiply.h"

enum { ROWS = 8192, PARTS = 8, LAYERS = 3, MOST = 512, WIDEST = 784 };

static const int sizes[LAYERS + 1] = {784, 128, 64, 10};
static int batch, next;
static float *x, *w[LAYERS], *b[LAYERS], *by_w[LAYERS], *by_b[LAYERS], *speed_w[LAYERS], *speed_b[LAYERS];
static float *out[LAYERS + 1], *by_out[LAYERS + 1], *turned;
static int32_t *y, *order;

static void forward(int layer) {
  const int n = sizes[layer], m = sizes[layer + 1];
  for (int i = 0; i < batch; i++) memcpy(out[layer + 1] + i * m, b[layer], m * sizeof(float));
  multiply(batch, m, n, out[layer], n, 1, w[layer], out[layer + 1]);
  if (layer < LAYERS - 1)
    for (int i = 0; i < batch * m; i++) out[layer + 1][i] = out[layer + 1][i] > 0 ? out[layer + 1][i] : 0;
}

static double cross_entropy(const int32_t *rows) {
  const int m = sizes[LAYERS];
  double loss = 0;
  for (int i = 0; i < batch; i++) {
    const float *scores = out[LAYERS] + i * m;
    const int target = y[rows[i]];
    float most = scores[0], sum = 0;
    for (int j = 1; j < m; j++) most = scores[j] > most ? scores[j] : most;
    for (int j = 0; j < m; j++) sum += expf(scores[j] - most);
    loss += most + logf(sum) - scores[target];
    for (int j = 0; j < m; j++) by_out[LAYERS][i * m + j] = (expf(scores[j] - most) / sum - (j == target)) / batch;
  }
  return loss / batch;
}

static void backward(int layer) {
  const int n = sizes[layer], m = sizes[layer + 1];
  memset(by_w[layer], 0, n * m * sizeof(float));
  memset(by_b[layer], 0, m * sizeof(float));
  multiply(n, m, batch, out[layer], 1, n, by_out[layer + 1], by_w[layer]);
  for (int i = 0; i < batch; i++)
    for (int j = 0; j < m; j++) by_b[layer][j] += by_out[layer + 1][i * m + j];
  if (layer == 0) return;
  for (int k = 0; k < n; k++)
    for (int j = 0; j < m; j++) turned[j * n + k] = w[layer][k * m + j];
  memset(by_out[layer], 0, batch * n * sizeof(float));
  multiply(batch, n, m, by_out[layer + 1], m, 1, turned, by_out[layer]);
  for (int i = 0; i < batch * n; i++) by_out[layer][i] = out[layer][i] > 0 ? by_out[layer][i] : 0;
}

static void descend(float *params, float *speed, const float *by, int size) {
  for (int i = 0; i < size; i++) {
    speed[i] = 0.9f * speed[i] + by[i];
    params[i] -= 0.01f * speed[i];
  }
}

static double run(int steps) {
  double loss = 0;
  for (; steps > 0; steps--) {
    const int32_t *rows = order + next;
    next = (next + batch) % ROWS;
    for (int i = 0; i < batch; i++) memcpy(out[0] + i * WIDEST, x + (size_t)rows[i] * WIDEST, WIDEST * sizeof(float));
    for (int layer = 0; layer < LAYERS; layer++) forward(layer);
    loss = cross_entropy(rows);
    for (int layer = LAYERS - 1; layer >= 0; layer--) backward(layer);
    for (int layer = 0; layer < LAYERS; layer++) {
      descend(w[layer], speed_w[layer], by_w[layer], sizes[layer] * sizes[layer + 1]);
      descend(b[layer], speed_b[layer], by_b[layer], sizes[layer + 1]);
    }
  }
  return loss;
}

static double last;
static void step(void) { last = run(ROWS / batch / PARTS); }
static double answer(void) { return run(10); }

static float *zeros(size_t count) {
  float *made = array(count, sizeof *made);
  memset(made, 0, count * sizeof *made);
  return made;
}

int main(int argc, char **argv) {
  (void)argc;
  batch = atoi(argv[1]);
  x = array((size_t)ROWS * WIDEST, sizeof *x), y = array(ROWS, sizeof *y), turned = zeros(WIDEST * 128);
  for (int i = 0; i < ROWS * WIDEST; i++) x[i] = uniform(1, i);
  for (int i = 0; i < ROWS; i++) y[i] = (int)(10 * uniform(2, i));
  order = shuffled(4, ROWS);
  out[0] = zeros(MOST * WIDEST);
  for (int layer = 0; layer < LAYERS; layer++) {
    const int n = sizes[layer], m = sizes[layer + 1];
    w[layer] = zeros(n * m), by_w[layer] = zeros(n * m), speed_w[layer] = zeros(n * m);
    b[layer] = zeros(m), by_b[layer] = zeros(m), speed_b[layer] = zeros(m);
    out[layer + 1] = zeros(MOST * m), by_out[layer + 1] = zeros(MOST * m);
    for (int i = 0; i < n * m; i++) w[layer][i] = (2 * uniform(10 + layer, i) - 1) / sqrt(n);
  }
  return obey(step, answer, ROWS / batch / PARTS);
}
