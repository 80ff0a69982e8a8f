import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder, type Running } from '../index.js'
import { numbers, texts } from './messages.js'

const reason = { why: 'enough' }

/** A pipeline that does not end before its output is read. */
async function held(): Promise<Running> {
  const running = new PipelineBuilder()
    .addStage('stage', passthrough(), { capacity: 4 })
    .withOutputEdge({ capacity: 4 })
    .build()
    .start()
  running.output.batches()
  await running.input.pushBatch(numbers(6))
  return running
}

test.each<[what: string, wait: (running: Running, signal: AbortSignal) => Promise<unknown>]>([
  ['wait()', (running, signal) => running.wait({ signal })],
  ['drain()', (running, signal) => running.drain({ timeoutMs: 100, signal })],
])('a signal gives %s up; the pipeline goes on to its end', async (_what, wait) => {
  const running = await held()
  const controller = new AbortController()
  const { signal } = controller
  const waits = [wait(running, signal), wait(running, signal)]
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  controller.abort(reason)
  for (const given of waits) await expect(given).rejects.toBe(reason)
  expect(getEventListeners(signal, 'abort')).toEqual([])
  // The deadline of the drain has been given up as well.
  await new Promise((resolve) => setTimeout(resolve, 150))
  expect(await texts(running.output)).toEqual(numbers(6))
  expect((await running.wait()).ledger).toMatchObject({ delivered: 6, aborted: 0 })
})

test('a signal that is aborted already: the input is not even closed', async () => {
  const running = await held()
  await expect(running.wait({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  const all = texts(running.output)
  await running.input.push('6')
  await running.wait()
  expect(await all).toEqual(numbers(7))
})

test('a signal that comes after the end changes nothing, and has no listener', async () => {
  const running = new PipelineBuilder().addStage('stage', passthrough()).build().start()
  const controller = new AbortController()
  const report = await running.wait({ signal: controller.signal })
  expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  expect(await running.wait({ signal: controller.signal })).toBe(report)
  expect(getEventListeners(controller.signal, 'abort')).toEqual([])
})

test('a wait that is tried again and again leaves no listener, and no warning', async () => {
  const warnings: Error[] = []
  const onWarning = (warning: Error): unknown => warnings.push(warning)
  process.on('warning', onWarning)
  const running = await held()
  const { signal } = new AbortController()
  const waits = Array.from({ length: 50 }, () => running.wait({ signal }))
  for (let n = 0; n < 100; n++) {
    const short = new AbortController()
    const wait = running.wait({ signal: short.signal })
    short.abort(n)
    await expect(wait).rejects.toBe(n)
  }
  const all = await texts(running.output)
  await Promise.all(waits)
  expect([all.length, getEventListeners(signal, 'abort')]).toEqual([6, []])
  await new Promise(setImmediate)
  process.off('warning', onWarning)
  expect(warnings).toEqual([])
})
