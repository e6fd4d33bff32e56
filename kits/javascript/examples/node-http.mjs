// node:http alone: npm install ./kits/javascript

import { WebhookError, verify } from 'countersign-webhooks'
import { createServer } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { secretFromEnvironment } from './secret.mjs'

const BODY_MAX_BYTES = 1024 * 1024
const secret = secretFromEnvironment()

const server = createServer(async (request, response) => {
  const answer = (status, word) =>
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify({ status: word }))
  try {
    const body = await plainBytes(request)
    // rawHeaders has every header as it came; request.headers joins two of one name or drops the second.
    const { eventKey } = await verify('bitbucket-cloud', secret, request.rawHeaders, body)
    const event = JSON.parse(new TextDecoder().decode(body))
    console.log(eventKey, event.repository?.full_name)
    answer(202, 'accepted')
  } catch (error) {
    if (error instanceof WebhookError) {
      console.error('refused:', error.reason)
      answer(403, 'refused')
    } else {
      console.error(error.message)
      answer(400, 'unreadable')
    }
  }
})

/** The bytes that were signed: bounded while they come, and bounded again when unzipped. */
async function plainBytes(request) {
  const chunks = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    if (length > BODY_MAX_BYTES) throw new Error('the body is too large')
    chunks.push(chunk)
  }
  const bytes = Buffer.concat(chunks)
  const isGzip = request.headers['content-encoding'] === 'gzip'
  return isGzip ? promisify(gunzip)(bytes, { maxOutputLength: BODY_MAX_BYTES }) : bytes
}

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}/webhooks`)
})
