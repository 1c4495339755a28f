/** The seven steps on a terminal: a finished walk comes in, a chapter for each step goes out, as lines of text with small pictures. */
import {
  type Chapter,
  type Scene,
  type StepTitle,
  sevenSteps,
  type Told,
  type ToldColumn,
} from "../report/lesson.ts";
import { count, formatNumber, shortNumber } from "../report/numbers.ts";
import { padEnd, textWidth, wrap } from "../report/style.ts";
import { type Lesson, lossPlot, predictionPlots } from "./sketches.ts";
import { observedOf, predictionsAt, type Walk } from "./walk.ts";

/** The chapters that there is something to tell of, in order: a title, and lines. */
export function tell(lesson: Lesson): { readonly title: string; readonly lines: readonly string[] }[] {
  const scene = sceneOf(lesson.walk);
  const isNumber = Number.isFinite(scene.loss.value);
  return sevenSteps.flatMap((chapter, i) =>
    chapter.needsLoss && !isNumber
      ? []
      : [{ title: `Step ${i + 1}: ${chapter.title}`, lines: linesOf(chapter, chapter.tell(scene), lesson) }],
  );
}

/** The start of a walk, and what came of it. */
function sceneOf(walk: Walk): Scene {
  const { problem, path, gradients } = walk;
  const [before, after] = path;
  return {
    formula: problem.formula!.source,
    response: walk.response,
    origin: "Each parameter starts somewhere: where --start says, or else at 1.",
    params: problem.starts.map(({ name, value, fixed }) => ({ name, value: value.item(), fixed })),
    rows: {
      count: problem.table.rows,
      inputs: problem.inputs.map((name) => ({ name, values: problem.table.numbers(name) })),
      observed: observedOf(problem),
      predicted: predictionsAt(problem, before!.params, problem.table),
    },
    loss: { name: problem.loss.name, value: walk.loss, isWeighted: problem.training.weights !== null },
    gradients,
    step: before && after ? { before, after, gradients, ...howOf(walk) } : null,
    path,
    outcome: walk.finished.outcome,
  };
}

function howOf(
  walk: Walk,
): Pick<NonNullable<Scene["step"]>, "optimizer" | "isPlain" | "rate" | "rateOrigin"> {
  const { isPlain, rate, finished } = walk;
  return { optimizer: finished.optimizer.name, isPlain, rate: rate.lr, rateOrigin: originOf(rate) };
}

/** Where the learning rate comes from, as it follows the number. */
function originOf({ curvature, cuts }: Walk["rate"]): string {
  if (curvature === null) return ", as asked for";
  if (curvature === 0) return ", a guess: the loss has no curvature here";
  const source = `: one over ${shortNumber(curvature, 5)}, the largest curvature of the loss at the start`;
  if (cuts === 0) return source;
  return `${source}, and then a quarter of that, ${count(cuts, "time")}, until the loss fell at every step`;
}

/** What is drawn below a table, or around it. */
type Drawing = (lesson: Lesson, table: readonly string[]) => string[];

const drawings: Partial<Record<StepTitle, Drawing>> = {
  predict: (lesson, table) => [...table, "", ...predictionPlots(lesson, lesson.walk.path.slice(0, 1))],
  repeat: lossPlot,
  stop: (lesson) => {
    const { path } = lesson.walk;
    const places = path.filter((_, i) => i === 0 || i === 10 || i === path.length - 1);
    return places.length > 1 ? predictionPlots(lesson, places) : [];
  },
};

function linesOf({ title }: Chapter, told: Told, lesson: Lesson): string[] {
  const { room, style } = lesson;
  const draw: Drawing = drawings[title] ?? ((_, table) => [...table]);
  const words = wrap(told.words, room);
  const table = [...tableLines(told.table ?? [], lesson), ...afterLines(told, lesson)];
  const parts = [
    told.tone ? words.map((line) => style(told.tone!, line)) : words,
    told.work ? wrap(told.work, room) : [],
    draw(lesson, table),
  ];
  return parts.filter((lines) => lines.length > 0).flatMap((lines, i) => (i > 0 ? ["", ...lines] : lines));
}

/** A count of what is left out stands right below the table; a sentence apart from it. */
function afterLines({ after }: Told, { style, room }: Lesson): string[] {
  if (after === undefined) return [];
  return after.startsWith("...") ? [style("quiet", after)] : ["", ...wrap(after, room)];
}

/** What is to be said when all is told. */
export function epilogue({ walk: { best, problem }, room }: Lesson): string[] {
  if (best === null) return [];
  const how = `${best.optimizer.name}, ${count(best.steps, "step")}, ${problem.loss.name} ${formatNumber(best.loss)}`;
  return wrap(`The walk is not over. coaster fit takes wiser steps and comes to its end: ${how}.`, room);
}

/** Lines of cells, under a line of headings if there are any. */
function tableLines(columns: readonly ToldColumn[], { style }: Lesson): string[] {
  if (columns.length === 0) return [];
  const hasHeadings = columns.some(({ heading }) => heading !== undefined);
  const full = columns.map(({ heading = "", cells }) => (hasHeadings ? [heading, ...cells] : cells));
  const widths = full.map((cells) => Math.max(...cells.map(textWidth)));
  const lines = full[0]!.map((_, row) =>
    full
      .map((cells, i) => padEnd(cells[row]!, widths[i]!))
      .join("  ")
      .trimEnd(),
  );
  return hasHeadings ? [style("quiet", lines[0]!), ...lines.slice(1)] : lines;
}
