import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder, type Running } from '../index.js'
import { numbers } from './messages.js'

const start = (): Running =>
  new PipelineBuilder()
    .addStage('stage', passthrough(), { capacity: 64 })
    .withOutputEdge({ capacity: 64 })
    .build()
    .start()

test('an output that is given up holds nobody up: what is in it, and what still comes, counts as dropped', async () => {
  const running = start()
  const pushed = running.input.pushBatch(numbers(10_000))
  const batches = running.output.batches()
  const { value } = await batches.next()
  running.output.close()
  running.output.close()
  await pushed
  expect(await batches.next()).toEqual({ done: true, value: undefined })
  const { ledger } = await running.wait()
  expect(ledger).toMatchObject({
    accepted: 10_000,
    delivered: value?.length,
    droppedClosed: 10_000 - (value?.length ?? 0),
    inFlight: 0,
    balance: 0,
  })
})

test('a next() that waits is answered with the end', async () => {
  const running = start()
  const messages = running.output[Symbol.asyncIterator]()
  const waiting = [messages.next(), messages.next()]
  running.output.close()
  expect(await Promise.all(waiting)).toEqual(Array(2).fill({ done: true, value: undefined }))
  await running.wait()
})

test('closing an output that has ended changes nothing', async () => {
  const running = start()
  await running.input.push('x')
  running.input.close()
  for await (const message of running.output) expect(message.toString()).toBe('x')
  running.output.close()
  expect((await running.wait()).ledger).toMatchObject({ delivered: 1, droppedClosed: 0 })
})
