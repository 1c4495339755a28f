/** Where the data are: files come in and the worker reads them; what was read of them, their columns, and what is wrong with them go out. */
import type { Formula } from "../names.ts";
import type { Client } from "./client.ts";
import { keep } from "./keep.ts";
import type { NamedFile, Observations } from "./messages.ts";
import { messageOf } from "./words.ts";

export class Shelf {
  observations = $state.raw<Observations | null>(null);
  /** The columns that the formula reads, all rows; empty until they are here. */
  columns = $state.raw<Readonly<Record<string, Float64Array>>>({});
  /** What is wrong with the data, or with the address; below the sentence perhaps the line that is. */
  trouble = $state.raw<string | null>(null);
  /** What keeps the data from being there when the page is loaded again. */
  keepTrouble = $state.raw<string | null>(null);
  /** How many files are being read. */
  readings = $state(0);

  readonly columnNames: readonly string[] = $derived(
    this.observations?.columns.map(({ name }) => name) ?? [],
  );

  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Has the worker read a file. Null where it cannot be read, which is told, or where another came after it. */
  async read(file: NamedFile | Promise<NamedFile>): Promise<Observations | null> {
    this.trouble = null;
    this.readings++;
    try {
      return await this.#client.ask("open", await file);
    } catch (error) {
      this.trouble = messageOf(error);
      return null;
    } finally {
      this.readings--;
    }
  }

  /** Shows what was read, in place of what was there. */
  show(observations: Observations | null): void {
    this.observations = observations;
    this.columns = {};
    this.keepTrouble = null;
  }

  async fetchColumns({ target, inputs }: Formula): Promise<void> {
    try {
      const columns = await this.#client.ask("columns", { names: [target, ...inputs] });
      if (columns) this.columns = columns;
    } catch {
      // What is wrong with a column the fit says too, and better.
    }
  }

  /** Keeps a file in the browser, and tells under which key; null where it cannot be kept, which is told if it is still wanted. */
  async keep(file: NamedFile, isStill: () => boolean): Promise<string | null> {
    try {
      return await keep(file);
    } catch (error) {
      if (isStill()) this.keepTrouble = messageOf(error);
      return null;
    }
  }
}
