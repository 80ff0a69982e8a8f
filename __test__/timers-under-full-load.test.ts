import { afterEach, expect, test } from 'vitest'
import { passthrough, PipelineBuilder, type StageFunction } from '../index.js'

/** Far more than the few milliseconds of a turn: what else runs on the machine is part of the gap. */
const LONGEST_GAP_MS = 50

let timer: NodeJS.Timeout | undefined
afterEach(() => clearInterval(timer))

/** Runs `work` under full load until 50 timers of 1 ms have fired, or gives up; says how long the longest gap was. */
async function longestGapMs(work: StageFunction): Promise<number> {
  const running = new PipelineBuilder().addStage('before', passthrough()).addStage('work', work).build().start()
  const controller = new AbortController()
  const { signal } = controller
  const gapsMs: number[] = []
  let lastMs = performance.now()
  timer = setInterval(() => {
    const nowMs = performance.now()
    gapsMs.push(nowMs - lastMs)
    lastMs = nowMs
    if (gapsMs.length === 50) controller.abort()
  }, 1)
  const endless = function* (): Generator<string> {
    for (;;) yield 'message'
  }
  running.output.close()
  await running.input.pushFrom(endless(), { signal }).catch(() => undefined)
  running.abort()
  // The first gap holds the start of everything; a median machine's hiccup is not the pipeline's.
  return gapsMs.sort((a, b) => b - a)[1] ?? Infinity
}

function spin(us: number): void {
  const endMs = performance.now() + us / 1000
  while (performance.now() < endMs);
}

test('timers go on firing while a JavaScript stage is under full load', async () => {
  expect(await longestGapMs((message) => message)).toBeLessThan(LONGEST_GAP_MS)
})

test('timers go on firing while a stage is slow', async () => {
  const slow: StageFunction = (message) => {
    spin(1000)
    return message
  }
  expect(await longestGapMs(slow)).toBeLessThan(LONGEST_GAP_MS)
})

test('timers go on firing while the outputs of one message take long', async () => {
  const long: StageFunction = function* (message) {
    for (;;) {
      spin(500)
      yield message
    }
  }
  expect(await longestGapMs(long)).toBeLessThan(LONGEST_GAP_MS)
})
