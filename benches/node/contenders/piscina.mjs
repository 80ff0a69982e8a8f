// piscina: a task of the pool for each message, at most WINDOW under way.

import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'

const WINDOW = 1024

const filename = fileURLToPath(new URL('../workers/task.mjs', import.meta.url))

export async function open({ threads, rounds }) {
  const pool = new Piscina({ filename, minThreads: threads, maxThreads: threads, workerData: { rounds } })
  const carry = async ({ next, sinkMessages }) => {
    const underWay = []
    for (let batch = next(); batch !== undefined; batch = next()) {
      for (const message of batch) {
        underWay.push(pool.run(message))
        if (underWay.length === WINDOW) {
          // The oldest quarter makes room: to wait for each alone would cost a turn of its own.
          sinkMessages(await Promise.all(underWay.splice(0, WINDOW / 4)))
        }
      }
    }
    sinkMessages(await Promise.all(underWay))
  }
  return { carry, close: () => pool.close() }
}
