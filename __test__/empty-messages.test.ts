import { expect, test } from 'vitest'
import { join, passthrough, PipelineBuilder } from '../index.js'
import { through } from './messages.js'

test('an empty message is a message: counted, carried and delivered', async () => {
  const lengths: number[] = []
  const running = new PipelineBuilder()
    .addStage('before', passthrough())
    .addStage('javascript', (message) => {
      lengths.push(message.length)
      return message
    })
    .addStage('after', passthrough())
    .build()
    .start()
  const messages = Array.from({ length: 5000 }, (_, n) => (n % 3 === 0 ? 'x' : ''))
  expect(await through(running, messages)).toEqual(messages)
  expect(lengths).toEqual(messages.map(({ length }) => length))
  expect((await running.wait()).ledger).toMatchObject({ accepted: 5000, delivered: 5000, absorbed: 0 })
})

test('empty messages come out of join as empty lines', async () => {
  const running = new PipelineBuilder().addStage('join', join('\n')).build().start()
  expect((await through(running, ['', 'a', '', ''])).join('')).toBe('\na\n\n\n')
})
