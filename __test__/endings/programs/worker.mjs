// A worker with pipelines in a state, and its end, unless that comes from its parent.

import { clearInterval, setInterval } from 'node:timers'
import { parentPort, workerData } from 'node:worker_threads'

import { begin } from './pipelines.mjs'
import { from, moment, signal } from './place.mjs'

const { ending, variant, state, delayMs, copy } = workerData
const stay = setInterval(() => undefined, 1000)
const pipelines = await begin(state, copy, { signal })
parentPort.postMessage('ready')

switch (ending) {
  case 'worker.terminate':
    if (variant === 'while-exiting') {
      await moment(delayMs)
      parentPort.postMessage('leaving')
      process.exit(5)
    }
    break
  case 'worker-exit':
    await moment(delayMs)
    from(variant, pipelines, () => process.exit(5))
    break
  case 'worker-throw':
    await moment(delayMs)
    if (variant === 'rejection') void Promise.reject(new Error('unhandled, on purpose'))
    else {
      from(variant, pipelines, () => {
        throw new Error('uncaught, on purpose')
      })
    }
    break
  case 'worker-end':
    await moment(delayMs)
    clearInterval(stay)
    for (const { letGo } of pipelines) letGo()
    break
}
