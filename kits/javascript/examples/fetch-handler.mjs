// Deno, Bun, edge workers: whatever serves a function from Request to Response.
//   bun run fetch-handler.mjs        deno run --allow-net --allow-env --allow-read fetch-handler.mjs

import { WebhookError, verify } from 'countersign-webhooks'
import { secretFromEnvironment } from './secret.mjs'

const BODY_MAX_BYTES = 1024 * 1024
const secret = secretFromEnvironment()

export async function handle(request) {
  // The bound by the announced length; a server in front, or Bun's maxRequestBodySize, bounds the rest.
  if (Number(request.headers.get('content-length') ?? 0) > BODY_MAX_BYTES) return answer(413, 'too large')
  const body = await request.arrayBuffer()
  try {
    const { eventKey } = await verify('bitbucket-cloud', secret, request.headers, body)
    const event = JSON.parse(new TextDecoder().decode(body))
    console.log(eventKey, event.repository?.full_name)
    return answer(202, 'accepted')
  } catch (error) {
    if (!(error instanceof WebhookError)) throw error
    console.error('refused:', error.reason)
    return answer(403, 'refused')
  }
}

const answer = (status, word) => Response.json({ status: word }, { status })

const where = { hostname: '127.0.0.1', port: Number(process.env.PORT ?? 3000) }
const listening = (port) => console.log(`listening on http://127.0.0.1:${port}/webhooks`)
if (typeof Deno !== 'undefined') {
  Deno.serve({ ...where, onListen: ({ port }) => listening(port) }, handle)
} else if (typeof Bun !== 'undefined') {
  listening(Bun.serve({ ...where, maxRequestBodySize: BODY_MAX_BYTES, fetch: handle }).port)
}
