/** The page's end of the line to the worker: tasks are asked for here, and parts and ends of their answers come back. */
import type { Reply, Request, TaskName, Tasks, Trouble } from "./messages.ts";

/** What went wrong with a task, in the library's words. */
export class TaskError extends Error {
  readonly span: Trouble["span"];

  constructor({ message, span }: Trouble) {
    super(message);
    this.span = span;
  }
}

/** A worker to ask. */
export interface Client {
  /** Asks for a task. Resolves with null where another of its name took its place, or it was stopped; rejects with a TaskError. */
  ask<Name extends TaskName>(
    task: Name,
    given: Tasks[Name]["in"],
    onPart?: (part: Tasks[Name]["part"]) => void,
  ): Promise<Tasks[Name]["out"] | null>;
  /** Tells the running task of a name that it is no longer wanted; what it has is its answer. */
  stop(task: TaskName): void;
}

interface Waiting {
  readonly task: TaskName;
  readonly onPart: ((part: never) => void) | undefined;
  readonly resolve: (value: never) => void;
  readonly reject: (error: TaskError) => void;
}

/** Starts a worker. `onReady` hears how many threads it has, and why no more. */
export function startClient(onReady: (threads: number, reason: string | null) => void): Client {
  const worker = new Worker(new URL("./worker/worker.ts", import.meta.url), { type: "module" });
  const waiting = new Map<number, Waiting>();
  let last = 0;
  const post = (request: Request): void => worker.postMessage(request);
  worker.onmessage = ({ data }: MessageEvent<Reply>) => {
    if (data.kind === "ready") onReady(data.threads, data.reason);
    else hear(waiting, data);
  };
  // One that cannot be loaded, or runs out of memory, answers nothing any more.
  worker.onerror = ({ message }) => {
    for (const { reject } of waiting.values())
      reject(
        new TaskError({ message: `the worker failed: ${message || "it could not be loaded"}`, span: null }),
      );
    waiting.clear();
  };
  return {
    ask: (task, given, onPart) =>
      new Promise((resolve, reject) => {
        const id = ++last;
        waiting.set(id, { task, onPart, resolve, reject });
        post({ id, task, given });
      }),
    stop: (task) => {
      for (const [id, one] of waiting) if (one.task === task) post({ id, task: "stop" });
    },
  };
}

function hear(waiting: Map<number, Waiting>, reply: Exclude<Reply, { kind: "ready" }>): void {
  const one = waiting.get(reply.id);
  if (!one) return;
  if (reply.kind !== "part") waiting.delete(reply.id);
  if (reply.kind === "part") one.onPart?.(reply.value as never);
  else if (reply.kind === "failed") one.reject(new TaskError(reply.trouble));
  else one.resolve((reply.kind === "done" ? reply.value : null) as never);
}
