// A parent that lives on: starts workers with pipelines, one after the other, sees each to its end, and looks at what is
// left of it. Prints a line of JSON for each.

import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'

import { start } from '../../fixtures/busy.mjs'
import { inventory, leftBeyond } from './left.mjs'
import { moment } from './place.mjs'

/** How much longer than the rest `while-loading` waits at most: the package is loaded within that. */
const LOADING_FACTOR = 5

const { ending, state, draws, copy } = JSON.parse(process.argv[2])
// Then parent and worker have it loaded from different paths as well.
const own = state === 'two-copies' ? await start.full() : undefined

async function round({ variant, delayMs }) {
  const workerData = { ending, variant, state, delayMs, copy }
  const worker = new Worker(new URL('worker.mjs', import.meta.url), { workerData, stderr: true })
  const errors = []
  let said = ''
  worker.on('error', (error) => errors.push(String(error?.message)))
  worker.stderr.on('data', (text) => (said += text))
  const exited = new Promise((resolve) => worker.once('exit', resolve))
  const message = (wanted) =>
    new Promise((resolve) => worker.on('message', (message) => message === wanted && resolve()))
  // A worker that ends before it says so ends the wait too.
  const heard = (wanted) => Promise.race([message(wanted), exited])
  if (variant === 'while-loading') {
    await moment(delayMs * LOADING_FACTOR)
  } else {
    await heard('ready')
    if (ending === 'worker.terminate') await (variant === 'while-exiting' ? heard('leaving') : moment(delayMs))
  }
  const begin = performance.now()
  if (ending === 'worker.terminate') await worker.terminate()
  const code = await exited
  return { code, said: [...errors, said].join('\n').trim(), ms: performance.now() - begin }
}

// The first worker brings along what stays: threads of Node, descriptors of its loader.
await round({ variant: ending === 'worker.terminate' ? 'at-work' : draws[0].variant, delayMs: 0 })
await delay(50)
const base = inventory()
for (const draw of draws) {
  const ended = await round(draw)
  console.log(JSON.stringify({ round: draw.round, ...ended, left: await leftBeyond(base) }))
}
process.exitCode = 0
own?.abort()
