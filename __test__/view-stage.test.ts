import { expect, test } from 'vitest'
import { PipelineBuilder, view } from '../index.js'
import { runChild } from './child.js'
import { numbers, through } from './messages.js'

test('a view stage sees each message, and may give parts of it or something else', async () => {
  const running = new PipelineBuilder()
    .addStage(
      'part',
      view((message) => {
        if (message[0] === 0x78) return null
        return message.length > 2 ? [message.subarray(1), message.subarray(0, 0), 'text', Buffer.from('own')] : message
      }),
    )
    .build()
    .start()
  expect(await through(running, ['ab', 'xyz', 'cde', ''])).toEqual(['ab', 'de', '', 'text', 'own', ''])
})

test('a view is a Buffer like any other, and may be written to', async () => {
  const running = new PipelineBuilder()
    .addStage(
      'upper',
      view((message) => {
        expect(Buffer.isBuffer(message)).toBe(true)
        expect(message).toStrictEqual(Buffer.from(message))
        message[0]! -= 0x20
        return message
      }),
    )
    .build()
    .start()
  expect(await through(running, ['abc', 'def'])).toEqual(['Abc', 'Def'])
})

test('views of thousands of messages arrive in order', async () => {
  const running = new PipelineBuilder()
    .addStage(
      'same',
      view((message) => message),
    )
    .addStage(
      'twice',
      view((message) => [message, message]),
    )
    .build()
    .start()
  expect(await through(running, numbers(5000))).toEqual(numbers(5000).flatMap((text) => [text, text]))
})

test('with NODE_DEBUG=stream-pipeline, a view that was kept shows that it is not valid any more', async () => {
  const plain = await runChild('kept-views.mjs')
  const poisoned = await runChild('kept-views.mjs', { env: { NODE_DEBUG: 'stream-pipeline' } })
  expect([plain.code, poisoned.code]).toEqual([0, 0])
  const outputs = ['one', 'two', 'three', 'one', 'two', 'three']
  expect(JSON.parse(plain.stdout)).toMatchObject({ outputs })
  expect(JSON.parse(poisoned.stdout)).toEqual({ outputs, view: 'dddddd', batch: 'dddddd' })
})

test('its memory is not given to another thread', async () => {
  const running = new PipelineBuilder()
    .addStage(
      'sender',
      view((message) => {
        try {
          structuredClone(message, { transfer: [message.buffer as ArrayBuffer] })
        } catch {
          // Node 20 copies it, later ones refuse.
        }
        return message
      }),
    )
    .build()
    .start()
  expect(await through(running, ['a', 'b'])).toEqual(['a', 'b'])
})

test.skipIf(!('transfer' in ArrayBuffer.prototype))('who takes it away all the same fails the stage', async () => {
  const running = new PipelineBuilder()
    .addStage(
      'thief',
      view((message) => {
        ;(message.buffer as ArrayBuffer & { transfer: () => void }).transfer()
        return null
      }),
    )
    .build()
    .start()
  await running.input.push('a')
  await expect(running.wait()).rejects.toThrow("the memory of the stage's messages was transferred")
})
