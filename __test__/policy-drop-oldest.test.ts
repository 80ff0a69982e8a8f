import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder } from '../index.js'
import { numbers, texts } from './messages.js'

const CAPACITY = 100
const MESSAGES = 10 * CAPACITY

test('ten times overload with drop-oldest: exactly the newest messages are left, and every drop is counted', async () => {
  const running = new PipelineBuilder()
    // It cannot take anything before this thread pauses.
    .addStage('javascript', (message) => message, { capacity: CAPACITY, policy: 'drop-oldest' })
    .build()
    .start()
  for (const message of numbers(MESSAGES)) expect(running.input.tryPush(message)).toBe(true)
  expect(running.metrics().edges[0]).toMatchObject({
    entered: MESSAGES,
    fill: CAPACITY,
    highestFill: CAPACITY,
    droppedOldest: MESSAGES - CAPACITY,
  })
  running.input.close()
  expect(await texts(running.output)).toEqual(numbers(MESSAGES).slice(-CAPACITY))
  expect(running.metrics().ledger).toMatchObject({
    accepted: MESSAGES,
    delivered: CAPACITY,
    droppedOldest: MESSAGES - CAPACITY,
    inFlight: 0,
    balance: 0,
  })
})

test.each(['push', 'pushBatch', 'pushFrom'] as const)('%s never waits for a ring that drops', async (way) => {
  const running = new PipelineBuilder()
    .addStage('native', passthrough())
    .withOutputEdge({ capacity: CAPACITY, policy: 'drop-oldest' })
    .build()
    .start()
  const batches = running.output.batches()
  const messages = numbers(50_000)
  const { input } = running
  if (way === 'push') for (const message of messages) await input.push(message)
  else await input[way](messages)
  input.close()
  await running.completed

  const left: string[] = []
  for await (const batch of batches) left.push(...batch.map(String))
  expect(left).toEqual(messages.slice(-CAPACITY))
  expect((await running.wait()).ledger).toMatchObject({ droppedOldest: 50_000 - CAPACITY, delivered: CAPACITY })
})
