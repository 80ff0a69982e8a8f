import { expect, test } from 'vitest'
import { runChild } from './child.js'

interface Report {
  readonly endings: string[]
  readonly before: string[]
  readonly after: string[]
}

async function endWorkers(state: string, way: string, rounds: number): Promise<Report> {
  const { code, signal, stdout, stderr } = await runChild('workers.mjs', { args: [state, way, String(rounds)] })
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' })
  return JSON.parse(stdout) as Report
}

test.each(['idle', 'full', 'busy'])(
  'worker.terminate() with running threads, %s, 25 times: the parent lives',
  async (state) => {
    const { endings, before, after } = await endWorkers(state, 'terminate', 25)
    expect(endings).toEqual(['1'])
    expect(after).toEqual(before)
    expect(after.filter((name) => /first|second|before|after/.test(name))).toEqual([])
  },
)

test.each([
  ['throws', 'throw', '1 uncaught in the worker, on purpose'],
  ['exits', 'exit', '5'],
  ['drains its pipeline', 'end', '0'],
])('a worker that %s takes its threads along', async (_what, way, ending) => {
  for (const state of ['full', 'busy']) {
    const { endings, before, after } = await endWorkers(state, way, 4)
    expect(endings).toEqual([ending])
    expect(after).toEqual(before)
  }
})
