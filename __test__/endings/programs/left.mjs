// What a process has: threads and open files. Linux only.

import { readdirSync, readlinkSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'

import { threadNames } from '../../fixtures/threads.mjs'

/** How long what has ended may take to go: the kernel shows a thread for a moment after it was joined. */
const GO_MS = 1000

/** Node 20 loses the descriptors of modules that a worker was reading when it was terminated, with an addon or without. */
const LOSES_MODULES = process.versions.node.startsWith('20.')

/** Names of all threads, targets of all descriptors. */
export function inventory() {
  // With its first stream, stdout, an event loop opens a descriptor for later.
  void process.stdout
  const files = fileNames().filter((name) => !(LOSES_MODULES && /\.[cm]?js$/.test(name)))
  return { threads: threadNames(), files }
}

/**
 * What there is beyond `base` after GO_MS; empty lists as soon as nothing is. `meanwhile` is done between two looks.
 */
export async function leftBeyond(base, meanwhile = () => undefined) {
  const endMs = performance.now() + GO_MS
  for (;;) {
    const now = inventory()
    const left = { threads: beyond(base.threads, now.threads), files: beyond(base.files, now.files) }
    if ((left.threads.length === 0 && left.files.length === 0) || performance.now() > endMs) return left
    meanwhile()
    await delay(2)
  }
}

function fileNames() {
  return readdirSync('/proc/self/fd').flatMap((id) => {
    try {
      // Pipes and sockets are told apart by numbers that say nothing.
      return [readlinkSync(`/proc/self/fd/${id}`).replace(/\d+/g, '')]
    } catch {
      return [] // That by which the folder was read.
    }
  })
}

function beyond(base, now) {
  const missing = [...base]
  return now.filter((name) => {
    const index = missing.indexOf(name)
    if (index >= 0) missing.splice(index, 1)
    return index < 0
  })
}
