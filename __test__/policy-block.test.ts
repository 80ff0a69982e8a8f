import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder } from '../index.js'

const MESSAGES = 20_000

test('block never drops: a consumer far slower than the source gets every message, in order', async () => {
  const running = new PipelineBuilder()
    .addStage('native', passthrough(), { capacity: 64 })
    .addStage('javascript', (message) => message, { capacity: 64 })
    .withOutputEdge({ capacity: 64 })
    .build()
    .start()
  const source = function* (): Generator<string> {
    for (let n = 0; n < MESSAGES; n++) yield String(n)
  }
  const pushed = running.input.pushFrom(source())
  let next = 0
  for await (const batch of running.output.batches()) {
    for (const message of batch) expect(message.toString()).toBe(String(next++))
    const { edges, ledger } = running.metrics()
    expect(edges.every(({ fill, capacity }) => fill <= capacity)).toBe(true)
    expect(ledger.accepted).toBeLessThanOrEqual(MESSAGES)
    if (next === MESSAGES) break
  }
  expect(await pushed).toBe(MESSAGES)
  const { ledger, edges } = await running.wait()
  expect(ledger).toMatchObject({ accepted: MESSAGES, delivered: MESSAGES, inFlight: 0, balance: 0 })
  expect(edges.every(({ highestFill, capacity }) => highestFill <= capacity)).toBe(true)
})
