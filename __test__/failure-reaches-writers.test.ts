import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder, type Running } from '../index.js'
import { refusalOf } from './refusal.js'

/** A pipeline that fails at the message 'bad', with a first ring for two. */
function fragile(): Running {
  return new PipelineBuilder()
    .addStage('before', passthrough(), { capacity: 2 })
    .addStage('fragile', (message) => {
      if (message.toString() === 'bad') throw new Error('bad')
      return message
    })
    .withOutputEdge({ capacity: 2 })
    .build()
    .start()
}

test('every push that waits rejects with the error of the pipeline, and so does every later one', async () => {
  const running = fragile()
  const pushes = ['good', 'bad', ...Array<string>(1500).fill('good')].map((message) =>
    running.input.push(message).then(
      () => undefined,
      (error: unknown) => error,
    ),
  )
  const error = await refusalOf(running.completed)
  expect(error).toMatchObject({ code: 'STAGE_FAILED', stage: 'fragile', sequence: 1 })
  const refusals = (await Promise.all(pushes)).filter((refusal) => refusal !== undefined)
  expect(refusals.length).toBeGreaterThan(1000)
  expect(new Set(refusals)).toEqual(new Set([error]))

  expect(await refusalOf(running.input.push('late'))).toBe(error)
  expect(await refusalOf(running.input.pushBatch(['late']))).toBe(error)
  expect(await refusalOf(running.input.pushFrom(['late']))).toBe(error)
  expect(await refusalOf(() => running.input.tryPush('late'))).toBe(error)
  // What was emitted before the failure may still be read.
  expect(running.metrics().ledger).toMatchObject({ failed: 1, inFlight: 1, balance: 0 })
})

test('a source that is being read is let go of', async () => {
  const running = fragile()
  let closed = false
  async function* endless(): AsyncGenerator<string> {
    try {
      yield 'bad'
      for (;;) yield 'good'
    } finally {
      closed = true
    }
  }
  const error = await refusalOf(running.input.pushFrom(endless()))
  expect(error).toMatchObject({ code: 'STAGE_FAILED', stage: 'fragile' })
  expect(closed).toBe(true)
})
