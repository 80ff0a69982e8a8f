import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder, type Running } from '../index.js'
import { refusalOf } from './refusal.js'

/** A stage with ten outputs for each message, before an edge that holds four. */
function start(): Running {
  return new PipelineBuilder()
    .addStage('many', (message) => Array<Buffer>(10).fill(message))
    .addStage('narrow', passthrough(), { capacity: 4, policy: 'error' })
    .withOutputEdge({ capacity: 4 })
    .build()
    .start()
}

test('an edge with the policy error inside a pipeline fails it with OVERFLOW, though nothing more is pushed', async () => {
  const running = start()
  running.output.batches()
  await running.input.pushBatch(['one', 'two'])
  const error = await refusalOf(running.completed)
  expect(error).toMatchObject({ code: 'OVERFLOW', stage: 'narrow' })
  expect(error.message).toContain('edge `narrow` was full and its policy is `error`; choose a larger capacity')
})

test('that the input has ended does not hide it', async () => {
  const running = start()
  await running.input.pushBatch(['one', 'two'])
  expect(await refusalOf(running.wait())).toMatchObject({ code: 'OVERFLOW' })
  expect(running.metrics().ledger).toMatchObject({ accepted: 2, inFlight: 0, balance: 0 })
})
