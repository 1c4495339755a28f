/** The optimizers against PyTorch's own numbers, and what each promises: where it goes, what it leaves alone, what it refuses. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Dtype } from "../src/ir/dtype.ts";
import { ancestors } from "../src/ir/graph.ts";
import {
  type Objective,
  type Optimizer,
  type OptimizerState,
  optimizer,
  realizeAll,
} from "../src/optim/optimizer.ts";
import { optimizerName, optimizers } from "../src/optim/optimizers.ts";
import { stepLr } from "../src/optim/schedules.ts";
import { valueAndGrad } from "../src/tensor/autodiff.ts";
import { full, tensor, zeros } from "../src/tensor/make.ts";
import { Tensor } from "../src/tensor/tensor.ts";
import { type Tensors, tensorsOf } from "../src/tensor/tree.ts";

type Maker = (options?: Record<string, unknown>) => Optimizer;

const makers = optimizers as unknown as Record<string, Maker>;
const names = Object.keys(optimizers);

interface Saved {
  shape: number[];
  dtype: Dtype;
  data: number[];
}

interface Case {
  optimizer: string;
  options: Record<string, unknown>;
  t: Saved;
  y: Saved;
  start: Saved;
  losses: number[];
  params: number[][];
}

const golden = JSON.parse(readFileSync(new URL("golden/optimizers.json", import.meta.url), "utf8")) as {
  cases: Case[];
};

/** `weight_decay` is `weightDecay` here, and "strong_wolfe" "strongWolfe". */
const camelCase = (name: string) => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

function methodOf(c: Case): Optimizer {
  const options = Object.entries(c.options).map(([name, value]) => [
    camelCase(name),
    typeof value === "string" ? camelCase(value) : value,
  ]);
  return makers[c.optimizer]!(Object.fromEntries(options));
}

const saved = ({ shape, dtype, data }: Saved, requiresGrad = false) =>
  tensor(data, { shape, dtype, requiresGrad });

function lossOf(c: Case): (p: Tensor) => Tensor {
  const [t, y] = [saved(c.t), saved(c.y)];
  return (p) => {
    const [a, b, c] = p;
    return a!.mul(t.square()).add(b!.mul(t)).add(c!).sub(y).square().mean();
  };
}

const numbers = (t: Tensor) => [...t.toTypedArray()];

/** The loss before each step, and the parameters after it. */
interface Path {
  losses: number[];
  params: number[][];
}

function objectiveOf<P extends Tensors>(loss: (params: P) => Tensor): Objective<P> {
  const both = valueAndGrad(loss);
  return (params) => {
    const [value, grads] = both(params);
    return { loss: value.item(), grads };
  };
}

function walk<P extends Tensors>(
  method: Optimizer,
  start: P,
  lossFunction: (params: P) => Tensor,
  steps: number,
  visit: (loss: number, params: P) => void = () => {},
): P {
  const objective = objectiveOf(lossFunction);
  let at = { params: start, state: method.init(start) };
  for (let k = 0; k < steps; k++) {
    const { loss, grads } = objective(at.params);
    at = realizeAll(method.update(grads, at.state, at.params, { loss, objective }));
    visit(loss, at.params);
  }
  return at.params;
}

const ways: Record<string, (c: Case) => Path> = {
  "by update": (c) => {
    const path: Path = { losses: [], params: [] };
    walk(methodOf(c), saved(c.start), lossOf(c), c.losses.length, (loss, params) => {
      path.losses.push(loss);
      path.params.push(numbers(params));
    });
    return path;
  },
  "by the holder": (c) => {
    const path: Path = { losses: [], params: [] };
    const p = saved(c.start, true);
    const loss = lossOf(c);
    const held = optimizer([p], methodOf(c));
    for (let k = 0; k < c.losses.length; k++) {
      const first = held.step(() => {
        held.zeroGrad();
        const value = loss(p);
        value.backward();
        return value;
      });
      path.losses.push(first.item());
      path.params.push(numbers(p));
    }
    return path;
  },
};

describe("the paths are PyTorch's", () => {
  const tolerance: Record<string, number> = { float64: 1e-10, float32: 1e-3 };

  function farthest(got: readonly number[], want: readonly number[]): number {
    return Math.max(...want.map((x, i) => Math.abs(got[i]! - x) / Math.max(1, Math.abs(x))));
  }

  const titled = Object.keys(ways).flatMap((way) =>
    golden.cases.map((c) => [`${c.optimizer} ${JSON.stringify(c.options)} ${c.t.dtype} ${way}`, way, c] as const),
  );

  it.each(titled)("%s", (title, way, c) => {
    const path = ways[way]!(c);
    console.log(title, farthest(path.losses, c.losses), Math.max(...path.params.map((p,k)=>farthest(p,c.params[k]!))), farthest(path.params[0]!, c.params[0]!));
    expect(farthest(path.losses, c.losses)).toBeLessThan(tolerance[c.t.dtype]!);
  });
});
