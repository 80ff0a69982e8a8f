// Sends back what its stage makes of each message, or of each array of messages.

import { parentPort, workerData } from 'node:worker_threads'
import { stageOf } from '../work.mjs'

const stage = stageOf(workerData.rounds)

parentPort.on('message', (message) => {
  parentPort.postMessage(Array.isArray(message) ? message.map(stage) : stage(message))
})
