/**
 * A small neural network from tensors alone: two moons of points to tell apart, sixteen hidden units, minibatches, Adam. What `fit`
 * does for formulas is written out here: the loop, the loss, `backward`, `step`.
 */
import { adam, cat, linspace, losses, manualSeed, noGrad, optimizer, rand, randn, randperm, stack, type Tensor } from "../src/index.ts";

manualSeed(3);

// The data: two half circles that reach into each other, with noise. Points are [n, 2], classes [n].
const n = 200;
const angle = rand([n]).mul(Math.PI);
const upper = stack([angle.cos(), angle.sin()], 1);
const lower = stack([angle.cos().mul(-1).add(1), angle.sin().mul(-1).add(0.5)], 1);
const points = cat([upper, lower]).add(randn([2 * n, 2]).mul(0.12));
const classes = cat([linspace(0, 0, n), linspace(1, 1, n)]);

// The network: [batch, 2] -> 16 hidden units -> one number, positive for the lower moon.
const layers = [
  { weight: randn([2, 16], { requiresGrad: true }), bias: randn([16], { requiresGrad: true }) },
  { weight: randn([16, 1], { requiresGrad: true }), bias: randn([1], { requiresGrad: true }) },
];

function network(x: Tensor): Tensor {
  const [hidden, out] = layers;
  return x.matmul(hidden.weight).add(hidden.bias).tanh().matmul(out.weight).add(out.bias).squeeze(1);
}

function share(): number {
  return noGrad(() => network(points).gt(0).eq(classes).float().mean().item());
}

const holder = optimizer(layers.flatMap(({ weight, bias }) => [weight, bias]), adam({ lr: 0.03 }));
const batch = 40;
for (let epoch = 0; epoch < 40; epoch++) {
  const order = randperm(2 * n);
  let total = 0;
  for (let start = 0; start < 2 * n; start += batch) {
    const rows = order.slice([[start, start + batch]]);
    const preds = network(points.indexSelect(0, rows));
    const loss = losses.binaryCrossEntropyWithLogits(preds, classes.indexSelect(0, rows));
    holder.zeroGrad();
    loss.backward();
    holder.step();
    total += loss.item();
  }
  if (epoch % 5 === 4)
    console.log(`epoch ${String(epoch + 1).padStart(2)}  loss ${((total * batch) / (2 * n)).toFixed(4)}  right ${(100 * share()).toFixed(1)} %`);
}

// What it has learned, as a map: o where the network says upper moon, . where it says lower.
console.log("\nthe plane as the network divides it");
const xs = linspace(-1.5, 2.5, 64);
for (const y of linspace(1.3, -0.8, 20).toTypedArray()) {
  const row = noGrad(() => network(stack([xs, xs.mul(0).add(y)], 1)).toTypedArray());
  console.log(Array.from(row, (score) => (score > 0 ? "." : "o")).join(""));
}
