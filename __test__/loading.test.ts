import { expect, test } from 'vitest'
import { runChild } from './child.js'

test('the package can be required from CommonJS, and is the same when imported', async () => {
  const { code, signal, stdout } = await runChild('required.cjs')
  expect({ code, signal, stdout }).toEqual({ code: 0, signal: null, stdout: 'true\n1' })
})

test('the main thread and two workers use it at the same time, each for itself', async () => {
  const { code, signal, stdout, stderr } = await runChild('loaded-twice.mjs')
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' })
  expect(stdout.split('\n')).toEqual(['main', 'one', 'two'].map((name) => `${name}: 20000, 0 wrong`))
})
