import { expect, test, vi } from 'vitest'
import { PipelineBuilder, type Running } from '../index.js'
import { numbers, texts } from './messages.js'
import { refusalOf } from './refusal.js'

const CAPACITY = 100

/** Its stage cannot take anything before this thread pauses. */
const start = (): Running =>
  new PipelineBuilder()
    .addStage('javascript', (message) => message, { capacity: CAPACITY, policy: 'error' })
    .build()
    .start()

test('with the policy error a full ring refuses each push with OVERFLOW, and the pipeline goes on', async () => {
  const running = start()
  const answers = await Promise.allSettled(numbers(3 * CAPACITY).map((message) => running.input.push(message)))
  expect(answers.map(({ status }) => status === 'fulfilled')).toEqual(answers.map((_, n) => n < CAPACITY))
  expect(answers[CAPACITY]).toMatchObject({
    reason: {
      code: 'OVERFLOW',
      stage: 'javascript',
      message: `the ring holds its ${CAPACITY} messages and its policy is \`error\`; push again later, or choose another policy`,
    },
  })
  const outputs = texts(running.output)
  await vi.waitUntil(() => running.metrics().edges[0]?.fill === 0)
  await running.input.push('later')
  running.input.close()
  expect(await outputs).toEqual([...numbers(CAPACITY), 'later'])
  expect(running.metrics().ledger).toMatchObject({ accepted: CAPACITY + 1, delivered: CAPACITY + 1, balance: 0 })
})

test('tryPush answers false', () => {
  const running = start()
  const accepted = numbers(2 * CAPACITY).filter((message) => running.input.tryPush(message))
  expect(accepted).toEqual(numbers(CAPACITY))
  running.abort()
})

test.each(['pushBatch', 'pushFrom'] as const)('%s stops at the message that is refused', async (way) => {
  const running = start()
  for (const message of numbers(CAPACITY - 1)) running.input.tryPush(message)
  const tail = ['fits', 'refused', 'not pushed', 'not pushed']
  expect(await refusalOf(running.input[way](tail))).toMatchObject({ code: 'OVERFLOW' })
  running.input.close()
  expect(await texts(running.output)).toEqual([...numbers(CAPACITY - 1), 'fits'])
})
