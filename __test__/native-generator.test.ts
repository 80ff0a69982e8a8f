import { expect, test } from 'vitest'
import { generate, passthrough, PipelineBuilder } from '../index.js'
import { refusalOf } from './refusal.js'

test('generate makes the message as often as it is told', async () => {
  const running = new PipelineBuilder()
    .addSource('load', generate('tick', { count: 10_000 }))
    .addStage('pass', passthrough())
    .build()
    .start()
  let count = 0
  for await (const message of running.output) {
    expect(message.toString()).toBe('tick')
    count++
  }
  expect(count).toBe(10_000)
})

test('a generator without an end is stopped by a drain, also while it waits for its next message', async () => {
  const running = new PipelineBuilder()
    .addSource('clock', generate(new Uint8Array(0), { perSecond: 0.001 }))
    .addStage('pass', passthrough())
    .build()
    .start()
  while (running.metrics().ledger.accepted < 1) await new Promise((resolve) => setImmediate(resolve))
  expect((await running.drain({ timeoutMs: 30_000 })).ledger).toMatchObject({ accepted: 1, delivered: 1 })
})

test.each<[text: string, attempt: () => unknown]>([
  ['Expected message to be', () => generate(7 as never)],
  ['Expected count to be a whole number', () => generate('x', { count: -1 })],
  ['Expected perSecond to be a finite number', () => generate('x', { perSecond: NaN })],
  [
    'option `per_second`: 0 is no rate',
    () =>
      new PipelineBuilder()
        .addSource('load', generate('x', { perSecond: 0 }))
        .addStage('pass', passthrough())
        .build(),
  ],
])('what cannot be is refused: %s', async (text, attempt) => {
  const error = await refusalOf(attempt)
  expect(error.code).toBe('INVALID_OPTION')
  expect(error.message).toContain(text)
})
