// Publishes standard input as an event: COUNTERSIGN_SERVER=http://127.0.0.1:8491
// COUNTERSIGN_TOKEN_FILE=token node publish.mjs invoice.paid acme/billing request-1 < invoice.json

import { PublishError, publish } from 'countersign-webhooks'
import { readFileSync } from 'node:fs'

const { COUNTERSIGN_SERVER: server, COUNTERSIGN_TOKEN_FILE: tokenFile } = process.env
const [key, scope = '', requestId = null] = process.argv.slice(2)
if (!server || !tokenFile || !key) throw new Error('COUNTERSIGN_SERVER, COUNTERSIGN_TOKEN_FILE and an event key are needed')
const token = readFileSync(tokenFile, 'utf8').trim()

try {
  const { id, deliveries, duplicate } = await publish(server, token, { key, scope, requestId }, readFileSync(0))
  console.log(duplicate ? `${id} was published before` : `${id}: ${deliveries} deliveries`)
} catch (error) {
  if (!(error instanceof PublishError)) throw error
  // With the same request id, trying again after a timeout or a 503 cannot publish twice.
  console.error(error.message)
  process.exitCode = 1
}
