import { expect, test, vi } from 'vitest'
import { passthrough, PipelineBuilder, type Running } from '../index.js'
import { entered, left } from './ledger.js'
import { numbers } from './messages.js'
import { refusalOf } from './refusal.js'

/** Held up by an output that nobody reads. */
function stuck(): Running {
  const running = new PipelineBuilder()
    .addStage('native', passthrough(), { capacity: 16 })
    .addStage('javascript', (message) => message, { capacity: 16 })
    .withOutputEdge({ capacity: 16 })
    .build()
    .start()
  running.output.batches()
  return running
}

test('abort() ends everything now: what was in flight is counted, what waits rejects with the reason', async () => {
  const running = stuck()
  const reason = new Error('enough')
  const pushed = [running.input.pushBatch(numbers(3000)), running.input.pushFrom(numbers(3000))]
  const refusals = pushed.map(refusalOf)
  const waiting = refusalOf(running.wait())
  await vi.waitUntil(() => running.metrics().edges.at(-1)?.pressured)
  running.abort(reason)

  const error = await waiting
  expect(error).toMatchObject({ code: 'ABORTED', stage: undefined, sequence: undefined })
  expect(error.cause).toBe(reason)
  const { ledger } = running.metrics()
  expect(error.message).toBe(`the pipeline was aborted with ${ledger.aborted} messages in flight`)
  expect(ledger).toMatchObject({ delivered: 0, inFlight: 0, balance: 0 })
  expect(ledger.aborted).toBeGreaterThan(0)
  expect(left(ledger)).toBe(entered(ledger))
  for (const { code } of await Promise.all(refusals)) expect(code).toMatch(/ABORTED|CLOSED/)
  expect(await refusalOf(running.input.push('late'))).toMatchObject({ code: 'ABORTED', cause: reason })
})

test('the first reason counts', async () => {
  const running = stuck()
  running.abort('first')
  running.abort('second')
  expect(await refusalOf(running.wait())).toMatchObject({ code: 'ABORTED', cause: 'first' })
})

test('without a reason there is no cause', async () => {
  const running = stuck()
  running.abort()
  const error = await refusalOf(running.wait())
  expect(error.code).toBe('ABORTED')
  expect('cause' in error).toBe(false)
})

test('an abort after the end changes nothing', async () => {
  const running = new PipelineBuilder().addStage('stage', passthrough()).build().start()
  await running.input.push('x')
  const report = await running.wait()
  running.abort('late')
  expect(await running.wait()).toBe(report)
  expect(running.metrics().ledger).toMatchObject({ delivered: 1, aborted: 0 })
})
