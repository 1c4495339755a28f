/**
 * A small neural network from tensors alone: two moons of points to tell apart, sixteen hidden units, minibatches, Adam. What `fit`
 * does for formulas is written out here: predictions, loss, `backward`, `step`, again.
 */
import {
  adam,
  cat,
  linspace,
  losses,
  manualSeed,
  noGrad,
  ones,
  optimizer,
  rand,
  randn,
  randperm,
  stack,
  type Tensor,
  zeros,
} from "../src/index.ts";

manualSeed(3);

/** Two half circles of n points each that reach into one another, with noise: points [2n, 2], and 0 or 1 for each. */
function moons(n: number): { points: Tensor; classes: Tensor } {
  const angle = rand([n]).mul(Math.PI);
  const upper = stack([angle.cos(), angle.sin()], 1);
  const lower = stack([angle.cos().neg().add(1), angle.sin().neg().add(0.5)], 1);
  const noise = randn([2 * n, 2]).mul(0.15);
  return { points: cat([upper, lower]).add(noise), classes: cat([zeros([n]), ones([n])]) };
}

// The parameters: 2 inputs, 16 hidden units, 1 output, which is positive for the lower moon.
const hidden = { weight: randn([2, 16], { requiresGrad: true }), bias: randn([16], { requiresGrad: true }) };
const out = { weight: randn([16, 1], { requiresGrad: true }), bias: randn([1], { requiresGrad: true }) };

function network(x: Tensor): Tensor {
  const units = x.matmul(hidden.weight).add(hidden.bias).tanh();
  return units.matmul(out.weight).add(out.bias).squeeze(1);
}

const training = moons(200);
const unseen = moons(200);

/** The share of points on their own side. */
function accuracy({ points, classes }: typeof training): string {
  const isRight = noGrad(() => network(points).gt(0).eq(classes));
  return `${(100 * isRight.float().mean().item()).toFixed(1)} %`;
}

const params = [hidden.weight, hidden.bias, out.weight, out.bias];
const method = optimizer(params, adam({ lr: 0.03 }));
const [epochs, batchSize, rows] = [30, 40, 400];

console.log("epoch     loss   right   unseen points right");
for (let epoch = 1; epoch <= epochs; epoch++) {
  const order = randperm(rows);
  let loss = 0;
  for (let start = 0; start < rows; start += batchSize) {
    const batch = order.slice([[start, start + batchSize]]);
    const preds = network(training.points.indexSelect(0, batch));
    const batchLoss = losses.binaryCrossEntropyWithLogits(preds, training.classes.indexSelect(0, batch));
    method.zeroGrad();
    batchLoss.backward();
    method.step();
    loss += (batchLoss.item() * batchSize) / rows;
  }
  if (epoch % 5 === 0)
    console.log(
      `${String(epoch).padStart(5)}${loss.toFixed(4).padStart(9)}${accuracy(training).padStart(8)}${accuracy(unseen).padStart(22)}`,
    );
}

// What it has learned, as a map of the plane: o where it says upper moon, . where it says lower.
console.log();
const x = linspace(-1.5, 2.5, 72);
for (const y of linspace(1.4, -0.9, 22).toTypedArray()) {
  const scores = noGrad(() => network(stack([x, x.mul(0).add(y)], 1)).toTypedArray());
  console.log(Array.from(scores, (score) => (score > 0 ? "." : "o")).join(""));
}
