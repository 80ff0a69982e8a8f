import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder, type Running } from '../index.js'
import { numbers, texts } from './messages.js'

const start = (): Running => new PipelineBuilder().addStage('stage', passthrough()).build().start()
const done = { done: true, value: undefined }

test('return() ends its iterator, and answers what waits; another one goes on', async () => {
  const running = start()
  const [one, other] = [running.output.messages(), running.output.messages()]
  const waiting = [one.next(), other.next(), one.next()]
  expect(await one.return?.()).toEqual(done)
  expect([await waiting[0], await waiting[2], await one.next()]).toEqual([done, done, done])
  await running.input.pushBatch(numbers(2))
  running.input.close()
  expect((await waiting[1])?.value?.toString()).toBe('0')
  expect(await texts(running.output)).toEqual(['1'])
})

test('throw() ends it, and rejects with what it was given', async () => {
  const iterator = start().output.batches()
  const reason = new Error('no more')
  await expect(iterator.throw?.(reason)).rejects.toBe(reason)
  expect(await iterator.next()).toEqual(done)
})

test('an iterator that goes out of scope has ended', async () => {
  const running = start()
  let outer
  {
    await using batches = running.output.batches()
    outer = batches.next()
  }
  expect(await outer).toEqual(done)
})

test('iterators that are forgotten hold nobody up', async () => {
  const running = start()
  for (let n = 0; n < 100; n++) running.output.batches()
  const all = texts(running.output)
  await running.input.pushBatch(numbers(100))
  await running.wait()
  expect(await all).toEqual(numbers(100))
})
