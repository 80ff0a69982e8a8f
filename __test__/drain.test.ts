import { afterEach, expect, test, vi } from 'vitest'
import { passthrough, PipelineBuilder, type Running } from '../index.js'
import { numbers, texts } from './messages.js'
import { refusalOf } from './refusal.js'

const start = (capacity: number): Running =>
  new PipelineBuilder().addStage('stage', passthrough(), { capacity }).withOutputEdge({ capacity }).build().start()

afterEach(() => vi.restoreAllMocks())

test('drain() in time: everything in flight is finished, as with wait()', async () => {
  const running = start(8192)
  await running.input.pushBatch(numbers(1000))
  const outputs = texts(running.output)
  const { ledger } = await running.drain({ timeoutMs: 20_000 })
  expect(await outputs).toEqual(numbers(1000))
  expect(ledger.accepted).toBe(1000)
  expect(running.metrics().ledger).toMatchObject({ delivered: 1000, aborted: 0, balance: 0 })
})

test('drain() too late becomes an abort: DRAIN_TIMEOUT says what was left', async () => {
  const running = start(16)
  // A claimed output that nobody reads holds the pipeline up for ever.
  running.output.batches()
  const pushed = running.input.pushBatch(numbers(1000))
  pushed.catch(() => undefined)
  await vi.waitUntil(() => running.metrics().stages[0]?.state === 'backpressured')
  const error = await refusalOf(running.drain({ timeoutMs: 20 }))
  expect(error.code).toBe('DRAIN_TIMEOUT')
  const { ledger } = running.metrics()
  expect(ledger).toMatchObject({ delivered: 0, inFlight: 0, balance: 0 })
  expect(ledger.aborted).toBe(ledger.accepted)
  expect(error.message).toContain(`${ledger.aborted} messages were aborted`)
  expect(await refusalOf(running.wait())).toBe(error)
  expect(await refusalOf(pushed)).toBe(error)
})

test('a deadline beyond what timers can hold is no deadline of 1 ms', async () => {
  const timers = vi.spyOn(globalThis, 'setTimeout')
  const running = start(8192)
  await running.drain({ timeoutMs: 2 ** 31 })
  expect(timers.mock.calls.map(([, ms]) => ms)).toContain(2 ** 31 - 1)
  await running.drain({ timeoutMs: Infinity })
})

test.each([undefined, -1, NaN, '20', null])('a deadline of %s is refused', async (timeoutMs) => {
  const running = start(8192)
  expect(await refusalOf(running.drain({ timeoutMs: timeoutMs as number }))).toMatchObject({ code: 'INVALID_OPTION' })
  await running.input.push('still open')
  expect((await running.wait()).ledger.delivered).toBe(1)
})
