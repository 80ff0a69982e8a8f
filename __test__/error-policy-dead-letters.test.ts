import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { lines, passthrough, PipelineBuilder, type Running } from '../index.js'
import { refusalOf } from './refusal.js'

const BAD = 20_000

function allBad(backpressure = true): Running {
  return new PipelineBuilder()
    .withBackpressure(backpressure)
    .addStage('lines', lines({ maxLineBytes: 1 }), { onError: 'dead-letter' })
    .build()
    .start()
}

const pushBad = ({ input }: Running, count = BAD): Promise<number> => input.pushFrom(Array<string>(count).fill('bad\n'))

test('unclaimed until wait(), they are counted and released', async () => {
  // Without marks both rings fill to the brim: so these are more than the letters' ring holds, and all of them enter.
  const running = allBad(false)
  await pushBad(running, 12_000)
  const { ledger } = await running.wait()
  expect(ledger).toMatchObject({ deadLettered: 12_000, inFlight: 0, balance: 0 })
  expect(await running.deadLetters[Symbol.asyncIterator]().next()).toEqual({ done: true, value: undefined })
})

test('not taken, they hold the stage up; taken, it goes on, and none is lost', async () => {
  const running = allBad()
  const pushed = pushBad(running)
  while (running.metrics().stages[0]!.state !== 'backpressured') await turn()
  let taken = 0
  const wait = async (): Promise<void> => {
    for await (const { message } of running.deadLetters) if (message.toString() === 'b') taken++
  }
  const all = wait()
  await pushed
  expect((await running.wait()).ledger).toMatchObject({ deadLettered: BAD, balance: 0 })
  await all
  expect(taken).toBe(BAD)
})

test('left early, they are given up, and the pipeline goes on', async () => {
  const running = allBad()
  const pushed = pushBad(running)
  for await (const { stage } of running.deadLetters) {
    expect(stage).toBe('lines')
    break
  }
  expect(await pushed).toBe(BAD)
  expect((await running.wait()).ledger).toMatchObject({ deadLettered: BAD, balance: 0 })
})

test('return() answers every next() that waits', async () => {
  const running = allBad()
  const letters = running.deadLetters[Symbol.asyncIterator]()
  const waiting = [letters.next(), letters.next()]
  await letters.return!()
  expect(await Promise.all(waiting)).toEqual(Array(2).fill({ done: true, value: undefined }))
  running.abort()
})

test('several next() at once are answered in order', async () => {
  const running = allBad()
  const letters = running.deadLetters[Symbol.asyncIterator]()
  const waiting = [letters.next(), letters.next(), letters.next()]
  await running.input.pushBatch(['1st\n', '2nd\n'])
  await running.wait()
  const messages = (await Promise.all(waiting)).map(({ value }) => value?.message.toString())
  expect(messages).toEqual(['1', '2', undefined])
})

test('the iteration ends with the pipeline, however that ends', async () => {
  const running = allBad()
  const next = running.deadLetters[Symbol.asyncIterator]().next()
  running.abort()
  expect(await next).toEqual({ done: true, value: undefined })
  expect((await refusalOf(running.wait())).code).toBe('ABORTED')
})

test('they are iterated once, and only where a stage makes them', async () => {
  const running = allBad()
  running.deadLetters[Symbol.asyncIterator]()
  expect((await refusalOf(() => running.deadLetters[Symbol.asyncIterator]())).code).toBe('OUTPUT_TAKEN')
  running.abort()
  const none = new PipelineBuilder().addStage('a', passthrough(), { onError: 'skip' }).build().start()
  const refused = await refusalOf(() => none.deadLetters[Symbol.asyncIterator]())
  expect(refused.code).toBe('INVALID_OPTION')
  expect(refused.message).toContain("onError: 'dead-letter'")
  none.abort()
})
