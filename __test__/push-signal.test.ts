import { getEventListeners } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder, type Running } from '../index.js'
import { numbers, texts } from './messages.js'

/** A pipeline whose rings are full and stay so. */
async function full(): Promise<Running> {
  const running = new PipelineBuilder()
    .addStage('stage', passthrough(), { capacity: 4 })
    .withOutputEdge({ capacity: 4 })
    .build()
    .start()
  running.output.batches()
  while (running.input.tryPush('full') || !running.metrics().edges.every(({ fill }) => fill === 4)) await setImmediate()
  return running
}

const reason = { why: 'enough' }

test('a push that waits is taken back: its message never comes', async () => {
  const running = await full()
  const { signal, abort } = controller()
  const before = running.input.push('before')
  const pushed = running.input.push('taken back', { signal })
  const behind = running.input.push('behind')
  abort()
  await expect(pushed).rejects.toBe(reason)
  expect(getEventListeners(signal, 'abort')).toEqual([])
  running.input.close()
  const all = await texts(running.output)
  await Promise.all([before, behind])
  expect(all.filter((message) => message !== 'full')).toEqual(['before', 'behind'])
})

test('a message that is in cannot be taken back', async () => {
  const running = new PipelineBuilder().addStage('stage', passthrough()).build().start()
  const { signal, abort } = controller()
  const pushes = ['', 'one', Buffer.alloc(5000), new Uint8Array(0)].map((message) =>
    running.input.push(message, { signal }),
  )
  abort()
  await Promise.all(pushes)
  expect(getEventListeners(signal, 'abort')).toEqual([])
  expect((await running.wait()).ledger).toMatchObject({ accepted: 4, delivered: 4 })
})

test('with and without a signal, order is kept', async () => {
  const running = new PipelineBuilder().addStage('stage', passthrough(), { capacity: 4 }).build().start()
  const { signal } = controller()
  const all = texts(running.output)
  const warnings: Error[] = []
  const onWarning = (warning: Error): unknown => warnings.push(warning)
  process.on('warning', onWarning)
  const pushes = numbers(1000).map((message, n) => running.input.push(message, n % 3 === 0 ? { signal } : {}))
  await Promise.all(pushes)
  await running.wait()
  expect(await all).toEqual(numbers(1000))
  expect(getEventListeners(signal, 'abort')).toEqual([])
  await setImmediate()
  process.off('warning', onWarning)
  // However many pushes share a signal, it has one listener.
  expect(warnings).toEqual([])
})

test('a signal that is aborted already: nothing is pushed', async () => {
  const running = new PipelineBuilder().addStage('stage', passthrough()).build().start()
  const signal = AbortSignal.abort(reason)
  await expect(running.input.push('x', { signal })).rejects.toBe(reason)
  await expect(running.input.pushBatch(['x'], { signal })).rejects.toBe(reason)
  expect((await running.wait()).ledger.accepted).toBe(0)
})

test('a batch that waits ends; what was read of it before stays pushed', async () => {
  const running = await full()
  const { signal, abort } = controller()
  let read = 0
  const messages = function* (): Generator<string> {
    for (;;) yield String(read++)
  }
  const pushed = running.input.pushBatch(messages(), { signal })
  await setImmediate()
  abort()
  await expect(pushed).rejects.toBe(reason)
  expect(getEventListeners(signal, 'abort')).toEqual([])
  const readThen = read
  running.input.close()
  // The last one had no place yet, and was taken back.
  expect((await texts(running.output)).filter((message) => message !== 'full')).toEqual(numbers(readThen - 1))
  expect(read).toBe(readThen)
})

test('an abort of the pipeline comes before the signal: one reason is told, no listener is left', async () => {
  const running = await full()
  const { signal, abort } = controller()
  const pushed = running.input.push('x', { signal })
  running.abort('of the pipeline')
  abort()
  await pushed.catch(() => undefined)
  await expect(running.completed).rejects.toMatchObject({ code: 'ABORTED', cause: 'of the pipeline' })
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

function controller(): { signal: AbortSignal; abort: () => void } {
  const made = new AbortController()
  return { signal: made.signal, abort: () => made.abort(reason) }
}
