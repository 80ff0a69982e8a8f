import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { PipelineBuilder, worker } from '../index.js'

const openFiles = (): number => readdirSync('/proc/self/fd').length

/** Ends when one of its threads has worked, while others may still be loading. */
async function shortPipeline(): Promise<void> {
  const stage = worker(new URL('fixtures/stage-in-worker.mjs', import.meta.url), { threads: 4 })
  const running = new PipelineBuilder().addStage('stage', stage).build().start()
  await running.input.push('message')
  await running.wait()
}

test('pipelines that end while threads of a stage are still loading leave no file open', async () => {
  await shortPipeline()
  const before = openFiles()
  for (let n = 0; n < 5; n++) await shortPipeline()
  expect(openFiles()).toBeLessThanOrEqual(before)
})
