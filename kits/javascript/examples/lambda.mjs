// AWS Lambda behind API Gateway (both payload formats), a function URL or a load balancer.

import { WebhookError, verify } from 'countersign-webhooks'
import { secretFromEnvironment } from './secret.mjs'

// Read when the function starts: without its secret it fails at once, and not at the first request.
const secret = secretFromEnvironment()

export async function handler(event) {
  // Text has been decoded by AWS already; that is harmless where it was UTF-8. To be given every body as
  // base64, byte for byte, add the binary media type */* to a REST API.
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8')
  // multiValueHeaders has two headers of one name as two; payload format 2.0 has them joined by a comma.
  const headers = event.multiValueHeaders ?? event.headers ?? {}
  try {
    const { eventKey } = await verify('bitbucket-cloud', secret, headers, body)
    const parsed = JSON.parse(new TextDecoder().decode(body))
    console.log(eventKey, parsed.repository?.full_name)
    return answer(202, 'accepted')
  } catch (error) {
    if (!(error instanceof WebhookError)) throw error
    console.error('refused:', error.reason)
    return answer(403, 'refused')
  }
}

function answer(statusCode, status) {
  return { statusCode, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ status }) }
}
