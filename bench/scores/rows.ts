/** The rows of the scoreboard, in order. */
import { certifiedRows } from "./certified.ts";
import { commonRows } from "./common.ts";
import { outlierRows } from "./outliers.ts";
import type { Row } from "./score.ts";
import { processRows, speedRows } from "./speed.ts";
import { textbookRows } from "./textbook.ts";
import { tutorialRows } from "./tutorial.ts";

export const rows: readonly Row[] = [
  ...certifiedRows,
  ...commonRows,
  ...textbookRows,
  ...tutorialRows,
  ...speedRows,
  ...outlierRows,
  ...processRows,
];
