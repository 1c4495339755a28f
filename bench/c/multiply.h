/* Matrix products as loops that a compiler vectorizes: four rows at a time, so that each row of b is read once for them. Compiled with REAL. */
#ifndef MULTIPLY_H
#define MULTIPLY_H

/* c[m][n] += a[m][k] b[k][n], where a steps by `down` from row to row and by `across` from column to column. */
static void multiply(int m, int n, int k, const REAL *restrict a, int down, int across, const REAL *restrict b,
                     REAL *restrict c) {
  int i = 0;
  for (; i + 4 <= m; i += 4) {
    REAL *c0 = c + (long)i * n, *c1 = c0 + n, *c2 = c1 + n, *c3 = c2 + n;
    for (int p = 0; p < k; p++) {
      const REAL *from = a + (long)i * down + (long)p * across, *row = b + (long)p * n;
      const REAL a0 = from[0], a1 = from[down], a2 = from[2 * down], a3 = from[3 * down];
#pragma GCC ivdep
      for (int j = 0; j < n; j++) {
        c0[j] += a0 * row[j];
        c1[j] += a1 * row[j];
        c2[j] += a2 * row[j];
        c3[j] += a3 * row[j];
      }
    }
  }
  for (; i < m; i++)
    for (int p = 0; p < k; p++)
      for (int j = 0; j < n; j++) c[(long)i * n + j] += a[(long)i * down + (long)p * across] * b[(long)p * n + j];
}
#endif
