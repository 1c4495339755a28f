/** `coaster lr`: a table and a formula come in; how the loss goes by learning rate, and which rate to take, go out. */
import { readTable } from "../data/files.ts";
import { type LrFindOptions, type LrFound, lrFind } from "../fit/lr-find.ts";
import { braillePlot } from "../report/braille.ts";
import { wrap } from "../report/style.ts";
import { type Call, type Status, statuses } from "./call.ts";
import { checkFolders } from "./files.ts";
import { interruptible } from "./interrupt.ts";
import { optionsOf } from "./options.ts";
import { isAsciiOnly, styleFor, type Terminal, widthOf } from "./terminal.ts";

/** Tries rates, draws the losses, and says what to type next. */
export async function lrCommand({ operands, flags, terminal }: Call): Promise<Status> {
  await checkFolders([flags.plot]);
  const options = await optionsOf(await readTable(operands[0]!), operands[1], flags);
  const found = await interruptible((signal) => lrFind({ ...(options as LrFindOptions), signal }));
  const told = { data: operands[0]!, formula: options.model, found };
  terminal.out.write(`${flags.json ? JSON.stringify(found, null, 2) : textOf(told, terminal)}\n`);
  if (flags.plot !== undefined) await drawInto(flags.plot, told, terminal);
  return found.suggestion === null ? statuses.short : statuses.done;
}

/** What was found, and of what. */
interface Told {
  readonly data: string;
  readonly formula: string;
  readonly found: LrFound;
}

function textOf({ data, formula, found }: Told, terminal: Terminal): string {
  const { out } = terminal;
  const { optimizer, suggestion, message } = found;
  const next = `coaster fit ${data} "${formula}" --optimizer ${optimizer} --lr ${suggestion?.toPrecision(2)}`;
  const sentence = `${message[0]!.toUpperCase()}${message.slice(1)}.`;
  return [
    plotOf(found, terminal),
    "",
    ...wrap(sentence, widthOf(out)),
    ...(suggestion === null ? [] : ["Next:", `  ${next}`]),
    ...wrap("Without --lr a fit finds a rate by itself, in units of its own.", widthOf(out)),
  ].join("\n");
}

function plotOf({ rates, smoothed, loss }: LrFound, terminal: Terminal): string {
  const isPositive = smoothed.every((value) => value > 0);
  return braillePlot({
    width: Math.min(72, widthOf(terminal.out)),
    height: 16,
    curves: [{ x: rates.map(Math.log10), y: isPositive ? smoothed.map(Math.log10) : smoothed }],
    xLabel: "log10 learning rate",
    yLabel: isPositive ? `log10 ${loss}` : loss,
    legend: false,
    style: styleFor(terminal.out),
    ascii: isAsciiOnly(terminal),
  });
}

/** Draws the losses into a file. What draws takes its time to load, and is loaded here. */
async function drawInto(path: string, { formula, found }: Told, { err }: Terminal): Promise<void> {
  const [{ rateFigure }, { savePicture }] = await Promise.all([
    import("../report/plot/rate.ts"),
    import("../report/picture.ts"),
  ]);
  await savePicture(await rateFigure({ ...found, title: formula, caption: found.message }), path);
  err.write(`picture written to ${path}\n`);
}
