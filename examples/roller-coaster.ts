/**
 * The end-to-end SGD example of the fastai course "Practical Deep Learning for Coders", chapter 4, line by line: the speed of
 * a roller coaster at twenty moments, a quadratic to describe it, and seven steps to find that quadratic.
 */
import { arange, braillePlot, manualSeed, randn, sideBySide, type Tensor } from "../src/index.ts";

manualSeed(42);

// The observations: every second for twenty seconds the speed, measured by hand and so not exact.
const time = arange(20);
const speed = randn([20]).mul(3).add(time.sub(9.5).pow(2).mul(0.75)).add(1);

function f(t: Tensor, params: Tensor): Tensor {
  const [a, b, c] = params;
  return a.mul(t.pow(2)).add(b.mul(t)).add(c);
}

function mse(preds: Tensor, targets: Tensor): Tensor {
  return preds.sub(targets).pow(2).mean();
}

function showPreds(preds: Tensor, title: string): string {
  const x = time.toTypedArray();
  return braillePlot({
    width: 36,
    height: 14,
    title,
    xLabel: "time",
    yLabel: "speed",
    yRange: [-300, 100],
    points: [{ x, y: speed.toTypedArray() }],
    curves: [{ x, y: preds.toTypedArray() }],
    legend: false,
  });
}

// Step 1: initialize the parameters.
let params = randn([3], { requiresGrad: true });
const origParams = params.detach().clone();
console.log(`step 1, initialize: ${params}`);

// Step 2: calculate the predictions.
let preds = f(time, params);
console.log(showPreds(preds, "step 2, predict"));

// Step 3: calculate the loss.
const loss = mse(preds, speed);
console.log(`step 3, loss: ${loss}`);

// Step 4: calculate the gradients.
loss.backward();
console.log(`step 4, gradients: ${params.grad}`);

// Step 5: step the weights.
const lr = 1e-5;
params.data = params.data.sub(params.grad!.data.mul(lr));
params.grad = null;
preds = f(time, params);
console.log(`step 5, step: the loss is now ${mse(preds, speed)}`);

function applyStep(params: Tensor, isPrinted = true): Tensor {
  const preds = f(time, params);
  const loss = mse(preds, speed);
  loss.backward();
  params.data = params.data.sub(params.grad!.data.mul(lr));
  params.grad = null;
  if (isPrinted) console.log(loss.item());
  return preds;
}

// Step 6: repeat the process.
console.log("step 6, repeat:");
for (let i = 0; i < 10; i++) applyStep(params);

// The first four steps again, from the same start, as pictures.
params = origParams.clone();
params.requiresGrad = true;
const panels = [1, 2, 3, 4].map((step) => showPreds(applyStep(params, false), `step ${step}`));
console.log(sideBySide(panels));

// Step 7: stop. Here after a number of steps; the loss of the parameters that training starts from makes the difference.
function train(start: Tensor, steps: number): { params: Tensor; losses: number[] } {
  const trained = start.clone();
  trained.requiresGrad = true;
  const losses = Array.from({ length: steps }, () => mse(applyStep(trained, false), speed).item());
  return { params: trained.detach(), losses };
}

const scratch = train(origParams, 200);
const pretrained = train(scratch.params, 200);
console.log("step 7, stop: two trainings of 200 steps\n\nstep   from scratch   from pretrained parameters");
for (const step of [0, 1, 2, 3, 10, 50, 199])
  console.log(
    `${String(step).padStart(4)}${scratch.losses[step].toFixed(2).padStart(15)}${pretrained.losses[step].toFixed(2).padStart(29)}`,
  );
