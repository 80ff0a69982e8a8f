// Our ETL in a worker.

import { json } from '@stream-pipeline/node'
import { reshape } from '../records.mjs'

export default json(reshape)
