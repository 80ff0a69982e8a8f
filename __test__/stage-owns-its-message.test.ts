import { expect, test } from 'vitest'
import { PipelineBuilder } from '../index.js'
import { numbers, through } from './messages.js'

test('a message that a stage keeps stays as it was', async () => {
  const kept: Buffer[] = []
  const running = new PipelineBuilder()
    .addStage('keep', (message) => {
      kept.push(message)
      return message
    })
    .build()
    .start()
  const messages = numbers(20_000)
  expect(await through(running, messages)).toEqual(messages)
  expect(kept.map(String)).toEqual(messages)
})

test('a stage may change its message, and changes no other', async () => {
  const running = new PipelineBuilder()
    .addStage('change', (message) => message.fill('x'))
    .addStage('after', (message) => message)
    .build()
    .start()
  const messages = numbers(2000)
  expect(await through(running, messages)).toEqual(messages.map((message) => 'x'.repeat(message.length)))
})

test('an output may be changed once the stage has returned it, and a pushed message once its push has settled', async () => {
  const reused = Buffer.alloc(4)
  const running = new PipelineBuilder()
    .addStage('reuse', function* () {
      for (let n = 0; n < 3; n++) {
        reused.writeUInt32BE(n)
        yield reused
      }
    })
    .addStage('show', (message) => String(message.readUInt32BE()))
    .build()
    .start()
  const pushed = Buffer.from('first')
  await running.input.push(pushed)
  pushed.fill(0)
  expect(await through(running, [])).toEqual(['0', '1', '2'])
})
