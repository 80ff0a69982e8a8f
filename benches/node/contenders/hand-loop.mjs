// Loops, and nothing else: no backpressure, no concurrency, no stages. What no contender on the main thread can be better
// than without doing less.

import { setImmediate } from 'node:timers/promises'
import { LineJoiner, LineSplitter } from '../lines.mjs'
import { stageOf } from '../work.mjs'

/** Chunks between two turns of the event loop: those of a file come so, too. */
const CHUNKS_PER_TURN = 1

export async function jsStage({ next, sink, rounds }) {
  const work = stageOf(rounds)
  const splitter = new LineSplitter()
  const joiner = new LineJoiner(sink)
  const onLine = (line) => {
    const result = work(line)
    if (result !== null) joiner.add(result)
  }
  for (let chunk = next(), count = 1; chunk !== undefined; chunk = next(), count++) {
    splitter.split(chunk, onLine)
    if (count % CHUNKS_PER_TURN === 0) await setImmediate()
  }
  splitter.end(onLine)
  joiner.end()
}

export async function threeStages({ next, sinkMessages }) {
  const one = stageOf(0)
  const two = stageOf(0)
  const three = stageOf(0)
  for (let batch = next(); batch !== undefined; batch = next()) {
    sinkMessages(batch.map((message) => three(two(one(message)))))
    await setImmediate()
  }
}
