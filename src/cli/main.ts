#!/usr/bin/env node
/** The program `coaster`: its arguments and streams go to `run`, and the status comes back. */
import { argv, env, stderr, stdout } from "node:process";
import { run } from "./program.ts";

// A reader that has seen enough, as in `coaster predict ... | head`, is no failure.
for (const stream of [stdout, stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });

process.exitCode = await run(argv.slice(2), { out: stdout, err: stderr, env });
