/** Many steps of a descent in one call of compiled code: gradients and the optimizer's rule are recorded once, and repeated. */
import type { Optimizer, OptimizerState, UpdateRule } from "../optim/optimizer.ts";
import { rateAt } from "../optim/options.ts";
import { tensor, zeros } from "../tensor/make.ts";
import { type ScanStep, scan } from "../tensor/scan.ts";
import { realize, type Tensor } from "../tensor/tensor.ts";
import { tensorsOf } from "../tensor/tree.ts";
import { bounded } from "./bounds.ts";
import { type Leg, type Run, rowsAStep, type Span } from "./method.ts";
import type { Named } from "./model.ts";
import { lossOver, type Problem, type Rows, takeRows } from "./problem.ts";
import { slopesOver } from "./slopes.ts";
import { isSteady } from "./steady.ts";

/** When steps one by one have taken so many milliseconds, a program for all that follow is worth its making, which takes as long. */
const worthwhile = 5;

/**
 * A run by a program, which is made at the first span of each kind. The first steps go by `loop`, to the same bits, and so do all
 * those of models that have to be called each time.
 */
export function repeating(
  problem: Problem,
  fixed: Named,
  optimizer: Optimizer,
  rule: UpdateRule,
  loop: Run,
): Run {
  const program = programFor(problem, fixed, optimizer, rule);
  const steady = new Map<number, boolean>();
  const canRepeat = (free: Named, size: number): boolean => {
    if (!steady.has(size)) steady.set(size, isSteady(problem, fixed, free, size));
    return steady.get(size)!;
  };
  let spent = 0;
  return (free, state, span) => {
    if (spent >= worthwhile && canRepeat(free, rowsAStep(span))) return program(free, state, span);
    const started = performance.now();
    const leg = loop(free, state, span);
    spent += performance.now() - started;
    return leg;
  };
}

/** What goes from step to step. */
type Carry = { readonly params: Named; readonly slots: OptimizerState["slots"] };

/** What a step is given: the optimizer's numbers, and the list of its rows; none where it takes all. */
type Given = { readonly numbers: Named; readonly rows: readonly Tensor[] };

/** What a step leaves: its loss, the validation loss where that is wanted, and the sum of the sizes of all slopes. */
type Left = { readonly loss: Tensor; readonly validationLoss: readonly Tensor[]; readonly steepness: Tensor };

type Step = ScanStep<Carry, Given, Left>;

function programFor(problem: Problem, fixed: Named, optimizer: Optimizer, rule: UpdateRule): Run {
  const plain = stepOver(problem, fixed, rule, null);
  const judging = stepOver(problem, fixed, rule, problem.validation);
  return (free, state, span) => {
    const before = (state as OptimizerState | undefined) ?? optimizer.init(free);
    const { taken, numbers } = numbersOver(optimizer, rule, before.step, span);
    const carry = { params: free, slots: before.slots };
    const given = { numbers, rows: rowsOver(span, taken) };
    const [{ params, slots }, left] = scan(span.validation ? judging : plain, carry, given);
    realize(tensorsOf([params, slots, left]));
    return { ...legOf(left), params, state: { step: before.step + taken, slots } };
  };
}

/** The step, as it is recorded. */
function stepOver(problem: Problem, fixed: Named, rule: UpdateRule, validation: Rows | null): Step {
  const { starts, training } = problem;
  return ({ params, slots }, { numbers, rows: [index] }) => {
    const rows = index ? takeRows(training, index) : training;
    const { loss, grads } = slopesOver(problem, fixed, rows)(params);
    const moved = rule.move(grads, slots, params, numbers);
    const validationLoss = validation ? [lossOver(problem, validation, { ...params, ...fixed })] : [];
    const next = { params: bounded(starts, moved.params), slots: moved.slots };
    return [next, { loss, validationLoss, steepness: steepnessOf(grads) }];
  };
}

/** 0 where all slopes are 0, and only there. */
function steepnessOf(grads: Named): Tensor {
  return Object.values(grads)
    .map((g) => g.abs().sum().double())
    .reduce((sum, part) => sum.add(part), zeros([], { dtype: "float64" }));
}

/**
 * The optimizer's numbers at the steps of a span, which come after `before` others: for each name one a step. They end where the
 * schedule refuses a rate, unless it is the first.
 */
function numbersOver(
  { lr }: Optimizer,
  rule: UpdateRule,
  before: number,
  { step, count }: Span,
): { taken: number; numbers: Named } {
  const names = Object.keys(rule.numbersAt(0, 0));
  const lists = names.map(() => new Float64Array(count));
  let taken = 0;
  try {
    for (; taken < count; taken++) {
      const numbers = rule.numbersAt(before + taken, rateAt(lr, step + taken));
      for (let i = 0; i < names.length; i++) lists[i]![taken] = numbers[names[i]!]!;
    }
  } catch (error) {
    if (taken === 0) throw error;
  }
  const columns = names.map((name, i) => [name, tensor(lists[i]!.subarray(0, taken))]);
  return { taken, numbers: Object.fromEntries(columns) };
}

/** The row numbers of so many steps of a span, a row of them a step. */
function rowsOver(span: Span, taken: number): Tensor[] {
  const size = rowsAStep(span);
  return span.rows ? [tensor(span.rows.subarray(0, taken * size), { shape: [taken, size] })] : [];
}

function legOf({ loss, validationLoss: [judged], steepness }: Left): Omit<Leg, "params" | "state"> {
  const at = steepness.realize().indexOf(0);
  return {
    losses: loss.realize(),
    validationLosses: judged?.realize() ?? null,
    end: at < 0 ? null : { at, kind: "converged" },
  };
}
