import { expect, test } from 'vitest'
import { PipelineBuilder } from '../index.js'
import { numbers, texts } from './messages.js'

const CAPACITY = 100
const MESSAGES = 10 * CAPACITY

test('ten times overload with drop-newest: exactly the first messages are left, and every drop is counted', async () => {
  const running = new PipelineBuilder()
    // It cannot take anything before this thread pauses.
    .addStage('javascript', (message) => message, { capacity: CAPACITY, policy: 'drop-newest' })
    .build()
    .start()
  for (const message of numbers(MESSAGES)) expect(running.input.tryPush(message)).toBe(true)
  expect(running.metrics().edges[0]).toMatchObject({
    entered: MESSAGES,
    fill: CAPACITY,
    highestFill: CAPACITY,
    droppedNewest: MESSAGES - CAPACITY,
  })
  running.input.close()
  expect(await texts(running.output)).toEqual(numbers(CAPACITY))
  expect(running.metrics().ledger).toMatchObject({
    accepted: MESSAGES,
    delivered: CAPACITY,
    droppedNewest: MESSAGES - CAPACITY,
    inFlight: 0,
    balance: 0,
  })
})

test('a batch that does not fit loses its end', async () => {
  const running = new PipelineBuilder()
    .addStage('javascript', (message) => message, { capacity: CAPACITY, policy: 'drop-newest' })
    .build()
    .start()
  await running.input.pushBatch(numbers(CAPACITY + 1))
  running.input.close()
  expect(await texts(running.output)).toEqual(numbers(CAPACITY))
})
