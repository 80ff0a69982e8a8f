// Workers and postMessage by hand-made batches: an array of 256 messages at a time, at most WINDOW under way.

import { inTurns, start } from './post-message.mjs'

/** With 256 messages in each, two are worked on and two on their way for each worker. */
const WINDOW_PER_WORKER = 4

export async function open(settings) {
  const { workers, close } = await start(settings)
  const carry = ({ next, sinkMessages }) => inTurns(workers, WINDOW_PER_WORKER * workers.length, next, sinkMessages)
  return { carry, close }
}
