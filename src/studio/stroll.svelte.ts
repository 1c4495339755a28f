/** The walk as a person takes it: buttons come in, tasks of the worker go out, and where the walk is comes back. */
import { type Chapter, type StepTitle, sevenSteps } from "../names.ts";
import type { Client } from "./client.ts";
import type { Answer, Asked, Walk } from "./messages.ts";
import { messageOf } from "./words.ts";

/** The seven steps. */
export const stages: readonly StepTitle[] = sevenSteps.map(({ title }) => title);

/** What there is to tell of a step. */
export function chapterOf(stage: StepTitle): Chapter {
  return sevenSteps.find(({ title }) => title === stage)!;
}

export class Stroll {
  /** Where the walk is; null where none has begun. */
  walk = $state.raw<Walk | null>(null);
  /** The answer where it was stopped; null while it may go on. */
  answer = $state.raw<Answer | null>(null);
  /** Which of the seven steps is looked at. */
  stage = $state<StepTitle>("initialize");
  isPlaying = $state(false);
  /** Steps a second while it plays; Infinity for as many as there can be. */
  speed = $state(10);
  trouble = $state.raw<string | null>(null);

  readonly values: Readonly<Record<string, number>> | null = $derived(this.walk?.moment.params ?? null);

  readonly #client: Client;
  readonly #asked: () => Asked;

  /** `asked` says what a walk that begins is to be of. */
  constructor(client: Client, asked: () => Asked) {
    this.#client = client;
    this.#asked = asked;
  }

  /** Does one of the seven steps, or looks at it. */
  async goTo(stage: StepTitle): Promise<void> {
    // It says so as it begins: by the time it is done another step may be looked at.
    if (stage === "initialize") return this.initialize();
    if (!this.walk) await this.initialize();
    if (stage === "step") await this.take();
    else if (stage === "repeat") await this.play();
    else if (stage === "stop") await this.stop();
    else this.stage = stage;
  }

  async initialize(): Promise<void> {
    await this.#rest();
    await this.#go("initialize", () => this.#client.ask("initialize", this.#asked()));
  }

  async take(steps = 1): Promise<void> {
    if (!this.walk) await this.initialize();
    await this.#rest();
    await this.#go("step", () => this.#client.ask("take", { steps }));
    await this.#end();
  }

  async play(): Promise<void> {
    if (!this.walk) await this.initialize();
    if (!this.walk || this.walk.outcome || this.isPlaying) return;
    this.isPlaying = true;
    await this.#go("repeat", () => this.#playing());
    this.isPlaying = false;
    await this.#end();
  }

  pause(): void {
    this.#client.stop("play");
  }

  /** Takes up another speed while it plays. */
  async pace(): Promise<void> {
    if (!this.isPlaying) return;
    await this.#rest();
    await this.play();
  }

  /** Says that this is the answer. */
  async stop(): Promise<void> {
    await this.#rest();
    this.stage = "stop";
    if (!this.walk) return;
    await this.#trying(
      () => this.#client.ask("finish", {}),
      (answer) => {
        this.answer = answer;
      },
    );
  }

  async rewind(step: number): Promise<void> {
    await this.#go(this.stage, () => this.#client.ask("rewind", { step }));
  }

  async change(edit: { params?: Record<string, number>; lr?: number }): Promise<void> {
    const isPlaying = this.isPlaying;
    await this.#rest();
    await this.#go(this.stage, () => this.#client.ask("change", edit));
    if (isPlaying) await this.play();
  }

  /** Forgets the walk. */
  end(): void {
    this.#ends++;
    this.pause();
    this.walk = null;
    this.answer = null;
    this.trouble = null;
    this.stage = "initialize";
  }

  /** How many walks were ended: what comes of one that was comes too late. */
  #ends = 0;
  /** The walk that plays, and its end. */
  #resting: Promise<unknown> = Promise.resolve();

  #playing(): Promise<Walk | null> {
    const heldOut = this.walk?.heldOut ?? null;
    const ends = this.#ends;
    const playing = this.#client.ask("play", { speed: this.speed }, (walk) => {
      if (ends === this.#ends) this.walk = { ...walk, heldOut };
    });
    this.#resting = playing.catch(() => null);
    return playing;
  }

  /** Waits until nothing plays any more. */
  async #rest(): Promise<void> {
    this.pause();
    await this.#resting;
    await Promise.resolve();
    this.isPlaying = false;
  }

  /** Where there is a reason to stop, that is the seventh step. */
  async #end(): Promise<void> {
    if (this.walk?.outcome) await this.stop();
  }

  async #go(stage: StepTitle, asking: () => Promise<Walk | null>): Promise<void> {
    this.stage = stage;
    this.trouble = null;
    this.answer = null;
    await this.#trying(asking, (walk) => {
      this.walk = walk;
    });
  }

  /** Takes what is asked for, unless the walk has ended meanwhile. */
  async #trying<T>(asking: () => Promise<T | null>, take: (found: T) => void): Promise<void> {
    const ends = this.#ends;
    try {
      const found = await asking();
      if (found !== null && ends === this.#ends) take(found);
    } catch (error) {
      if (ends === this.#ends) this.trouble = messageOf(error);
    }
  }
}
