import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder } from '../index.js'
import { runChild } from './child.js'

test.each([
  ['messages in flight', 'in-flight'],
  ['a pending wait()', 'wait'],
  ['a pending drain()', 'drain'],
  ['a source that never waits', 'endless source'],
  ['a push that waits', 'paused push'],
])('without a reference, %s does not keep the process', async (_what, what) => {
  const ending = await runChild('unref.mjs', { args: [what] })
  expect(ending).toEqual({ code: 0, signal: null, stdout: 'left early', stderr: '' })
})

test.each(['ref again', 'kept by another'])('%s: it works to its end', async (what) => {
  expect(await runChild('unref.mjs', { args: [what] })).toEqual({
    code: 0,
    signal: null,
    stdout: 'saw all',
    stderr: '',
  })
})

test('both return the pipeline, and may be called again, at its end too', async () => {
  const running = new PipelineBuilder().addStage('stage', passthrough()).build().start()
  expect(running.unref().unref().ref()).toBe(running)
  await running.wait()
  expect(running.ref().unref()).toBe(running)
})
