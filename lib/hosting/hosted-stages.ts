// The JavaScript stages of a pipeline: those on this thread, and those in worker threads.

import { AsyncLocalStorage } from 'node:async_hooks'
import type { NativeRun } from '../binding.js'
import type { Script } from './script.js'
import { StageHost, type HostOwner } from './stage-host.js'
import { WorkerGroup } from './worker-group.js'

/** A JavaScript stage and its place in the chain. */
export interface HostedPlan {
  readonly index: number
  readonly name: string
  readonly script: Script
}

/** Invariant: functions on this thread are called in the AsyncLocalStorage that this was made in. */
export class HostedStages {
  readonly #hosts = new Map<string, StageHost>()
  readonly #groups = new Map<string, WorkerGroup>()
  readonly #inContext = AsyncLocalStorage.snapshot()

  constructor(native: NativeRun, plans: readonly HostedPlan[], maxMessageBytes: number, owner: HostOwner) {
    for (const { index, name, script } of plans) {
      if (script.kind === 'worker') {
        this.#groups.set(name, new WorkerGroup(native, { index, name, maxMessageBytes, worker: script.worker }))
      } else {
        const hand = native.hand(index, true)
        if (hand === null) throw new TypeError(`stage '${name}' is not hosted`)
        this.#hosts.set(name, new StageHost(hand, script, maxMessageBytes, owner))
      }
    }
  }

  /** Works until `deadlineMs` at most; says whether there is more to do at once. */
  turn(deadlineMs: number): boolean {
    let more = false
    for (const host of this.#hosts.values()) {
      if (this.#inContext(() => host.turn(deadlineMs))) more = true
    }
    return more
  }

  /** No function on this thread is called for a further message. */
  stop(): void {
    for (const host of this.#hosts.values()) host.stop()
  }

  /** What the stage of this name threw. */
  thrownBy(stage: string): unknown {
    return (this.#hosts.get(stage) ?? this.#groups.get(stage))?.thrown
  }

  /** Whether there are threads to be ended. */
  get hasThreads(): boolean {
    return this.#groups.size > 0
  }

  /** Ends the threads; resolves when they have ended. */
  async endThreads(): Promise<void> {
    await Promise.all(Array.from(this.#groups.values(), (group) => group.end()))
  }
}
