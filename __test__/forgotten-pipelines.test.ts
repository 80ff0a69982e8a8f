import { expect, test } from 'vitest'
import { runChild } from './child.js'

test('pipelines that nobody holds any more are collected, and their threads end', async () => {
  const { code, signal, stdout, stderr } = await runChild('forgotten.mjs', { execArgv: ['--expose-gc'] })
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' })
  const { rounds } = JSON.parse(stdout) as { rounds: [hadThreads: boolean, threadsLeft: number][] }
  expect(rounds).toEqual(Array(5).fill([true, 0]))
})
