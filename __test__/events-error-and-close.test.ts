import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder, type Running } from '../index.js'
import { refusalOf } from './refusal.js'

/** What is told, in the order it is told in. */
function listen(running: Running): unknown[] {
  const told: unknown[] = []
  running.on('error', (error) => told.push(error))
  running.on('close', (...payload: unknown[]) => told.push('close', ...payload))
  running.completed.then(
    () => told.push('completed'),
    () => told.push('rejected'),
  )
  return told
}

test('the end of a pipeline is told once, behind completed', async () => {
  const running = new PipelineBuilder().addStage('stage', passthrough()).build().start()
  const told = listen(running)
  await running.input.push('x')
  await running.wait()
  told.push('waited')
  running.abort()
  await running.wait()
  await setImmediate()
  expect(told).toEqual(['completed', 'waited', 'close'])
})

test('an error is told before the end, and is the one that wait() rejects with', async () => {
  const running = new PipelineBuilder()
    .addStage('stage', () => {
      throw new Error('no')
    })
    .build()
    .start()
  const told = listen(running)
  await running.input.push('x')
  const error = await refusalOf(running.wait())
  await setImmediate()
  expect(told).toEqual(['rejected', error, 'close'])
  expect(error.code).toBe('STAGE_FAILED')
})

test('an abort is an error; once() rejects with it', async () => {
  const running = new PipelineBuilder().addStage('stage', passthrough()).build().start()
  const closed = once(running, 'close')
  running.abort('reason')
  const error = await refusalOf(closed)
  expect(error).toMatchObject({ code: 'ABORTED', cause: 'reason' })
  expect(await refusalOf(running.completed)).toBe(error)
})

test('an error that nobody listens to is told by completed alone: nothing is thrown', async () => {
  const running = new PipelineBuilder().addStage('stage', passthrough()).build().start()
  const closed = new Promise<void>((resolve) => running.on('close', resolve))
  running.abort()
  await closed
  expect(await refusalOf(running.completed)).toMatchObject({ code: 'ABORTED' })
})

test('names are those of any EventEmitter', () => {
  const running = new PipelineBuilder().addStage('stage', passthrough()).build().start()
  const never = (): void => expect.unreachable()
  expect(running.once('drop', never).off('drop', never).listenerCount('drop')).toBe(0)
  running.abort()
})
