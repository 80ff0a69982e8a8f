// The harness of the task in which nobody takes what comes out: `offered` messages are offered, let in or not, and the
// resident memory is looked at meanwhile.
//
// The contender gets `next()`, which gives the next batch until all are offered; its promise resolves when it has offered
// them. The warm-up offers enough to fill every ring, so what is compared is the first quarter and the last.

import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import { meter } from '../meter.mjs'
import { batchesOfMessages } from '../payload.mjs'

/** Looks at the memory in all. */
const LOOKS = 400

const MIB = 1024 * 1024

export async function measure(carry, { settings }) {
  const batches = batchesOfMessages()
  const total = Math.ceil(settings.offered / batches[0].length)
  const readings = []
  let given = 0
  const next = () => {
    if (given === total) return undefined
    if (given % Math.ceil(total / LOOKS) === 0) readings.push(process.memoryUsage.rss() / MIB)
    return batches[given++ % batches.length]
  }
  const beganMs = performance.now()
  const stop = await meter()
  await carry({ ...settings, next, breathe: setImmediate })
  const sample = await stop(total * batches[0].length)
  const quarter = Math.floor(readings.length / 4)
  return {
    ...sample,
    elapsed_ms: performance.now() - beganMs,
    rss_first_quarter_mib: median(readings.slice(0, quarter)),
    rss_last_quarter_mib: median(readings.slice(-quarter)),
  }
}

function median(values) {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)]
}
