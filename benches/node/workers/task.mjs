// A task of piscina: one message through the stage.

import { workerData } from 'node:worker_threads'
import { stageOf } from '../work.mjs'

export default stageOf(workerData.rounds)
