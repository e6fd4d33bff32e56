// Next.js, a route handler (app/webhooks/route.ts): npm install ./kits/javascript
// No middleware and no other handler may have read the body before.

import { WebhookError, verify } from 'countersign-webhooks'
import { secretFromEnvironment } from '../../../secret.mjs'

const BODY_MAX_BYTES = 1024 * 1024

export async function POST(request: Request): Promise<Response> {
  const body = await boundedBytes(request)
  if (body === null) return Response.json({ status: 'too large' }, { status: 413 })
  try {
    // Read here and not above: Next.js loads this file while it builds, where there is no secret.
    const { eventKey } = await verify('bitbucket-cloud', secretFromEnvironment(), request.headers, body)
    const event = JSON.parse(new TextDecoder().decode(body))
    console.log(eventKey, event.repository?.full_name)
    return Response.json({ status: 'accepted' }, { status: 202 })
  } catch (error) {
    if (!(error instanceof WebhookError)) throw error
    console.error('refused:', error.reason)
    return Response.json({ status: 'refused' }, { status: 403 })
  }
}

/** The raw bytes; null over the limit. request.arrayBuffer() would do, but it has no bound. */
async function boundedBytes(request: Request): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = request.body?.getReader()
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    length += part.value.length
    if (length > BODY_MAX_BYTES) return null
    chunks.push(part.value)
  }
  const body = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    body.set(chunk, at)
    at += chunk.length
  }
  return body
}
