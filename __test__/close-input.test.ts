import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder, type Running } from '../index.js'
import { numbers, texts } from './messages.js'
import { refusalOf } from './refusal.js'

const start = (capacity = 8192): Running =>
  new PipelineBuilder().addStage('stage', passthrough(), { capacity }).withOutputEdge({ capacity }).build().start()

test('after close() every push is refused with CLOSED; close() may be called again', async () => {
  const running = start()
  const { input } = running
  await input.push('before')
  input.close()
  input.close()
  expect(await refusalOf(input.push('x'))).toMatchObject({ code: 'CLOSED' })
  expect(await refusalOf(() => input.tryPush('x'))).toMatchObject({ code: 'CLOSED' })
  expect(await refusalOf(input.pushBatch(['x']))).toMatchObject({ code: 'CLOSED' })
  expect(await refusalOf(input.pushFrom(['x']))).toMatchObject({ code: 'CLOSED' })
  expect(await refusalOf(input.push('x'))).toMatchObject({
    message: 'the input was closed; messages can only be pushed before',
  })
  expect((await running.wait()).ledger).toMatchObject({ accepted: 1, delivered: 1 })
})

test('nothing is refused that was pushed before, though it still waits for room', async () => {
  const running = start(2)
  const outputs = texts(running.output)
  const messages = numbers(1500)
  const pushes = messages.map((message) => running.input.push(message))
  running.input.close()
  await Promise.all(pushes)
  expect(await outputs).toEqual(messages)
  expect((await running.wait()).ledger).toMatchObject({ accepted: 1500, delivered: 1500, balance: 0 })
})

test('wait() closes the input', async () => {
  const running = start()
  const waiting = running.wait()
  expect(await refusalOf(running.input.push('x'))).toMatchObject({ code: 'CLOSED' })
  await waiting
  expect(await refusalOf(running.input.push('x'))).toMatchObject({ code: 'CLOSED' })
})
