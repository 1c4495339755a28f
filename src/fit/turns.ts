/** Long work that others can interrupt: it says where, and they have their turn every so often. */

/** For how long nobody else has their turn, in milliseconds: less than a frame, so that a page that waits for an answer is not kept. */
const turn = 12;

/** To be asked between pieces of work: lets timers and events have their turn where it is time for that. */
export function breather(): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < turn) return undefined;
    return othersTurn().then(() => {
      last = performance.now();
    });
  };
}

/** Does all of a work that yields where it can be interrupted. */
export async function inTurns<T>(work: Iterator<void, T>): Promise<T> {
  const pause = breather();
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    await pause();
  }
}

/**
 * Resolves when those who wait have had their turn. Timers of pages come after 4 milliseconds where one leads to the next, so there it
 * is a message to oneself; Node has a word for it.
 */
export function othersTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else {
      waiting.push(resolve);
      channel ??= newChannel();
      channel.port2.postMessage(null);
    }
  });
}

const waiting: (() => void)[] = [];
let channel: MessageChannel | undefined;

function newChannel(): MessageChannel {
  const made = new MessageChannel();
  made.port1.onmessage = () => waiting.shift()?.();
  return made;
}
