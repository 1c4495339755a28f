/** Threads in a process of its own: none keeps it alive, and what they throw ends it. */
import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";

describe("a process with threads", () => {
  const prelude = `
    import { runThreaded, setThreads, threadsReason } from "./src/runtime/threads.ts";
    import { Relay } from "./test/relay.ts";
    const relay = new Relay();
    const run = (wanted, traitor = -1) => {
      relay.prepare(100, traitor, 1);
      return runThreaded(relay, relay.frame, 5, wanted);
    };
  `;

  /** Runs a script to its end, which must come by itself: how it ended, and what it printed. */
  function end(script: string): { status: number | null; output: string; errors: string } {
    const args = ["--import", "tsx", "--input-type=module", "--eval", prelude + script];
    const options = { cwd: new URL("..", import.meta.url), encoding: "utf8", timeout: 30_000 } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, args, options);
    return { status, output: stdout.trim(), errors: stderr };
  }

  test("ends when its work is done", () => {
    const { status, output } = end("console.log(run(1), run(2), run(8))");
    expect({ status, output }).toEqual({ status: 0, output: "1 2 8" });
  });

  test("ends when it says so", () => {
    expect(end("run(2); process.exit(3)")).toMatchObject({ status: 3 });
  });

  test("ends with what a thread has thrown", () => {
    const { status, errors } = end("run(3, 2)");
    expect(status).toBe(1);
    expect(errors).toContain("thread 2 failed: RuntimeError: unreachable");
  });

  test("ends also where threads are no longer wanted, or started anew", () => {
    const { output } = end("setThreads(2); run(2); setThreads(1); run(3); run(4); console.log(run(2))");
    expect(output).toBe("2");
  });

  test("that does not ask for threads starts none", () => {
    const script = `
      process.getBuiltinModule("node:worker_threads").Worker = class {
        constructor() {
          throw new Error("no threads today");
        }
      };
      console.log(run(1), threadsReason(), run(2), threadsReason());
    `;
    expect(end(script).output).toBe("1 null 1 threads failed: no threads today");
  });
});
