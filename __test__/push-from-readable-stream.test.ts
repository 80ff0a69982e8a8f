import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder, type Running } from '../index.js'
import { numbers, texts } from './messages.js'

const start = (): Running => new PipelineBuilder().addStage('stage', passthrough(), { capacity: 16 }).build().start()
const reason = { why: 'enough' }

/** A stream that gives `count` messages and then waits, and what it was cancelled with. */
function quiet(count: number): { stream: ReadableStream<string>; cancelled: unknown[] } {
  const cancelled: unknown[] = []
  const stream = new ReadableStream<string>({
    start(controller) {
      for (const message of numbers(count)) controller.enqueue(message)
    },
    cancel: (why) => void cancelled.push(why),
  })
  return { stream, cancelled }
}

test('a ReadableStream is read to its end, and unlocked', async () => {
  const running = start()
  const source = new Blob(['hello ', 'world']).stream() as ReadableStream<Uint8Array>
  const all = texts(running.output)
  await running.input.pushFrom(source)
  await running.wait()
  expect((await all).join('')).toBe('hello world')
  expect(source.locked).toBe(false)
})

test('a signal cancels it with its reason, even if it gives nothing', async () => {
  const running = start()
  const { stream, cancelled } = quiet(3)
  const controller = new AbortController()
  const pushed = running.input.pushFrom(stream, { signal: controller.signal })
  while (running.metrics().ledger.accepted < 3) await setImmediate()
  controller.abort(reason)
  await expect(pushed).rejects.toBe(reason)
  await setImmediate()
  expect([cancelled, stream.locked]).toEqual([[reason], false])
  expect((await running.wait()).ledger.delivered).toBe(3)
})

test('the end of the pipeline cancels it with the error', async () => {
  const running = start()
  const { stream, cancelled } = quiet(1)
  const pushed = running.input.pushFrom(stream)
  running.abort(reason)
  await expect(pushed).rejects.toMatchObject({ code: 'ABORTED', cause: reason })
  await setImmediate()
  expect(cancelled).toMatchObject([{ code: 'ABORTED', cause: reason }])
})

test('what it fails with, pushFrom rejects with; one that is locked is refused', async () => {
  const running = start()
  const error = new Error('broken')
  const broken = new ReadableStream<string>({ start: (controller) => controller.error(error) })
  await expect(running.input.pushFrom(broken)).rejects.toBe(error)
  const { stream } = quiet(1)
  stream.getReader()
  await expect(running.input.pushFrom(stream)).rejects.toThrow(/locked/)
  await running.wait()
})

test('a Readable that gives nothing is destroyed at once when it is no longer wanted', async () => {
  const running = start()
  const controller = new AbortController()
  const readable = new Readable({ read: () => undefined })
  const pushed = running.input.pushFrom(readable, { signal: controller.signal })
  controller.abort(reason)
  await expect(pushed).rejects.toBe(reason)
  expect(readable.destroyed).toBe(true)
  await running.wait()
})
