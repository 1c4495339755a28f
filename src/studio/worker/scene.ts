/** A scene of a walk, for the library to tell of: a walk and how it was begun come in, plain values go out. */
import {
  type Formula,
  parseFormula,
  type Scene,
  type StepEvent,
  type Table,
  type Training,
  type TrainOptions,
} from "../../page.ts";
import type { Asked } from "../messages.ts";
import { data } from "./observations.ts";

/** A walk that was begun, and what there is to say of how. */
export interface Begun {
  readonly training: Training;
  readonly asked: Asked;
  readonly options: TrainOptions;
  /** Whether somebody changed something on the way. */
  readonly isChanged: boolean;
  readonly formula: Formula;
  /** Where the parameters came from, in words. */
  readonly origin: string;
  /** The first rows, and how many there are. */
  readonly shown: Table;
  readonly count: number;
  /** A mark for each row that is held out; null where none is. */
  readonly heldOut: Uint8Array | null;
}

/** The formula that is asked for, with what is known of its names. */
export function formulaOf({ formula, params }: Asked): Formula {
  return parseFormula(formula, { columns: data().names, params: Object.keys(params) });
}

/** The scene where a walk is. While it plays nobody reads of each step. */
export function sceneOf(
  begun: Begun,
  moment: StepEvent,
  path: readonly StepEvent[],
  isPlaying: boolean,
): Scene {
  const { training, asked, formula, origin } = begun;
  const { start, end } = formula.response.span;
  const isFixed = (name: string): boolean => asked.params[name]?.fixed === true;
  return {
    formula: asked.formula,
    response: formula.source.slice(start, end),
    origin,
    params: Object.entries(moment.params).map(([name, value]) => ({ name, value, fixed: isFixed(name) })),
    rows: rowsOf(begun),
    loss: { name: training.lossName, value: moment.loss, isWeighted: training.isWeighted },
    gradients: training.gradients(),
    step: isPlaying ? null : stepOf(begun, moment),
    path: path.map(({ step, loss }) => ({ step, loss })),
    outcome: training.outcome,
  };
}

function rowsOf({ formula, training, shown, count }: Begun): Scene["rows"] {
  return {
    count,
    inputs: formula.inputs.map((name) => ({ name, values: shown.numbers(name) })),
    observed: formula.observe({ [formula.target]: shown.numbers(formula.target) }),
    predicted: training.predict(shown),
  };
}

function stepOf({ training, asked }: Begun, { loss, params }: StepEvent): Scene["step"] {
  const taken = training.stepTaken();
  if (!taken) return null;
  const { before, gradients, learningRate: rate } = taken;
  const { optimizer, rateChosen } = training;
  const isPlain = optimizer === "sgd" && !asked.settings.momentum && rate !== null && rateChosen === null;
  const rateOrigin = rateChosen === null ? ", as asked for" : ` ${rateChosen}`;
  return {
    before,
    after: { loss, params },
    gradients,
    optimizer,
    isPlain,
    rate,
    rateOrigin,
  };
}
