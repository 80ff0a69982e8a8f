import { expect, test } from 'vitest'
import { runChild } from './child.js'

test('a pipeline that fails while nobody waits for it raises no unhandled rejection', async () => {
  const { code, stdout, stderr } = await runChild('unheard-failure.mjs')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).not.toContain('unhandled')
  expect(stdout).toContain('aborted ABORTED')
})
