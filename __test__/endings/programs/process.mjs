// A process with pipelines in a state, and its end.

import { clearInterval, setInterval } from 'node:timers'

import { begin } from './pipelines.mjs'
import { from, moment, signal } from './place.mjs'

const { ending, variant, state, delayMs, copy } = JSON.parse(process.argv[2])
// Whatever the pipelines keep alive, it is the ending by which the process ends.
const stay = setInterval(() => undefined, 1000)
const pipelines = await begin(state, copy, { signal })
const runnings = pipelines.map(({ running }) => running)
if (ending === 'SIGTERM') handleSigterm()
console.log('ready')

switch (ending) {
  case 'natural-end':
    await moment(delayMs)
    await endNaturally()
    break
  case 'process.exit':
    await moment(delayMs)
    from(variant, pipelines, () => process.exit(7))
    break
  case 'uncaught-exception':
    await moment(delayMs)
    from(variant, pipelines, () => {
      throw new Error('uncaught, on purpose')
    })
    break
  case 'unhandled-rejection':
    await moment(delayMs)
    if (variant === 'push-after-close') {
      runnings[0].input.close()
      void runnings[0].input.push('refused')
    } else {
      from(variant, pipelines, () => void Promise.reject(new Error('unhandled, on purpose')))
    }
    break
}

async function endNaturally() {
  process.exitCode = 3
  clearInterval(stay)
  for (const { letGo } of pipelines) letGo()
  if (variant === 'waited') await Promise.all(runnings.map((running) => running.wait()))
  if (variant === 'disposed') await Promise.all(runnings.map((running) => running[Symbol.asyncDispose]()))
}

function handleSigterm() {
  if (variant === 'unhandled') return
  process.once('SIGTERM', async () => {
    if (variant === 'handler-exits') process.exit(143)
    process.exitCode = 143
    clearInterval(stay)
    for (const { letGo } of pipelines) letGo()
    await Promise.all(runnings.map((running) => running.drain({ timeoutMs: 10_000 })))
  })
}
