/** The walk, taken in hand: tasks come in; where the walk is, with all that there is to tell of it, goes out. */
import type { Answer, Asked, Doing, Tasks, Walk } from "../messages.ts";
import { answerOf, codeOf } from "./answer.ts";
import { begin } from "./begin.ts";
import { pacer } from "./pace.ts";
import { type Begun, sceneOf } from "./scene.ts";

let begun: Begun | null = null;

function current(): Begun {
  if (!begun) throw new Error("expected a walk that has begun, got none");
  return begun;
}

export async function initialize(asked: Asked): Promise<Walk> {
  begun = await begin(asked);
  return walkOf(begun);
}

export async function take({ steps }: Tasks["take"]["in"]): Promise<Walk> {
  current().training.take({ steps });
  return walkOf(current());
}

export async function rewind({ step }: Tasks["rewind"]["in"]): Promise<Walk> {
  const { training } = current();
  training.to(Math.min(step, training.last));
  return walkOf(current());
}

export async function change(edit: Tasks["change"]["in"]): Promise<Walk> {
  const walk = current();
  await walk.training.change(edit);
  begun = { ...walk, isChanged: true };
  return walkOf(current());
}

/** The answer, if the walk ends where it is. */
export async function finish(): Promise<Answer> {
  const { training, options, isChanged } = current();
  const steps = training.moment.step;
  const code = isChanged
    ? "// No single fit repeats this walk: it was changed on the way.\n"
    : codeOf({ ...options, steps });
  return answerOf(await training.finish(), code);
}

/** Goes on at a speed until there is a reason to stop, or it is no longer wanted. */
export async function play({ speed }: Tasks["play"]["in"], { signal, tell }: Doing<Walk>): Promise<Walk> {
  const walk = current();
  const { training } = walk;
  const nextPortion = pacer(speed, signal);
  const gauge = stepGauge();
  for (;;) {
    const portion = await nextPortion();
    if (signal.aborted || training.outcome) return walkOf(walk);
    tell(
      walkOf(
        walk,
        gauge(() => training.take(portion).step),
      ),
    );
  }
}

/** Measures the steps a second of what it is given to do, over the last second or so. */
function stepGauge(): (take: () => number) => number {
  let [steps, milliseconds, before] = [0, 0, current().training.moment.step];
  return (take) => {
    const started = performance.now();
    const step = take();
    // What is long gone counts less and less.
    const kept = milliseconds > 500 ? 0.5 : 1;
    steps = kept * steps + (step - before);
    milliseconds = kept * milliseconds + (performance.now() - started);
    before = step;
    return (1000 * steps) / Math.max(milliseconds, 1e-3);
  };
}

/** How many places of the way are shown. */
const mostPlaces = 300;

function walkOf(walk: Begun, stepsPerSecond: number | null = null): Walk {
  const { training } = walk;
  const moment = training.moment;
  const path = training.path(mostPlaces);
  const scene = sceneOf(walk, moment, path, stepsPerSecond !== null);
  const { last, outcome, optimizer, perEpoch, lossName: loss } = training;
  const { gradients } = scene;
  return {
    moment,
    scene,
    gradients,
    last,
    outcome,
    path,
    optimizer,
    loss,
    perEpoch,
    // Many bytes, which do not change: the page has them from the beginning.
    heldOut: stepsPerSecond === null ? walk.heldOut : null,
    stepsPerSecond,
  };
}
