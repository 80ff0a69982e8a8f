import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder, type Running } from '../index.js'

const start = (): Running => new PipelineBuilder().addStage('stage', passthrough()).build().start()

test('completed closes nothing: it resolves when somebody else has', async () => {
  const running = start()
  let ended = false
  const completed = running.completed.then((report) => {
    ended = true
    return report
  })
  await running.input.push('one')
  for (let turn = 0; turn < 100; turn++) await setImmediate()
  expect(ended).toBe(false)
  await running.input.push('two')
  running.input.close()
  const { ledger } = await completed
  expect(ledger.accepted).toBe(2)
})

test('completed rejects with the error of the pipeline', async () => {
  const running = start()
  running.abort('enough')
  await expect(running.completed).rejects.toMatchObject({ code: 'ABORTED', cause: 'enough' })
})
