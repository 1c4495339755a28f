/**
 * The page's memory: what the person asked for, what the worker answered, and what can be done. Components read it and call its actions;
 * every change of what is asked goes through `ask`, which keeps the address in step and has the answer brought up to date.
 */
import { Address, type Change } from "./address.ts";
import { type Client, startClient, TaskError } from "./client.ts";
import type { Answer, Asked, NamedFile, Observations, Rates, Trouble } from "./messages.ts";
import { allowed } from "./parameters.ts";
import { firstFormula, isAboutCell, isOfOthers, type Reading, readFormula } from "./reading.ts";
import type { Sample } from "./samples.ts";
import { howSteps, type SettingName } from "./settings.ts";
import { Shelf } from "./shelf.svelte.ts";
import { fileOf, sized, sourceOf } from "./sources.ts";
import { type DataSource, empty, type ParamSetting, type State, stateOf, type Way } from "./state.ts";
import { Stroll } from "./stroll.svelte.ts";
import { messageOf } from "./words.ts";

type Values = Readonly<Record<string, number>>;

class Desk {
  /** What the person asked for. */
  state = $state.raw<State>(empty);
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
  readonly reading: Reading = $derived.by(() =>
    readFormula(this.state.formula, {
      columns: this.shelf.observations ? this.shelf.columnNames : null,
      params: Object.keys(this.state.params),
    }),
  );
  /** The parameters as they are shown: moved by hand, walked to, or found. */
  readonly values: Values = $derived.by(() => {
    // What a walk came to may be a better place on its way.
    const walked = this.stroll.answer ? null : this.stroll.values;
    return this.hand ?? walked ?? valuesOf(this.shownAnswer);
  });

  /** Whether what is wrong is in a cell of the data, and not in the formula. */
  readonly isCellAtFault: boolean = $derived.by(() => {
    const [trouble, observations] = [this.answerTrouble, this.shelf.observations];
    return trouble !== null && observations !== null && isAboutCell(trouble, observations.name);
  });
  /** Whether there is something to walk on. */
  readonly canWalk: boolean = $derived.by(
    () => this.reading.formula !== null && this.shelf.observations !== null,
  );
  /** The answer that is shown: that of the walk where it has stopped, else that of the fit at once. */
  readonly shownAnswer: Answer | null = $derived.by(() => this.stroll.answer ?? this.answer);

  readonly client: Client;
  /** The data. */
  readonly shelf: Shelf;
  readonly stroll: Stroll;
  readonly #address = new Address();
  /** Counts what was asked: an answer to anything but the last comes too late. */
  #turn = 0;

  constructor() {
    this.client = startClient((threads, reason) => {
      this.threads = threads;
      this.threadsReason = reason;
    });
    this.shelf = new Shelf(this.client);
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
    return { formula, params: among(this.reading.formula?.params ?? [], params), settings };
  }

  /** How steps are made is left to the fit at once, unless an optimizer is asked for, and nobody walks. */
  get #askedAtOnce(): Asked {
    const { asked } = this;
    const isLeft = this.state.way === "steps" || asked.settings.optimizer === null;
    return isLeft ? { ...asked, settings: { ...asked.settings, ...howSteps } } : asked;
  }

  /** Changes what is asked: at once, which going back undoes, or as one of many changes while something is typed or dragged. */
  ask(change: Partial<State>, isStep = false): void {
    this.#become(change, isStep ? "step" : "typing");
    this.hand = null;
    void this.refresh();
  }

  /** Says that what was typed or dragged is as it was meant. */
  settle(): void {
    this.#address.settle();
  }

  /** What is said of a parameter. */
  settingOf(name: string): ParamSetting {
    const { params } = this.state;
    return Object.hasOwn(params, name) ? params[name]! : {};
  }

  setParam(name: string, setting: ParamSetting, isStep = false): void {
    this.ask({ params: { ...this.state.params, [name]: setting } }, isStep);
  }

  /** Sets a setting. Another rate is that of a walk from here on; all else begins anew. */
  set(name: SettingName, value: string | number | null): void {
    const settings = { ...this.state.settings, [name]: value };
    if (name === "lr" && value !== null && this.stroll.walk) {
      this.#become({ settings }, "step");
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
    this.#become({ way }, "step");
    if (this.state.settings.optimizer !== null) void this.#fit();
  }

  /**
   * Moves a parameter by hand. Of a walk it is the walk's from here on; of one that is fixed it is where it is fixed, and the others are
   * found; and else the curve follows, and waits.
   */
  move(name: string, value: number): void {
    const setting = this.settingOf(name);
    if (setting.fixed && !this.stroll.walk) this.setParam(name, { ...setting, start: value });
    else this.moveTo({ [name]: value });
  }

  /** Moves parameters that are free, all in one; those of a formula that was there before are left where they were. */
  moveTo(values: Values): void {
    const { params = [] } = this.reading.formula ?? {};
    const moved = among(params, values);
    if (this.stroll.walk) void this.stroll.change({ params: moved });
    else if (Object.keys(moved).length > 0)
      this.hand = { ...this.#near(), ...among(params, this.values), ...moved };
  }

  /** Lets the answer be the answer again. */
  letGo(): void {
    this.hand = null;
  }

  /** Fits from where the parameters were moved to. */
  fitFromHere(): void {
    const starts = Object.entries(this.values).map(([name, value]) => {
      const setting = this.settingOf(name);
      return [name, { ...setting, start: allowed(Number(value.toPrecision(7)), setting) }];
    });
    this.ask({ params: { ...this.state.params, ...Object.fromEntries(starts) } }, true);
  }

  /** Opens a sample, and asks of it what is asked of it to begin with. */
  async openSample({ name, formula, params, settings }: Sample): Promise<void> {
    const source: DataSource = { kind: "sample", name };
    await this.#open(source, fileOf(source), { formula, params, settings });
  }

  /** Opens a file that a person has, and keeps it for the next time. */
  async openFile(file: NamedFile): Promise<void> {
    const source = await sourceOf(file);
    if ((await this.#open(source, sized(file))) && source.kind === "file") await this.#keep(source, file);
  }

  /** Brings answer and columns up to date with what is asked. */
  async refresh(): Promise<void> {
    this.#turn++;
    this.stroll.end();
    this.rates = null;
    const { formula, trouble } = this.reading;
    this.answerTrouble = trouble;
    this.isBusy = false;
    if (!formula || !this.shelf.observations) return;
    void this.shelf.fetchColumns(formula);
    if (this.state.way === "steps") void this.stroll.initialize();
    await this.#fit();
  }

  #become(change: Partial<State>, kind: Change): void {
    this.state = { ...this.state, ...change };
    this.#address.write(this.state, kind);
  }

  async #takeUp(): Promise<void> {
    this.#address.forget();
    const { state, troubles } = await stateOf(location.hash);
    const isOther =
      JSON.stringify(state.data) !== JSON.stringify(this.state.data) || !this.shelf.observations;
    this.hand = null;
    const opened = state.data && isOther ? await this.shelf.read(fileOf(state.data)) : undefined;
    if (opened === undefined) this.shelf.trouble = null;
    this.#show(state, opened === undefined && state.data ? this.shelf.observations : (opened ?? null));
    this.shelf.trouble ??= troubles[0] ?? null;
    await this.refresh();
  }

  /** Opens other observations, and tells whether they could be read. A formula that was of other columns is left behind; where there is none, a line is drawn to begin with. */
  async #open(
    data: DataSource,
    file: NamedFile | Promise<NamedFile>,
    more: Partial<State> = {},
  ): Promise<boolean> {
    const opened = await this.shelf.read(file);
    if (!opened) return false;
    const names = opened.columns.map(({ name }) => name);
    const isLeft = this.shelf.observations !== null && isOfOthers(this.state.formula, names);
    const formula = more.formula ?? (isLeft ? "" : this.state.formula);
    const first = { formula: formula.trim() === "" ? (firstFormula(opened.columns) ?? "") : formula };
    this.#show({ ...this.state, ...more, ...first, way: "fit", data }, opened);
    this.#address.write(this.state, "step");
    void this.refresh();
    return true;
  }

  #show(state: State, observations: Observations | null): void {
    if (observations !== this.shelf.observations) {
      this.answer = null;
      this.shelf.show(observations);
    }
    this.state = state;
    this.hand = null;
  }

  /** Keeps a file in the browser, which the address then says. */
  async #keep(source: DataSource, file: NamedFile): Promise<void> {
    const isStill = (): boolean => this.state.data === source;
    const key = await this.shelf.keep(file, isStill);
    if (key !== null && isStill())
      this.#become({ data: { kind: "kept", name: file.name, key } }, "amendment");
  }

  async #fit(): Promise<void> {
    const turn = this.#turn;
    const isLast = (): boolean => turn === this.#turn;
    this.isBusy = true;
    try {
      const answer = await this.client.ask("answer", { ...this.#askedAtOnce, near: this.#near() }, (part) => {
        if (isLast()) this.answer = part;
      });
      if (answer && isLast()) this.answer = answer;
    } catch (error) {
      if (isLast()) this.answerTrouble = troubleOf(error);
    }
    if (isLast()) this.isBusy = false;
  }

  /** Where the parameters were last, or 1, as the library has it; within their limits. */
  #near(): Values {
    const last = new Map(Object.entries(valuesOf(this.answer)));
    const names = this.reading.formula?.params ?? [];
    return Object.fromEntries(
      names.map((name) => [name, allowed(last.get(name) ?? 1, this.settingOf(name))]),
    );
  }
}

function troubleOf(error: unknown): Trouble {
  return error instanceof TaskError ? error : { message: messageOf(error), span: null };
}

/** What is said of parameters that there are: the library refuses others, which a formula may get back as it is typed. */
function among<T>(names: readonly string[], all: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(names.flatMap((name) => (Object.hasOwn(all, name) ? [[name, all[name]!]] : [])));
}

function valuesOf(answer: Answer | null): Values {
  return Object.fromEntries(Object.entries(answer?.params ?? {}).map(([name, { value }]) => [name, value]));
}

export const desk = new Desk();
