import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder, type Running } from '../index.js'
import { numbers } from './messages.js'

const start = (capacity?: number): Running =>
  new PipelineBuilder()
    .addStage('stage', passthrough(), capacity === undefined ? {} : { capacity })
    .withOutputEdge(capacity === undefined ? {} : { capacity })
    .build()
    .start()

const never = (): Promise<never> => new Promise(() => undefined)

test('a signal that was aborted before: nothing is read', async () => {
  const running = start()
  const reason = new Error('too late')
  const source = function* (): Generator<string> {
    expect.unreachable()
    yield 'x'
  }
  await expect(running.input.pushFrom(source(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
})

test('a signal ends the wait for a source that gives nothing; the pipeline goes on', async () => {
  const running = start()
  const controller = new AbortController()
  let waiting!: () => void
  const waits = new Promise<void>((resolve) => (waiting = resolve))
  async function* quiet(): AsyncGenerator<string> {
    yield* numbers(3)
    waiting()
    await never()
  }
  const pushed = running.input.pushFrom(quiet(), { signal: controller.signal })
  await waits
  const reason = { why: 'enough' }
  controller.abort(reason)
  await expect(pushed).rejects.toBe(reason)
  await running.input.push('more')
  expect((await running.wait()).ledger).toMatchObject({ accepted: 4, delivered: 4 })
})

test('a signal ends the wait for room, and closes the source', async () => {
  const running = start(1)
  running.output.batches()
  const controller = new AbortController()
  let closed = false
  const source = function* (): Generator<string> {
    try {
      for (;;) yield 'x'
    } finally {
      closed = true
    }
  }
  const pushed = running.input.pushFrom(source(), { signal: controller.signal })
  while (!running.input.pressured) await setImmediate()
  controller.abort()
  await expect(pushed).rejects.toBe(controller.signal.reason)
  expect(closed).toBe(true)
})

test('a source that never waits can be aborted too', async () => {
  const running = start()
  running.output.close()
  const source = function* (): Generator<string> {
    for (;;) yield 'x'
  }
  await expect(running.input.pushFrom(source(), { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({
    name: 'TimeoutError',
  })
  expect((await running.wait()).ledger.accepted).toBeGreaterThan(0)
})
