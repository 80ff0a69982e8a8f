import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder, type StageFunction } from '../index.js'
import { through } from './messages.js'

/** Many times what the memory holds through which outputs cross: 1024 messages, or 1 MiB. */
const OUTPUTS = 10_000

const work: StageFunction = function* (message) {
  for (let n = 0; n < OUTPUTS; n++) yield `${message.toString()} ${n}`
}

const expected = ['a', 'b', 'c'].flatMap((message) => Array.from({ length: OUTPUTS }, (_, n) => `${message} ${n}`))

test.each([8192, 16])('one message may have more outputs than fit anywhere (capacity %i)', async (capacity) => {
  const running = new PipelineBuilder()
    .addStage('many', work)
    .addStage('after', passthrough(), { capacity })
    .build()
    .start()
  expect(await through(running, ['a', 'b', 'c'])).toEqual(expected)
  const { ledger, stages } = await running.wait()
  expect(ledger).toMatchObject({ accepted: 3, created: 3 * (OUTPUTS - 1), delivered: 3 * OUTPUTS, balance: 0 })
  expect(stages[0]).toMatchObject({ received: 3, emitted: 3 * OUTPUTS, state: 'ended' })
})

test('the end of the input does not cut off the outputs of the last message', async () => {
  let made = 0
  const running = new PipelineBuilder()
    .addStage('many', function* (message) {
      for (; made < OUTPUTS; made++) yield message
    })
    .build()
    .start()
  await running.input.push('x')
  const { ledger } = await running.wait()
  expect([made, ledger.delivered]).toEqual([OUTPUTS, OUTPUTS])
})

test('outputs too large to cross together cross one after the other', async () => {
  const large = 'x'.repeat(200_000)
  const running = new PipelineBuilder()
    .addStage('large', () => [large, large, large, large, 'end'])
    .addStage('after', (message) => String(message.length))
    .withMaxMessageBytes(300_000)
    .build()
    .start()
  expect(await through(running, ['a', 'b'])).toEqual(
    Array(2).fill(['200000', '200000', '200000', '200000', '3']).flat(),
  )
})
