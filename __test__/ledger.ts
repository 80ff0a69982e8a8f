import type { Ledger } from '../index.js'

/** Everything that came into a pipeline, or came into being in it. */
export function entered({ accepted, created }: Ledger): number {
  return accepted + created
}

/** Everything that has left a pipeline, whichever way. */
export function left(ledger: Ledger): number {
  const dropped = ledger.droppedOldest + ledger.droppedNewest + ledger.droppedClosed
  const rejected = ledger.skipped + ledger.deadLettered + ledger.failed
  return ledger.delivered + dropped + ledger.absorbed + rejected + ledger.aborted
}
