import { expect, test } from 'vitest'
import type { Ledger } from '../index.js'
import { runChild, type Ending } from './child.js'

const states = ['idle', 'full', 'busy']

const kill = (state: string, way: string, signal: NodeJS.Signals): Promise<Ending> =>
  runChild('end.mjs', { args: [state, way], onLine: (line, child) => line === 'ready' && child.kill(signal) })

test.each(states)('SIGTERM ends the process as if there were no pipeline: %s', async (state) => {
  const { code, signal, stderr } = await kill(state, 'signal', 'SIGTERM')
  expect({ code, signal, stderr }).toEqual({ code: null, signal: 'SIGTERM', stderr: '' })
})

test.each(states)('SIGKILL too: %s', async (state) => {
  expect(await kill(state, 'signal', 'SIGKILL')).toMatchObject({ code: null, signal: 'SIGKILL', stderr: '' })
})

test.each(states)(
  'a handler may drain the pipeline, and the process ends by itself with its code: %s',
  async (state) => {
    const { code, signal, stdout, stderr } = await kill(state, 'drain', 'SIGTERM')
    expect({ code, signal, stderr }).toEqual({ code: 3, signal: null, stderr: '' })
    const ledger = JSON.parse(stdout.split('\n').at(-1)!) as Ledger
    expect(ledger).toMatchObject({ aborted: 0, inFlight: 0, balance: 0 })
  },
)
