import { expect, test, vi } from 'vitest'
import { passthrough, PipelineBuilder, type Running } from '../index.js'
import { numbers, texts } from './messages.js'

const start = (): Running =>
  new PipelineBuilder()
    .addStage('native', passthrough(), { capacity: 16 })
    .addStage('javascript', (message) => message, { capacity: 16 })
    .withOutputEdge({ capacity: 16 })
    .build()
    .start()

const states = (running: Running): string[] => running.metrics().stages.map(({ state }) => state)

test('a stage is idle, backpressured, ended', async () => {
  const running = start()
  await vi.waitUntil(() => states(running).every((state) => state === 'idle'))
  const batches = running.output.batches()
  const pushed = running.input.pushBatch(numbers(1000))
  await vi.waitUntil(() => states(running).every((state) => state === 'backpressured'))
  for (const { name, pressured, pressuredCount } of running.metrics().edges) {
    expect(pressured, name).toBe(true)
    expect(pressuredCount, name).toBeGreaterThanOrEqual(1)
  }
  running.input.close()
  let received = 0
  for await (const batch of batches) received += batch.length
  expect(received).toBe(1000)
  await pushed
  const { stages } = await running.wait()
  expect(stages.map(({ state }) => state)).toEqual(['ended', 'ended'])
  for (const { idleMs, backpressuredMs } of stages) {
    expect(idleMs).toBeGreaterThan(0)
    expect(backpressuredMs).toBeGreaterThan(0)
  }
})

test('or aborted', async () => {
  const running = start()
  running.output.batches()
  running.input.pushBatch(numbers(1000)).catch(() => undefined)
  await vi.waitUntil(() => states(running).every((state) => state === 'backpressured'))
  running.abort()
  await running.completed.catch(() => undefined)
  expect(states(running)).toEqual(['aborted', 'aborted'])
})

test('hysteresis: an edge is pressured at most once for each (high - low) messages that pass', async () => {
  const running = start()
  const source = function* (): Generator<string> {
    for (let n = 0; n < 20_000; n++) yield 'x'
  }
  const pushed = running.input.pushFrom(source()).then(() => running.input.close())
  await texts(running.output)
  await pushed
  for (const { name, high, low, taken, pressuredCount } of (await running.wait()).edges) {
    expect(pressuredCount, name).toBeLessThanOrEqual(1 + taken / (high! - low!))
  }
})
