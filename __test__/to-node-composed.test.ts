import { once } from 'node:events'
import * as stream from 'node:stream'
import { Readable, Transform, Writable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { PipelineBuilder, type Running } from '../index.js'
import { refusalOf } from './refusal.js'

/** Node has it; the types of Node 20 do not. */
const { compose } = stream as unknown as { compose: (...streams: stream.Duplex[]) => stream.Duplex }

const thrown = new Error('bad line')
const start = (): Running =>
  new PipelineBuilder()
    .addStage('stage', (message) => {
      if (message.includes('bad')) throw thrown
      return `<${message.toString()}>`
    })
    .build()
    .start()

const unhandled: unknown[] = []
const onUnhandled = (error: unknown): unknown => unhandled.push(error)
beforeEach(() => process.on('unhandledRejection', onUnhandled))
afterEach(async () => {
  await setImmediate()
  process.off('unhandledRejection', onUnhandled)
  expect(unhandled.splice(0)).toEqual([])
})

const upper = (): Transform =>
  new Transform({ transform: (chunk: Buffer, _encoding, callback) => callback(null, chunk.toString().toUpperCase()) })

/** A consumer like a slow connection. */
function slow(received: string[]): Writable {
  return new Writable({
    highWaterMark: 16,
    write(chunk: Buffer, _encoding, callback) {
      received.push(chunk.toString())
      setTimeout(callback, 1)
    },
  })
}

test('it is a link of compose()', async () => {
  const composed = compose(upper(), start().toNode(), upper())
  composed.end('text')
  let text = ''
  for await (const chunk of composed) text += String(chunk)
  expect(text).toBe('<TEXT>')
})

test('it is a link of pipeline(), between streams, generators and a slow consumer', async () => {
  const received: string[] = []
  const running = start()
  const words = Array.from({ length: 200 }, (_, n) => `word ${n} `)
  const double = async function* (source: AsyncIterable<Buffer>): AsyncGenerator<string> {
    for await (const chunk of source) yield chunk.toString()
  }
  await pipeline(Readable.from(words), running.toNode({ readableObjectMode: true }), double, slow(received))
  expect(received.join('')).toBe(words.map((word) => `<${word}>`).join(''))
  expect((await running.wait()).ledger).toMatchObject({ delivered: 200, balance: 0 })
})

test('a failing stage: pipeline() rejects with its error, once, and nothing comes behind close', async () => {
  const running = start()
  const duplex = running.toNode()
  const told: unknown[] = []
  duplex.on('error', (error) => told.push(error)).on('close', () => told.push('close'))
  const sink = slow([])
  const error = await refusalOf(pipeline(Readable.from(['good', 'bad', 'behind']), duplex, sink))
  expect(error).toMatchObject({ code: 'STAGE_FAILED', cause: thrown })
  while (!sink.closed || !duplex.closed) await setImmediate()
  await setImmediate()
  expect(told).toEqual([error, 'close'])
})

test('a stage that fails while nobody reads or writes: the stream is destroyed all the same', async () => {
  const running = start()
  const duplex = running.toNode()
  await running.input.push('bad')
  await expect(finished(duplex)).rejects.toMatchObject({ code: 'STAGE_FAILED', cause: thrown })
})

test('what came before the failure waits for a reader that pauses', async () => {
  const running = start()
  const duplex = running.toNode({ readableObjectMode: true })
  duplex.write('good')
  duplex.write('bad')
  await running.completed.catch(() => undefined)
  await setImmediate()
  const received: string[] = []
  duplex.on('data', (chunk: Buffer) => received.push(chunk.toString()))
  const [error] = (await once(duplex, 'error')) as [unknown]
  expect([received, error]).toEqual([['<good>'], expect.objectContaining({ code: 'STAGE_FAILED' })])
})

test('an error on either side of it aborts the pipeline, with that error as the cause', async () => {
  const reason = new Error('broken')
  const broken = new Readable({ read: () => undefined })
  const running = [start(), start()] as const
  const piped = [
    pipeline(broken, running[0].toNode(), slow([])),
    pipeline(Readable.from(['x']), running[1].toNode(), new Writable({ write: (_c, _e, done) => done(reason) })),
  ]
  broken.destroy(reason)
  for (const promise of piped) await expect(promise).rejects.toBe(reason)
  expect(await refusalOf(running[0].completed)).toMatchObject({ code: 'ABORTED', cause: reason })
})
