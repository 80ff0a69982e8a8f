import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder, type Running } from '../index.js'
import { refusalOf } from './refusal.js'

const start = (): Running => new PipelineBuilder().addStage('stage', passthrough()).build().start()

test('wait() may be called again, and at the same time: the report is the same', async () => {
  const running = start()
  await running.input.pushBatch(['a', 'b'])
  const reports = await Promise.all([running.wait(), running.wait()])
  reports.push(await running.wait(), await running.drain({ timeoutMs: 1000 }))
  expect(new Set(reports).size).toBe(1)
  expect(reports[0].ledger).toMatchObject({ accepted: 2, delivered: 2, balance: 0 })
})

test('if the pipeline failed, the error is the same', async () => {
  const running = new PipelineBuilder()
    .addStage('stage', () => {
      throw new Error('no')
    })
    .build()
    .start()
  await running.input.push('x')
  const error = await refusalOf(running.wait())
  expect(error.code).toBe('STAGE_FAILED')
  expect(await refusalOf(running.wait())).toBe(error)
  expect(await refusalOf(running.completed)).toBe(error)
  expect(await refusalOf(running.drain({ timeoutMs: 1000 }))).toBe(error)
  expect(await refusalOf(running.input.push('x'))).toBe(error)
})

test('a pipeline without messages has a report too', async () => {
  const { ledger, stages } = await start().wait()
  expect(ledger).toMatchObject({ accepted: 0, delivered: 0, balance: 0 })
  expect(stages[0]?.state).toBe('ended')
})
