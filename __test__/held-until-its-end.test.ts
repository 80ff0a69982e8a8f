import { expect, test } from 'vitest'
import { runChild } from './child.js'

test('a pipeline that is ending is not collected before it has ended: who waits for that is told', async () => {
  const ending = await runChild('held-by-nobody.mjs', { execArgv: ['--expose-gc'] })
  expect(ending).toEqual({ code: 0, signal: null, stdout: '200 of 200', stderr: '' })
})
