import { once } from 'node:events'
import { PassThrough, Readable, Writable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { expect, test, vi } from 'vitest'
import { passthrough, PipelineBuilder, type Running } from '../index.js'
import { refusalOf } from './refusal.js'

const thrown = new Error('bad line')

const fragile = (): Running =>
  new PipelineBuilder()
    .addStage('stage', (message) => {
      if (message.includes('bad')) throw thrown
      return message
    })
    .build()
    .start()

test('an error in a stage destroys the stream with the PipelineError, after what came before it', async () => {
  const running = fragile()
  const received: string[] = []
  const sink = new Writable({
    write(chunk: Buffer, _encoding, callback) {
      received.push(chunk.toString())
      callback()
    },
  })
  const stream = running.toNode({ readableObjectMode: true })
  const error = await refusalOf(pipeline(Readable.from(['good', 'bad', 'behind']), stream, sink))
  expect(error).toMatchObject({ code: 'STAGE_FAILED', stage: 'stage', sequence: 1 })
  expect(error.cause).toBe(thrown)
  expect(stream.destroyed).toBe(true)
  expect(received).toEqual(['good'])
  expect(await refusalOf(running.wait())).toBe(error)
})

test('a chunk beyond the limit destroys the stream, and aborts the pipeline with that error as the cause', async () => {
  const running = new PipelineBuilder().addStage('stage', passthrough()).withMaxMessageBytes(10).build().start()
  const stream = running.toNode()
  stream.write('x'.repeat(11))
  const [error] = (await once(stream, 'error')) as [Error]
  expect(error).toMatchObject({ code: 'MESSAGE_TOO_LARGE' })
  expect(await refusalOf(running.wait())).toMatchObject({ code: 'ABORTED', cause: error })
})

test('destroying the stream in the middle of a write aborts the pipeline', async () => {
  const running = new PipelineBuilder()
    .addStage('stage', passthrough(), { capacity: 1 })
    .withOutputEdge({ capacity: 1 })
    .build()
    .start()
  const stream = running.toNode()
  const written: unknown[] = []
  for (let n = 0; n < 10; n++) stream.write('x', (error) => written.push(error?.message))
  await vi.waitUntil(() => running.input.pressured)
  const reason = new Error('nobody reads')
  stream.destroy(reason)
  await expect(finished(stream)).rejects.toBe(reason)
  expect(await refusalOf(running.wait())).toMatchObject({ code: 'ABORTED', cause: reason })
  await vi.waitUntil(() => written.length === 10)
  expect(running.metrics().ledger).toMatchObject({ inFlight: 0, balance: 0 })
})

test('a reader that goes away aborts it too', async () => {
  const running = new PipelineBuilder().addStage('stage', passthrough()).build().start()
  const sink = new PassThrough()
  const endless = Readable.from(
    (function* () {
      for (;;) yield 'x'
    })(),
  )
  const piped = pipeline(endless, running.toNode(), sink)
  await once(sink, 'readable')
  sink.destroy(new Error('gone'))
  await expect(piped).rejects.toThrow('gone')
  expect(await refusalOf(running.wait())).toMatchObject({ code: 'ABORTED' })
})

test('an abort of the pipeline destroys the stream', async () => {
  const running = fragile()
  const stream = running.toNode()
  stream.resume()
  running.abort('reason')
  const [error] = (await once(stream, 'error')) as [Error]
  expect(error).toMatchObject({ code: 'ABORTED', cause: 'reason' })
})
