import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder, type Running } from '../index.js'
import { numbers, texts } from './messages.js'

const start = (): Running => new PipelineBuilder().addStage('stage', passthrough()).build().start()
const reason = { why: 'enough' }

test.each(['messages', 'batches'] as const)('a signal ends %s() that waits, with its reason', async (form) => {
  const running = start()
  const controller = new AbortController()
  const iterator = running.output[form]({ signal: controller.signal })
  const waiting = [iterator.next(), iterator.next()]
  controller.abort(reason)
  for (const next of waiting) await expect(next).rejects.toBe(reason)
  expect(await iterator.next()).toEqual({ done: true, value: undefined })
  expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  // Nothing is lost, and the pipeline goes on.
  await running.input.pushBatch(numbers(3))
  running.input.close()
  expect(await texts(running.output)).toEqual(numbers(3))
})

test('a loop ends with the reason, even while there is more to take', async () => {
  const running = start()
  await running.input.pushBatch(numbers(100))
  running.input.close()
  const controller = new AbortController()
  const received: string[] = []
  const loop = async (): Promise<void> => {
    for await (const message of running.output.messages({ signal: controller.signal })) {
      received.push(message.toString())
      if (received.length === 10) controller.abort(reason)
    }
  }
  await expect(loop()).rejects.toBe(reason)
  received.push(...(await texts(running.output)))
  expect(received).toEqual(numbers(100))
})

test('a loop that comes to its end leaves no listener on a signal that lives on', async () => {
  const running = start()
  const { signal } = new AbortController()
  const read = async (): Promise<number> => {
    let count = 0
    for await (const batch of running.output.batches({ signal })) count += batch.length
    return count
  }
  const counts = read()
  for (let n = 0; n < 50; n++) {
    await running.input.push(String(n))
    await new Promise(setImmediate)
    expect(getEventListeners(signal, 'abort').length).toBeLessThanOrEqual(1)
  }
  running.input.close()
  expect(await counts).toBe(50)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('a signal that is aborted already: the first next() rejects', async () => {
  const running = start()
  await running.input.push('x')
  const iterator = running.output.batches({ signal: AbortSignal.abort(reason) })
  await expect(iterator.next()).rejects.toBe(reason)
  running.input.close()
  expect(await texts(running.output)).toEqual(['x'])
})
