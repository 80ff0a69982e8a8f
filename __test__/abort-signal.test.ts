import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder, type Pipeline } from '../index.js'
import { refusalOf } from './refusal.js'

const build = (): Pipeline => new PipelineBuilder().addStage('stage', passthrough()).build()

test('a signal that is aborted after the start aborts the pipeline, with its reason as the cause', async () => {
  const controller = new AbortController()
  const running = build().start({ signal: controller.signal })
  await running.input.push('x')
  const reason = { why: 'enough' }
  controller.abort(reason)
  const error = await refusalOf(running.wait())
  expect(error.code).toBe('ABORTED')
  expect(error.cause).toBe(reason)
  expect(getEventListeners(controller.signal, 'abort')).toEqual([])
})

test('a signal that was aborted before: start() throws its reason', () => {
  const reason = new Error('too late')
  expect(() => build().start({ signal: AbortSignal.abort(reason) })).toThrow(reason)
})

test('a signal that outlives the pipeline keeps no listener, and changes nothing', async () => {
  const controller = new AbortController()
  const { signal } = controller
  const running = build().start({ signal })
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  const report = await running.wait()
  expect(getEventListeners(signal, 'abort')).toEqual([])
  controller.abort()
  expect(await running.wait()).toBe(report)
})

test('a timeout is a signal', async () => {
  const running = build().start({ signal: AbortSignal.timeout(10) })
  await running.input.push('x')
  // Nothing of the pipeline keeps this process; the test does.
  const error = await refusalOf(running.completed)
  expect(error.cause).toMatchObject({ name: 'TimeoutError' })
})

test('anything else is refused', async () => {
  expect(await refusalOf(() => build().start({ signal: {} as AbortSignal }))).toMatchObject({
    code: 'INVALID_OPTION',
    message: 'Expected signal to be an AbortSignal but received an object',
  })
})
