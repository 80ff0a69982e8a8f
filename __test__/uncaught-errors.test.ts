import { expect, test } from 'vitest'
import { runChild } from './child.js'

const states = ['idle', 'full', 'busy']

test.each(states)('an uncaught exception ends the process with code 1, whatever its threads do: %s', async (state) => {
  const { code, signal, stderr } = await runChild('end.mjs', { args: [state, 'throw'] })
  expect({ code, signal }).toEqual({ code: 1, signal: null })
  expect(stderr).toContain('Error: uncaught, on purpose')
})

test.each(states)('so does an unhandled rejection: %s', async (state) => {
  const { code, signal, stderr } = await runChild('end.mjs', { args: [state, 'reject'] })
  expect({ code, signal }).toEqual({ code: 1, signal: null })
  expect(stderr).toContain('Error: unhandled, on purpose')
})
