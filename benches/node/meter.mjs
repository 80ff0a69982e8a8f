// What a process used between two moments: time on a core and context switches of all its threads, how busy its main
// thread was, and how late its event loop.

import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'

/** The monitor's timer; what it measures contains this. */
const RESOLUTION_MS = 1

function usage() {
  const { userCPUTime, systemCPUTime, voluntaryContextSwitches, involuntaryContextSwitches } = process.resourceUsage()
  return { cpuUs: userCPUTime + systemCPUTime, switches: voluntaryContextSwitches + involuntaryContextSwitches }
}

/** Starts to measure. The function it returns tells what came of it, for so many messages. */
export async function meter({ delay = false } = {}) {
  const monitor = delay ? monitorEventLoopDelay({ resolution: RESOLUTION_MS }) : undefined
  monitor?.enable()
  // It measures from one call of its timer to the next: the first must have been.
  if (delay) await sleep(2 * RESOLUTION_MS)
  const loop = performance.eventLoopUtilization()
  const before = usage()
  const beganMs = performance.now()
  return async (messages) => {
    const elapsedMs = performance.now() - beganMs
    const used = usage()
    const { utilization } = performance.eventLoopUtilization(loop)
    // A loop that was never free has not called it since.
    if (delay) await sleep(2 * RESOLUTION_MS)
    monitor?.disable()
    const lateMs = (ns) => Math.max(0, ns / 1e6 - RESOLUTION_MS)
    return {
      messages,
      elapsed_ms: elapsedMs,
      msgs_per_s: (messages * 1000) / elapsedMs,
      cpu_ns_per_msg: ((used.cpuUs - before.cpuUs) * 1000) / messages,
      ctx_switches_per_1k: ((used.switches - before.switches) * 1000) / messages,
      main_busy_percent: utilization * 100,
      ...(monitor && { loop_p99_ms: lateMs(monitor.percentile(99)), loop_max_ms: lateMs(monitor.max) }),
    }
  }
}
