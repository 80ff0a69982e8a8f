import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { PipelineBuilder, type Running } from '../index.js'
import { refusalOf } from './refusal.js'

const thrown = new Error('bad line')
const reason = { why: 'enough' }

const start = (): Running =>
  new PipelineBuilder()
    .addStage(
      'stage',
      (message) => {
        if (message.includes('bad')) throw thrown
        return message
      },
      { capacity: 4 },
    )
    .withOutputEdge({ capacity: 4 })
    .build()
    .start()

test('cancelling the readable aborts the pipeline, and errors the writable', async () => {
  const running = start()
  const { readable, writable } = running.toWeb()
  const writer = writable.getWriter()
  await writer.write('x')
  await readable.cancel(reason)
  const error = await refusalOf(running.completed)
  expect(error).toMatchObject({ code: 'ABORTED' })
  expect(error.cause).toBe(reason)
  await expect(writer.closed).rejects.toBe(error)
})

test('aborting the writable while a write waits aborts the pipeline, and errors the readable', async () => {
  const running = start()
  const { readable, writable } = running.toWeb()
  const writer = writable.getWriter()
  const writes = Array.from({ length: 30 }, () => writer.write('x').catch((error: unknown) => error))
  while (!running.input.pressured) await setImmediate()
  await writer.abort(reason)
  const error = await refusalOf(running.completed)
  expect(error.cause).toBe(reason)
  await expect(readable.getReader().closed).rejects.toBe(error)
  // Some were in before; each of the others is told.
  expect((await Promise.all(writes)).filter((answer) => answer !== undefined).length).toBeGreaterThan(0)
})

test('a stage that fails errors both, behind what came before it', async () => {
  const running = start()
  const { readable, writable } = running.toWeb()
  const writer = writable.getWriter()
  await writer.write('good')
  await writer.write('bad')
  const error = await refusalOf(running.completed)
  expect(error).toMatchObject({ code: 'STAGE_FAILED', cause: thrown })
  await expect(writer.closed).rejects.toBe(error)
  const reader = readable.getReader()
  expect(Buffer.from((await reader.read()).value!).toString()).toBe('good')
  await expect(reader.read()).rejects.toBe(error)
})

test('a failure is told to a readable that nobody reads', async () => {
  const running = start()
  const { readable } = running.toWeb()
  const { closed } = readable.getReader()
  await running.input.push('bad')
  await expect(closed).rejects.toMatchObject({ code: 'STAGE_FAILED', cause: thrown })
})

test('a source that fails aborts what it is piped through, with its error as the cause', async () => {
  const running = start()
  const source = new ReadableStream<string>({
    pull(controller) {
      controller.error(thrown)
    },
  })
  const reader = source.pipeThrough(running.toWeb()).getReader()
  const error = await refusalOf(reader.read())
  expect(error).toMatchObject({ code: 'ABORTED', cause: thrown })
})

test('a chunk that is no message aborts the pipeline, and says what it was', async () => {
  const running = start()
  const writer = running.toWeb().writable.getWriter()
  const error = await refusalOf(writer.write(42 as never))
  expect(error).toMatchObject({ code: 'INVALID_OPTION' })
  expect(await refusalOf(running.completed)).toMatchObject({ code: 'ABORTED', cause: error })
})

test('an empty pipeline closes', async () => {
  const running = start()
  const { readable, writable } = running.toWeb()
  await writable.close()
  expect(await readable.getReader().read()).toEqual({ done: true, value: undefined })
  expect((await running.wait()).ledger.accepted).toBe(0)
})

test('anything but bytes is refused as the type', async () => {
  expect(await refusalOf(() => start().toWeb({ type: 'text' as never }))).toMatchObject({ code: 'INVALID_OPTION' })
})
