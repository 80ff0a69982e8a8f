import { expect, test, vi } from 'vitest'
import { PipelineBuilder } from '../index.js'

/** Outputs that cross to the engine together. */
const REGION_MESSAGES = 1024

test('a generator is not pulled while what it gave has no room', async () => {
  let pulled = 0
  const running = new PipelineBuilder()
    .addStage('endless', function* (message) {
      for (;;) {
        pulled++
        yield message
      }
    })
    .withOutputEdge({ capacity: 100 })
    .build()
    .start()
  const batches = running.output.batches()
  await running.input.push('x')
  await vi.waitUntil(() => running.metrics().stages[0]?.state === 'backpressured')
  expect(pulled).toBeLessThanOrEqual(100 + 2 * REGION_MESSAGES)

  let taken = 0
  while (taken < 50_000) {
    const { value = [] } = await batches.next()
    taken += value.length
    expect(pulled).toBeLessThanOrEqual(taken + 100 + 2 * REGION_MESSAGES)
  }
  running.abort()
})

test('nor is it when the pipeline is woken for another stage', async () => {
  let [pulled, done, furthestAhead] = [0, 0, 0]
  const running = new PipelineBuilder()
    .addStage('fast', function* (message) {
      for (let n = 0; n < 20_000; n++) {
        pulled++
        yield message
      }
    })
    .addStage(
      'slow',
      () => {
        const endMs = performance.now() + 0.02
        while (performance.now() < endMs);
        furthestAhead = Math.max(furthestAhead, pulled - ++done)
        return null
      },
      { capacity: 16 },
    )
    .build()
    .start()
  await running.input.push('x')
  const { ledger } = await running.wait()
  expect(ledger).toMatchObject({ created: 19_999, absorbed: 20_000, balance: 0 })
  expect(furthestAhead).toBeLessThanOrEqual(16 + 3 * REGION_MESSAGES)
})
