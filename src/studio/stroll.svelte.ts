/** The walk as a person takes it: buttons come in, tasks of the worker go out, and where the walk is comes back. */
import type { Client } from "./client.ts";
import type { Asked, Walk } from "./messages.ts";

/** The seven steps. */
export const stages = ["initialize", "predict", "loss", "gradients", "step", "repeat", "stop"] as const;

export type Stage = (typeof stages)[number];

export class Stroll {
  /** Where the walk is; null where none has begun. */
  walk = $state.raw<Walk | null>(null);
  /** Which of the seven steps is looked at. */
  stage = $state<Stage>("initialize");
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

  async initialize(): Promise<void> {
    await this.#go("initialize", () => this.#client.ask("initialize", this.#asked()));
  }

  async take(steps = 1): Promise<void> {
    if (!this.walk) await this.initialize();
    await this.#go("step", () => this.#client.ask("take", { steps }));
  }

  async play(): Promise<void> {
    if (!this.walk) await this.initialize();
    if (!this.walk || this.isPlaying) return;
    this.isPlaying = true;
    await this.#go("repeat", () =>
      this.#client.ask("play", { speed: this.speed }, (walk) => (this.walk = walk)),
    );
    this.isPlaying = false;
    if (this.walk.outcome) this.stage = "stop";
  }

  pause(): void {
    this.#client.stop("play");
  }

  async rewind(step: number): Promise<void> {
    await this.#go(this.stage, () => this.#client.ask("rewind", { step }));
  }

  async change(edit: { params?: Record<string, number>; lr?: number }): Promise<void> {
    await this.#go(this.stage, () => this.#client.ask("change", edit));
  }

  /** Forgets the walk. */
  end(): void {
    this.pause();
    this.walk = null;
    this.stage = "initialize";
  }

  async #go(stage: Stage, asking: () => Promise<Walk | null>): Promise<void> {
    this.stage = stage;
    this.trouble = null;
    try {
      const walk = await asking();
      if (walk) this.walk = walk;
    } catch (error) {
      this.trouble = error instanceof Error ? error.message : String(error);
    }
  }
}
