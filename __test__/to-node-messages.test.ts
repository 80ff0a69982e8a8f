import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import { expect, test } from 'vitest'
import { PipelineBuilder, type Running } from '../index.js'
import { numbers } from './messages.js'

const start = (): Running =>
  new PipelineBuilder()
    .addStage('stage', (message) => message)
    .build()
    .start()

test('in object mode each message is one data event, the empty one too', async () => {
  const stream = start().toNode({ readableObjectMode: true })
  expect(stream.readableObjectMode).toBe(true)
  const messages = ['one', '', 'two', 'größer', '']
  for (const message of messages) stream.write(message)
  stream.end()
  const received: unknown[] = []
  for await (const chunk of stream) received.push(chunk)
  expect(received).toEqual(messages.map((message) => Buffer.from(message)))
})

test('otherwise it is a stream of bytes', async () => {
  const stream = start().toNode()
  expect([stream.readableObjectMode, stream.writableObjectMode]).toEqual([false, false])
  stream.setEncoding('utf8')
  stream.write('grö')
  stream.write('')
  stream.write(Buffer.from('ßer'))
  stream.end('676f6f64', 'hex')
  let text = ''
  for await (const chunk of stream) text += chunk as string
  expect(text).toBe('größergood')
})

test('chunks that were corked become a message each', async () => {
  const running = start()
  const stream = running.toNode({ readableObjectMode: true })
  stream.cork()
  for (const message of numbers(100)) stream.write(message)
  stream.uncork()
  stream.end()
  const received: string[] = []
  for await (const chunk of stream) received.push((chunk as Buffer).toString())
  expect(received).toEqual(numbers(100))
})

test('finished() tells the end, after which the pipeline has its report', async () => {
  const running = start()
  const stream = running.toNode()
  const whole = finished(stream)
  stream.end('last words')
  await once(stream, 'finish')
  stream.resume()
  await whole
  expect(stream.destroyed).toBe(true)
  expect((await running.wait()).ledger).toMatchObject({ accepted: 1, delivered: 1, aborted: 0 })
})
