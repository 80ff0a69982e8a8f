// Rounds of forgotten pipelines, in this process's main thread or in a worker for each round. Prints a line of JSON for
// each, when the collector had its chance. Needs --expose-gc.

import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { isMainThread, Worker } from 'node:worker_threads'

import { stageThreads } from '../../fixtures/threads.mjs'
import { forgetOneOfEach } from './forget.mjs'
import { inventory, leftBeyond } from './left.mjs'
import { goesOn, growthMiB, isLeak } from './memory.mjs'

/** Of each manner in a round. */
const TIMES = 3

/** Collects until the stages' threads are gone, or do not go. */
async function collect() {
  const endMs = performance.now() + 5000
  do {
    globalThis.gc()
    await delay(5)
  } while (stageThreads() > 0 && performance.now() < endMs)
}

/** Resident memory once everything that can be collected is: finalizers, too, let go of something. */
async function residentMiB() {
  for (let n = 0; n < 3; n++) {
    globalThis.gc()
    await delay(2)
  }
  return process.memoryUsage.rss() / 2 ** 20
}

async function forget() {
  for (let n = 0; n < TIMES; n++) await forgetOneOfEach()
  await collect()
}

async function forgetInWorker() {
  const worker = new Worker(new URL(import.meta.url), { execArgv: [] })
  await new Promise((resolve, reject) => worker.once('error', reject).once('exit', resolve))
  await collect()
}

if (isMainThread) {
  const { state, rounds } = JSON.parse(process.argv[2])
  const round = state === 'in-main' ? forget : forgetInWorker
  await round()
  const base = inventory()
  const rssMiB = []
  while (goesOn(rssMiB, rounds)) {
    const beganMs = performance.now()
    await round()
    const ms = performance.now() - beganMs
    // A thread that has not run yet has no name by which it could have been waited for.
    const left = await leftBeyond(base, () => globalThis.gc())
    rssMiB.push(await residentMiB())
    console.log(JSON.stringify({ ms, left, rssMiB: rssMiB.at(-1) }))
  }
  if (isLeak(rssMiB)) throw new Error(`resident memory grew by ${growthMiB(rssMiB)} MiB a round`)
} else {
  await forget()
}
