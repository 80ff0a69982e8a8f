import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder } from '../index.js'
import { numbers, texts } from './messages.js'

const count = expect.any(Number) as number
const latency = { count, p50Us: count, p95Us: count, p99Us: count, p999Us: count, maxUs: count }

test('metrics() tells the ledger, each stage and each edge', async () => {
  const running = new PipelineBuilder()
    .addStage('native', passthrough(), { capacity: 1000 })
    .addStage('javascript', (message) => [message, message], { marks: { high: 0.5, low: 0.25 }, capacity: 100 })
    .build()
    .start()
  const outputs = texts(running.output)
  await running.input.pushBatch(numbers(2000))
  running.input.close()
  expect(await outputs).toHaveLength(4000)
  const metrics = await running.wait()

  const nothing = { droppedOldest: 0, droppedNewest: 0, droppedClosed: 0, aborted: 0 }
  expect(metrics).toEqual({
    uptimeMs: count,
    endToEnd: { ...latency, count: 4000 },
    ledger: {
      accepted: 2000,
      created: 2000,
      delivered: 4000,
      absorbed: 0,
      skipped: 0,
      deadLettered: 0,
      failed: 0,
      inFlight: 0,
      balance: 0,
      ...nothing,
    },
    stages: [
      { name: 'native', received: 2000, created: 0, emitted: 2000 },
      { name: 'javascript', received: 2000, created: 2000, emitted: 4000 },
    ].map((stage) => ({
      state: 'ended',
      absorbed: 0,
      skipped: 0,
      deadLettered: 0,
      failed: 0,
      aborted: 0,
      inHand: 0,
      throughputPerSecond: count,
      busyMs: count,
      idleMs: count,
      backpressuredMs: count,
      wait: { ...latency, count: 2000 },
      service: { ...latency, count: 2000 },
      latency: { ...latency, count: 2000 },
      ...stage,
    })),
    edges: [
      { name: 'native', capacity: 1000, high: 800, low: 400, entered: 2000, taken: 2000, discarded: 0 },
      { name: 'javascript', capacity: 100, high: 50, low: 25, entered: 2000, taken: 2000, discarded: 0 },
      { name: 'output', capacity: 8192, high: 6554, low: 3276, entered: 4000, taken: 4000, discarded: 0 },
    ].map((edge) => ({
      fill: 0,
      highestFill: count,
      utilization: 0,
      bytes: 0,
      pressured: false,
      pressuredCount: count,
      pressuredMs: count,
      ...nothing,
      ...edge,
    })),
  })
  const [native] = metrics.stages
  expect(native!.latency.p50Us).toBeLessThanOrEqual(native!.latency.p99Us)
  expect(native!.latency.p99Us).toBeLessThanOrEqual(native!.latency.maxUs)
})

test('the time of a stage is spent in one of three ways', async () => {
  const running = new PipelineBuilder()
    .addStage('native', passthrough())
    .addStage('javascript', (message) => message)
    .build()
    .start()
  const outputs = texts(running.output)
  await running.input.pushFrom(numbers(50_000))
  running.input.close()
  await outputs
  const { uptimeMs, stages } = await running.wait()
  for (const { name, busyMs, idleMs, backpressuredMs } of stages) {
    const togetherMs = busyMs + idleMs + backpressuredMs
    expect(Math.abs(togetherMs - uptimeMs), name).toBeLessThan(0.1 * uptimeMs + 5)
  }
})

test('without backpressure there are no marks', () => {
  const running = new PipelineBuilder().addStage('stage', passthrough()).withBackpressure(false).build().start()
  const [edge] = running.metrics().edges
  expect(edge).not.toHaveProperty('high')
  expect(edge).not.toHaveProperty('low')
  running.abort()
})
