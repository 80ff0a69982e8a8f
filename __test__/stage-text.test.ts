import { expect, test } from 'vitest'
import { PipelineBuilder } from '../index.js'
import { through } from './messages.js'

const texts = ['', 'plain', 'größer', '日本語', '👩‍👩‍👧 family', '\u0000', 'ü'.repeat(100_000)]

test('strings are UTF-8, on the way in and out of a stage', async () => {
  const received: string[] = []
  const running = new PipelineBuilder()
    .addStage('text', (message) => {
      received.push(message.toString())
      return message.toString()
    })
    .build()
    .start()
  expect(await through(running, texts)).toEqual(texts)
  expect(received).toEqual(texts)
})

test('half a surrogate pair becomes the replacement character, as Buffer.from() has it', async () => {
  const running = new PipelineBuilder()
    .addStage('text', () => 'x\ud83d')
    .build()
    .start()
  expect(await through(running, ['\udc69y'])).toEqual(['x\ufffd'])
})
