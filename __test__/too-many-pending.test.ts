import { expect, test } from 'vitest'
import { PipelineBuilder } from '../index.js'
import { numbers, texts } from './messages.js'
import { refusalOf } from './refusal.js'

/** Pushes that may wait: as many as cross together, and 1024 behind them. */
const MOST_WAITING = 1024 + 1024

test('a caller that never awaits gets TOO_MANY_PENDING, not a growing heap; nothing else is lost', async () => {
  const running = new PipelineBuilder()
    .addStage('stage', (message) => message, { capacity: 10 })
    .build()
    .start()
  const pushes = numbers(10_000).map((message) => running.input.push(message))
  const outputs = texts(running.output)
  const answers = await Promise.allSettled(pushes)
  running.input.close()

  const refused = answers.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []))
  const accepted = answers.length - refused.length
  expect(accepted).toBeGreaterThanOrEqual(MOST_WAITING)
  expect(accepted).toBeLessThanOrEqual(MOST_WAITING + 10)
  // The first wait, those behind them are refused.
  expect(refused[0]).toBe(accepted)
  expect(await outputs).toEqual(numbers(accepted))
  const error = await refusalOf(pushes.at(-1)!)
  expect(error.code).toBe('TOO_MANY_PENDING')
  expect(error.message).toBe('1024 pushes wait for room already; await each push, or look at tryPush()')
  await running.input.push('late').catch((late: unknown) => expect(late).toMatchObject({ code: 'CLOSED' }))
})

test('when those that wait are in, pushing goes on', async () => {
  const running = new PipelineBuilder()
    .addStage('stage', (message) => message, { capacity: 10 })
    .build()
    .start()
  const outputs = texts(running.output)
  let accepted = 0
  for (let round = 0; round < 3; round++) {
    const answers = await Promise.allSettled(numbers(3000).map((message) => running.input.push(message)))
    accepted += answers.filter(({ status }) => status === 'fulfilled').length
  }
  running.input.close()
  expect(accepted).toBeLessThan(9000)
  expect(await outputs).toHaveLength(accepted)
})
