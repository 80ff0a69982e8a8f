// When, and from where, a thread ends itself.

import { performance } from 'node:perf_hooks'
import { setImmediate, setTimeout as delay } from 'node:timers/promises'

const { AbortController, queueMicrotask } = globalThis

/** Aborts the pipelines, if the place is a listener of that. */
const controller = new AbortController()
export const { signal } = controller
let work

// Before any pipeline listens, and so before it is aborted.
signal.addEventListener('abort', () => work?.before?.())

/** Resolves after `ms`, which may be a fraction. */
export async function moment(ms) {
  const endMs = performance.now() + ms
  if (ms >= 1) await delay(Math.floor(ms))
  while (performance.now() < endMs) await setImmediate()
}

/** Has `end` called from `place`. */
export function from(place, [{ insideTheStage }], end) {
  switch (place) {
    case 'timer':
      setTimeout(end)
      break
    case 'microtask':
      queueMicrotask(end)
      break
    case 'stage':
      insideTheStage(end)
      break
    case 'listener-before-abort':
      work = { before: end }
      controller.abort()
      break
    case 'listener-after-abort':
      signal.addEventListener('abort', end)
      controller.abort()
      break
    default:
      throw new Error(`no place is called ${place}`)
  }
}
