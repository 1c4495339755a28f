#!/usr/bin/env node
/** The program `coaster`: its arguments and streams go to `run`, and the status comes back. */
import { run } from "./program.ts";

// The global, for to import node:process as a module is to open standard input.
const { argv, env, stderr, stdout } = process;

// A reader that has seen enough, as in `coaster predict ... | head`, is no failure.
for (const stream of [stdout, stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });

process.exitCode = await run(argv.slice(2), { out: stdout, err: stderr, env });
