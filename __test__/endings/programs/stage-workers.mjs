// Pipelines with a stage in worker threads, one after the other. Of each, a thread of that stage ends too early; the
// pipeline has to end with that stage's error, and to leave nothing behind. Prints a line of JSON for each.

import { performance } from 'node:perf_hooks'
import { clearInterval, setInterval } from 'node:timers'
import { setTimeout as delay } from 'node:timers/promises'

import { passthrough, PipelineBuilder, worker } from '../../fixtures/package.mjs'
import { workerBusy } from '../../fixtures/busy.mjs'
import { inventory, leftBeyond } from './left.mjs'
import { moment } from './place.mjs'

const { state, draws } = JSON.parse(process.argv[2])
const stage = new URL('../../fixtures/stage-in-worker.mjs', import.meta.url)

/** The threads that were started since this was last emptied. */
const threads = []
process.on('worker', (thread) => threads.push(thread))

async function begin(options) {
  if (state === 'worker-busy') return workerBusy({ stage: options })
  return new PipelineBuilder()
    .addStage('before', passthrough())
    .addStage('javascript', worker(stage, { threads: 2, options }))
    .addStage('after', passthrough())
    .build()
    .start()
}

/** The pipeline at work: whoever only awaits its end does not hold it, and it would be collected as forgotten. */
let running

async function round({ variant, delayMs }) {
  threads.length = 0
  const terminated = variant === 'terminate'
  running = await begin(terminated ? undefined : { dies: variant, delayMs })
  const beganMs = performance.now()
  if (terminated) {
    // Node tells of a new thread in a tick of its own.
    await moment(1 + delayMs)
    await threads[0].terminate()
  }
  const said = await running.completed.then(
    () => 'ended without an error',
    ({ code, stage, cause }) => `${code} ${stage}: ${cause?.message}`,
  )
  // Messages may still rest in the output: those are in flight.
  return { code: running.metrics().ledger.balance === 0 ? 0 : 1, said, ms: performance.now() - beganMs }
}

// `completed` alone does not keep the process.
const stay = setInterval(() => undefined, 1000)
await round({ variant: 'terminate', delayMs: 0 })
await delay(50)
const base = inventory()
for (const draw of draws) {
  const ended = await round(draw)
  console.log(JSON.stringify({ round: draw.round, ...ended, left: await leftBeyond(base) }))
}
clearInterval(stay)
