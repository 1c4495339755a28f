/** All jobs, in the order in which they run. */
import type { Job } from "../job.ts";
import { first } from "./first.ts";
import { memory } from "./memory.ts";
import { random } from "./random.ts";
import { size } from "./size.ts";
import { studio } from "./studio.ts";
import { w1 } from "./w1.ts";
import { w1e } from "./w1e.ts";
import { w2 } from "./w2.ts";
import { w2x } from "./w2x.ts";
import { w3 } from "./w3.ts";
import { w4 } from "./w4.ts";
import { w4g } from "./w4g.ts";
import { w7 } from "./w7.ts";
import { w8 } from "./w8.ts";

export const jobs: readonly Job[] = [
  w1,
  w1e,
  ...w2,
  ...w2x,
  ...w3,
  ...w4,
  ...w4g,
  w7,
  w8,
  ...first,
  ...memory,
  size,
  ...random,
  ...studio,
];
