/** The roller coaster of the tutorial: gradient descent that finds its own rate, and Levenberg-Marquardt. */
import { join } from "node:path";
import { fit } from "../../src/index.ts";
import { readTable } from "../../src/node.ts";
import type { Row } from "./score.ts";

const model = "speed ~ a*time^2 + b*time + c";
const coaster = await readTable(join(import.meta.dirname, "../../data/roller-coaster.csv"));

/** The least mean of squares there is. */
async function optimum(): Promise<number> {
  return (await fit({ data: coaster, model })).loss;
}

/** How far near the least a loss counts as there. */
const near = 1.0001;

/** After how many epochs of gradient descent without a learning rate the loss is within 0.01 % of the least; null where it never is. */
export async function epochsOfDescent(most: number): Promise<number | null> {
  const enough = (await optimum()) * near;
  const { history } = await fit({ data: coaster, model, optimizer: "sgd", epochs: most, stop: false });
  return history.find(({ loss }) => loss <= enough)?.epoch ?? null;
}

/** After how many steps of Levenberg-Marquardt. */
export async function stepsOfLevenberg(): Promise<number | null> {
  const enough = (await optimum()) * near;
  const { history, loss, steps } = await fit({ data: coaster, model, optimizer: "levenberg-marquardt" });
  return history.find((entry) => entry.loss <= enough)?.step ?? (loss <= enough ? steps : null);
}

export const tutorialRows: readonly Row[] = [
  {
    name: "roller coaster, `--optimizer sgd`, no rate given",
    elsewhere:
      "scikit-learn's SGDRegressor by default: a mean square of 6.8e25; the tutorial stops at 88 times the least",
    aim: "within 0.01 % of the least in at most 200 epochs",
    measure: async () => {
      const epochs = await epochsOfDescent(1000);
      return {
        measured: epochs === null ? "not within 1,000 epochs" : `${epochs} epochs`,
        isMet: epochs !== null && epochs <= 200,
      };
    },
  },
  {
    name: "roller coaster, Levenberg-Marquardt",
    elsewhere: "not compared",
    aim: "within 0.01 % of the least in at most 3 steps",
    measure: async () => {
      const steps = await stepsOfLevenberg();
      return {
        measured: steps === null ? "never" : `${steps} steps`,
        isMet: steps !== null && steps <= 3,
      };
    },
  },
];
