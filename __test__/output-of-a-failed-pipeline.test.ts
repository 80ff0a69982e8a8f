import { expect, test } from 'vitest'
import { PipelineBuilder, type Running } from '../index.js'
import { refusalOf } from './refusal.js'

const start = (): Running =>
  new PipelineBuilder()
    .addStage('stage', (message) => {
      if (message.toString() === 'bad') throw new Error('bad')
      return message
    })
    .build()
    .start()

test('what was emitted before the failure may be read after it, then iterating rejects with the error', async () => {
  const running = start()
  await running.input.pushBatch(['one', 'two', 'bad'])
  const error = await refusalOf(running.completed)
  const received: string[] = []
  for (let attempt = 0; attempt < 2; attempt++) {
    const rejection = await refusalOf(async () => {
      for await (const message of running.output) received.push(message.toString())
    })
    expect(rejection).toBe(error)
  }
  expect(received).toEqual(['one', 'two'])
})

test('every next() that waits rejects with it', async () => {
  const running = start()
  const messages = running.output[Symbol.asyncIterator]()
  const waiting = [messages.next(), messages.next(), running.output.batches().next()]
  await running.input.pushBatch(['one', 'bad'])
  expect(await waiting[0]).toEqual({ done: false, value: Buffer.from('one') })
  const error = await refusalOf(running.completed)
  expect(await refusalOf(waiting[1]!)).toBe(error)
  expect(await refusalOf(waiting[2]!)).toBe(error)
})

test('what an aborted pipeline had in its rings is not given out', async () => {
  const running = start()
  const messages = running.output[Symbol.asyncIterator]()
  await running.input.push('one')
  await messages.next()
  await running.input.push('two')
  running.abort('reason')
  expect(await refusalOf(messages.next())).toMatchObject({ code: 'ABORTED', cause: 'reason' })
})
