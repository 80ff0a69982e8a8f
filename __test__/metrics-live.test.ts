import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder } from '../index.js'
import { entered, left } from './ledger.js'

const MESSAGES = 100_000

test('at no moment has more left than entered, and at the end they are equal', async () => {
  const running = new PipelineBuilder()
    .addStage('first', passthrough(), { capacity: 256 })
    .addStage('javascript', (message) => (message.length % 2 === 0 ? [message, message, message] : null))
    .addStage('drops', passthrough(), { capacity: 64, policy: 'drop-oldest' })
    .build()
    .start()
  const source = function* (): Generator<string> {
    for (let n = 0; n < MESSAGES; n++) yield 'x'.repeat(n % 10)
  }
  const pushed = running.input.pushFrom(source()).then(() => running.input.close())
  let readings = 0
  let received = 0
  for await (const batch of running.output.batches()) {
    received += batch.length
    const { ledger, stages, edges } = running.metrics()
    readings++
    expect(left(ledger)).toBeLessThanOrEqual(entered(ledger))
    expect(ledger.delivered).toBe(received)
    for (const { received, created, emitted, absorbed } of stages) {
      expect(emitted + absorbed).toBeLessThanOrEqual(received + created)
    }
    for (const { fill, capacity, entered, taken } of edges) {
      expect(fill).toBeLessThanOrEqual(capacity)
      expect(taken).toBeLessThanOrEqual(entered)
    }
  }
  await pushed
  expect(readings).toBeGreaterThan(10)

  const { ledger, stages, edges } = await running.wait()
  expect(ledger).toMatchObject({ accepted: MESSAGES, delivered: received, created: MESSAGES, inFlight: 0, balance: 0 })
  expect(left(ledger)).toBe(entered(ledger))
  for (const { received, created, emitted, absorbed, failed, aborted } of stages) {
    expect(emitted + absorbed + failed + aborted).toBe(received + created)
  }
  for (const { entered, taken, droppedOldest, droppedNewest, droppedClosed, discarded, aborted, fill } of edges) {
    expect(taken + droppedOldest + droppedNewest + droppedClosed + discarded + aborted + fill).toBe(entered)
  }
})
