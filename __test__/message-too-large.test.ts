import { expect, test } from 'vitest'
import { PipelineBuilder, type StageFunction } from '../index.js'
import { refusalOf } from './refusal.js'
import { texts } from './messages.js'

const start = (work: StageFunction, limit = 100): ReturnType<ReturnType<PipelineBuilder['build']>['start']> =>
  new PipelineBuilder().addStage('stage', work).withMaxMessageBytes(limit).build().start()

test.each([
  ['bytes', Buffer.alloc(101)],
  ['text of fewer letters than bytes', 'ü'.repeat(51)],
])('a push beyond the limit is refused with MESSAGE_TOO_LARGE: %s', async (_what, message) => {
  const running = start((given) => given)
  const { code, message: text } = await refusalOf(running.input.push(message))
  expect(code).toBe('MESSAGE_TOO_LARGE')
  expect(text).toMatch(/10[12] bytes is beyond the limit of 100; raise it with withMaxMessageBytes\(\), or split/)
  expect(await refusalOf(() => running.input.tryPush(message))).toMatchObject({ code: 'MESSAGE_TOO_LARGE' })
  expect(await refusalOf(running.input.pushBatch(['ok', message, 'not pushed']))).toMatchObject({
    code: 'MESSAGE_TOO_LARGE',
  })
  await running.input.push(Buffer.alloc(100))
  expect((await running.wait()).ledger).toMatchObject({ accepted: 2, delivered: 2 })
})

test.each([
  ['just', 101],
  ['far', 10 * 2 ** 20],
])('a stage that emits a message %s beyond the limit fails with MESSAGE_TOO_LARGE', async (_what, bytes) => {
  const running = start((message) => (message.toString() === 'large' ? ['before', 'x'.repeat(bytes)] : message))
  await running.input.pushBatch(['one', 'two', 'large', 'four'])
  const delivered: string[] = []
  const error = await refusalOf(async () => {
    for await (const message of running.output) delivered.push(message.toString())
  })
  expect(error).toMatchObject({ code: 'MESSAGE_TOO_LARGE', stage: 'stage', sequence: 2 })
  expect(error.message).toContain(`a message of ${bytes} bytes is beyond the limit of 100`)
  expect(delivered).toEqual(['one', 'two', 'before'])
  expect(running.metrics().ledger).toMatchObject({ accepted: 4, failed: 1, aborted: 1, balance: 0 })
})

test('a stage is not called again after it has failed that way, though its outputs have to wait', async () => {
  let calls = 0
  const running = new PipelineBuilder()
    .addStage('stage', (message) => {
      calls++
      return message.toString() === 'large' ? 'x'.repeat(101) : message
    })
    .withMaxMessageBytes(100)
    .withOutputEdge({ capacity: 2 })
    .build()
    .start()
  const outputs = texts(running.output)
  const messages = [...Array<string>(40).fill('small'), 'large', ...Array<string>(5000).fill('behind')]
  running.input.pushBatch(messages).catch(() => undefined)
  expect(await refusalOf(outputs)).toMatchObject({ code: 'MESSAGE_TOO_LARGE', sequence: 40 })
  const callsAtFailure = calls
  await expect(running.wait()).rejects.toThrow()
  expect(calls).toBe(callsAtFailure)
  expect(running.metrics().ledger).toMatchObject({ delivered: 40, failed: 1, balance: 0 })
})
