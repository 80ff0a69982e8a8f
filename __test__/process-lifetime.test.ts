import { expect, test } from 'vitest'
import { runChild } from './child.js'

test.each([
  ['an idle pipeline', 'idle', 'seen 0'],
  ['an idle pipeline whose output somebody waits for', 'reader', 'seen 0'],
  ['a pipeline that has ended', 'ended', 'ended\nseen 1'],
  ['messages that rest in the output', 'resting', 'seen 10'],
])('%s does not keep the process alive', async (_what, what, stdout) => {
  expect(await runChild('lifetime.mjs', { args: [what] })).toEqual({ code: 0, signal: null, stdout, stderr: '' })
})

test.each([
  ['messages in flight', 'in-flight', 'seen 2000'],
  ['a closed input', 'closed', 'a line without an end\nseen 0'],
  ['a dead letter that is awaited', 'dead-letter', 'bad\nover\nseen 0'],
  ['wait()', 'wait', 'delivered 2000\nseen 2000'],
  ['pushes that wait', 'pushes', 'pushed 2000\nseen 2000'],
])('%s keep it until they are done, and no longer', async (_what, what, stdout) => {
  expect(await runChild('lifetime.mjs', { args: [what] })).toEqual({ code: 0, signal: null, stdout, stderr: '' })
})
