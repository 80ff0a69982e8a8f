import { Readable, Writable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { setImmediate } from 'node:timers'
import { expect, test, vi } from 'vitest'
import { passthrough, PipelineBuilder, type Running } from '../index.js'
import { numbers } from './messages.js'

const start = (): Running =>
  new PipelineBuilder()
    .addStage('stage', passthrough(), { capacity: 16 })
    .withOutputEdge({ capacity: 16 })
    .build()
    .start()

test('a write is acknowledged when its message is in the first ring: write() says when to stop', async () => {
  const running = start()
  const stream = running.toNode()
  let acknowledged = 0
  let written = 0
  const chunk = Buffer.alloc(1024)
  while (stream.write(chunk, () => acknowledged++)) written++
  await vi.waitUntil(() => running.metrics().edges.at(-1)?.pressured)
  while (written < 500) {
    stream.write(chunk, () => acknowledged++)
    written++
  }
  await vi.waitUntil(() => running.input.pressured)
  expect(stream.writableNeedDrain).toBe(true)
  const { ledger } = running.metrics()
  expect(acknowledged).toBeLessThanOrEqual(ledger.accepted)
  expect(ledger.accepted).toBeLessThan(100)

  stream.end()
  let bytes = 0
  for await (const read of stream) bytes += (read as Buffer).length
  expect(bytes).toBe((await running.wait()).ledger.accepted * chunk.length)
  expect(acknowledged).toBe(running.metrics().ledger.accepted)
})

test.each([false, true])('a slow reader gets everything, in order (object mode: %s)', async (readableObjectMode) => {
  const running = start()
  const messages = numbers(5000).map((message) => `${message} `)
  let text = ''
  let count = 0
  const slow = new Writable({
    objectMode: readableObjectMode,
    highWaterMark: readableObjectMode ? 4 : 64,
    write(chunk: Buffer, _encoding, callback) {
      text += chunk.toString()
      if (++count % 20 === 0) setImmediate(callback)
      else callback()
    },
  })
  await pipeline(Readable.from(messages), running.toNode({ readableObjectMode }), slow)
  expect(text).toBe(messages.join(''))
  expect((await running.wait()).ledger).toMatchObject({ delivered: 5000, balance: 0 })
})

test('nothing is read that nobody asks for', async () => {
  const running = start()
  const stream = running.toNode({ readableObjectMode: true })
  for (const message of numbers(3000)) stream.write(message)
  stream.end()
  await vi.waitUntil(() => running.metrics().edges.at(-1)?.pressured)
  stream.read(0)
  await vi.waitUntil(() => stream.readableLength >= stream.readableHighWaterMark)
  // One more batch at most was taken than the stream holds.
  expect(running.metrics().ledger.delivered).toBeLessThanOrEqual(stream.readableHighWaterMark + 16)
  stream.resume()
  await finished(stream)
})
