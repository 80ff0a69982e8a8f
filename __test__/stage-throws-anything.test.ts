import { expect, test } from 'vitest'
import { PipelineBuilder } from '../index.js'
import { refusalOf } from './refusal.js'

class Hostile extends Error {
  override get message(): string {
    throw new Error('not even to be looked at')
  }
}

test.each<[what: string, thrown: unknown, text: string]>([
  ['a string', 'sorry', "it threw the string 'sorry'"],
  ['a number', 42, 'it threw a number (42)'],
  ['undefined', undefined, 'it threw undefined'],
  ['null', null, 'it threw null'],
  ['a symbol', Symbol('s'), 'it threw a symbol'],
  ['an object', { code: 7 }, 'it threw an object'],
  ['an object without prototype', Object.create(null), 'it threw an object'],
  ['an error that throws when its message is read', new Hostile(), 'it threw something that throws'],
])('a stage may throw %s: it is the cause', async (_what, thrown, text) => {
  const running = new PipelineBuilder()
    .addStage('stage', () => {
      throw thrown
    })
    .build()
    .start()
  await running.input.push('x')
  const error = await refusalOf(running.wait())
  expect(error).toMatchObject({ code: 'STAGE_FAILED', stage: 'stage', sequence: 0 })
  expect(error.cause).toBe(thrown)
  expect(error.message).toContain(text)
  expect(running.metrics().ledger).toMatchObject({ accepted: 1, failed: 1, balance: 0 })
})
