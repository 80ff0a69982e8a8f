// A worker with messages of its own: works on them until the time is up, and says how many there were.

import { performance } from 'node:perf_hooks'
import { parentPort, workerData } from 'node:worker_threads'
import { batchesOfMessages } from '../payload.mjs'
import { stageOf } from '../work.mjs'

/** Messages between two looks at the clock. */
const MESSAGES_PER_LOOK = 16

const stage = stageOf(workerData.rounds)
const messages = batchesOfMessages().flat()

parentPort.on('message', ({ spellMs }) => {
  const endMs = performance.now() + spellMs
  let count = 0
  let bytes = 0
  do {
    for (let step = 0; step < MESSAGES_PER_LOOK; step++) {
      bytes += stage(messages[count++ % messages.length])?.length ?? 0
    }
  } while (performance.now() < endMs)
  parentPort.postMessage({ messages: count, bytes })
})
parentPort.postMessage('ready')
