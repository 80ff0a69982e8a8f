import { expect, test } from 'vitest'
import { runChild } from './child.js'

const states = ['idle', 'full', 'busy']
const ways = ['exit', 'exit-later', 'exit-in-a-listener']
const cases = states.flatMap((state) => ways.map((way) => [way, state] as const))

test.each([...cases, ['exit-in-the-stage', 'busy']] as const)(
  'process.exit() (%s) with running threads, %s, ends with its code',
  async (way, state) => {
    const { code, signal, stderr } = await runChild('end.mjs', { args: [state, way] })
    expect({ code, signal, stderr }).toEqual({ code: 7, signal: null, stderr: '' })
  },
)

test.each(['main thread', 'worker'])('no pipeline starts once the %s is ending: it would outlive it', async (where) => {
  const { code, signal, stdout, stderr } = await runChild('late-start.mjs', { args: [where] })
  expect({ code, signal, stdout, stderr }).toEqual({ code: 7, signal: null, stdout: 'ABORTED', stderr: '' })
})
