/**
 * The page's memory: what the person asked for, what the worker answered, and what can be done. Components read it and call its actions;
 * every change of what is asked goes through `ask`, which keeps the address in step and has the answer brought up to date.
 */
import { type Formula, FormulaError, parseFormula } from "../names.ts";
import { type Client, startClient, TaskError } from "./client.ts";
import type { Answer, Asked, Observations, Rates, Trouble } from "./messages.ts";
import type { SettingName } from "./settings.ts";
import { bytesOf } from "./sources.ts";
import {
  type DataSource,
  empty,
  fragmentOf,
  type ParamSetting,
  type State,
  stateOf,
  type Way,
} from "./state.ts";
import { Stroll } from "./stroll.svelte.ts";

/** A formula as far as it can be read, and what is wrong with it. */
export interface Reading {
  readonly formula: Formula | null;
  readonly trouble: Trouble | null;
}

type Values = Readonly<Record<string, number>>;

export class Desk {
  /** What the person asked for. */
  state = $state.raw<State>(empty);
  observations = $state.raw<Observations | null>(null);
  /** The columns that the formula reads, all rows; empty until they are here. */
  columns = $state.raw<Readonly<Record<string, Float64Array>>>({});
  /** What is wrong with the data, or with the address. */
  dataTrouble = $state.raw<string | null>(null);
  answer = $state.raw<Answer | null>(null);
  answerTrouble = $state.raw<Trouble | null>(null);
  isBusy = $state(false);
  /** Losses by learning rate, where they were asked for. */
  rates = $state.raw<Rates | null>(null);
  /** Parameters as a person moved them by hand, in place of the answer's. */
  hand = $state.raw<Values | null>(null);
  threads = $state(1);
  /** Why there are no more threads; null where nothing is in the way. */
  threadsReason = $state<string | null>(null);

  /** The formula, read by the library with the columns at hand. */
  readonly reading: Reading = $derived.by(() => read(this.state.formula, this.observations));
  /** The parameters as they are shown: moved by hand, walked to, or found. */
  readonly values: Values = $derived.by(() => this.hand ?? this.stroll.values ?? valuesOf(this.answer));

  /** Whether there is something to walk on. */
  readonly canWalk: boolean = $derived(this.reading.formula !== null && this.observations !== null);
  /** The answer that is shown: that of the walk where it has stopped, else that of the fit at once. */
  readonly shownAnswer: Answer | null = $derived.by(() => this.stroll.answer ?? this.answer);

  readonly client: Client;
  readonly stroll: Stroll;
  /** Whether what is in the address is older than what is asked. */
  #isWriting = false;

  constructor() {
    this.client = startClient((threads, reason) => {
      this.threads = threads;
      this.threadsReason = reason;
    });
    this.stroll = new Stroll(this.client, () => {
      this.#go("steps");
      return this.asked;
    });
  }

  /** Takes up what the address says, now and whenever it changes. */
  begin(): void {
    addEventListener("popstate", () => void this.#takeUp());
    void this.#takeUp();
  }

  get asked(): Asked {
    const { formula, params, settings } = this.state;
    return { formula, params: paramsAmong(this.reading.formula?.params ?? [], params), settings };
  }

  /** How steps are made is left to the fit at once, unless an optimizer is asked for, and nobody walks. */
  get #askedAtOnce(): Asked {
    const { asked } = this;
    const isLeft = this.state.way === "steps" || asked.settings.optimizer === null;
    return isLeft ? { ...asked, settings: { ...asked.settings, ...howSteps } } : asked;
  }

  /** Changes what is asked. `isStep` says that going back should lead to what was before. */
  ask(change: Partial<State>, isStep = false): void {
    this.state = { ...this.state, ...change };
    this.hand = null;
    void this.#write(isStep);
    void this.refresh();
  }

  setParam(name: string, setting: ParamSetting): void {
    this.ask({ params: { ...this.state.params, [name]: setting } });
  }

  /** Sets a setting. Another rate is that of a walk from here on; all else begins anew. */
  set(name: SettingName, value: string | number | null): void {
    const settings = { ...this.state.settings, [name]: value };
    if (name === "lr" && value !== null && this.stroll.walk) {
      this.state = { ...this.state, settings };
      void this.#write(true);
      void this.stroll.change({ lr: Number(value) });
    } else this.ask({ settings }, true);
  }

  /** Finds how the loss goes with the learning rate, from where a walk begins. */
  async tryRates(): Promise<void> {
    try {
      this.rates = await this.client.ask("rates", this.asked);
    } catch (error) {
      this.answerTrouble = troubleOf(error);
    }
  }

  /** Ends the walk: the fit at once is the answer again. */
  walkOff(): void {
    this.#go("fit");
    void this.refresh();
  }

  /** Another way; of the way back in the browser's history it is a step. */
  #go(way: Way): void {
    if (this.state.way === way) return;
    this.state = { ...this.state, way };
    void this.#write(true);
    if (this.state.settings.optimizer !== null) void this.#fit();
  }

  /** Moves a parameter by hand: the curve follows at once; of a walk it is the walk's from here on. */
  move(name: string, value: number): void {
    if (this.stroll.walk) return void this.stroll.change({ params: { [name]: value } });
    this.hand = { ...this.values, [name]: value };
  }

  /** Lets the answer be the answer again. */
  letGo(): void {
    this.hand = null;
  }

  /** Opens other observations; with them may come what is asked of them. */
  async open(data: DataSource, more: Partial<State> = {}): Promise<void> {
    this.state = { ...this.state, params: {}, ...more, data };
    void this.#write(true);
    await this.#read(data);
  }

  /** Brings answer and columns up to date with what is asked. */
  async refresh(): Promise<void> {
    this.stroll.end();
    this.rates = null;
    const { formula, trouble } = this.reading;
    this.answerTrouble = trouble;
    if (!formula || !this.observations) return;
    void this.#fetchColumns(formula);
    if (this.state.way === "steps") void this.stroll.initialize();
    await this.#fit();
  }

  async #takeUp(): Promise<void> {
    const { state, troubles } = await stateOf(location.hash);
    const isOther = JSON.stringify(state.data) !== JSON.stringify(this.state.data) || !this.observations;
    this.state = state;
    this.hand = null;
    this.dataTrouble = troubles[0] ?? null;
    if (state.data && isOther) await this.#read(state.data);
    else await this.refresh();
  }

  /** Has the worker read observations. */
  async #read(data: DataSource): Promise<void> {
    this.dataTrouble = null;
    this.answer = null;
    this.columns = {};
    try {
      const opened = await this.client.ask("open", await bytesOf(data));
      if (!opened) return;
      this.observations = opened;
      await this.refresh();
    } catch (error) {
      this.observations = null;
      this.dataTrouble = error instanceof Error ? error.message : String(error);
    }
  }

  async #fetchColumns({ target, inputs }: Formula): Promise<void> {
    try {
      const columns = await this.client.ask("columns", { names: [target, ...inputs] });
      if (columns) this.columns = columns;
    } catch {
      // What is wrong with a column the fit says too, and better.
    }
  }

  async #fit(): Promise<void> {
    this.isBusy = true;
    try {
      const answer = await this.client.ask("answer", { ...this.#askedAtOnce, near: this.#near() }, (part) => {
        this.answer = part;
      });
      if (!answer) return;
      this.answer = answer;
      this.answerTrouble = null;
    } catch (error) {
      this.answerTrouble = troubleOf(error);
    }
    this.isBusy = false;
  }

  /** Where the parameters were last, or 1, as the library has it. */
  #near(): Values {
    const last = valuesOf(this.answer);
    const names = this.reading.formula?.params ?? [];
    return Object.fromEntries(names.map((name) => [name, Object.hasOwn(last, name) ? last[name]! : 1]));
  }

  /** Writes what is asked into the address, once for all that changes in one turn. */
  async #write(isStep: boolean): Promise<void> {
    if (this.#isWriting && !isStep) return;
    this.#isWriting = true;
    await Promise.resolve();
    const fragment = await fragmentOf(this.state);
    this.#isWriting = false;
    const url = fragment === "" ? location.pathname + location.search : `#${fragment}`;
    if (isStep) history.pushState(null, "", url);
    else history.replaceState(null, "", url);
  }
}

/** The settings of how steps are made, left open. */
const howSteps = { optimizer: null, lr: null, momentum: null, batchSize: null } as const;

function troubleOf(error: unknown): Trouble {
  return error instanceof TaskError ? error : { message: String(error), span: null };
}

function read(source: string, observations: Observations | null): Reading {
  if (source.trim() === "") return { formula: null, trouble: null };
  try {
    const columns = observations?.columns.map(({ name }) => name);
    return { formula: parseFormula(source, columns ? { columns } : {}), trouble: null };
  } catch (error) {
    if (error instanceof FormulaError)
      return { formula: null, trouble: { message: error.problem, span: error.span } };
    throw error;
  }
}

/** What is said of parameters that there are: the library refuses others, which a formula may get back as it is typed. */
function paramsAmong(
  names: readonly string[],
  params: Readonly<Record<string, ParamSetting>>,
): Record<string, ParamSetting> {
  return Object.fromEntries(
    names.flatMap((name) => (Object.hasOwn(params, name) ? [[name, params[name]!]] : [])),
  );
}

function valuesOf(answer: Answer | null): Values {
  return Object.fromEntries(Object.entries(answer?.params ?? {}).map(([name, { value }]) => [name, value]));
}

export const desk = new Desk();
