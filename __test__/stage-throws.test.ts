import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder } from '../index.js'
import { entered, left } from './ledger.js'
import { numbers } from './messages.js'
import { refusalOf } from './refusal.js'

const MESSAGES = 5000

test.each([
  ['first', 0],
  ['a middle', 2500],
  ['last', MESSAGES - 1],
])('a stage that throws at the %s message ends the pipeline with STAGE_FAILED', async (_which, failsAt) => {
  const thrown = new RangeError('no such number')
  const running = new PipelineBuilder()
    .addStage('before', passthrough())
    .addStage('fragile', (message) => {
      if (message.toString() === String(failsAt)) throw thrown
      return message
    })
    .addStage('after', passthrough())
    .build()
    .start()
  running.input.pushBatch(numbers(MESSAGES)).catch(() => undefined)
  const delivered: string[] = []
  const error = await refusalOf(async () => {
    for await (const message of running.output) delivered.push(message.toString())
  })

  expect(error).toMatchObject({ code: 'STAGE_FAILED', stage: 'fragile', sequence: failsAt })
  expect(error.cause).toBe(thrown)
  expect(error.message).toBe(`stage \`fragile\` failed at message ${failsAt}: RangeError: no such number`)
  expect(delivered).toEqual(numbers(failsAt))
  expect(await refusalOf(running.wait())).toBe(error)
  const { ledger, stages } = running.metrics()
  expect(ledger).toMatchObject({ delivered: failsAt, failed: 1, inFlight: 0, balance: 0 })
  expect(left(ledger)).toBe(entered(ledger))
  expect(stages.map(({ state }) => state)).toEqual([expect.stringMatching(/ended|aborted/), 'failed', 'ended'])
})
