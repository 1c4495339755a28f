/** The samples at hand, a row each: observations that come with the page, and what is asked of them to begin with. */

import cars from "../../data/cars-stopping-distance.csv?url";
import co2 from "../../data/co2-mauna-loa-annual.csv?url";
import epidemic from "../../data/covid-first-wave-2020.csv?url";
import ride from "../../data/roller-coaster.csv?url";
import { type Settings, unset } from "./settings.ts";
import type { State } from "./state.ts";

export interface Sample {
  readonly name: string;
  readonly title: string;
  /** Where the observations come from. */
  readonly source: string;
  /** What errors call the file. */
  readonly file: string;
  readonly url: string;
  readonly formula: string;
  /** Where a walk begins, roughly: numbers drawn by chance are far off where parameters are in the thousands. */
  readonly params: State["params"];
  readonly settings: Settings;
}

export const samples: readonly Sample[] = [
  {
    name: "roller-coaster",
    title: "Roller coaster",
    source: "Synthetic: the speed over a hump, from the course Practical Deep Learning for Coders, chapter 4",
    file: "roller-coaster.csv",
    url: ride,
    formula: "speed ~ a*time^2 + b*time + c",
    params: {},
    // Those of the course, whose losses a walk then has.
    settings: { ...unset, lr: 1e-5, seed: 42 },
  },
  {
    name: "co2",
    title: "Carbon dioxide",
    source: "Annual means at Mauna Loa, parts per million: NOAA Global Monitoring Laboratory",
    file: "co2-mauna-loa-annual.csv",
    url: co2,
    formula: "Mean ~ base + rise*exp((Year - 1959)/tau)",
    params: { base: { start: 250 }, rise: { start: 50 }, tau: { start: 50 } },
    settings: unset,
  },
  {
    name: "stopping-distance",
    title: "Stopping distances",
    source: "Cars of the 1920s, feet by miles an hour: M. Ezekiel, 1930",
    file: "cars-stopping-distance.csv",
    url: cars,
    formula: "dist ~ reaction*speed + braking*speed^2",
    params: {},
    settings: unset,
  },
  {
    name: "epidemic",
    title: "Epidemic wave",
    source: "Confirmed cases in the first wave of 2020: Johns Hopkins University",
    file: "covid-first-wave-2020.csv",
    url: epidemic,
    formula: "italy ~ size/(1 + exp(-growth*(day - peak)))",
    params: { size: { start: 200_000 }, growth: { start: 0.1 }, peak: { start: 60 } },
    settings: unset,
  },
];
