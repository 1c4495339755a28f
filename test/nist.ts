/**
 * Three of the Statistical Reference Datasets for nonlinear regression of the National Institute of Standards and Technology (NIST/ITL,
 * public domain): observations, a model, two starts (far and near), and the least squares certified to 11 digits.
 */

/** One set. */
export interface Certified {
  readonly name: string;
  readonly data: Readonly<Record<"x" | "y", readonly number[]>>;
  readonly model: string;
  readonly params: Readonly<
    Record<
      string,
      { readonly starts: readonly [number, number]; readonly value: number; readonly error: number }
    >
  >;
  readonly residualSumOfSquares: number;
  readonly residualStandardDeviation: number;
}

export const certified: readonly Certified[] = [
  {
    name: "Misra1a",
    data: {
      x: [77.6, 114.9, 141.1, 190.8, 239.9, 289, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760],
      y: [10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.4, 75.47, 81.78],
    },
    model: "y ~ b1*(1-exp(-b2*x))",
    params: {
      b1: { starts: [500, 250], value: 238.94212918, error: 2.7070075241 },
      b2: { starts: [0.0001, 0.0005], value: 0.00055015643181, error: 7.2668688436e-6 },
    },
    residualSumOfSquares: 0.12455138894,
    residualStandardDeviation: 0.1018787633,
  },
  {
    name: "BoxBOD",
    data: {
      x: [1, 2, 3, 5, 7, 10],
      y: [109, 149, 149, 191, 213, 224],
    },
    model: "y ~ b1*(1-exp(-b2*x))",
    params: {
      b1: { starts: [1, 100], value: 213.80940889, error: 12.354515176 },
      b2: { starts: [1, 0.75], value: 0.54723748542, error: 0.10455993237 },
    },
    residualSumOfSquares: 1168.0088766,
    residualStandardDeviation: 17.088072423,
  },
  {
    name: "Rat43",
    data: {
      x: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
      y: [
        16.08, 33.83, 65.8, 97.2, 191.55, 326.2, 386.87, 520.53, 590.03, 651.92, 724.93, 699.56, 689.96,
        637.56, 717.41,
      ],
    },
    model: "y ~ b1/((1+exp(b2-b3*x))^(1/b4))",
    params: {
      b1: { starts: [100, 700], value: 699.6415127, error: 16.302297817 },
      b2: { starts: [10, 5], value: 5.2771253025, error: 2.0828735829 },
      b3: { starts: [1, 0.75], value: 0.75962938329, error: 0.19566123451 },
      b4: { starts: [1, 1.3], value: 1.2792483859, error: 0.68761936385 },
    },
    residualSumOfSquares: 8786.404908,
    residualStandardDeviation: 28.262414662,
  },
];
