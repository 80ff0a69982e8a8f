import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder, type Running } from '../index.js'
import { refusalOf } from './refusal.js'

const start = (): Running => new PipelineBuilder().addStage('stage', passthrough()).build().start()

test('a pipeline that goes out of scope is aborted, and has ended', async () => {
  let outer: Running
  {
    await using running = start()
    outer = running
    await running.input.push('x')
    running.output.batches()
  }
  const { ledger, stages } = outer.metrics()
  expect(ledger).toMatchObject({ accepted: 1, aborted: 1, inFlight: 0, balance: 0 })
  expect(stages[0]?.state).toMatch(/aborted|ended/)
  const error = await refusalOf(outer.wait())
  expect(error).toMatchObject({ code: 'ABORTED', cause: { message: 'the pipeline went out of scope' } })
})

test('what the block throws comes through', async () => {
  const thrown = new Error('of the block')
  const block = async (): Promise<void> => {
    await using running = start()
    await running.input.push('x')
    throw thrown
  }
  await expect(block()).rejects.toBe(thrown)
})

test('one that has ended keeps its report; one that has failed does not throw again', async () => {
  let report
  let ended: Running
  {
    await using running = start()
    ended = running
    report = await running.wait()
  }
  expect(await ended.wait()).toBe(report)

  await using failed = new PipelineBuilder()
    .addStage('stage', () => 42 as never)
    .build()
    .start()
  await failed.input.push('x')
  await refusalOf(failed.completed)
})
